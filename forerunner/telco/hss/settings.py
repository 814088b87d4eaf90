"""How an HSS is reached, out of the inventory: its provisioning, and Diameter for the proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.schema import check
from forerunner.telco.northbound import Settings, settings_from

FIELDS = ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status")
_DIGITS = {"type": "string", "pattern": "^[0-9]{2,3}$"}
_SCHEMA = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "origin_host": {"type": "string", "description": "its own Diameter identity"},
        "realm": {"type": "string", "description": "its Diameter realm"},
        "mcc": {**_DIGITS, "description": "country of the network that asks"},
        "mnc": {**_DIGITS, "description": "the network that asks"},
        "timeout": {"type": "number", "exclusiveMinimum": 0},
    },
    "required": ["host", "origin_host", "realm", "mcc", "mnc"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Diameter:
    """How it is asked as an MME asks.

    Attributes:
        host: Its address.
        origin_host: Its own Diameter identity.
        realm: Its realm.
        mcc: Country of the network that asks.
        mnc: That network.
        port: TCP.
        timeout: Seconds for one answer.
    """

    host: str
    origin_host: str
    realm: str
    mcc: str
    mnc: str
    port: int = 3868
    timeout: float = 10.0


def hss_settings(name: str, data: Mapping[str, Any]) -> tuple[Settings, Diameter]:
    """Return settings that fit.

    Args:
        name: Inventory name of the system.
        data: As `northbound` has them, and `diameter`.

    Raises:
        InvalidData: They do not; names the field.
    """
    diameter = data.get("diameter")
    check(diameter, _SCHEMA, f"{name}: diameter")
    rest = {key: value for key, value in data.items() if key != "diameter"}
    return settings_from(name, rest, FIELDS), Diameter(**(diameter or {}))
