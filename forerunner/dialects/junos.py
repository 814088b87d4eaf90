"""Junos's dialect, in its `set` form: every line says in full what it is about.

`show configuration | display set` is that form; order counts for nothing but in chains of policies,
which are compared as they are set here. What Junos does with a line is known from written examples,
not from devices.
"""

import re
from collections.abc import Iterable

from forerunner.dialects.errors import IncompleteConfig
from forerunner.dialects.ordinary import keep_drained, misread

__all__ = ["SAVE", "SAVED", "SHOW_RUNNING_CONFIG", "changes", "configure", "differences",
           "keep_drained", "misread", "running_config"]  # fmt: skip

# What is committed is kept.
SAVE = SAVED = ""
SHOW_RUNNING_CONFIG = "show configuration | display set"

# Its passwords are shown encrypted, under another name than they are given.
_MASKED = re.compile(r"set snmp v3 usm local-engine user \S+ (?:authentication|privacy)-\S+(?= )")
_IGNORED = ("set version ",)


def running_config(answer: str) -> str:
    """Return the configuration out of its answer, ending in one newline.

    Raises:
        IncompleteConfig: It is empty, or no configuration in `set` form.
    """
    kept = [line.strip() for line in answer.splitlines()]
    kept = [line for line in kept if line and not line.startswith(("#", "{"))]
    if not kept:
        raise IncompleteConfig("the device answered with an empty configuration")
    if not all(line.startswith(("set ", "deactivate ")) for line in kept):
        raise IncompleteConfig("the answer is no Junos configuration in set form")
    return "\n".join(kept) + "\n"


def changes(running: str, intended: str) -> list[str]:
    """Return the next commands on the way: what is missing, and then what is too much.

    What is too much is deleted as far up as nothing below is meant: a user goes, rather than
    what the user may do.
    """
    have, want = _lines(running), _lines(intended)
    if add := [want[key] for key in _lacking(have, want)]:
        return add
    meant = _beginnings(want)
    whole = (
        next(each for each in _begun(key) if each not in meant) for key in _lacking(want, have)
    )
    return [_deleted(line) for line in dict.fromkeys(whole)]


def differences(running: str, intended: str) -> str:
    """Return what differs by meaning, `-` before lines that would go."""
    have, want = _lines(running), _lines(intended)
    rows = [f"- {key}" for key in _lacking(want, have)] + [
        f"+ {key}" for key in _lacking(have, want)
    ]
    # What goes stands before what replaces it.
    return "\n".join(sorted(rows, key=lambda row: (row[2:].rpartition(" ")[0], row[0] == "+")))


def configure(commands: Iterable[str]) -> str:
    """Return the lines that carry out configuration commands, in one commit.

    The first and the last are the door's words (forerunner.fleet.door), which enters and leaves.
    """
    return "\n".join(["configure terminal", *commands, "commit", "end"])


def _lines(text: str) -> dict[str, str]:
    """Return each line by what counts of it."""
    found = {}
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if line and not line.startswith(("#", *_IGNORED)):
            masked = _MASKED.match(line)
            found[masked[0] if masked else line] = line
    return found


def _lacking(have: Iterable[str], want: Iterable[str]) -> list[str]:
    """Return the lines of `want` that `have` lacks: a line with more behind it says both."""
    there = _beginnings(have)
    return [key for key in want if key not in there]


def _beginnings(lines: Iterable[str]) -> set[str]:
    return {begun for line in lines for begun in _begun(line)}


def _begun(line: str) -> list[str]:
    words = line.split(" ")
    return [" ".join(words[:length]) for length in range(2, len(words) + 1)]


def _deleted(line: str) -> str:
    word, _, rest = line.partition(" ")
    return f"{'activate' if word == 'deactivate' else 'delete'} {rest}"
