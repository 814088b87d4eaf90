"""What may fail, and which measures of it are looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Steps = NDArray[np.float64]
"""A measure step by step; shape (steps,), NaN where it is not known."""
Found = Mapping[tuple[str, str], Steps]
"""Of one host, by interface (empty for the host's own) and measure."""


@dataclass(frozen=True)
class Kind:
    """A kind of thing that fails.

    Attributes:
        name: As it is asked for.
        metrics: What is read of the store.
        columns: Names of the measures, a column each.
        up: The metric that is 1 while it works.
        measured: Returns the columns of each unit of a host by the unit's interface, empty for the
            host itself; shape (steps, columns).
    """

    name: str
    metrics: tuple[str, ...]
    columns: tuple[str, ...]
    up: str
    measured: Callable[[Found], dict[str, Steps]]

    @property
    def model(self) -> str:
        """Return the registry's name of its models."""
        return f"{self.name}_failure"


_TRAFFIC = ("if_in_bit_s", "if_out_bit_s")
_FAULTS = ("if_in_errors_s", "if_out_errors_s", "if_in_discards_s", "if_out_discards_s")
_OWN = ("cpu_used_share", "memory_used_share")
_SUMS = {
    "errors_s": _FAULTS[:2],
    "discards_s": _FAULTS[2:],
    "ospf_events_s": ("ospf_neighbour_events_s",),
    "bgp_transitions_s": ("bgp_peer_transitions_s",),
}
_COUNTERS = ("if_in_errors", "if_out_errors", "if_in_discards", "if_out_discards")


def _interfaces(found: Found) -> dict[str, Steps]:
    units = {interface for interface, measure in found if measure == INTERFACE.up and interface}
    return {unit: _interface(found, unit) for unit in units}


def _interface(found: Found, unit: str) -> Steps:
    nothing = np.full(len(found[unit, INTERFACE.up]), np.nan)
    # Loads and rates span decades, and a forest splits on order alone: only sums over time see it.
    every = (np.log1p(found.get((unit, name), nothing)) for name in (*_TRAFFIC, *_FAULTS))
    return np.column_stack(list(every))


def _device(found: Found) -> dict[str, Steps]:
    if ("", DEVICE.up) not in found:
        return {}
    nothing = np.full(len(found["", DEVICE.up]), np.nan)
    total = found.get(("", "memory_total_bytes"), nothing)
    with np.errstate(divide="ignore", invalid="ignore"):
        used = 1 - found.get(("", "memory_available_bytes"), nothing) / total
    own = [found.get(("", "cpu_used_share"), nothing), used]
    sums = [_sum(found, names, nothing) for names in _SUMS.values()]
    return {"": np.column_stack([*own, *(np.log1p(each) for each in sums)])}


def _sum(found: Found, names: tuple[str, ...], nothing: Steps) -> Steps:
    """Return the sum over all interfaces or neighbours; NaN where none of them is known."""
    some = [column for (_, name), column in found.items() if name in names] or [nothing]
    known = np.isfinite(some).any(axis=0)
    return np.asarray(np.where(known, np.nansum(some, axis=0), np.nan))


INTERFACE = Kind(
    "interface",
    ("if_oper_status", "if_in_octets", "if_out_octets", *_COUNTERS),
    (*_TRAFFIC, *_FAULTS),
    "if_oper_status",
    _interfaces,
)
DEVICE = Kind(
    "device",
    (
        "snmp_up", "cpu_used_share", "memory_total_bytes", "memory_available_bytes",
        "ospf_neighbour_events", "bgp_peer_transitions", *_COUNTERS,
    ),
    (*_OWN, *_SUMS),
    "snmp_up",
    _device,
)  # fmt: skip
KINDS: Mapping[str, Kind] = {each.name: each for each in (INTERFACE, DEVICE)}
