"""What `grade` and `replay --recorded` print: records, levels, and policies compared."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from analytics.answers.asked import seconds
from analytics.decide import Policy
from analytics.grade.grading import PLAYBOOKS
from analytics.grade.history import History
from analytics.grade.ladder import Autonomy, Ladder, autonomy
from analytics.grade.record import Record, record
from analytics.grade.recorded import Rerun, rerun
from forerunner import home
from forerunner.errors import ForerunnerError
from forerunner.ledger import Ledger
from forerunner.store import Store
from forerunner.topology import Topology

POLICY = Path("inventories/lab/group_vars/all/remediation.yml")
LINKS = Path("inventories/lab/group_vars/all/network.yml")


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
        links: File with network_links.
        since: How far back, as 1h or 2d.
        by_telemetry: Re-run the recorded probabilities, not only the ledger's predictions.
        out: Where the figures go as JSON.
    """
    serving = home.root() / POLICY
    policies = {"in service": read_policy(serving), "candidate": read_policy(candidate or serving)}
    with closing(Ledger.open()) as book:
        history = _history(book, links)
        begin = history.now - seconds(since)
        found = {x: rerun(history, y, begin, by_telemetry) for x, y in policies.items()}
    path = out or home.var() / "replay" / "recorded.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: x.rows() for name, x in found.items()}, indent=2) + "\n")
    console = Console(soft_wrap=True)
    console.print(beside(found))
    console.print(f"figures: {path}")


def variable(path: Path, name: str) -> Any:
    """Return a variable of an inventory file.

    Raises:
        ForerunnerError: The file cannot be read, or does not hold it.
    """
    try:
        return yaml.safe_load(path.read_text())[name]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ForerunnerError(f"{path}: cannot read {name}: {error!r}") from error


def read_policy(path: Path) -> Policy:
    """Return the policy of an inventory file.

    Raises:
        ForerunnerError: The file cannot be read, or holds no `remediation_policy`.
        InvalidData: A field of it is wrong.
    """
    return Policy.from_data(variable(path, "remediation_policy"), str(path))


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


def topology(links: Path | None = None) -> Topology:
    """Return the links of an inventory file; the lab's when None.

    Raises:
        ForerunnerError: The file cannot be read, or holds no `network_links`.
        InvalidData: A field of it is wrong.
    """
    path = links or home.root() / LINKS
    return Topology.from_data(variable(path, "network_links"), str(path))


def _history(book: Ledger, links: Path | None) -> History:
    return History(book, Store(home.telemetry(), 2), topology(links))
