"""Four ways of comparing as one score, and how sure that is. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

_WEIGHTS = {"pieces": 1.0, "embedding": 0.8, "bm25": 0.2, "pairs": 0.3}
"""docs/predictions/search.md says on what they were chosen."""

_CONFIDENCE = (-1.95, (2.47, 1.53, 3.45, -0.015))


@dataclass(frozen=True)
class Evidence:
    """What each way of comparing says of each document; arrays of one length.

    Attributes:
        pieces: Cosine of TF-IDF over 4 to 8 characters.
        embedding: Cosine of the nearest embedded piece, averaged over those of the query.
        bm25: Okapi's score.
        pairs: Cosine of TF-IDF over words and pairs of words.
    """

    pieces: Scores
    embedding: Scores
    bm25: Scores
    pairs: Scores

    def __getitem__(self, chosen: NDArray[np.bool_]) -> "Evidence":
        return Evidence(*(each[chosen] for each in vars(self).values()))

    def of(self, at: int) -> Mapping[str, float]:
        """Return what is said of one document."""
        return {name: float(each[at]) for name, each in vars(self).items()}


def fused(evidence: Evidence) -> Scores:
    """Return the weighted sum of the ways, each in standard deviations of its own scores."""
    return sum(
        (weight * _standard(getattr(evidence, name)) for name, weight in _WEIGHTS.items()),
        start=np.zeros(len(evidence.pieces)),
    )


def signs(evidence: Evidence) -> Scores:
    """Return what tells a relevant best document from an irrelevant one.

    Its cosines by pieces, embedding and pairs, and how far it is ahead of the second.
    """
    scores = fused(evidence)
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    ahead = scores[best] - scores[order[1]] if len(order) > 1 else 0.0
    ways = (evidence.pieces, evidence.embedding, evidence.pairs)
    return np.array([*(float(each[best]) for each in ways), float(ahead)])


def confidence(evidence: Evidence) -> float:
    """Return how sure it is that the best document is relevant, 0 to 1 (logistic)."""
    intercept, weights = _CONFIDENCE
    return float(1 / (1 + np.exp(-(intercept + float(signs(evidence) @ np.array(weights))))))


def _standard(scores: Scores) -> Scores:
    standard: Scores = (scores - scores.mean()) / (scores.std() + 1e-9)
    return standard
