"""The detectors of what is unusual, and what makes their scores comparable."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from analytics.anomaly import Coincidence, CourseAnomalies, RareChange, TailRank, Unusual
from analytics.anomaly.level import LevelChange
from analytics.anomaly.network import NetworkAnomalies
from analytics.anomaly.residual import Residual
from analytics.anomaly.subsequence import NearestStretch
from analytics.anomaly.tables import Row
from tests.unit.analytics.cases import Case

_USUAL = np.random.default_rng(1).normal(size=400)
_NONE = np.empty(0)
# So far off that even the level of the latest values has moved.
_FAULT = np.full(16, 30.0)


def _gaps(values: Any) -> Any:
    return np.where(np.arange(len(values)) % 7 == 3, np.nan, values)


def _unusual(estimator: Any) -> Any:
    whole = estimator.score(np.append(_USUAL, _FAULT))
    return whole[-len(_FAULT) :].max(), np.quantile(whole[: -len(_FAULT)], 0.95)


def _of_series(kind: type) -> Case:
    return Case(
        kind,
        lambda estimator: estimator.fit(_USUAL),
        lambda estimator: estimator.score(_USUAL),
        lambda estimator: estimator.score(_NONE),
        lambda estimator: estimator.score(_gaps(_USUAL)),
        _unusual,
        lambda estimator: (estimator.score(_USUAL[:200]), estimator.score(_USUAL)[:200]),
        needs_fit=False,
    )


def _rarest(found: Any) -> float:
    """Return the score of an answer: of changes the rarest, of events their count."""
    if isinstance(found, float):
        return found
    return max((getattr(each, "score", 1.0) for each in found), default=0.0)


def _of_rows(kind: type, usual: list[Any], fault: list[Any], holed: list[Any]) -> Case:
    """Return the case of an estimator that takes rows as the arguments of `update`."""

    def told(rows: Iterable[Any]) -> Any:
        fresh = kind()
        return np.array([_rarest(fresh.update(*row)) for row in rows], float)

    def given(row: Any) -> Any:
        # One argument alone is the row itself.
        return row if len(row) > 1 else row[0]

    whole = [*usual, *fault]
    return Case(
        kind,
        lambda estimator: estimator.fit([given(row) for row in usual]),
        lambda _: told(whole),
        lambda _: told([]),
        lambda _: told([*usual, *holed]),
        lambda _: (told(whole)[-len(fault) :].max(), told(usual)),
        lambda _: (told(whole[: len(usual) // 2]), told(whole)[: len(usual) // 2]),
        needs_fit=False,
    )


_POLLS = [("states", str(at % 2), {"state": "up", "octets": at}) for at in range(100)]
_NAN = float("nan")


def _row(at: int, table: str, state: Any) -> tuple[Row]:
    return (Row(at * 5.0, "r1", table, "", {"state": state}),)


_TABLES = ("if", "ospf", "bgp", "snmp")
_ROWS = [_row(at, table, "up") for at in range(400) for table in _TABLES]


def _moment(at: int, value: float) -> tuple[float, dict[tuple[str, str], float]]:
    return at * 300.0, {("r1", "load"): value}


CASES = (
    *(_of_series(kind) for kind in (Unusual, TailRank, Residual, NearestStretch, LevelChange)),
    _of_rows(
        RareChange, _POLLS, [("states", "1", {"state": "down"})], [("states", "1", {"state": _NAN})]
    ),
    _of_rows(
        Coincidence,
        [(float(at), "if", 1.0) for at in range(100)],
        [(100.0, "ospf", 3.0)],
        [(100.0, "ospf", _NAN)],
    ),
    _of_rows(
        NetworkAnomalies,
        _ROWS,
        [_row(400, table, "down") for table in _TABLES],
        [_row(400, table, _NAN) for table in _TABLES],
    ),
    _of_rows(
        CourseAnomalies,
        [_moment(at, value) for at, value in enumerate(_USUAL)],
        [_moment(400 + at, value) for at, value in enumerate(_FAULT)],
        [_moment(400 + at, _NAN) for at in range(20)],
    ),
)
