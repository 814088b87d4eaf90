"""Opening a back office in the style that the inventory says."""

from collections.abc import Mapping, Sequence
from typing import Any

from forerunner.telco.northbound.choice import chosen
from forerunner.telco.northbound.rest import Rest
from forerunner.telco.northbound.settings import settings_from
from forerunner.telco.northbound.style import Style
from forerunner.telco.northbound.system import BackOffice, RecordOf
from forerunner.telco.northbound.templates import template

Profiles = Mapping[str, Mapping[str, str]]
_STYLES = {
    "rest": ("url", "token_file", "ca_file", "apply_path", "query_path", "list_path"),
    "lots": ("sftp", "lots"),
}


def back_office(
    name: str,
    data: Mapping[str, Any],
    needed: Sequence[str],
    record_of: RecordOf,
    message: tuple[str, str],
) -> BackOffice:
    """Return a back office, ready to be asked; the connection is made when it is needed.

    Args:
        name: Its inventory name.
        data: Its settings: `style` (`rest`, `lots`) and those of that style; of the other style's
            none is looked at, for a role has variables for both.
        needed: The fields that it has of a subscriber.
        record_of: Returns the record of a subscriber.
        message: Of REST: directory and name of the template of one record.

    Raises:
        InvalidData: A setting does not fit; names it.
    """
    style, own = chosen(name, data, _STYLES)
    profiles, client = (
        _rest(name, own, needed, message) if style == "rest" else _lots(name, own, needed)
    )
    return BackOffice(name, profiles, record_of, client)


def _rest(
    name: str, data: Mapping[str, Any], needed: Sequence[str], message: tuple[str, str]
) -> tuple[Profiles, Style]:
    settings = settings_from(name, data, needed)
    return settings.profiles, Rest(settings, template(*message))


def _lots(name: str, data: Mapping[str, Any], needed: Sequence[str]) -> tuple[Profiles, Style]:
    # asyncssh takes a while to load, and only lots need it.
    from forerunner.telco.northbound.lots import Lots, lot_settings_from  # noqa: PLC0415

    settings = lot_settings_from(name, data, needed)
    return settings.profiles, Lots(settings)
