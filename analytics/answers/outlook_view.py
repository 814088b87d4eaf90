"""The outlook of the links, for people."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics.answers.asked import CELLS
from analytics.answers.view import bits, percent, sparkline


def show_forecast(answer: Mapping[str, Any]) -> None:
    """Print what each direction is expected to carry."""
    title = f"the next {answer['horizon_s'] / 3600:g} h"
    table = Table("link", "expected", "peak", "at", "80% up to", "95% up to", "by", title=title)
    notes = {row["note"] for row in answer["links"] if row["note"]}
    for row in answer["links"]:
        table.add_row(
            escape(row["name"]),
            sparkline(_thinned(row["expected_bit_s"])),
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
    columns = ("link", "probability", "95%", "by", "earliest", "peak expected")
    table = Table(*columns, title=title)
    for row in answer["links"]:
        known = row["probability"] is not None
        chance = percent(row["probability"]) if known else "not known"
        ends = (percent(row[f"probability_{end}95"]) for end in ("low", "high"))
        span = " to ".join(ends) if known else ""
        times = (_clock(row["passes_at"]), _clock(row["passes_earliest"]))
        table.add_row(escape(row["name"]), chance, span, *times, percent(row["peak_share"]))
    Console(soft_wrap=True).print(table)


def _thinned(values: Sequence[float | None]) -> list[float | None]:
    """Return as many means as a sparkline has cells; None where nothing is known."""
    count = min(CELLS, len(values))
    bounds = [at * len(values) // count for at in range(count + 1)]
    known = [[x for x in values[low:high] if x is not None] for low, high in pairwise(bounds)]
    return [sum(each) / len(each) if each else None for each in known]


def _clock(text: str | None) -> str:
    return "" if text is None else text[:16].replace("T", " ")
