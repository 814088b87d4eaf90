"""The commands that learn the causes behind alarms, and tell the cause of a set of them."""

import csv
import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forerunner import home
from forerunner.errors import ForerunnerError, InvalidData
from forerunner.files import write_whole

if TYPE_CHECKING:
    from analytics.diagnosis.model import AlarmDiagnosis, Diagnosis

application = typer.Typer(help="The cause behind a set of alarms.", no_args_is_help=True)
Model = Annotated[Path | None, typer.Option(help="The model; else the one in service.")]
KIND = "alarm_diagnosis"


@application.command()
def learn(
    table: Annotated[Path, typer.Argument(help="CSV: a column of seconds an alarm, last `label`.")],
    model: Annotated[
        Path | None, typer.Option(help="Only write it there; nothing is put in service.")
    ] = None,
) -> None:
    """Learn from windows whose cause is known; promote what is learned where it is better."""
    from analytics.diagnosis import learning
    from analytics.registry import Registry

    given, console = learning.Windows(*read(table)), Console(soft_wrap=True)
    if model is not None:
        found, _ = learning.learn(given)
        model.parent.mkdir(parents=True, exist_ok=True)
        write_whole(model, json.dumps(found.state()))
        console.print(f"{model}: {len(given.causes)} windows, causes {found.causes_}")
        return
    book, about = Registry(home.var() / "models"), {"table": table.name}
    made = learning.renew(book, given, getpass.getuser(), about)
    stands = "is in service" if made.promoted else f"is kept, {made.before} stays in service"
    console.print(f"{KIND} {made.version} {stands}: {made.reason}", markup=False)
    figures = book.entry(KIND, made.version).metrics
    console.print(", ".join(f"{name} {value:.3g}" for name, value in figures.items()))


@application.command()
def tell(
    alarms: Annotated[str, typer.Argument(help="JSON file of seconds by alarm; - for the input.")],
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Tell the cause behind one set of alarms, and what speaks for it."""
    from analytics.diagnosis.alarms import row

    found = _loaded(model)
    given = _given(alarms)
    said = found.diagnose(row(given, found.alarms_, alarms))
    if as_json:
        typer.echo(json.dumps(plain(said)))
    else:
        show(said)


def read(path: Path) -> tuple[Any, list[str], list[str]]:
    """Return seconds, causes and alarms of a table.

    Raises:
        InvalidData: It is no table of that form; names file, line and fix.
    """
    import numpy as np

    try:
        with path.open(newline="") as handle:
            names, *rows = list(csv.reader(handle))
        seconds = np.array([[float(each) for each in row[:-1]] for row in rows])
    except (OSError, ValueError) as error:
        problem = f"is no CSV of seconds with a header ({error}); see docs/predictions/failure.md"
        raise InvalidData(str(path), "", problem) from error
    if not names or names[-1] != "label":
        raise InvalidData(str(path), "header", "has no column `label` at its end; add the causes")
    return seconds, [row[-1] for row in rows], names[:-1]


def plain(said: "Diagnosis") -> dict[str, Any]:
    """Return a diagnosis as plain data."""
    return {
        "cause": None if said.abstained else said.cause,
        "likeliest": said.cause,
        "abstained": said.abstained,
        "probabilities": dict(said.probabilities),
        "evidence": dict(said.evidence),
        "novelty": said.novelty,
    }


def show(said: "Diagnosis") -> None:
    """Print a diagnosis, for people."""
    console = Console(soft_wrap=True)
    if said.abstained:
        console.print(
            "no answer: these alarms are unlike all that was learned from; the likeliest:"
        )
    table = Table("cause", "probability")
    for cause, chance in sorted(said.probabilities.items(), key=lambda pair: -pair[1]):
        table.add_row(escape(cause), f"{chance:.1%}")
    console.print(table)
    for name, added in said.evidence.items():
        console.print(f"{escape(name)}: {added:+.3f} of the votes")


def _loaded(path: Path | None) -> "AlarmDiagnosis":
    """Return the model of a file, or the one in service by its pin."""
    from analytics.diagnosis.model import AlarmDiagnosis
    from analytics.registry import Registry

    book, name = Registry(home.var() / "models"), f"{KIND}.json"
    if path is None and book.service(KIND):
        version, states = book.in_service(KIND)
        content, source = states[name], f"{KIND} {version}"
    else:
        path = path or home.var() / "models" / name
        content, source = _read(path), str(path)
    try:
        return AlarmDiagnosis.from_state(json.loads(content), source)
    except ValueError as error:
        raise InvalidData(source, "", f"is no JSON ({error}); learn again") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        hint = "make it: python -m analytics diagnosis learn TABLE.csv"
        raise ForerunnerError(f"{path} is missing; {hint}") from error


def _given(name: str) -> dict[str, float]:
    try:
        data = json.loads(sys.stdin.read() if name == "-" else Path(name).read_text())
    except (OSError, ValueError) as error:
        raise InvalidData(name, "", f"is no JSON object of seconds by alarm ({error})") from error
    if not isinstance(data, dict):
        raise InvalidData(name, "", "is no JSON object; give seconds by alarm")
    for alarm, value in data.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidData(name, alarm, "is no number of seconds; give 0 to 900")
    return data
