"""What `grade` and `replay --recorded` print: records, levels, and policies compared."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from analytics.answers.asked import seconds
from analytics.grade.grading import PLAYBOOKS
from analytics.grade.history import History
from analytics.grade.ladder import Autonomy, Ladder, autonomy
from analytics.grade.record import Record, record
from analytics.grade.recorded import Rerun, rerun
from analytics.inventory import POLICY, read_policy, serving_policy, topology, variable
from forerunner import home
from forerunner.ledger import Ledger
from forerunner.store import Store


def show(policy: Path | None, links: Path | None, as_json: bool) -> None:
    """Grade every prediction, and print the records and levels of the playbooks.

    Args:
        policy: File with remediation_autonomy; the lab's when None.
        links: File with network_links; the lab's when None.
        as_json: One JSON object instead of a table.
    """
    path = policy or home.root() / POLICY
    ladder = Ladder.from_data(variable(path, "remediation_autonomy"), str(path))
    with closing(Ledger.open()) as book:
        history = _history(book, links)
        grades = history.grades()
        drift = history.drift() or history.crowd(grades, ladder.predictions_per_link_hour)
    found = [record(playbook, grades) for playbook in PLAYBOOKS.values()]
    words = [autonomy(each, ladder, history.now, drift) for each in found]
    if as_json:
        plain = [_plain(each, word, ladder) for each, word in zip(found, words, strict=True)]
        said = {"playbooks": plain, "grades": [x.to_dict() for x in grades], "drift": drift}
        typer.echo(json.dumps(said))
        return
    console = Console(soft_wrap=True)
    console.print(table(found, words, ladder))
    for word in words:
        console.print(word.reason, markup=False)


def show_recorded(
    candidate: Path | None, links: Path | None, since: str, by_telemetry: bool, out: Path | None
) -> None:
    """Print what a candidate policy would have done beside the one in service.

    Args:
        candidate: File with remediation_policy; the one in service when None.
        links: File with network_links; the lab's when None.
        since: How far back, as 1h or 2d.
        by_telemetry: Re-run the recorded probabilities, not only the ledger's predictions.
        out: Where the figures go as JSON.
    """
    serving = serving_policy()
    mine = read_policy(candidate) if candidate else serving
    with closing(Ledger.open()) as book:
        history = _history(book, links)
        begin = history.now - seconds(since)
        found = {
            name: rerun(history, policy, begin, by_telemetry)
            for name, policy in (("in service", serving), ("candidate", mine))
        }
    path = out or home.var() / "replay" / "recorded.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: x.rows() for name, x in found.items()}, indent=2) + "\n")
    show_beside(found, path)


def table(found: list[Record], words: list[Autonomy], ladder: Ladder) -> Table:
    """Return the records of playbooks for people, one row each."""
    view = Table("playbook", "may", "right", "false", "unknown", "open", "precision", "at least",
                 "lead s", "Brier", "ECE (95%)", "lost before", "spared", "out of service min",
                 "for nothing min")  # fmt: skip
    for each, word in zip(found, words, strict=True):
        told = each.calibration
        view.add_row(
            each.playbook, word.level, str(each.right), str(each.false_alarms),
            str(each.unknown), str(each.open), _figure(each.precision),
            _figure(each.lower_bound(ladder.window, ladder.confidence)), _figure(each.lead_s),
            _figure(told.brier if told else None),
            f"{told.ece:.3f} ({told.ece_low:.3f}-{told.ece_high:.3f})" if told else "-",
            str(each.lost_before), str(each.lost_after),
            f"{each.service_s / 60:.1f}", f"{each.idle_s / 60:.1f}",
        )  # fmt: skip
    return view


def show_beside(found: Mapping[str, Rerun], path: Path) -> None:
    """Print what policies would have done, and where it was written."""
    console = Console(soft_wrap=True)
    console.print(beside(found))
    console.print(f"figures: {path}")


def beside(found: Mapping[str, Rerun]) -> Table:
    """Return what policies would have done, side by side."""
    view = Table("recorded history", *found)
    for name in next(iter(found.values())).rows():
        cells = (each.rows()[name] for each in found.values())
        view.add_row(name.replace("_", " "), *("-" if x is None else f"{x:g}" for x in cells))
    return view


def _plain(each: Record, word: Autonomy, ladder: Ladder) -> dict[str, Any]:
    bound = each.lower_bound(ladder.window, ladder.confidence)
    said = {"level": word.level, "reason": word.reason, "lower_bound": bound}
    return {**each.to_dict(), **said}


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _history(book: Ledger, links: Path | None) -> History:
    return History(book, Store(home.telemetry(), 2), topology(links))
