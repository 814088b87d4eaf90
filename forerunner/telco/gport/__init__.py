"""EAGLE G-Port: number portability over the PDBI."""

from collections.abc import Mapping
from typing import Any

from forerunner.telco.contract import SubscriberSystem
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.gport import GPort
from forerunner.telco.gport.import_file import ImportResult, import_commands
from forerunner.telco.gport.messages import Command
from forerunner.telco.gport.settings import settings_from

__all__ = ["Code", "Command", "ImportResult", "import_commands", "open_system"]


async def open_system(name: str, settings: Mapping[str, Any]) -> SubscriberSystem:
    """Return G-Port, ready to be asked; the connection is made when it is needed.

    Args:
        name: Its inventory name.
        settings: See `settings.SCHEMA`.

    Raises:
        InvalidData: The settings do not fit; names the field.
    """
    return GPort(settings_from(name, settings))
