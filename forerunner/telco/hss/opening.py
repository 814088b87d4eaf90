"""Opening an HSS's provisioning interface in the style that the inventory says."""

from collections.abc import Mapping
from typing import Any

from forerunner.telco.northbound import Profiles, Rest, Style, chosen, settings_from, template

FIELDS = ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status")
_WORDS = ("fields", "states")
_STYLES = {
    "rest": ("token_file", "apply_path", "query_path", "list_path", "batch", *_WORDS),
    "pyhss": ("token_file", "connections"),
    "soap": ("user", "password_file", "cai3g", "connections", *_WORDS),
}


def style_of(name: str, data: Mapping[str, Any]) -> tuple[Profiles, Style]:
    """Return what its profiles are to it, and how it is spoken to.

    Args:
        name: Its inventory name.
        data: Its settings: `style` (`rest`, `pyhss`, `soap`) and those of that style.

    Raises:
        InvalidData: A setting does not fit; names it.
    """
    style, own = chosen(name, data, _STYLES)
    return {"rest": _rest, "pyhss": _pyhss, "soap": _soap}[style](name, own)


def _rest(name: str, data: Mapping[str, Any]) -> tuple[Profiles, Style]:
    settings = settings_from(name, data, FIELDS)
    return settings.profiles, Rest(settings, template("hss", "subscriber.json"))


def _pyhss(name: str, data: Mapping[str, Any]) -> tuple[Profiles, Style]:
    from forerunner.telco.hss.pyhss import PyHss, pyhss_settings  # noqa: PLC0415

    settings = pyhss_settings(name, data)
    return settings.profiles, PyHss(settings)


def _soap(name: str, data: Mapping[str, Any]) -> tuple[Profiles, Style]:
    # lxml takes a while to load, and only this needs it.
    from forerunner.telco.hss.soap import Soap, soap_settings  # noqa: PLC0415

    settings = soap_settings(name, data, FIELDS)
    return settings.profiles, Soap(settings)
