"""The ways in which a search compares texts."""

from analytics.search.lexical import BM25, Cosine
from tests.unit.analytics.cases import Case

TEXTS = ["the link r1 to r3 loses packets", "a backup is stale", "a SIM order is parked"]

CASES = [
    Case(
        kind,
        lambda x: x.fit(TEXTS),
        lambda x: x.score("a stale backup of r1"),
        lambda x: x.fit([]).score("a stale backup of r1"),
        None,
    )
    for kind in (BM25, Cosine)
]
