"""What a Linux server says of itself: processor, load, memory, disks and interfaces in one command.

| metric | unit | of |
| --- | --- | --- |
| `cpu_used_share` | share, 0 to 1, over a second | the server |
| `load_1m` | runnable processes | the server |
| `memory_total_bytes`, `memory_available_bytes` | bytes | the server |
| `uptime_s` | seconds | the server |
| `disk_total_bytes`, `disk_available_bytes`, `disk_used_share` | bytes; share, 0 to 1 | a mount |
| `if_in_octets` and the other counters of interfaces | as over SNMP | an interface |

Source: proc(5); df(1) in its POSIX format.
"""

import re
from collections.abc import Iterator

from forerunner.collect.errors import CollectError
from forerunner.model import Sample

_MARK = "### "
COMMAND = (
    "export LC_ALL=C; "
    f'for part in first second; do echo "{_MARK}$part"; head -n 1 /proc/stat; '
    "[ $part = second ] || sleep 1; done; "
    f'for part in loadavg meminfo uptime net/dev; do echo "{_MARK}$part"; cat /proc/$part; done; '
    f'echo "{_MARK}df"; df -P -k -l 2>/dev/null; echo "{_MARK}end"'
)
_PARTS = ("first", "second", "loadavg", "meminfo", "uptime", "net/dev", "df", "end")
_INTERFACE = re.compile(r" *(?P<name>[\w.@:+-]{1,64}):\s*(?P<counts>(?:\d{1,20}\s*){16})")
_DISK = re.compile(
    r"(?P<device>/\S+) +(?P<total>\d+) +(?P<used>\d+) +(?P<free>\d+) .*% (?P<at>/.*)"
)
_IN = ("if_in_octets", "if_in_packets", "if_in_errors", "if_in_discards")
_OUT = ("if_out_octets", "if_out_packets", "if_out_errors", "if_out_discards")
_MOST = 500
_LONGEST = 255


class BadAnswer(CollectError):
    """A server's answer is not what was asked for; the message repeats nothing of it."""


def samples(host: str, answer: str, now: float) -> list[Sample]:
    """Return what a server's answer to `COMMAND` says.

    Args:
        host: Its inventory name.
        answer: What it wrote.
        now: When it was asked; seconds since the epoch.

    Raises:
        BadAnswer: A part is missing or cannot be read.
    """
    parts = _parts(host, answer)
    try:
        whole = {**_processor(parts), **_memory(parts["meminfo"])}
        whole["load_1m"] = float(parts["loadavg"].split()[0])
        whole["uptime_s"] = float(parts["uptime"].split()[0])
        rows = [("", metric, value) for metric, value in whole.items()]
        rows += [*_interfaces(parts["net/dev"]), *_disks(parts["df"])]
    except (ValueError, IndexError, KeyError, ZeroDivisionError) as error:
        raise BadAnswer(f"{host}: its answer cannot be read: {type(error).__name__}") from None
    return [Sample(now, host, *row) for row in rows[:_MOST]]


def _parts(host: str, answer: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in f"\n{answer}".split(f"\n{_MARK}")[1:]:
        name, _, text = each.partition("\n")
        found[name.strip()] = text
    missing = [name for name in _PARTS if name not in found]
    if missing:
        raise BadAnswer(f"{host}: its answer lacks {', '.join(missing)}; is it a Linux server?")
    return found


def _processor(parts: dict[str, str]) -> dict[str, float]:
    first, second = ([int(x) for x in parts[name].split()[1:9]] for name in ("first", "second"))
    spent = [late - early for early, late in zip(first, second, strict=True)]
    # User, nice, system, idle, waiting, interrupts, soft interrupts, stolen.
    idle, whole = spent[3] + spent[4], sum(spent)
    return {"cpu_used_share": (whole - idle) / whole} if whole > 0 else {}


def _memory(text: str) -> dict[str, float]:
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    total, available = (int(lines[x].split()[0]) * 1024.0 for x in ("MemTotal", "MemAvailable"))
    return {"memory_total_bytes": total, "memory_available_bytes": available}


def _interfaces(text: str) -> Iterator[tuple[str, str, float]]:
    for found in filter(None, map(_INTERFACE.fullmatch, text.splitlines())):
        counts = [float(each) for each in found["counts"].split()]
        if found["name"] != "lo":
            values = (*counts[:4], *counts[8:12])
            yield from zip([found["name"]] * 8, (*_IN, *_OUT), values, strict=True)


def _disks(text: str) -> Iterator[tuple[str, str, float]]:
    for found in filter(None, map(_DISK.fullmatch, text.splitlines())):
        at = "".join(x if x.isprintable() else "?" for x in found["at"])[:_LONGEST]
        total, used, free = (int(found[name]) for name in ("total", "used", "free"))
        yield at, "disk_total_bytes", total * 1024.0
        yield at, "disk_available_bytes", free * 1024.0
        # As df has it: what is kept for root counts for nobody.
        if used + free:
            yield at, "disk_used_share", used / (used + free)
