"""The models: what there is, what is in service and why, and the way back."""

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from analytics.registry.code import code_version
from analytics.registry.store import Origin, Registry
from forerunner import home
from forerunner.errors import ForerunnerError, InvalidData

application = typer.Typer(help=__doc__, no_args_is_help=True)
Kind = Annotated[str, typer.Argument(help="As link_failure.")]
Version = Annotated[str, typer.Argument(help="As models list shows it.")]
Why = Annotated[str, typer.Option(help="The reason, for the history.")]
TAKEN_UP = "a running service takes it up within seconds"


def registry() -> Registry:
    """Return the registry of this checkout."""
    return Registry(home.var() / "models")


@application.command("list")
def list_() -> None:
    """Show every version of every kind, and which is in service."""
    book = registry()
    table = Table("kind", "version", "in service", "code", "metrics")
    for kind in book.kinds():
        service = book.service(kind)
        for version in book.versions(kind):
            entry = book.entry(kind, version)
            mark = "yes" if service and service.current.version == version else ""
            figures = ", ".join(f"{name} {value:.3g}" for name, value in entry.metrics.items())
            table.add_row(kind, version, mark, entry.code_version, figures)
    Console(soft_wrap=True).print(table)


@application.command()
def show(kind: Kind, version: Version) -> None:
    """Print the entry of a version, card included, and its promotions."""
    book = registry()
    service = book.service(kind)
    typer.echo(book.entry(kind, version).to_json(), nl=False)
    for each in service.promotions if service else ():
        if each.version == version:
            typer.echo(json.dumps(vars(each)))


@application.command()
def add(
    kind: Kind,
    file: Annotated[Path, typer.Argument(help="A model with its card, as train writes it.")],
) -> None:
    """Keep a trained model as a new version; it is not in service yet."""
    if kind == "link_failure":
        from analytics.failure.model import LinkFailureModel

        # What could not be served is not kept.
        LinkFailureModel.load(file)
    entry = keep(registry(), kind, file)
    typer.echo(f"{kind} {entry} is kept; python -m analytics models promote {kind} {entry}")


@application.command()
def promote(kind: Kind, version: Version, why: Why) -> None:
    """Put a version in service, once its files are found whole."""
    made = registry().promote(kind, version, getpass.getuser(), why)
    typer.echo(f"{kind} {made.version} is in service; {TAKEN_UP}")


@application.command()
def rollback(
    kind: Kind,
    why: Why = "rolled back by hand",
    to: Annotated[str | None, typer.Option(help="A version; else the one before.")] = None,
) -> None:
    """Return to an earlier version that was in service."""
    made = registry().rollback(kind, getpass.getuser(), why, to)
    typer.echo(f"{kind} {made.version} is in service again; {TAKEN_UP}")


@application.command()
def publish(kind: Kind) -> None:
    """Write the copy of the version in service anew; the history of promotions stays."""
    book = registry()
    typer.echo(f"{kind} {book.publish(kind)} is in service, and its copy is written anew")


@application.command()
def verify() -> None:
    """Check every file of every version against its pin; exit code 1 if one is not whole."""
    book, faults = registry(), []
    for kind in book.kinds():
        for version in book.versions(kind):
            try:
                book.states(kind, version)
            except ForerunnerError as error:
                faults.append(str(error))
        faults += book.published_faults(kind)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("every file is what its entry pins")


def keep(book: Registry, kind: str, file: Path) -> str:
    """Return the version under which a model's file is kept.

    Raises:
        ForerunnerError: The file cannot be read.
        InvalidData: It holds no card with `data_sha256` and `metrics`.
    """
    try:
        content = file.read_bytes()
        card = json.loads(content)["card"]
        origin = Origin(card["data_sha256"], code_version(), dict(card["metrics"]), card)
    except OSError as error:
        raise ForerunnerError(f"{file}: cannot be read: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        problem = f"is to hold data_sha256 and metrics ({error!r}); train again"
        raise InvalidData(str(file), "card", problem) from error
    return book.add(kind, {f"{kind}.json": content}, origin).version
