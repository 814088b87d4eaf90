"""What speed tests and probes measured on each path."""

from typing import Any

from analytics.answers.asked import Asked, Cells
from forerunner.errors import ForerunnerError

METRICS = ("speed_tcp_bit_s", "path_loss_share", "path_rtt_s", "path_jitter_s")
_TO = "to:"


def sla(asked: Asked) -> dict[str, Any]:
    """Return what was measured of each path (`from` and what stands behind `to:`) in the span.

    Raises:
        ForerunnerError: Nothing was measured in the span.
    """
    wanted = asked.wanted(METRICS)
    series, p95 = asked.series(wanted), asked.quantile(wanted, 0.95)
    median = asked.quantile(wanted, 0.5)
    keys = sorted(key for key in series if key[1].startswith(_TO))
    if not keys:
        raise ForerunnerError(
            f"no path was measured in the last {asked.span_s:g} s; look farther back by --since"
        )
    rows = [_row(key, series[key], median[key], p95[key]) for key in keys]
    return {"span_s": asked.span_s, "rows": rows}


def _row(key: tuple[str, str, str], series: Cells, median: float, p95: float) -> dict[str, Any]:
    """Return one line: a metric of a path; its class, where it has one, stands behind its end."""
    ends = {"from": key[0], "to": key[1].removeprefix(_TO)}
    return {**ends, "metric": key[2], "median": median, "p95": p95, "series": series}
