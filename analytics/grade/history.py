"""Grading what the ledger and the telemetry store hold."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analytics.grade.book import ALL, GradeBook
from analytics.grade.crowd import WINDOWS_S, crowded
from analytics.grade.drift import SPAN_S, drifted
from analytics.grade.grading import NOT_LOOKED_AT, Cost, Grade, Terms
from analytics.grade.verdict import Seen, judge
from forerunner.ledger import Acted, Ledger, acted
from forerunner.model import Prediction
from forerunner.store import Store, Wanted
from forerunner.topology import Link, Topology, UnknownLink

PROBE_METRICS = ("probe_sent", "probe_lost", "probe_rtt_s")
# What tells a queue's delay: the least round trip of so many seconds before.
_PAST_S = 95.0
# Grades that are read where not all are; no window of a ladder in use asks for as many.
_KEPT = 1000
PROBE_QUERY = """SELECT time, host, interface,
    sum(value) FILTER (WHERE metric = 'probe_lost'),
    sum(value) FILTER (WHERE metric = 'probe_sent'),
    max(value) FILTER (WHERE metric = 'probe_rtt_s')
    FROM {table} WHERE {where} GROUP BY ALL ORDER BY time"""


@dataclass(frozen=True)
class History:
    """What predictions are graded by.

    Attributes:
        ledger: What was predicted and done.
        store: What probes measured.
        topology: The links.
        terms: What counts as a fault, as loss and as seen.
        now: Seconds since the epoch.
    """

    ledger: Ledger
    store: Store
    topology: Topology
    terms: Terms = field(default_factory=Terms)
    now: float = field(default_factory=time.time)

    def grades(self, newest: int = ALL) -> list[Grade]:
        """Return the grades of all predictions; what is settled is written down.

        Args:
            newest: On the way to an act there is no time for all: as many of the newest
                predictions without a grade are looked at, and each that was acted on. Others of
                the last day are returned as not looked at yet, so that they can be counted.

        Raises:
            LedgerError: The ledger cannot be read or written.
            StoreError: A file of the store is damaged.
        """
        book = GradeBook(self.ledger)
        kept = {x.prediction: x for x in book.newest(ALL if newest == ALL else _KEPT)}
        left = book.ungraded(newest, self.now - max(WINDOWS_S))
        away = [x.prediction for x in kept.values() if x.acted and x.cost.service_s is None]
        done = acted(self.ledger, [*(x.id for x in left), *away])
        grown = [self._grown(kept[name], done.get(name)) for name in away]
        looked_at = [x for index, x in enumerate(left) if index < newest or x.id in done]
        made = [self.grade(each, done.get(each.id)) for each in looked_at]
        made += [_unread(each) for each in left[newest:] if each.id not in done]
        changed = [x for x in grown if x.cost.service_s is not None]
        book.put([*changed, *(x for x in made if x.settled)])
        return [*made, *({**kept, **{x.prediction: x for x in grown}}.values())]

    def grade(self, prediction: Prediction, done: Acted | None) -> Grade:
        """Return the grade of one prediction by what its link has shown until now."""
        made_at, end = prediction.made_at, prediction.made_at + prediction.horizon_s
        since = made_at - max(_PAST_S, prediction.horizon_s)
        shown = self.seen([prediction.target], since, end + 1.0).get(prediction.target, _nothing())
        found = judge(prediction, shown, self.now, self.terms)
        held = done.done_at if done and done.done_at is not None else end
        cost = Cost(
            shown.lost_between(made_at - prediction.horizon_s, min(held, end)),
            shown.lost_between(min(held, end), end) if done else None,
            _service_s(done),
        )
        return Grade(
            prediction.id, prediction.kind, prediction.target, prediction.model,
            prediction.probability, made_at, found.verdict, found.settled, found.lead_s,
            done is not None, cost, found.why,
        )  # fmt: skip

    def drift(self) -> str:
        """Return in words how the inputs of the links have drifted; empty when they have not."""
        names = [each.name for each in self.topology.links]
        return drifted(self.seen(names, self.now - 1.5 * SPAN_S, self.now + 1.0), self.now)

    def crowd(self, grades: Sequence[Grade], per_link_hour: float) -> str:
        """Return in words that there are more predictions than promised; empty when not."""
        return crowded(grades, len(self.topology.links), per_link_hour, self.now)

    def seen(self, names: Sequence[str], since: float, until: float) -> dict[str, Seen]:
        """Return what the probes of links gave, by link; a link that is unknown gave nothing."""
        links = [link for name in names if (link := self._link(name)) is not None]
        ways = {(way.host, way.interface): x.name for x in links for way in x.directions}
        hosts, interfaces = ({key[at] for key in ways} for at in (0, 1))
        wanted = Wanted(PROBE_METRICS, hosts, since, until, interfaces)
        rows: dict[str, dict[float, tuple[float, float, float]]] = {}
        for moment, host, interface, lost, sent, rtt_s in self.store.ask(PROBE_QUERY, wanted):
            name = ways.get((host, interface))
            if name is not None:
                at = rows.setdefault(name, {})
                one, two, three = at.get(moment, (0.0, 0.0, 0.0))
                at[moment] = (one + (lost or 0.0), two + (sent or 0.0), three + (rtt_s or 0.0))
        return {name: _seen(at) for name, at in rows.items()}

    def _link(self, name: str) -> Link | None:
        try:
            return self.topology.link(name)
        except UnknownLink:
            return None

    @staticmethod
    def _grown(grade: Grade, done: Acted | None) -> Grade:
        return replace(grade, cost=replace(grade.cost, service_s=_service_s(done)))


def _unread(prediction: Prediction) -> Grade:
    """Return the grade of a prediction whose link was not looked at."""
    return Grade(
        prediction.id, prediction.kind, prediction.target, prediction.model,
        prediction.probability, prediction.made_at, "unknown", False, None, False,
        Cost(None, None, None), NOT_LOOKED_AT,
    )  # fmt: skip


def _service_s(done: Acted | None) -> float | None:
    if done is None or done.done_at is None or done.returned_at is None:
        return None
    return done.returned_at - done.done_at


def _seen(rows: dict[float, tuple[float, float, float]]) -> Seen:
    times = np.array(list(rows))
    lost, total, rtt_s = (np.array(column) for column in zip(*rows.values(), strict=True))
    return Seen(times, lost.astype(np.int64), total.astype(np.int64), rtt_s)


def _nothing() -> Seen:
    none = np.zeros(0, np.int64)
    return Seen(np.zeros(0), none, none, np.zeros(0))
