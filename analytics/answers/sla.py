"""What speed tests and probes measured on each path, and how its promises were found to stand."""

import json
from pathlib import Path
from typing import Any

from analytics.answers.asked import Asked, Cells
from forerunner.errors import ForerunnerError

METRICS = ("speed_tcp_bit_s", "path_loss_share", "path_rtt_s", "path_rtt_p95_s", "path_jitter_s")
_TO = "to:"


def sla(asked: Asked, report: Path) -> dict[str, Any]:
    """Return what was measured of each path (`from` and what stands behind `to:`) in the span.

    Args:
        asked: What is looked at.
        report: That playbook check_sla wrote, in JSON; it need not be there.

    Raises:
        ForerunnerError: Nothing was measured in the span, or the report cannot be read.
    """
    wanted = asked.wanted(METRICS)
    series, p95 = asked.series(wanted), asked.quantile(wanted, 0.95)
    median = asked.quantile(wanted, 0.5)
    keys = sorted(key for key in series if key[1].startswith(_TO))
    if not keys:
        raise ForerunnerError(
            f"no path was measured in the last {asked.span_s:g} s; look farther back by --since"
        )
    judged_at, verdicts = _verdicts(report)
    rows = [
        {**_row(key, series[key], median[key], p95[key]), "promise": verdicts.get(key)}
        for key in keys
    ]
    age_s = None if judged_at is None else asked.now - judged_at
    return {"span_s": asked.span_s, "judged_age_s": age_s, "rows": rows}


def _verdicts(report: Path) -> tuple[float | None, dict[tuple[str, str, str], dict[str, Any]]]:
    """Return when promises were judged last, and how those of a host, path and metric stand."""
    try:
        found = json.loads(report.read_text())
        told = {
            (path["source"], path["interface"], each["metric"]): {
                "sla_class": path["sla_class"], "state": each["state"], "text": each["text"],
            }
            for path in found["devices"] for each in path["promises"]
        }  # fmt: skip
        return float(found["time"]), told
    except FileNotFoundError:
        return None, {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        problem = f"{report}: cannot be read: {error!r}; write it anew: playbooks/check_sla.yml"
        raise ForerunnerError(problem) from error


def _row(key: tuple[str, str, str], series: Cells, median: float, p95: float) -> dict[str, Any]:
    """Return one line: a metric of a path; its class, where it has one, stands behind its end."""
    ends = {"from": key[0], "to": key[1].removeprefix(_TO)}
    return {**ends, "metric": key[2], "median": median, "p95": p95, "series": series}
