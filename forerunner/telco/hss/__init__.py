"""HSS: subscribers over REST, and the proof over Diameter S6a that they get service."""

from collections.abc import Mapping
from typing import Any

from forerunner.telco.contract import SubscriberSystem
from forerunner.telco.hss.hss import Hss
from forerunner.telco.hss.settings import hss_settings
from forerunner.telco.northbound import template

__all__ = ["Hss", "open_system"]


async def open_system(name: str, settings: Mapping[str, Any]) -> SubscriberSystem:
    """Return an HSS, ready to be asked; connections are made when they are needed.

    Args:
        name: Its inventory name.
        settings: How it is reached, as role hss_subscriber describes it.

    Raises:
        InvalidData: A setting does not fit; names it.
    """
    rest, diameter = hss_settings(name, settings)
    return Hss(rest, diameter, template("hss", "subscriber.json"))
