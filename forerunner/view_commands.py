"""Commands that show what stands in the ledger, the store and the history of a network."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Say how the observing service is. Exit code 1 unless it is healthy."""
    from forerunner import status_view

    found = status_view.standing()
    typer.echo(status_view.line(found, as_json))
    raise typer.Exit(0 if found.word == "healthy" else 1)


@app.command()
def ledger(
    last: Annotated[int, typer.Option(min=1, help="How many records at the most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what was predicted, what was done about it and what came of it."""
    from forerunner import ledger_view
    from forerunner.ledger import Ledger

    book = Ledger.open()
    try:
        ledger_view.show(book, last, as_json)
    finally:
        book.close()


@app.command()
def events(
    host: Annotated[str | None, typer.Option(help="Of this host of the inventory alone.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many of each at the most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what devices told and checks found: incidents, and the newest events."""
    from forerunner import events_view
    from forerunner.events import EventBook

    events_view.show(EventBook(), host, last, as_json)


@app.command()
def orders(
    name: Annotated[str, typer.Argument(help="One order's request_id; else the last ones.")] = "",
    last: Annotated[int, typer.Option(min=1, help="How many orders at the most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show SIM orders: how far each is on every system, and what is wrong."""
    from forerunner import orders_view
    from forerunner.database import Database
    from forerunner.orders.book import Book
    from forerunner.orders.record import Orders

    found = Orders(Book(Database()))
    if name:
        orders_view.show_one(found, name, as_json)
    else:
        orders_view.show(found, last, as_json)


@app.command()
def vendor(
    order: Annotated[str, typer.Argument(help="A request's file, or a taken order's request_id.")],
    file: Annotated[Path, typer.Argument(help="The .inp file to write.")],
    customer: Annotated[str, typer.Option(help="The customer's name at the vendor.")] = "",
) -> None:
    """Write what a SIM vendor is sent for an order: its numbers, and no secret."""
    from forerunner.database import Database
    from forerunner.orders.book import Book
    from forerunner.orders.record import Orders
    from forerunner.orders.vendor_order import write_vendor_input

    header = {"Customer": customer} if customer else {}
    spans = write_vendor_input(Orders(Book(Database())), order, file, header)
    said = ", ".join(f"{kind} {span.first}-{span.last}" for kind, span in spans.items())
    typer.echo(f"{file}: {next(iter(spans.values())).count} SIMs, {said}")


@app.command()
def backups(
    maximum_age_h: Annotated[float, typer.Option(min=0, help="Hours until it is stale.")] = 26,
    directory: Annotated[Path | None, typer.Option(help="Else var/backups.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show how old each device's last good backup is. Exit code 1 unless all are fresh."""
    from forerunner import home
    from forerunner.backup import assess

    rows = assess(directory or home.var() / "backups", maximum_age_h * 3600)
    for row in rows:
        typer.echo(json.dumps(row.to_dict()) if as_json else row.describe())
    raise typer.Exit(0 if rows and all(row.state == "fresh" for row in rows) else 1)


@app.command()
def traffic(
    last: Annotated[float, typer.Option(min=1, help="Seconds up to now.")] = 600,
    ago: Annotated[float, typer.Option(min=0, help="Seconds ago, instead of now.")] = 0,
    count: Annotated[int, typer.Option(min=1, help="How many talkers at the most.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
) -> None:
    """Show who sends what from where to where, each flow once; write var/reports/traffic.json."""
    from forerunner import home, traffic_view
    from forerunner.collect.flows import Config
    from forerunner.store.flows import Span, Traffic

    config = Config.read(home.var() / "flows" / "config.json")
    now = Span.last(last)
    span = Span(now.since - ago, now.until - ago)
    found = Traffic(config.telemetry, config.site, span)
    traffic_view.show(found, count, home.var() / "reports" / "traffic.json", as_json)


@app.command()
def topology(
    at: Annotated[str, typer.Option(help="A time, as 2026-11-22T14:00; else now.")] = "",
    since: Annotated[str, typer.Option("--diff", help="Show what changed from this time.")] = "",
    directory: Annotated[Path | None, typer.Option(help="Else var/topology.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show the links as routers saw them, now or at a time, or what changed between two times."""
    from forerunner import home, topology_view

    topology_view.show(directory or home.var() / "topology", at, since, as_json)
