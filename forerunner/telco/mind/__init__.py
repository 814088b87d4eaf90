"""MIND CTI MINDBill: a billing account for each SIM, over REST or lots."""

from collections.abc import Mapping
from typing import Any

from forerunner.telco.contract import Record, Subscriber, SubscriberSystem
from forerunner.telco.northbound import back_office

__all__ = ["open_system"]

_FIELDS = ("imsi", "iccid", "msisdn", "tariff", "status")


async def open_system(name: str, settings: Mapping[str, Any]) -> SubscriberSystem:
    """Return it, ready to be asked; the connection is made when it is needed.

    Args:
        name: Its inventory name.
        settings: What its interface is like, as role mind_account describes it.

    Raises:
        InvalidData: A setting does not fit; names it.
    """
    return back_office(name, settings, _FIELDS, _record_of, ("mind", "account.json"))


def _record_of(subscriber: Subscriber, profile: Mapping[str, str]) -> Record:
    return {
        "imsi": subscriber.imsi,
        "iccid": subscriber.iccid,
        "msisdn": subscriber.msisdn,
        "tariff": profile.get("tariff", ""),
        "status": subscriber.status,
    }
