"""The demo's table, JSON file and HTML page."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from forerunner.airflow import standalone
from forerunner.demo import chart
from forerunner.demo.story import Story
from forerunner.report import page
from forerunner.trials.trial import LINK, Trial

AFTER_S = 10.0
"""Seconds shown beyond the end of the black hole."""


def publish(story: Story, directory: Path, console: Console) -> Path:
    """Write `demo.json` and `demo.html`, print the table and return the JSON file's path."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "demo.json"
    path.write_text(json.dumps(story.to_dict(), indent=2) + "\n")
    file = directory / "demo.html"
    file.write_text(render(story))
    console.print(_table(story))
    access = standalone.access()
    console.print(f"report   {file}")
    console.print(f"captures {directory}/{story.bare.capture}, {story.guarded.capture}")
    console.print(f"Airflow  {access.url}  user {access.user}  password {access.password}")
    return path


def render(story: Story) -> str:
    """Return the HTML page; everything it shows is inside it."""
    drawn = {"chart": _chart(story), "map": _map(story)}
    return page("demo", story=story, facts=story.to_dict(), link=LINK, **drawn)


def _table(story: Story) -> Table:
    facts = story.to_dict()
    table = Table(title=f"the same fault on {LINK}, twice")
    table.add_column("")
    table.add_column("without Forerunner", justify="right")
    table.add_column("with Forerunner", justify="right")
    for name in ("sent", "lost"):
        cells = [str(facts[run][name]) for run in ("unprotected", "protected")]
        table.add_row(f"packets {name}", *cells)
    table.add_row("drained before the fault", "", _seconds(facts["lead_time_s"]))
    table.add_row("prediction to verified drain", "", _seconds(facts["prediction_to_verified_s"]))
    table.add_row("link returned by itself", "", "yes" if story.undrained else "no")
    return table


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _moments(story: Story) -> list[tuple[float, str]]:
    began = story.guarded.began_at
    marks = [
        (story.answer.predicted_at, "predicted"),
        (story.answer.verified_at, "drain verified"),
        (story.guarded.fault_at, "black hole"),
    ]
    return [(at - began, label) for at, label in marks if at is not None]


def _chart(story: Story) -> dict[str, Any]:
    horizon = story.guarded.ended_at - story.guarded.began_at + AFTER_S
    bare, guarded = (_losses(run, horizon) for run in (story.bare, story.guarded))
    x, y, share = chart.time_axis(horizon), chart.loss_axis(bare, guarded), chart.share_axis()
    step = 10 if y.high <= 60 else 50
    return {
        "width": chart.WIDTH,
        "height": chart.HEIGHT,
        "margin": chart.MARGIN,
        "floor": y.first,
        "bar": round(x.at(chart.BUCKET_S) - x.at(0), 1),
        "bare": [(x.at(at), y.at(lost)) for at, lost in bare],
        "guarded": [(x.at(at), y.at(lost)) for at, lost in guarded],
        "probability": chart.polyline(story.probabilities, x, share),
        "moments": [(x.at(at), label, f"{at:.1f} s") for at, label in _moments(story)],
        "x_ticks": x.ticks(5),
        "y_ticks": y.ticks(step),
    }


def _losses(run: Trial, horizon: float) -> list[tuple[float, int]]:
    return chart.buckets(run.losses, horizon)


def _map(story: Story) -> dict[str, Any]:
    places = chart.places(story.topology)
    expected = story.answer.drain.plan.expected if story.answer.drain else {}
    return {
        "places": places,
        "links": [
            {
                "name": link.name,
                "ends": [places[end] for end in link.ends],
                "drained": link.name == LINK and story.answer.drain is not None,
                "expected": max(expected.get(way.name, 0.0) for way in link.directions),
            }
            for link in story.topology.links
        ],
    }
