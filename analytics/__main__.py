"""The command line of the head: train a model, replay history, answer an engineer's questions."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

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
    from analytics.decide import Policy
    from analytics.evaluate.replay import Detector, Shares

application = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
application.add_typer(diagnosis, name="diagnosis")
application.add_typer(models, name="models")
application.add_typer(risk, name="risk")
models.command()(drift)
application.command()(train)
application.command()(search)
application.command()(grade)
POLICY = Path("inventories/lab/group_vars/all/remediation.yml")
LINKS = Path("inventories/lab/group_vars/all/network.yml")
Since = Annotated[str, typer.Option(help="How far back: 90s, 15m, 1h, 2d.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Links = Annotated[Path | None, typer.Option(help="File with network_links.")]
DetectorName = Literal["link_failure", "cusum"]


def model_path() -> Path:
    """Return where the model stands unless told otherwise."""
    return home.var() / "models" / "link_failure.json"


@application.callback()
def main() -> None:
    """Learn, replay, measure and answer; nothing here touches a network."""


@application.command()
def replay(
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
) -> None:
    """Replay history through a policy: generated, or what was recorded, as a candidate sees it."""
    from analytics.grade.report import read_policy, show_recorded

    if recorded:
        show_recorded(policy, None, since, telemetry, out)
        return
    rules = read_policy(policy or home.root() / POLICY)
    judge = choose(detector, model or model_path(), rules)
    figures = generated(detector, judge, rules, range(faults), (hours, seed))
    path = out or home.var() / "replay" / f"{detector}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")
    show(figures, path)


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
    links: Links = None,
    as_json: AsJson = False,
) -> None:
    """Show what was unusual: rare changes that coincided on linked devices, causes ranked."""
    from analytics.answers import anomalies as answer
    from analytics.answers import view

    say(answer.anomalies(asked(since, links), threshold), view.show_anomalies, as_json)


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
    from analytics.answers import outlook_view, seconds
    from analytics.answers.outlook import outlook

    given = asked(since, links)
    answer = outlook(given, seconds(horizon), seconds(step), 1.0, name)
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
    from analytics.answers import outlook_view, seconds
    from analytics.answers.outlook import outlook

    answer = outlook(asked(since, links), seconds(horizon), seconds(step), headroom)
    say(answer, outlook_view.show_congestion, as_json)


def asked(since: str, links: Path | None) -> "Asked":
    """Return what an answer is computed from.

    Raises:
        ForerunnerError: The span is none, or the file holds no `network_links`.
    """
    from analytics.answers import Asked, seconds
    from forerunner.store import RollUps, Store
    from forerunner.topology import Topology

    path = links or home.root() / LINKS
    try:
        data = yaml.safe_load(path.read_text())["network_links"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ForerunnerError(f"{path}: cannot read network_links: {error!r}") from error
    span_s = seconds(since)
    store, rolled = Store(home.telemetry(), 2), RollUps(home.telemetry(), 2)
    return Asked(store, Topology.from_data(data, str(path)), span_s, rolled=rolled)


def say(answer: dict[str, Any], show_it: Callable[[dict[str, Any]], None], as_json: bool) -> None:
    """Print an answer as JSON, or for people."""
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        show_it(answer)


def choose(name: DetectorName, path: Path, policy: "Policy") -> "Detector":
    """Return the detector of that name; `path` is where the model stands."""
    from analytics.evaluate.baseline import cusum_probability
    from analytics.failure.monitor import debounced
    from analytics.failure.serving import in_service

    if name == "cusum":
        return partial(cusum_probability, act_probability=policy.act_probability)
    return partial(debounced, in_service(path))


def generated(
    name: str, judge: "Detector", rules: "Policy", faults: range, hours: tuple[int, int]
) -> dict[str, Any]:
    """Return the figures of a replay of generated history; `hours` are how many, and their seed."""
    from analytics.evaluate.replay import RAMPS, benign_acts, benign_seeds, fault_shares

    counts = benign_acts(judge, rules, benign_seeds(*hours))
    found = list(track(counts, "benign hours", total=hours[0], transient=True))
    kinds = fault_shares(judge, rules, (*RAMPS, "flapping"), faults) if faults else []
    return summary(name, found, hours[1], kinds)


def summary(
    detector: str, acts_by_hour: list[int], seed: int, kinds: Iterable["Shares"]
) -> dict[str, Any]:
    """Return the figures of a replay as plain data."""
    from statistics import median

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
    """Print the figures of a replay."""
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


def run() -> None:
    """Run the command line; what a user can mend is one line and exit code 1."""
    try:
        application()
    except ForerunnerError as error:
        Console(stderr=True, soft_wrap=True).print(f"error: {error}", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    run()
