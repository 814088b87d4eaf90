"""What flows are collected by: one file, which role flow_collection writes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.store.flows import Site

_SCHEMA = {
    "type": "object",
    "properties": {
        "site": {"type": "object"},
        "address": {"type": "string"},
        "collectors": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": r"^[a-z][a-z0-9_]*$"},
            "additionalProperties": {"type": "integer", "minimum": 1024, "maximum": 65535},
        },
        "rotation_s": {"type": "integer", "minimum": 2, "maximum": 3600},
        "directory": {"type": "string"},
        "telemetry": {"type": "string", "pattern": "^(/|[a-z0-9]+://)"},
        "controls": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["site", "address", "collectors", "rotation_s", "directory", "telemetry"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Config:
    """What flows are collected by.

    Attributes:
        site: Exporters, prefixes and classes.
        address: That collectors listen on.
        ports: UDP port of each collector, by its name. All get all flows: while one is down,
            another one has what it misses.
        rotation_s: Seconds after which a collector begins another file.
        directory: Of the collectors' files.
        telemetry: Directory of the telemetry store, or its URL on an object store.
        controls: Control sockets of software exporters on this machine, which are asked for their
            templates when a collector starts; a router sends them by itself now and then.
    """

    site: Site
    address: str
    ports: Mapping[str, int]
    rotation_s: int
    directory: Path
    telemetry: str
    controls: tuple[str, ...] = ()

    @classmethod
    def from_data(cls, data: Any, source: str) -> Self:
        """Return a configuration, checked.

        Raises:
            InvalidData: It does not fit; names the field.
        """
        check(data, _SCHEMA, source)
        return cls(
            Site.from_data(data["site"], source),
            data["address"],
            data["collectors"],
            data["rotation_s"],
            Path(data["directory"]),
            data["telemetry"],
            tuple(data.get("controls", ())),
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what role flow_collection wrote down.

        Raises:
            InvalidData: It is missing or does not fit.
        """
        try:
            data = json.loads(path.read_text())
        except FileNotFoundError:
            problem = "is missing; start the collection: ansible-playbook playbooks/start_flows.yml"
            raise InvalidData(str(path), "", problem) from None
        except (OSError, ValueError) as error:
            raise InvalidData(str(path), "", f"cannot be read: {error}") from error
        return cls.from_data(data, str(path))
