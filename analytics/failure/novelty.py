"""How unlike its training data an input is, and from where on an estimator should not answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData
from forerunner.schema import check

_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 1}
_FIELDS = {
    "centre": _NUMBERS,
    "scale": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 1},
    "known": {"type": "array", "items": _NUMBERS, "minItems": 1},
    "limit": {"type": "number", "minimum": 0},
}
NOVELTY_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
_KEPT, _NEIGHBOURS, _AT_ONCE = 400, 5, 64
# A column may be constant in training; a thousandth of its size is then a step to be seen.
_LEAST = 1e-3
# No single column makes a row more than this unusual: one broken sensor is not a new world.
_FARTHEST = 50.0


@dataclass(frozen=True)
class Novelty:
    """Distance to the nearest rows of the training data, over the columns that are known.

    Attributes:
        centre: Median of each column.
        scale: Its spread, in the column's unit.
        known: Rows of the training data, scaled, shape (rows, columns).
        limit: Distance from which a row is unlike them.

    Source: S. Ramaswamy, R. Rastogi and K. Shim, "Efficient algorithms for mining outliers from
    large data sets" (2000).
    """

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    known: NDArray[np.float64]
    limit: float

    @classmethod
    def learn(
        cls,
        rows: NDArray[np.float64],
        held_out: NDArray[np.float64],
        quantile: float,
        seed: int,
    ) -> Self:
        """Return the measure.

        Args:
            rows: Training data, shape (rows, columns); NaN where unknown.
            held_out: Other rows of the same kind; the limit is fixed on them.
            quantile: Share of the held-out rows that is to be within the limit, 0 to 1.
            seed: Of which rows are kept.
        """
        shown = np.where(np.isfinite(rows).any(axis=0), rows, 0.0)
        centre = np.nanmedian(shown, axis=0)
        low, high = np.nanquantile(shown, (0.05, 0.95), axis=0)
        least = _LEAST * np.maximum(1.0, np.abs(centre))
        scale = np.maximum(np.maximum(high - low, np.nanstd(shown, axis=0)), least)
        chosen = np.random.default_rng(seed).permutation(len(rows))[:_KEPT]
        known = np.nan_to_num((rows[chosen] - centre) / scale)
        distances = cls(centre, scale, known, 0.0).score(held_out)
        return cls(centre, scale, known, float(np.quantile(distances, quantile)))

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how unlike the training data each row is: 0 alike, high unusual.

        A column that is not known (NaN) counts for nothing; a row without any is infinitely far.
        """
        scaled = np.clip((rows - self.centre) / self.scale, -_FARTHEST, _FARTHEST)
        parts = [
            self._nearest(scaled[begin : begin + _AT_ONCE])
            for begin in range(0, len(rows), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def unlike(self, rows: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which rows are too unlike the training data to be judged."""
        return np.asarray(self.score(rows) > self.limit)

    def _nearest(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        seen = np.isfinite(scaled)
        apart = np.nan_to_num(scaled)[:, None, :] - self.known[None, :, :]
        total = np.einsum("ijk,ik->ij", apart**2, seen.astype(np.float64))
        nearest = np.partition(total, min(_NEIGHBOURS, total.shape[1]) - 1, axis=1)
        mean = nearest[:, :_NEIGHBOURS].mean(axis=1)
        count = seen.sum(axis=1)
        return np.where(count > 0, np.sqrt(mean / np.maximum(count, 1)), np.inf)

    def state(self) -> dict[str, Any]:
        """Return the measure as JSON data."""
        arrays = {name: getattr(self, name).tolist() for name in ("centre", "scale", "known")}
        return {**arrays, "limit": self.limit}

    @classmethod
    def from_state(cls, state: Any, source: str, columns: int) -> Self:
        """Return a measure from JSON data.

        Raises:
            InvalidData: It is none for that many columns.
        """
        check(state, NOVELTY_SCHEMA, source)
        for row in (state["centre"], state["scale"], *state["known"]):
            if len(row) != columns:
                raise InvalidData(source, "novelty", f"is not of {columns} columns; train again")
        centre, scale, known = (
            np.array(state[name], np.float64) for name in ("centre", "scale", "known")
        )
        return cls(centre, scale, known, float(state["limit"]))
