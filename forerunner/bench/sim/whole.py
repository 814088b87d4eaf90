"""Whole orders by their playbook: all five systems, each SIM read back, a sample proven."""

from rich.console import Console

from forerunner.bench.rows import Extent, Row
from forerunner.bench.sim.site import Done, SimBenchError, SimSite, standing

_COUNTS = {"full": {"1k": 1000, "10k": 10_000, "100k": 100_000},
           "short": {"1k": 20, "10k": 40, "100k": 80}}  # fmt: skip
_SAMPLE = 20


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return the rates of orders of three sizes, and how memory grows."""
    done: dict[str, Done] = {}
    with standing("whole") as site:
        for name, count in _COUNTS[extent].items():
            done[name] = _order(site, name, count)
            console.print(
                f"{count} SIMs in {done[name].seconds:.1f} s, {done[name].peak_mb:.0f} MB"
            )
    found = [_rate(name, count, done[name]) for name, count in _COUNTS[extent].items()]
    small, large = done["10k"].peak_mb, done["100k"].peak_mb
    what = f"peak of the playbook's process tree (PSS): {large:.0f} MB to {small:.0f} MB"
    return [*found, Row("memory_100k_vs_10k", what, large / small, "x", goal="<= 1.2")]


def _order(site: SimSite, name: str, count: int) -> Done:
    request = site.request(f"lot-{name}", quantity=count, proof_sample=_SAMPLE)
    done = site.play("provision_sims", "-e", request, memory=True)
    if done.code:
        raise SimBenchError(f"the order of {count} failed: {done.said}")
    return done


def _rate(name: str, count: int, done: Done) -> Row:
    goal = None if name == "1k" else ">= 500"
    what = f"{count} SIMs on five systems, checked, read back and {_SAMPLE} proven"
    what += f", in {done.seconds:.1f} s with Ansible's own start"
    return Row(f"end_to_end_{name}_per_s", what, count / done.seconds, "SIMs/s", goal=goal)
