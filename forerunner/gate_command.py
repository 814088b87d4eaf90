"""`forerunner gate`: look at the gate, stop and go, approve, read the audit trail."""

import json
import re
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from forerunner.errors import InvalidData

if TYPE_CHECKING:
    from forerunner.configure.review import Review

app = typer.Typer(
    help="Look at the gate that every change passes; stop everything, approve, verify.",
    no_args_is_help=True,
)
audit = typer.Typer(
    help="Show the audit trail: all that passed the gate or was refused.",
    invoke_without_command=True,
)
app.add_typer(audit, name="audit")

Json = Annotated[bool, typer.Option("--json", help="JSON instead of text for people.")]

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_S = 30 * 86_400


@app.command()
def status(as_json: Json = False) -> None:
    """Say whether changes may pass, what is under way and whose the devices are.

    Exit code 1 when everything is stopped, 2 when it cannot be told (nothing passes then).
    """
    from forerunner import gate_view
    from forerunner.gate.status import status as look
    from forerunner.ledger import Ledger

    book = Ledger.open()
    try:
        found = look(book)
    finally:
        book.close()
    if as_json:
        typer.echo(json.dumps(found.to_dict(), sort_keys=True))
    else:
        gate_view.show_status(found)
    raise typer.Exit(1 if found.stops else 0)


@app.command()
def stop(
    reason: Annotated[str, typer.Option(help="Why; whoever is refused is told.")] = "",
    as_json: Json = False,
) -> None:
    """Stop every change, on this host and on every other one of the ledger.

    A change under way is stopped at its next write; what it has written restores itself.
    Exit code 2 when only this host could be stopped.
    """
    from forerunner.database import Database
    from forerunner.gate import entry, switch

    switch.stop(Database(), entry.who(), reason)
    _say(as_json, "stopped: nothing passes the gate until `forerunner gate go`", stopped=True)


@app.command()
def go(
    airflow: Annotated[
        bool, typer.Option("--airflow", help="Also what Airflow's variable last said.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Lift the stop, and close the circuit breaker.

    Exit code 1 when something else still stops every change, as Airflow's variable.
    """
    from forerunner.database import Database
    from forerunner.gate import entry, switch

    database = Database()
    switch.go(database, entry.who(), airflow)
    left = [str(each) for each in switch.stops(database)]
    _say(as_json, "; ".join(left) or "changes may pass the gate", stopped=bool(left), stops=left)
    raise typer.Exit(1 if left else 0)


@app.command()
def approve(
    plan: Annotated[str, typer.Argument(help="Identifier of a plan in var/plans.")],
    lasting: Annotated[str, typer.Option("--for", help="How long: 30m, 4h, 2d.")] = "4h",
    hash_: Annotated[
        str, typer.Option("--hash", help="The hash that you mean, instead of the question.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Show what a plan does, ask, and approve exactly that: the approval binds to its hash.

    A plan made anew has another hash when it does anything else, and needs another approval.
    Exit code 1 when the answer is no.
    """
    from forerunner.database import Database
    from forerunner.gate import approve as give
    from forerunner.gate import entry

    seconds, shown = seconds_of(lasting), _reviewed(plan)
    if not hash_:
        _ask(shown.lines, as_json)
    elif hash_ != shown.plan.hash:
        raise InvalidData("--hash", "", f"{plan} has hash {shown.plan.hash}; look at it again")
    given = give(shown.plan, entry.who(), seconds, Database())
    text = f"{given.who} has approved {plan} for {lasting} (hash {shown.plan.hash})"
    _say(as_json, text, plan=plan, hash=shown.plan.hash, **asdict(given))


@audit.callback()
def audit_list(
    context: typer.Context,
    last: Annotated[int, typer.Option(min=1, help="How many entries at the most.")] = 20,
    as_json: Json = False,
) -> None:
    """Show the audit trail, oldest first; with --json one object a line."""
    if context.invoked_subcommand is not None:
        return
    from forerunner import gate_view
    from forerunner.database import Database
    from forerunner.gate import trail

    found = trail.read(Database(), last)
    if as_json:
        for entry in found:
            typer.echo(json.dumps({**entry.data, "hash": entry.hash}, sort_keys=True))
    else:
        gate_view.show_trail(found)


@audit.command("verify")
def audit_verify(as_json: Json = False) -> None:
    """Say that the trail is intact, or which entries were altered, taken out, moved or cut off.

    Exit code 1 when it is not intact.
    """
    from forerunner.database import Database
    from forerunner.gate import trail

    found = trail.verify(Database())
    text = "\n".join(found.faults) or f"intact: {found.entries} entries"
    _say(as_json, text, intact=not found.faults, **asdict(found))
    raise typer.Exit(1 if found.faults else 0)


def seconds_of(text: str) -> float:
    """Return a duration as `90s`, `30m`, `4h` or `2d` in seconds; 30 days at the most.

    Raises:
        InvalidData: It is none.
    """
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text)
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_S:
        raise InvalidData("--for", "", f"{text!r} is no duration up to 30d; write 30m, 4h or 2d")
    return float(seconds)


def _reviewed(plan: str) -> "Review":
    from forerunner import home
    from forerunner.configure.plan import find_plan
    from forerunner.configure.review import review

    return review(find_plan(home.var() / "plans", plan))


def _ask(lines: tuple[str, ...], as_json: bool) -> None:
    """Show a plan and go on only at a yes from a person."""
    if as_json or not sys.stdin.isatty():
        raise InvalidData("--hash", "", "nobody can be asked here; name the hash that you mean")
    typer.echo("\n".join(lines))
    typer.confirm("Approve exactly this?", abort=True)


def _say(as_json: bool, text: str, **data: object) -> None:
    typer.echo(json.dumps(data, sort_keys=True) if as_json else text)
