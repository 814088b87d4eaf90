"""The ledger for people: what was predicted, what was done about it and what came of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from forerunner.model import Outcome, Plan, Prediction

if TYPE_CHECKING:
    from forerunner.ledger import Entry, Ledger

# As much of a value as a cell of the table has room for.
CELL_LENGTH = 60
_COLOURS = {"verified": "green", "undone": "yellow", "refused": "yellow", "check": "cyan"}


def records(ledger: "Ledger", last: int) -> list[dict[str, Any]]:
    """Return the newest `last` records as plain JSON data, newest first.

    Each holds `prediction`, `plan` and `outcomes`; a prediction that nobody acted on has no
    plan, and a plan that a person asked for has no prediction.
    """
    entries = ledger.entries(last)
    acted = {entry.plan.prediction for entry in entries}
    rows = [(_planned_at(entry), _plain(entry)) for entry in entries]
    rows += [
        (prediction.made_at, {"prediction": prediction.to_dict(), "plan": None, "outcomes": []})
        for prediction in ledger.predictions(last)
        if prediction.id not in acted and not ledger.entries(1, prediction.id)
    ]
    rows.sort(key=lambda row: row[0], reverse=True)
    return [record for _, record in rows[:last]]


def show(ledger: "Ledger", last: int, as_json: bool) -> None:
    """Print the newest `last` records, as JSON lines or as a table for people."""
    found = records(ledger, last)
    if as_json:
        for record in found:
            print(json.dumps(record, sort_keys=True))
        return
    console = Console()
    console.print(table(found) if found else "The ledger is empty: nothing has been predicted yet.")


def table(found: Sequence[Mapping[str, Any]]) -> Table:
    """Return the records as a table: one row each, newest first."""
    view = Table(title="Ledger, newest first", show_lines=True)
    for heading in ("When", "Prediction", "Plan", "State", "Hosts", "Before → after"):
        view.add_column(heading, overflow="fold")
    for record in found:
        outcome = record["outcomes"][-1] if record["outcomes"] else None
        view.add_row(
            _when(record, outcome),
            _prediction(record["prediction"]),
            _plan(record["plan"]),
            _state(record["plan"], outcome),
            _hosts(outcome),
            _change(outcome),
        )
    return view


def describe(outcome: Outcome) -> str:
    """Return one line on an outcome, for the end of a command."""
    message = f": {outcome.message}" if outcome.message else ""
    took = f"{outcome.ended_at - outcome.started_at:.1f} s"
    return printable(f"{outcome.plan} {outcome.state} in {took}{message}".replace("\n", " "))


def _planned_at(entry: "Entry") -> float:
    if entry.prediction:
        return entry.prediction.made_at
    return entry.outcomes[0].started_at if entry.outcomes else entry.plan.expires


def _plain(entry: "Entry") -> dict[str, Any]:
    return {
        "prediction": entry.prediction.to_dict() if entry.prediction else None,
        "plan": entry.plan.to_dict(),
        "outcomes": [outcome.to_dict() for outcome in entry.outcomes],
    }


def _when(record: Mapping[str, Any], outcome: Mapping[str, Any] | None) -> Text:
    if record["prediction"]:
        moment = float(record["prediction"]["made_at"])
    elif outcome:
        moment = float(outcome["started_at"])
    else:
        return cell("-")
    return cell(datetime.fromtimestamp(moment, UTC).astimezone().strftime("%Y-%m-%d\n%H:%M:%S"))


def _prediction(data: Mapping[str, Any] | None) -> Text:
    if data is None:
        return cell("asked for by hand")
    made = Prediction.from_dict(data, "ledger")
    lead = "unknown" if made.lead_time_s is None else f"{made.lead_time_s:.1f} s"
    kind = made.kind.replace("_", " ")
    return cell(f"{made.target} {kind}\np = {made.probability:.3f}\nlead time {lead}\n{made.id}")


def _plan(data: Mapping[str, Any] | None) -> Text:
    if data is None:
        return cell("none", style="dim")
    plan = Plan.from_dict(data, "ledger")
    return cell(f"{plan.playbook} on {', '.join(plan.limit) or 'nothing'}\n{plan.reason}")


def _state(plan: Mapping[str, Any] | None, outcome: Mapping[str, Any] | None) -> Text:
    if plan is None:
        return cell("not acted on", style="dim")
    if outcome is None:
        return cell("begun", style="bold")
    took = outcome["ended_at"] - outcome["started_at"]
    style = _COLOURS.get(outcome["state"], "red")
    return cell(f"{outcome['state']}\n{took:.1f} s", style=style)


def _hosts(outcome: Mapping[str, Any] | None) -> Text:
    hosts: Mapping[str, Any] = outcome["hosts"] if outcome else {}
    lines = [f"{host}: {_short(result.get('status', result))}" for host, result in hosts.items()]
    return cell("\n".join(lines) or "-")


def _change(outcome: Mapping[str, Any] | None) -> Text:
    if outcome is None:
        return cell("-")
    before, after = outcome["before"], outcome["after"]
    lines = [
        f"{key}: {_short(before.get(key))} → {_short(after.get(key))}"
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]
    return cell("\n".join(lines) or outcome["message"] or "nothing changed")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    text = printable(text)
    return text if len(text) <= CELL_LENGTH else f"{text[: CELL_LENGTH - 1]}…"


def cell(text: str, style: str = "") -> Text:
    """Return a text that can neither be markup nor steer the terminal."""
    # Text, never markup, and line by line: what a device said must not steer the terminal.
    return Text("\n".join(map(printable, text.split("\n"))), style)


def printable(text: str) -> str:
    """Return a line with a question mark for all that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
