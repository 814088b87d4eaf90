"""What classes of service are promised, and which path is of which class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from forerunner.errors import InvalidData
from forerunner.render.model import SLA_CLASSES
from forerunner.schema import check

Quantity = Literal["loss", "latency", "jitter", "throughput"]

_NAME = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"}
PATHS_SCHEMA = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"source": _NAME, "target": _NAME, "sla_class": _NAME},
        "required": ["source", "target", "sla_class"],
        "additionalProperties": False,
    },
}


@dataclass(frozen=True)
class Measure:
    """How a quantity is measured.

    Attributes:
        metric: In the telemetry store, of the path's source on `to:<target>`.
        factor: What a sample is multiplied by, to be in the unit of the promise.
        field: Of the promise, in the inventory.
        least: Whether the promise is the least that there is to be, not the most.
    """

    metric: str
    factor: float
    field: str
    least: bool = False

    def breaks(self, value: float, bound: float) -> bool:
        """Return whether a value does not keep to a promise."""
        return value < bound if self.least else value > bound


MEASURES: Mapping[Quantity, Measure] = {
    "loss": Measure("path_loss_share", 1.0, "loss"),
    # The clocks of two hosts do not agree to the millisecond: one way is half of there and back.
    "latency": Measure("path_rtt_p95_s", 1000 / 2, "latency_ms"),
    "jitter": Measure("path_jitter_s", 1000.0, "jitter_ms"),
    "throughput": Measure("speed_tcp_bit_s", 1e-6, "throughput_mbit_s", least=True),
}


@dataclass(frozen=True)
class SlaClass:
    """A class of service.

    Attributes:
        name: As `gold`.
        bounds: What is promised, by quantity, in the unit of its field.
    """

    name: str
    bounds: Mapping[Quantity, float]


@dataclass(frozen=True)
class Path:
    """A path that something is promised of.

    Attributes:
        source: Probe host at which it begins.
        target: Probe host at which it ends.
        sla_class: Its class.
    """

    source: str
    target: str
    sla_class: SlaClass

    @property
    def name(self) -> str:
        """Return its name, as `h1>h2`."""
        return f"{self.source}>{self.target}"

    @property
    def interface(self) -> str:
        """Return what its samples have for an interface."""
        return f"to:{self.target}"


def paths_from_data(paths: object, classes: object) -> list[Path]:
    """Return the paths of an inventory with their classes.

    Args:
        paths: A list of objects with `source`, `target` and `sla_class`.
        classes: `intent_sla_classes`; its `availability` is not judged here.

    Raises:
        InvalidData: A field does not fit, a class is unknown or promises nothing that is
            measured, or a path stands there twice.
    """
    check(classes, SLA_CLASSES, "sla_check_classes")
    check(paths, PATHS_SCHEMA, "sla_check_paths")
    known = {x.name: x for x in map(_class, classes if isinstance(classes, list) else [])}
    found: dict[str, Path] = {}
    for number, each in enumerate(paths if isinstance(paths, list) else []):
        path = Path(each["source"], each["target"], _known(each["sla_class"], known, number))
        if path.name in found:
            raise InvalidData("sla_check_paths", f"[{number}]", f"{path.name} stands there twice")
        found[path.name] = path
    return list(found.values())


def _class(data: Mapping[str, Any]) -> SlaClass:
    fields = {quantity: data.get(each.field) for quantity, each in MEASURES.items()}
    return SlaClass(data["name"], {key: x for key, x in fields.items() if x is not None})


def _known(name: str, known: Mapping[str, SlaClass], number: int) -> SlaClass:
    field = f"[{number}].sla_class"
    if name not in known:
        problem = f"{name!r} is none of {', '.join(known) or 'none at all'}"
        raise InvalidData("sla_check_paths", field, problem)
    if not known[name].bounds:
        measured = ", ".join(each.field for each in MEASURES.values())
        raise InvalidData("sla_check_paths", field, f"{name!r} promises none of {measured}")
    return known[name]
