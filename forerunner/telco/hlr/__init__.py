"""osmo-hlr: subscribers over its control interface, and the proof that they authenticate."""

from collections.abc import Mapping
from typing import Any

from forerunner.telco.contract import SubscriberSystem
from forerunner.telco.hlr.hlr import Hlr
from forerunner.telco.hlr.settings import settings_from

__all__ = ["Hlr", "open_system"]


async def open_system(name: str, settings: Mapping[str, Any]) -> SubscriberSystem:
    """Return an HLR.

    Args:
        name: Its inventory name.
        settings: How it is reached, as role hlr_subscriber describes it.

    Raises:
        InvalidData: A setting does not fit; names it.
    """
    return Hlr(settings_from(name, settings))
