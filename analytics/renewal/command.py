"""`python -m analytics train`; what it needs is loaded only when it is asked for."""

import getpass
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from forerunner import home


def train(
    out: Annotated[
        Path | None, typer.Option(help="Only write the model there; nothing is put in service.")
    ] = None,
    links: Annotated[Path | None, typer.Option(help="File with network_links.")] = None,
) -> None:
    """Train the model of a link that is about to fail; promote it where it is better."""
    console = Console(soft_wrap=True)
    with console.status("training") as status:

        def report(step: str) -> None:
            console.print(f"- {step}")
            status.update(step)

        if out is None:
            console.print(_renewed(links, report), markup=False)
            return
        from analytics.failure.training import train as learn

        model = learn(report)
        model.save(out)
        console.print(f"{out}: {figures(model.card_['metrics'])}")


def figures(metrics: dict[str, float]) -> str:
    """Return the figures of a card for people."""
    said = ", ".join(f"{name} {value:.3g}" for name, value in metrics.items())
    return f"{said} (kinds and seeds that it has not learned from)"


def _renewed(links: Path | None, report: Callable[[str], None]) -> str:
    from analytics.failure.serving import KIND
    from analytics.inventory import topology
    from analytics.registry import Registry
    from analytics.renewal.recorded import stretches
    from analytics.renewal.renew import renew
    from forerunner.store import Store

    book = Registry(home.var() / "models")
    network = topology(links)
    found = renew(
        book,
        lambda: stretches(Store(home.telemetry(), 2), network, time.time()),
        getpass.getuser(),
        report,
    )
    metrics = dict(book.entry(KIND, found.version).metrics)
    stands = "is in service" if found.promoted else f"is kept, {found.before} stays in service"
    return f"{KIND} {found.version} {stands}: {found.reason}\n{figures(metrics)}"


def drift(
    links: Annotated[Path | None, typer.Option(help="File with network_links.")] = None,
    since: Annotated[str, typer.Option(help="How far back inputs are looked at.")] = "1h",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say whether inputs or calibration have drifted from training; exit code 1 if they have."""
    from analytics.answers.asked import seconds
    from analytics.inventory import topology
    from analytics.renewal.standing import standing

    found = standing(topology(links), seconds(since))
    if as_json:
        typer.echo(json.dumps(found.to_dict()))
    else:
        for reason in found.reasons or ["nothing has drifted"]:
            typer.echo(reason)
        typer.echo(f"seen: {found.seen}")
    if found.reasons:
        raise typer.Exit(1)
