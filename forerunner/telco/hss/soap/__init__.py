"""SOAP as of CAI3G: a session, and managed objects that are created, set, got and deleted."""

from forerunner.telco.hss.soap.client import Soap
from forerunner.telco.hss.soap.settings import soap_settings

__all__ = ["Soap", "soap_settings"]
