"""Subscriber systems by their own protocols: HLR, HSS, G-Port, MIND, SRP; SIM numbers and keys."""

from forerunner.telco.contract import Change, Proving, Record, Subscriber, SubscriberSystem
from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.standing import Standing, differences, standing

__all__ = [
    "Change",
    "Proving",
    "Record",
    "Standing",
    "Subscriber",
    "SubscriberSystem",
    "SystemUnreachable",
    "TelcoError",
    "differences",
    "standing",
]
