"""Counters as rates: what a roll-up says of a metric that only ever grows."""

from collections.abc import Mapping
from dataclasses import dataclass

_BITS_AN_OCTET = 8.0


@dataclass(frozen=True)
class Counter:
    """A metric that counts.

    Attributes:
        rate: Name of its rate.
        factor: From counted units to the rate's, a second.
        bits: Width, at which it wraps. Source: IF-MIB (RFC 2863), Counter32 and Counter64.
    """

    rate: str
    factor: float
    bits: int


COUNTERS: Mapping[str, Counter] = {
    "if_in_octets": Counter("if_in_bit_s", _BITS_AN_OCTET, 64),
    "if_out_octets": Counter("if_out_bit_s", _BITS_AN_OCTET, 64),
    "if_in_packets": Counter("if_in_packets_s", 1.0, 64),
    "if_out_packets": Counter("if_out_packets_s", 1.0, 64),
    "if_in_errors": Counter("if_in_errors_s", 1.0, 32),
    "if_out_errors": Counter("if_out_errors_s", 1.0, 32),
    "if_in_discards": Counter("if_in_discards_s", 1.0, 32),
    "if_out_discards": Counter("if_out_discards_s", 1.0, 32),
    "ospf_neighbour_events": Counter("ospf_neighbour_events_s", 1.0, 32),
    "bgp_peer_transitions": Counter("bgp_peer_transitions_s", 1.0, 32),
}
# From this close to its end a counter that goes back has wrapped; from anywhere else it was reset.
_NEAR = 1 / 16
# Across a longer gap a rate says nothing about any minute of it.
LONGEST_S = 300.0


_MEASURES = f"""(
    WITH samples AS ({{samples}}),
    steps AS (
        SELECT *, value - lag(value) OVER earlier AS step,
            lag(value) OVER earlier AS before, time - lag(time) OVER earlier AS seconds
        FROM samples WHERE metric IN ({{names}})
        WINDOW earlier AS (PARTITION BY host, interface, metric ORDER BY time)),
    widths (metric, rate, factor, wrap) AS (VALUES {{widths}}),
    grown AS (
        SELECT time, host, interface, rate, factor, seconds, CASE
            WHEN step >= 0 THEN step
            WHEN before >= wrap * {1 - _NEAR} AND value < wrap * {_NEAR} THEN step + wrap
            END AS growth
        FROM steps JOIN widths USING (metric)
        WHERE seconds > 0 AND seconds <= {LONGEST_S})
    SELECT time, host, interface, metric, value FROM samples WHERE metric NOT IN ({{names}})
    UNION ALL
    SELECT time, host, interface, rate AS metric, growth * factor / seconds AS value
    FROM grown WHERE growth IS NOT NULL)"""  # noqa: S608 - our own names


def measures(table: str, where: str) -> str:
    """Return the SQL of a table of gauges as they are, and of counters as rates.

    A rate stands at the time of the later of two samples; across a reset or a gap there is none.

    Args:
        table: SQL of the samples.
        where: Which of them.
    """
    names = ", ".join(f"'{name}'" for name in COUNTERS)
    samples = f"SELECT * FROM {table} WHERE {where}"  # noqa: S608 - our own names
    return _MEASURES.format(samples=samples, names=names, widths=_widths())


def _widths() -> str:
    rows = (
        f"('{name}', '{each.rate}', {each.factor}, {2.0**each.bits})"
        for name, each in COUNTERS.items()
    )
    return ", ".join(rows)
