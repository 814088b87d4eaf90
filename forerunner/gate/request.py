"""Who asks, by which way, and what a change carries."""

from dataclasses import dataclass
from typing import Literal

Entrance = Literal["cli", "airflow", "prediction", "git"]

AUTOMATED: frozenset[Entrance] = frozenset({"prediction", "git"})
"""Entrances that no person stands at."""


@dataclass(frozen=True)
class Request:
    """Who asks for a plan to be let through.

    Attributes:
        entrance: By which way it came.
        who: A person, or the name of the run.
        dead_man_s: Seconds after which the devices restore themselves unless it is confirmed.
        load_bps: What the devices, or the link, carry, in bit/s; None when it is not known.
    """

    entrance: Entrance
    who: str
    dead_man_s: float
    load_bps: float | None = None
