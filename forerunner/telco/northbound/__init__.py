"""Back offices whose interface nobody publishes: names, paths, states and files are variables."""

from forerunner.telco.northbound.opening import back_office
from forerunner.telco.northbound.rest import Rest
from forerunner.telco.northbound.settings import Settings, settings_from
from forerunner.telco.northbound.system import BackOffice
from forerunner.telco.northbound.templates import template

__all__ = ["BackOffice", "Rest", "Settings", "back_office", "settings_from", "template"]
