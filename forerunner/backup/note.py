"""What stands in a commit besides the configurations: who asked for it, and why."""

import getpass
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

_SHOWN = 6
_LONGEST = 200


def whoever_asks() -> str:
    """Return the name of who runs this: a run's, whom sudo acts for, or else the account."""
    try:
        return os.environ.get("FORERUNNER_WHO") or os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


@dataclass(frozen=True)
class Note:
    """Why a backup is made.

    Attributes:
        reason: As `by hand` or `after a change`.
        who: Name of the person or service that asked.
        plan: Identifier of the plan that was just carried out; empty without one.
    """

    reason: str = "by hand"
    who: str = field(default_factory=whoever_asks)
    plan: str = ""

    def message(self, hosts: Sequence[str]) -> str:
        """Return the commit's message: devices and reason; then all devices, the plan and who."""
        shown = ", ".join(hosts) if len(hosts) <= _SHOWN else f"{len(hosts)} devices"
        trailers = [f"Devices: {' '.join(hosts)}"]
        trailers += [f"Plan: {_line(self.plan)}"] if self.plan else []
        trailers.append(f"Asked-by: {_line(self.who)}")
        subject = f"{shown}: {_line(self.reason)}"
        if self.plan and self.plan not in self.reason:
            subject += f" ({_line(self.plan)})"
        return "\n".join([subject, "", *trailers, ""])


def _line(text: str) -> str:
    # One line without control characters, whatever it holds.
    words = "".join(each if each.isprintable() else " " for each in text).split()
    return " ".join(words)[:_LONGEST]
