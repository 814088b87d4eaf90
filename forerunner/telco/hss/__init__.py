"""HSS: subscribers over REST, PyHSS's REST or SOAP, and the proof over Diameter S6a."""

from collections.abc import Mapping
from typing import Any

from forerunner.telco.contract import SubscriberSystem
from forerunner.telco.hss.hss import Hss
from forerunner.telco.hss.opening import style_of
from forerunner.telco.hss.settings import diameter_settings

__all__ = ["Hss", "open_system"]


async def open_system(name: str, settings: Mapping[str, Any]) -> SubscriberSystem:
    """Return an HSS, ready to be asked; connections are made when they are needed.

    Args:
        name: Its inventory name.
        settings: How it is reached, as role hss_subscriber describes it.

    Raises:
        InvalidData: A setting does not fit; names it.
    """
    diameter = diameter_settings(name, settings.get("diameter"))
    rest = {key: value for key, value in settings.items() if key != "diameter"}
    return Hss(name, *style_of(name, rest), diameter)
