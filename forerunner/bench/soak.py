"""`make soak`: the service observes the real lab for long; its memory and handles must stay flat.

Memory is what the processes took and no file holds (RssAnon, what is swapped out too, of service
and supervisor together): a library's pages are a process's own whenever nobody else has it loaded,
which says nothing of the process. Flat means: by the
Theil-Sen line (the median of all slopes, which no spike moves) through everything after the first
fifth of the time, it has grown by `GROWTH_MB` at the most; and the median of open file handles is
the same in the last third of that as in the first.

Source: Theil (1950), Sen (1968).
"""

import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import psutil
from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Row
from forerunner.errors import InvalidData
from forerunner.trials.site import ROUTERS_ALONE, Site

GROWTH_MB = 2.0
WARM_UP = 0.2
_EVERY_S = 5.0
_LEAST_MIN = 2.0
_LAB = 68
_MB = 1e6
# So many points give each slope a weight that is no accident, and half a million slopes at most.
_MOST = 1000


@dataclass(frozen=True)
class Look:
    """The service at one moment.

    Attributes:
        at_s: Seconds since the soak began.
        own_mb: Anonymous memory, MB.
        pss_mb: All its memory with its share of what it shares, MB.
        handles: Open file handles.
        threads: Threads.
        pid: The service's process.
        healthy: Whether it called itself healthy.
    """

    at_s: float
    own_mb: float
    pss_mb: float
    handles: int
    threads: int
    pid: int
    healthy: bool


def main(minutes: float = 30.0) -> tuple[Path, bool]:
    """Soak, write `var/bench/soak.json`, and return its path and whether all goals are met.

    Args:
        minutes: How long to look, beside what starting takes.

    Raises:
        InvalidData: That is too short to say anything.
    """
    if minutes < _LEAST_MIN:
        raise InvalidData("--minutes", "", f"{minutes:g} says nothing; give {_LEAST_MIN:g} or more")
    console, directory = Console(), form.directory("soak")
    site = Site(_LAB, directory / "site")
    with ExitStack() as stack:
        stack.callback(_lower, site)
        site.playbook("build_lab", *ROUTERS_ALONE)
        site.command("python", "-m", "analytics", "train")
        site.playbook("start_telemetry")
        looks = _watched(site, minutes * 60, console)
    (directory / "looks.json").write_text(json.dumps([asdict(each) for each in looks]) + "\n")
    measured = judged(looks, minutes)
    return form.write("soak", measured, console), all(row.met is not False for row in measured)


def judged(looks: Sequence[Look], minutes: float) -> list[Row]:
    """Return the rows of a soak.

    Args:
        looks: In their order, from its begin to its end.
        minutes: How long it was to be.
    """
    warm = [each for each in looks if each.at_s >= WARM_UP * minutes * 60]
    span = f"after a warm-up of {WARM_UP:.0%} of {minutes:g} minutes"
    lives = len({each.pid for each in looks}) - 1
    died = "times that the service died and was started again"
    well = statistics.fmean(each.healthy for each in warm)
    healthy = f"share of looks at which it called itself healthy, {span}"
    return [
        *_memory(warm, span),
        _handles(warm, span),
        Row("soak_deaths", died, lives, goal="== 0", n=len(looks)),
        Row("soak_healthy_share", healthy, well, n=len(warm)),
    ]


def _memory(warm: Sequence[Look], span: str) -> list[Row]:
    hours, n = (warm[-1].at_s - warm[0].at_s) / 3600, len(warm)
    slope = slope_an_hour([(each.at_s / 3600, each.own_mb) for each in warm])
    median_mb = statistics.median(each.own_mb for each in warm)
    of = f"of anonymous memory by the Theil-Sen line, median {median_mb:.1f} MB, {span}"
    bound = f"<= {GROWTH_MB:g}"
    return [
        Row("soak_growth_mb", f"growth {of}", slope * hours, "MB", bound, n=n),
        Row("soak_mb_an_hour", f"slope {of}", slope, "MB/h", n=n),
    ]


def _handles(warm: Sequence[Look], span: str) -> Row:
    third = len(warm) // 3
    ends = (warm[:third], warm[-third:])
    first, last = (statistics.median(each.handles for each in some) for some in ends)
    what = f"open file handles, last third less first third (medians, {last:g} at last), {span}"
    return Row("soak_handles_growth", what, last - first, goal="== 0", n=len(warm))


def slope_an_hour(points: Sequence[tuple[float, float]]) -> float:
    """Return the median of the slopes between all pairs of points, thinned where they are many."""
    some = points[:: -(-len(points) // _MOST)]
    slopes = [(b - a) / (later - at) for (at, a), (later, b) in combinations(some, 2)]
    return statistics.median(slopes)


def _watched(site: Site, seconds: float, console: Console) -> list[Look]:
    looks: list[Look] = []
    begun, told = time.monotonic(), 0.0
    while (at_s := time.monotonic() - begun) < seconds:
        if look := _look(site, at_s):
            looks.append(look)
            if at_s >= told:
                told += seconds / 20
                size = f"{look.own_mb:.1f} MB of its own, {look.handles} handles"
                console.print(f"{at_s / 60:5.1f} of {seconds / 60:g} minutes: {size}")
        time.sleep(_EVERY_S)
    return looks


def _look(site: Site, at_s: float) -> Look | None:
    """Return how the service is; None while it is being started again."""
    try:
        status = json.loads((site.var / "observe" / "status.json").read_text())
        process = psutil.Process(status["pid"])
        both = (process, process.parent() or process)
        own_mb = sum(anonymous_mb(each.pid) for each in both)
        pss_mb = sum(each.memory_full_info().pss for each in both) / _MB
        handles, threads = (
            sum(int(getattr(each, name)()) for each in both) for name in ("num_fds", "num_threads")
        )
    except (FileNotFoundError, ProcessLookupError, psutil.Error):
        return None
    return Look(at_s, own_mb, pss_mb, handles, threads, process.pid, bool(status["healthy"]))


def anonymous_mb(pid: int) -> float:
    """Return a process's anonymous memory, in MB, whether it is in memory or swapped out.

    Source: proc_pid_status(5), RssAnon and VmSwap, both in kibibytes.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kibibytes = [int(x.split()[1]) for x in lines if x.startswith(("RssAnon:", "VmSwap:"))]
    return sum(kibibytes) * 1024 / _MB


def _lower(site: Site) -> None:
    site.playbook("stop_telemetry", check=False)
    site.playbook("remove_lab")
