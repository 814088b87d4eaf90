"""The command line of the head: `python -m analytics train`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from forerunner import home

application = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
MODEL = Path("models") / "link_failure.json"


@application.callback()
def main() -> None:
    """Learn, replay and measure; nothing here touches a network."""


@application.command()
def train(
    out: Annotated[Path | None, typer.Option(help="Where the model goes.")] = None,
) -> None:
    """Train the model of a link that is about to fail and write it with its card."""
    from analytics.failure.training import train as learn

    console = Console()
    path = out or home.var() / MODEL
    with console.status("training") as status:

        def report(step: str) -> None:
            console.print(f"- {step}")
            status.update(step)

        model = learn(report)
    model.save(path)
    figures = ", ".join(f"{name} {value:.3g}" for name, value in model.card_["metrics"].items())
    console.print(f"{path}: {figures} (kinds and seeds that it has not learned from)")


if __name__ == "__main__":
    application()
