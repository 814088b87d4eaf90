"""What `replay` prints of generated history: acts an hour, and packets lost by kind of fault."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from analytics.decide import Policy
from analytics.evaluate.baseline import cusum_probability
from analytics.evaluate.replay import (
    RAMPS,
    Detector,
    Shares,
    benign_acts,
    benign_seeds,
    fault_shares,
)
from analytics.failure.monitor import debounced
from analytics.failure.serving import in_service
from analytics.inventory import read_policy
from forerunner import home


def show_generated(
    name: str,
    model: Path,
    policy: Path | None,
    faults: range,
    hours: tuple[int, int],
    out: Path | None,
) -> None:
    """Replay generated history through a detector and a policy, and print the figures.

    Args:
        name: `link_failure` or `cusum`.
        model: Where the model stands.
        policy: File with remediation_policy; the lab's when None.
        faults: Seeds of each kind.
        hours: How many benign ones, and their seed.
        out: Where the figures go as JSON.
    """
    rules = read_policy(policy)
    figures = generated(name, choose(name, model, rules), rules, faults, hours)
    show(figures, out or home.var() / "replay" / f"{name}.json")


def choose(name: str, path: Path, policy: Policy) -> Detector:
    """Return the detector of that name; `path` is where the model stands."""
    if name == "cusum":
        return partial(cusum_probability, act_probability=policy.act_probability)
    return partial(debounced, in_service(path))


def generated(
    name: str, judge: Detector, rules: Policy, faults: range, hours: tuple[int, int]
) -> dict[str, Any]:
    """Return the figures of a replay of generated history; `hours` are how many, and their seed."""
    counts = benign_acts(judge, rules, benign_seeds(*hours))
    found = list(track(counts, "benign hours", total=hours[0], transient=True))
    kinds = fault_shares(judge, rules, (*RAMPS, "flapping"), faults) if faults else []
    return summary(name, found, hours[1], kinds)


def summary(
    detector: str, acts_by_hour: list[int], seed: int, kinds: Iterable[Shares]
) -> dict[str, Any]:
    """Return the figures of a replay as plain data."""
    kinds = list(kinds)
    shares = [share for each in kinds for share in each.shares]
    return {
        "detector": detector,
        "seed": seed,
        "hours": len(acts_by_hour),
        "acts": sum(acts_by_hour),
        "acts_per_hour": sum(acts_by_hour) / len(acts_by_hour) if acts_by_hour else None,
        "share_median": median(shares) if shares else None,
        "share_mean": sum(shares) / len(shares) if shares else None,
        "share_max": max(shares, default=None),
        "kinds": [each.row() for each in kinds],
    }


def show(figures: dict[str, Any], path: Path) -> None:
    """Write the figures of a replay down, and print them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")
    rows = figures["kinds"]
    table = Table("kind", "seeds", "share median", "share max", "delay s", "missed", "most acts")
    for row in rows:
        cells = (row["share_median"], row["share_max"], row["delay_median_s"])
        numbers = ["-" if value is None else f"{value:.3f}" for value in cells]
        counts = (str(row["missed"]), str(row["acts_max"]))
        table.add_row(row["kind"], str(row["seeds"]), *numbers, *counts)
    console = Console(soft_wrap=True)
    console.print(table)
    rate = "not measured" if figures["acts_per_hour"] is None else f"{figures['acts_per_hour']:.3f}"
    console.print(f"{figures['detector']}: {rate} acts an hour on {figures['hours']} benign hours")
    console.print(f"figures: {path}")
