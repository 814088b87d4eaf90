"""Back offices whose interface nobody publishes: names, paths, states and files are variables."""

from forerunner.telco.northbound.choice import chosen
from forerunner.telco.northbound.each import each_of
from forerunner.telco.northbound.http import CA_FILE, PATH, SECONDS, URL, Http, Where
from forerunner.telco.northbound.opening import Profiles, back_office
from forerunner.telco.northbound.rest import Rest
from forerunner.telco.northbound.secret import SecretFile
from forerunner.telco.northbound.settings import Settings, settings_from
from forerunner.telco.northbound.style import Act, Entry, Found, NoAnswer, Style, told
from forerunner.telco.northbound.system import BackOffice
from forerunner.telco.northbound.templates import template
from forerunner.telco.northbound.words import NAMES, PROFILES, Words, check_words

__all__ = [
    "CA_FILE",
    "NAMES",
    "PATH",
    "PROFILES",
    "SECONDS",
    "URL",
    "Act",
    "BackOffice",
    "Entry",
    "Found",
    "Http",
    "NoAnswer",
    "Profiles",
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
    "told",
]
