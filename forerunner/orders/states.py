"""The words for where an order stands, and where one chunk of it stands on one system."""

from dataclasses import dataclass
from typing import Literal

OrderState = Literal[
    "collecting", "checking", "rejected", "applying", "undoing", "done", "undone", "parked"
]
"""How an order goes: it is collected, its numbers are looked for on every system, it is applied,
and is done. Where it cannot be, it is rejected (nothing was written), undone, or parked: neither
done nor undone, with what stands where."""

WorkState = Literal["planned", "checked", "begun", "applied", "proven", "undone", "stuck"]
"""A chunk on a system: nothing written (`planned`, `checked`), perhaps something (`begun`), read
back as wanted (`applied`), shown to work as far as the system can show it (`proven`), read back as
before (`undone`), or taken back in vain (`stuck`)."""

ENDED: frozenset[OrderState] = frozenset({"rejected", "done", "undone"})
"""An order that came to an end; the same request again only reports."""

UNTOUCHED: frozenset[WorkState] = frozenset({"planned", "checked", "undone"})
"""A chunk of which a system holds nothing of this order."""


@dataclass(frozen=True)
class Only:
    """When a chunk's state may be noted: never where somebody else went on with it meanwhile.

    Attributes:
        states: The states that it stands at before.
        failing: Whether its order is being taken back; None where either will do.
    """

    states: frozenset[WorkState]
    failing: bool | None = None


HELD: frozenset[WorkState] = frozenset({"applied", "proven"})
"""A chunk that a system has whole."""
