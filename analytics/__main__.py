"""The command line of the head: train a model, replay history, answer an engineer's questions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from analytics.diagnosis.command import application as diagnosis
from analytics.grade.command import grade
from analytics.registry.command import application as models
from analytics.renewal.command import drift, train
from analytics.risk.command import application as risk
from analytics.search.command import search
from forerunner import home
from forerunner.errors import ForerunnerError

if TYPE_CHECKING:
    from analytics.answers import Asked

application = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
application.add_typer(diagnosis, name="diagnosis")
application.add_typer(models, name="models")
application.add_typer(risk, name="risk")
models.command()(drift)
application.command()(train)
application.command()(search)
application.command()(grade)
Since = Annotated[str, typer.Option(help="How far back: 90s, 15m, 1h, 2d.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Links = Annotated[Path | None, typer.Option(help="File with network_links.")]
OF_GENERATED = ("hours", "seed", "faults", "detector", "model")
OF_RECORDED = ("telemetry", "since", "links")
DetectorName = Literal["link_failure", "cusum"]


@application.callback()
def main() -> None:
    """Learn, replay, measure and answer; nothing here touches a network."""


@application.command()
def replay(
    context: typer.Context,
    hours: Annotated[int, typer.Option(min=0, help="Benign hours to generate.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Which benign hours.")] = 0,
    faults: Annotated[int, typer.Option(min=0, help="Seeds of each kind of fault.")] = 10,
    detector: Annotated[DetectorName, typer.Option(help="Ours, or the baseline.")] = "link_failure",
    model: Annotated[Path | None, typer.Option(help="The model's file.")] = None,
    policy: Annotated[Path | None, typer.Option(help="File with remediation_policy.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the figures go as JSON.")] = None,
    recorded: Annotated[bool, typer.Option("--recorded", help="Re-run the ledger.")] = False,
    telemetry: Annotated[bool, typer.Option("--telemetry", help="And its probabilities.")] = False,
    since: Since = "1d",
    links: Links = None,
) -> None:
    """Replay history through a policy: generated, or what was recorded, as a candidate sees it."""
    refuse_mixed(context, recorded)
    if recorded:
        from analytics.grade.report import show_recorded

        show_recorded(policy, links, since, telemetry, out)
    else:
        from analytics.evaluate.report import show_generated

        path = model or home.var() / "models" / "link_failure.json"
        show_generated(detector, path, policy, range(faults), (hours, seed), out)


@application.command()
def top(
    count: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 20,
    since: Since = "60s",
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show the busiest interfaces now: utilisation, errors, discards, loss and delay."""
    from analytics.answers import top as answer
    from analytics.answers import view

    say(answer.top(asked(since, links), count), view.show_top, as_json)


@application.command()
def link(
    name: Annotated[str, typer.Argument(help="As r1:r3.")],
    since: Since = "1h",
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show how a link was, both ways, and what was predicted and planned about it."""
    from analytics.answers import link as answer
    from analytics.answers import view
    from forerunner.ledger import Ledger

    given = asked(since, links)
    answer.find(given, name)
    book = Ledger.open()
    try:
        say(answer.link(given, name, book), view.show_link, as_json)
    finally:
        book.close()


@application.command()
def host(
    name: Annotated[str, typer.Argument(help="Inventory name.")],
    since: Since = "5m",
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show how a host is: its interfaces, its own values, and the newest events."""
    from analytics.answers import host as answer
    from analytics.answers import view
    from forerunner.events import EventBook

    say(answer.host(asked(since, links), name, EventBook()), view.show_host, as_json)


@application.command()
def sla(since: Since = "1d", links: Links = None, as_json: AsJson = False) -> None:
    """Show what speed tests and probes measured on each path, and whether promises are kept."""
    from analytics.answers import sla as answer
    from analytics.answers import view

    report = home.var() / "reports" / "sla.json"
    say(answer.sla(asked(since, links), report), view.show_sla, as_json)


@application.command()
def anomalies(
    since: Since = "1h",
    threshold: Annotated[float, typer.Option(min=1.0, help="Decades; see the docs.")] = 8.0,
    course: Annotated[float, typer.Option(min=1.0, help="The same, of loads and delays.")] = 2.0,
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show what was unusual, causes ranked: rare changes together, courses of loads and delays."""
    from analytics.answers import anomalies as answer
    from analytics.answers import view

    say(answer.anomalies(asked(since, links), threshold, course), view.show_anomalies, as_json)


@application.command()
def forecast(
    name: Annotated[str, typer.Argument(help="As r1:r3; without it, all links.")] = "",
    horizon: Annotated[str, typer.Option(help="How far ahead: 30m, 1d, 7d.")] = "1d",
    step: Annotated[str, typer.Option(help="Of the steps; divides a day.")] = "15m",
    since: Annotated[str, typer.Option(help="What is learned from.")] = "56d",
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show what the links are expected to carry, and how far that may be off."""
    from analytics.answers import outlook_view
    from analytics.answers.outlook import outlook, spans

    given = asked(since, links)
    answer = outlook(given, *spans(horizon, step), 1.0, name)
    say(answer, outlook_view.show_forecast, as_json)


@application.command()
def congestion(
    headroom: Annotated[float, typer.Option(min=0.01, max=1.0, help="Share of capacity.")] = 0.8,
    horizon: Annotated[str, typer.Option(help="How far ahead: 30m, 1d, 7d.")] = "1d",
    step: Annotated[str, typer.Option(help="Of the steps; divides a day.")] = "15m",
    since: Annotated[str, typer.Option(help="What is learned from.")] = "56d",
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show which links will pass their headroom, how likely that is, and when."""
    from analytics.answers import outlook_view
    from analytics.answers.outlook import outlook, spans

    answer = outlook(asked(since, links), *spans(horizon, step), headroom)
    say(answer, outlook_view.show_congestion, as_json)


def asked(since: str, links: Path | None) -> "Asked":
    """Return what an answer is computed from.

    Raises:
        ForerunnerError: The span is none, or the file holds no `network_links`.
        InvalidData: Its links or its `network_calendar` are not of the form.
    """
    from analytics.answers import Asked, seconds
    from analytics.inventory import calendar, topology
    from forerunner.store import RollUps, Store

    store, rolled = Store(home.telemetry(), 2), RollUps(home.telemetry(), 2)
    span_s, times = seconds(since), calendar(links)
    return Asked(store, topology(links), span_s, rolled=rolled, calendar=times)


def say(answer: dict[str, Any], show_it: Callable[[dict[str, Any]], None], as_json: bool) -> None:
    """Print an answer as JSON, or for people."""
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show_it(answer)


def refuse_mixed(context: typer.Context, recorded: bool) -> None:
    """Raise where `replay` is given an option that would mean nothing.

    Raises:
        ForerunnerError: It is; names the options.
    """
    idle = OF_GENERATED if recorded else OF_RECORDED
    sources = {name: context.get_parameter_source(name) for name in idle}
    given = [f"--{name}" for name, each in sources.items() if each and each.name == "COMMANDLINE"]
    if given:
        of = "generated history: leave --recorded away" if recorded else "--recorded: add it"
        raise ForerunnerError(f"{', '.join(given)} is of {of}, or leave {', '.join(given)} away")


def run() -> None:
    """Run the command line; what a user can mend is one line and exit code 1."""
    try:
        application()
    except ForerunnerError as error:
        Console(stderr=True, soft_wrap=True).print(f"error: {error}", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    run()
