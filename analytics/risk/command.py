"""The commands that learn which interfaces and devices fail, and tell which ones are about to."""

import getpass
import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forerunner import home

if TYPE_CHECKING:
    from analytics.answers import Asked

application = typer.Typer(help="Which interfaces and devices may fail.", no_args_is_help=True)
Of = Annotated[Literal["interface", "device"], typer.Option(help="What may fail.")]


@application.command()
def learn(
    of: Of = "interface",
    since: Annotated[str, typer.Option(help="How far back is learned from: 7d, 28d.")] = "28d",
    horizon: Annotated[str, typer.Option(help="Within which a failure counts: 30m, 1h.")] = "1h",
) -> None:
    """Learn from what was recorded; the model is put in service where it is better."""
    from analytics.answers import seconds
    from analytics.registry import Registry
    from analytics.risk.history import units
    from analytics.risk.kinds import KINDS
    from analytics.risk.service import renew, told

    kind, book = KINDS[of], Registry(home.var() / "models")
    with Console(stderr=True).status(f"learning from the {of}s of {since}"):
        found = renew(
            book, kind, units(_asked(since), kind), seconds(horizon, "--horizon"), getpass.getuser()
        )
    typer.echo(told(kind.model, found))
    metrics = book.entry(kind.model, found.version).metrics
    figures = ", ".join(f"{name} {value:.3g}" for name, value in metrics.items())
    typer.echo(f"{figures} (the newest quarter of the time, not learned from)")


@application.command()
def show(
    of: Of = "interface",
    count: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object of all.")] = False,
) -> None:
    """Show which ones may fail, when, and what speaks for it."""
    from analytics.registry import Registry
    from analytics.risk.answer import risks
    from analytics.risk.kinds import KINDS

    said = risks(_asked("1d"), Registry(home.var() / "models"), KINDS[of])
    if as_json:
        typer.echo(json.dumps(said))
    else:
        print_risks(said, count)


def _asked(since: str) -> "Asked":
    from analytics.answers import Asked, seconds
    from forerunner.store import RollUps, Store
    from forerunner.topology import Topology

    place = home.telemetry()
    return Asked(Store(place, 2), Topology(()), seconds(since), rolled=RollUps(place, 2))


def print_risks(said: dict[str, Any], count: int) -> None:
    """Print risks for people."""
    from analytics.answers.view import percent

    title = f"{said['of']}s that may fail within {said['horizon_s'] / 60:g} min, {said['model']}"
    table = Table(said["of"], "probability", "in, min", "what speaks for it", title=title)
    for row in said["rows"][:count]:
        chance = percent(row["probability"]) if row["state"] == "answered" else row["state"]
        minutes = "" if row["seconds"] is None else f"{row['seconds'] / 60:.0f}"
        reasons = ", ".join(f"{name} +{value:g}" for name, value in row["reasons"].items())
        table.add_row(escape(row["name"]), chance, minutes, escape(reasons))
    Console(soft_wrap=True).print(table)
