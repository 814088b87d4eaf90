"""PyHSS: its REST interface, which validates nothing and answers 200 for what it did not do."""

from forerunner.telco.hss.pyhss.client import PyHss
from forerunner.telco.hss.pyhss.settings import pyhss_settings

__all__ = ["PyHss", "pyhss_settings"]
