"""The outlook of the links, for people."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics.answers.view import bits, percent, sparkline


def show_forecast(answer: Mapping[str, Any]) -> None:
    """Print what each direction is expected to carry."""
    title = f"the next {answer['horizon_s'] / 3600:g} h"
    table = Table("link", "expected", "peak", "at", "80% up to", "95% up to", "by", title=title)
    notes = {row["note"] for row in answer["links"] if row["note"]}
    for row in answer["links"]:
        table.add_row(
            escape(row["name"]),
            sparkline(row["expected_bit_s"]),
            percent(row["peak_share"]),
            _clock(row["peak_at"]),
            bits(row["high80"]),
            bits(row["high95"]),
            row["model"],
        )
    console = Console(soft_wrap=True)
    console.print(table)
    for note in sorted(notes):
        console.print(f"note: {note}")


def show_congestion(answer: Mapping[str, Any]) -> None:
    """Print which directions pass their headroom, and when."""
    title = f"load above {percent(answer['headroom'])} within {answer['horizon_s'] / 3600:g} h"
    table = Table("link", "probability", "by", "earliest", "peak expected", title=title)
    for row in answer["links"]:
        chance = "not known" if row["probability"] is None else percent(row["probability"])
        times = (_clock(row["passes_at"]), _clock(row["passes_earliest"]))
        table.add_row(escape(row["name"]), chance, *times, percent(row["peak_share"]))
    Console(soft_wrap=True).print(table)


def _clock(text: str | None) -> str:
    return "" if text is None else text[:16].replace("T", " ")
