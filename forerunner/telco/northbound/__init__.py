"""Back offices whose interface nobody publishes: field names, paths and states are variables."""

from forerunner.telco.northbound.settings import Settings, settings_from
from forerunner.telco.northbound.system import BackOffice
from forerunner.telco.northbound.templates import template

__all__ = ["BackOffice", "Settings", "settings_from", "template"]
