"""What devices are to run: by the inventory, by a plan, or by a point in their history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from forerunner.configure.plan import OpenPlan
from forerunner.dialects import Dialect


@dataclass(frozen=True)
class Wanted:
    """What one device is to run.

    Attributes:
        text: The whole configuration.
        drained: Interfaces that are drained and left so.
    """

    text: str
    drained: tuple[str, ...] = ()


class Intent(Protocol):
    """Where the intended configurations come from."""

    def wanted(self, device: str, running: str, speech: Dialect) -> Wanted:
        """Return what a device is to run, given what it runs; raises where it must not."""
        ...

    def check_current(self) -> None:
        """Raise where it must no longer be applied; called just before each write."""
        ...


@dataclass(frozen=True)
class Intended:
    """Whole configurations by device, from the inventory or from history.

    A drained link stays drained: its cost is an operation's, and goes back by `undrain_link`.
    """

    texts: Mapping[str, str] = field(repr=False)

    def wanted(self, device: str, running: str, speech: Dialect) -> Wanted:
        """Return the device's text with drained links left so."""
        return Wanted(*speech.keep_drained(running, self.texts[device]))

    def check_current(self) -> None:
        """It does not age."""


@dataclass(frozen=True)
class Planned:
    """Exactly what a plan holds; what was drained when it was made stands in it."""

    plan: OpenPlan

    def wanted(self, device: str, running: str, speech: Dialect) -> Wanted:
        """Return the plan's candidate.

        Raises:
            PlanRefused: The plan is not for this device as it runs now.
        """
        meant = self.plan.meant(device)
        if not speech.differences(running, meant):
            # A second run finds its work done; what was planned against is gone then.
            return Wanted(meant)
        return Wanted(self.plan.candidate(device, running))

    def check_current(self) -> None:
        """Raise `PlanRefused` once the plan has expired."""
        self.plan.check_current()
