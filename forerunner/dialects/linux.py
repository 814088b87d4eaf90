"""A Linux server's dialect: files, one after the other, each below a line with its path.

`### /etc/hostname` is such a line. Files are compared line by line and written as wholes.
"""

import base64
import shlex
from collections.abc import Iterable
from difflib import unified_diff

from forerunner.dialects.errors import IncompleteConfig
from forerunner.dialects.ordinary import keep_drained, misread

__all__ = ["SAVE", "SAVED", "SHOW_RUNNING_CONFIG", "changes", "configure", "differences",
           "keep_drained", "misread", "running_config"]  # fmt: skip

_HEAD = "### "
_END = "### end"
# What templates/linux writes; a file that is not there is passed over.
_MANAGED = (
    "/etc/hostname", "/etc/timezone", "/etc/issue.net",
    "/etc/systemd/resolved.conf.d/forerunner.conf", "/etc/sysusers.d/forerunner.conf",
    "/etc/forerunner/passwords", "/etc/ssh/authorized_keys.d/*", "/etc/systemd/network/*",
    "/etc/chrony/sources.d/forerunner.sources", "/etc/rsyslog.d/90-forerunner.conf",
    "/etc/snmp/snmpd.conf.d/forerunner.conf", "/etc/nftables.d/forerunner.nft",
)  # fmt: skip
# What is written is kept.
SAVE = SAVED = ""
SHOW_RUNNING_CONFIG = (
    f'for file in {" ".join(_MANAGED)}; do [ -f "$file" ] && echo "{_HEAD}$file" && cat "$file"; '
    f'done; echo "{_END}"'
)


def running_config(answer: str) -> str:
    """Return the files out of the answer, each below its path.

    Raises:
        IncompleteConfig: It is empty, cut short or no list of files.
    """
    text, end, _ = answer.partition(_END)
    if not text.strip():
        raise IncompleteConfig("the server answered with no file")
    if not end:
        raise IncompleteConfig(f"the list of files is cut short: {_END!r} is missing")
    if not text.startswith(f"{_HEAD}/"):
        raise IncompleteConfig("the answer is no list of files: it begins with no path")
    return text


def changes(running: str, intended: str) -> list[str]:
    """Return the files to write, each as its path and new text; a path alone is to go."""
    have, want = _files(running), _files(intended)
    written = [f"{_HEAD}{path}\n{text}" for path, text in want.items() if have.get(path) != text]
    return written + [f"{_HEAD}{path}" for path in have if path not in want]


def differences(running: str, intended: str) -> str:
    """Return what differs, file by file, `-` before lines that would go."""
    have, want = _files(running), _files(intended)
    shown: list[str] = []
    for path in sorted(have.keys() | want.keys()):
        lines = have.get(path, "").splitlines(), want.get(path, "").splitlines()
        rows = [f"{row[0]} {row[1:]}" for row in unified_diff(*lines, n=0, lineterm="")][2:]
        rows = [row for row in rows if row[0] in "+-"]
        shown += [f"  {path}", *rows] if rows else []
    return "\n".join(shown)


def configure(commands: Iterable[str]) -> str:
    """Return the shell script that writes and removes files; their text is never the shell's."""
    return "\n".join(["set -e", *(_step(*each[len(_HEAD) :].partition("\n")) for each in commands)])


def _step(path: str, given: str, text: str) -> str:
    target = shlex.quote(path)
    if not given:
        return f"rm -f {target}"
    coded = base64.b64encode(text.encode()).decode()
    return f"echo {coded} | base64 -d > {target}.new && mv {target}.new {target}"


def _files(text: str) -> dict[str, str]:
    files: dict[str, str] = {}
    path = ""
    for line in text.splitlines():
        if line.startswith(f"{_HEAD}/"):
            path = line.removeprefix(_HEAD)
            files[path] = ""
        elif path:
            files[path] += f"{line}\n"
    return files
