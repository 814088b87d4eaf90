"""How an osmo-hlr is reached, out of the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forerunner.schema import check
from forerunner.telco.hlr.link import Pace

_PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
SCHEMA = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "minLength": 1, "description": "address of the HLR"},
        "ctrl_port": _PORT,
        "vty_port": _PORT,
        "gsup_port": _PORT,
        "in_flight": {
            "type": "integer",
            "minimum": 1,
            "maximum": 90,
            "description": "commands on their way at a time; the HLR keeps 100 answers back",
        },
        "timeout": {"type": "number", "exclusiveMinimum": 0, "description": "seconds"},
    },
    "required": ["host"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """What the inventory says.

    Attributes:
        name: Inventory name of the system.
        host: Its address.
        ctrl_port: Where it takes commands.
        vty_port: Where it lists its subscribers.
        gsup_port: Where it gives authentication vectors.
        in_flight: Commands on their way at a time.
        timeout: Seconds without any answer after which it counts as unreachable.
    """

    name: str
    host: str
    ctrl_port: int = 4259
    vty_port: int = 4258
    gsup_port: int = 4222
    in_flight: int = 64
    timeout: float = 10.0

    @property
    def pace(self) -> Pace:
        """Return how many commands go at a time, and how long an answer may take."""
        return Pace(self.in_flight, self.timeout)


def settings_from(name: str, data: Mapping[str, Any]) -> Settings:
    """Return settings that fit.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, SCHEMA, name)
    return Settings(name, **data)
