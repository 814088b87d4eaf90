"""Answers on a terminal: tables, and sparklines over the span."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

_BARS = "▁▂▃▄▅▆▇█"
_PREFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_DASH = "-"


def sparkline(values: Sequence[float | None]) -> str:
    """Return one letter a value, from the least to the largest; a space where there is none."""
    known = [each for each in values if each is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high - low) / (len(_BARS) - 1) or 1.0
    return "".join(" " if x is None else _BARS[round((x - low) / step)] for x in values)


def bits(value: float | None) -> str:
    """Return a rate in bit/s for people."""
    if value is None:
        return _DASH
    size, prefix = next(((s, p) for s, p in _PREFIXES if value >= s), (1.0, ""))
    return f"{value / size:.3g} {prefix}bit/s"


def percent(value: float | None) -> str:
    """Return a share for people."""
    return _DASH if value is None else f"{100 * value:.3g} %"


def milliseconds(value: float | None) -> str:
    """Return a duration in seconds for people."""
    return _DASH if value is None else f"{1000 * value:.3g} ms"


def number(value: float | None) -> str:
    """Return a number for people."""
    return _DASH if value is None else f"{value:.4g}"


def show_top(answer: Mapping[str, Any]) -> None:
    """Print the busiest interfaces."""
    title = f"The busiest of {answer['interfaces']} interfaces, last {answer['span_s']:g} s"
    Console().print(_interfaces(answer["rows"], title))


def show_anomalies(answer: Mapping[str, Any], causes: int = 5) -> None:
    """Print what was unusual, and the likeliest causes of each event."""
    title = f"{len(answer['events'])} events, last {answer['span_s']:g} s"
    view = Table("Begun", "Over s", "Devices", "Causes, decades", title=title)
    for each in answer["events"]:
        begun = datetime.fromtimestamp(each["begun"], UTC).strftime("%d %H:%M:%S")
        ranked = [f"{x['device']} {x['metric']} {x['peak']:.1f}" for x in each["causes"]]
        more = [f"and {len(ranked) - causes} more"] if len(ranked) > causes else []
        told = "\n".join([*ranked[:causes], *more])
        _add(view, begun, number(each["latest"] - each["begun"]), " ".join(each["devices"]), told)
    Console().print(_with(view, [_looked_at(answer["courses"])]))


def _looked_at(courses: Mapping[str, Any]) -> str:
    season = ", the day as their season" if courses["seasonal"] else ""
    more = f"; {courses['left_out']} more were left out" if courses["left_out"] else ""
    return f"{courses['series']} loads and delays in steps of {courses['step_s']:g} s{season}{more}"


def show_link(answer: Mapping[str, Any]) -> None:
    """Print how a link was."""
    title = f"{answer['name']}, {bits(answer['capacity_bit_s'])}, cost {answer['cost']}"
    view = Table(title=_plain(title))
    for heading in ("Direction", "What", "Over the span", "Newest", "p95"):
        view.add_column(heading)
    for way in answer["directions"]:
        rows = (("utilisation", percent), ("loss", percent), ("rtt_s", milliseconds))
        for name, form in rows:
            cells = way[name]
            newest = next((x for x in reversed(cells) if x is not None), None)
            p95 = form(way.get(f"{name}_p95"))
            label = name.removesuffix("_s")
            _add(view, way["name"], label, sparkline(cells), form(newest), p95)
    lines = [
        f"predicted {x['kind']} with {x['probability']:.3f} ({x['id']})"
        for x in answer["predictions"]
    ]
    lines += [
        f"{x['playbook']}: {', '.join(x['states']) or 'under way'}; {x['reason']} ({x['id']})"
        for x in answer["plans"]
    ]
    Console().print(_with(view, lines or ["nothing was predicted or planned about it"]))


def show_host(answer: Mapping[str, Any]) -> None:
    """Print how a host is."""
    age = "no sample" if answer["age_s"] is None else f"newest sample {answer['age_s']:.1f} s old"
    view = _interfaces(answer["interfaces"], f"{answer['name']}: {age}")
    lines = [f"{name} {number(value)}" for name, value in answer["values"].items()]
    lines += [
        f"{x['severity']} {x['kind']} {x['interface']}: {x['text']}" for x in answer["events"]
    ]
    Console().print(_with(view, lines))


def show_sla(answer: Mapping[str, Any]) -> None:
    """Print what was measured on each path."""
    judged, age_s = "nothing was judged yet: playbooks/check_sla.yml", answer["judged_age_s"]
    if age_s is not None:
        judged = f"promises as check_sla judged them {age_s:.0f} s ago"
    view = Table(title=f"Paths, last {answer['span_s']:g} s", caption=judged)
    for heading in ("From", "To", "What", "Over the span", "Median", "p95", "Promise"):
        view.add_column(heading)
    for row in answer["rows"]:
        form = _form(row["metric"])
        ends, spark = (row["from"], row["to"]), sparkline(row["series"])
        values = form(row["median"]), form(row["p95"])
        _add(view, *ends, row["metric"], spark, *values, _promise(row["promise"]))
    Console().print(view)


def _promise(promise: Mapping[str, Any] | None) -> str:
    return f"{promise['state']} ({promise['sla_class']})" if promise else _DASH


def _form(metric: str) -> Any:
    if metric.endswith("_bit_s"):
        return bits
    return percent if metric.endswith("_share") else milliseconds


def _interfaces(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    view = Table(title=_plain(title))
    for heading in ("Host", "Interface", "Up", "In", "Out", "Used", "Errors/s", "Discards/s",
                    "Loss", "RTT"):  # fmt: skip
        view.add_column(heading)
    for row in rows:
        up = {None: _DASH, True: "up", False: "down"}[row.get("up")]
        rates = (bits(row["in_bit_s"]), bits(row["out_bit_s"]), percent(row["utilisation"]))
        counts = (number(row["errors_s"]), number(row["discards_s"]))
        probed = (percent(row["loss"]), milliseconds(row["rtt_s"]))
        _add(view, row["host"], row["interface"], up, *rates, *counts, *probed)
    return view


def _with(view: Table, lines: Sequence[str]) -> RenderableType:
    return Group(view, *map(_plain, lines))


def _add(view: Table, *cells: str) -> None:
    view.add_row(*map(_plain, cells))


def _plain(text: str) -> Text:
    # What a device wrote is data: no markup in it is followed, no control character passed on.
    return Text("".join(x if x.isprintable() else " " for x in text))
