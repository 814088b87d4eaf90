"""Back offices whose interface nobody publishes: names, paths, states and files are variables."""

from forerunner.telco.northbound.choice import chosen
from forerunner.telco.northbound.each import each_of
from forerunner.telco.northbound.http import SECONDS, URL, Http, SecretFile, Where
from forerunner.telco.northbound.opening import back_office
from forerunner.telco.northbound.rest import Rest
from forerunner.telco.northbound.settings import Settings, settings_from
from forerunner.telco.northbound.style import Act, Entry, Found, NoAnswer, Style
from forerunner.telco.northbound.system import BackOffice
from forerunner.telco.northbound.templates import template
from forerunner.telco.northbound.words import NAMES, PROFILES, Words, check_words

__all__ = [
    "NAMES",
    "PROFILES",
    "SECONDS",
    "URL",
    "Act",
    "BackOffice",
    "Entry",
    "Found",
    "Http",
    "NoAnswer",
    "Rest",
    "SecretFile",
    "Settings",
    "Style",
    "Where",
    "Words",
    "back_office",
    "check_words",
    "chosen",
    "each_of",
    "settings_from",
    "template",
]
