"""The command that searches runbooks and incidents for what is like a text."""

import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forerunner.errors import InvalidData

if TYPE_CHECKING:
    from analytics.search.corpus import Case, Found
    from analytics.search.documents import Filters


def search(
    query: Annotated[str, typer.Argument(help="What is looked for; a line of syslog will do.")],
    kind: Annotated[list[str] | None, typer.Option(help="runbook or incident; may repeat.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Field of the documents, as host=r1; may repeat.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="How far back: 90s, 15m, 1h, 2d.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find runbooks and past incidents like a text, and the playbook that each would bind."""
    from analytics.search.corpus import open_corpus

    found = open_corpus().search(query, limit, _filters(kind or (), where or (), since))
    if as_json:
        typer.echo(json.dumps(plain(found)))
    else:
        show(found)


def plain(found: "Found") -> dict[str, Any]:
    """Return what was found as plain data."""
    return {
        "similar": found.similar,
        "confidence": found.confidence,
        "hits": [_hit(case) for case in found.cases],
    }


def show(found: "Found") -> None:
    """Print what was found, for people."""
    console = Console(soft_wrap=True)
    if not found.similar:
        console.print(f"nothing similar (confidence {found.confidence:.2f}); the least unlike:")
    table = Table("score", "kind", "what", "would run", "why")
    for case in found.cases:
        why = ", ".join(f"{name} {value:.2f}" for name, value in case.hit.evidence.items())
        document = case.hit.document
        cells = (document.kind, document.title, would_run(case), why)
        table.add_row(f"{case.hit.score:.2f}", *map(escape, cells))
    console.print(table)


def would_run(case: "Case") -> str:
    """Return the playbook of a case with its variables, for people; a `?` is not bound."""
    if case.binding is None:
        return "-"
    bound = [f"{name}={value}" for name, value in case.binding.variables.items()]
    return " ".join([case.binding.playbook, *bound, *(f"{x}=?" for x in case.binding.missing)])


def _hit(case: "Case") -> dict[str, Any]:
    document, binding = case.hit.document, case.binding
    return {
        "id": document.id,
        "kind": document.kind,
        "title": document.title,
        "score": case.hit.score,
        "evidence": dict(case.hit.evidence),
        "playbook": None if binding is None else binding.playbook,
        "variables": {} if binding is None else dict(binding.variables),
        "missing": [] if binding is None else list(binding.missing),
    }


def _filters(kinds: Sequence[str], where: Sequence[str], since: str | None) -> "Filters":
    from analytics.answers import seconds
    from analytics.search.corpus import KINDS
    from analytics.search.documents import Filters

    for each in set(kinds) - set(KINDS):
        raise InvalidData("--kind", each, f"is no kind; there is {' and '.join(KINDS)}")
    earliest = 0.0 if since is None else time.time() - seconds(since)
    return Filters(frozenset(kinds), dict(map(_pair, where)), earliest)


def _pair(text: str) -> tuple[str, str]:
    name, between, value = text.partition("=")
    if not (name and between and value):
        raise InvalidData("--where", text, "write it as field=value, as host=r1")
    return name, value
