"""Which interfaces are the busiest now."""

from typing import Any

from analytics.answers.asked import Asked, share
from forerunner.errors import ForerunnerError

_READ = (
    "if_in_octets", "if_out_octets", "if_in_errors", "if_out_errors", "if_in_discards",
    "if_out_discards", "probe_sent", "probe_lost", "probe_rtt_s",
)  # fmt: skip


def top(asked: Asked, count: int, host: str = "") -> dict[str, Any]:
    """Return the busiest interfaces: by utilisation where capacity is known, then by bit/s.

    Args:
        asked: What it is computed from.
        count: How many at the most.
        host: Of this host alone.

    Raises:
        ForerunnerError: There are no samples in the span; says what to do.
    """
    means = asked.means(asked.wanted(_READ, host=host))
    if not means:
        raise ForerunnerError(
            f"there is no sample of the last {asked.span_s:g} s; start the watch"
            " (playbooks/start_telemetry.yml), or look farther back by --since"
        )
    capacities = asked.capacities()
    found = sorted({(host, interface) for host, interface, _ in means if interface})
    rows = [_row(at, means, capacities.get(at)) for at in found]
    rows.sort(key=lambda row: (-(row["utilisation"] or 0), -(row["bit_s"] or 0)))
    return {"span_s": asked.span_s, "interfaces": len(rows), "rows": rows[:count]}


def _row(
    at: tuple[str, str], means: dict[tuple[str, str, str], float], capacity: float | None
) -> dict[str, Any]:
    def mean(metric: str) -> float | None:
        return means.get((*at, metric))

    def both(what: str) -> float | None:
        known = [x for x in (mean(f"if_in_{what}_s"), mean(f"if_out_{what}_s")) if x is not None]
        return sum(known) if known else None

    rates = [x for x in (mean("if_in_bit_s"), mean("if_out_bit_s")) if x is not None]
    busiest = max(rates, default=None)
    return {
        "host": at[0],
        "interface": at[1],
        "in_bit_s": mean("if_in_bit_s"),
        "out_bit_s": mean("if_out_bit_s"),
        "bit_s": busiest,
        "utilisation": share(busiest, capacity),
        "errors_s": both("errors"),
        "discards_s": both("discards"),
        "loss": share(mean("probe_lost"), mean("probe_sent")),
        "rtt_s": mean("probe_rtt_s"),
    }
