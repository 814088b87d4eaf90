"""How an HSS is reached by Diameter, for the proof, out of the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from forerunner.schema import check

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


def diameter_settings(name: str, data: object) -> Diameter:
    """Return settings that fit.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, _SCHEMA, f"{name}: diameter")
    return Diameter(**cast(Mapping[str, Any], data))
