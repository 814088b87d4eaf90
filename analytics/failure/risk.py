"""The risk that a link, an interface or a device fails: when, how probably, or no answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from analytics.estimator import require_fitted
from analytics.failure.forest import FOREST_SCHEMA, Forest
from analytics.failure.model import Calibration
from analytics.failure.novelty import NOVELTY_SCHEMA, Novelty
from analytics.failure.spans import (
    STEPS,
    all_spans,
    balanced,
    held_out,
    log_odds,
    median_share,
    middle,
    spans_of,
    twice,
)
from forerunner.errors import InvalidData
from forerunner.schema import check

Table = NDArray[np.float64]
Units = NDArray[Any]
_SCHEMA_VERSION = 1
_SURE = 1e-4
_NUMBER = {"type": "number"}
_FIELDS = {
    "schema": {"const": _SCHEMA_VERSION},
    "columns": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "horizon_s": {"type": "number", "exclusiveMinimum": 0},
    "known_share": {"type": "number", "minimum": 0, "maximum": 1},
    "fill": {"type": "array", "items": _NUMBER, "minItems": 1},
    "slope": {"type": "number", "exclusiveMinimum": 0},
    "offset": _NUMBER,
    "trees": FOREST_SCHEMA,
    "novelty": NOVELTY_SCHEMA,
}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Outlook:
    """What is expected of each row; shape (rows,) each.

    Attributes:
        probability: Of failing within the horizon; NaN where there is no answer.
        seconds: Median time to the failure if it comes within the horizon; NaN likewise.
        novelty: How unlike the training data, 0 alike.
        abstained: Whether there is no answer: too unlike, or too little is known.
    """

    probability: NDArray[np.float64]
    seconds: NDArray[np.float64]
    novelty: NDArray[np.float64]
    abstained: NDArray[np.bool_]


class FailureRisk:
    """Gives the time to failure and its probability within a horizon, from any telemetry.

    Args:
        horizon_s: Seconds ahead that are judged.
        trees: How many trees.
        leaf: Rows at a leaf at the least.
        known_share: Share of the columns that must be known for an answer.
        within: Share of held-out rows that must pass as like the training data.
        seed: Of the trees and of what is masked.

    Attributes:
        columns_: Names of the columns.
        fill_: What stands for an unknown value, per column.
        forest_: Votes on the span in which the failure comes.
        calibration_: The sigmoid, learned on rows that the trees have not seen.
        novelty_: Distance to the training data.

    The calibration is of units that the trees have not seen: a unit is learned from or held out as
    a whole; without units, every third row is held out.
    """

    unit: ClassVar[str] = "probability of failing within horizon_s"

    def __init__(
        self,
        horizon_s: float = 3600.0,
        trees: int = 100,
        leaf: int = 3,
        known_share: float = 0.5,
        within: float = 0.99,
        seed: int = 1,
    ) -> None:
        self.horizon_s = horizon_s
        self.trees = trees
        self.leaf = leaf
        self.known_share = known_share
        self.within = within
        self.seed = seed

    def fit(
        self,
        rows: Table,
        remaining_s: Table,
        columns: Sequence[str],
        units: Units | None = None,
        kept: float = 1.0,
    ) -> Self:
        """Learn from rows of telemetry and what came after.

        Args:
            rows: Shape (rows, columns); NaN where unknown.
            remaining_s: Seconds to the failure; NaN or infinite where none came.
            columns: Their names.
            units: What each row is of, as a link; each is held out as a whole.
            kept: Share of the rows without a failure that these are, where most were left out.

        Raises:
            InvalidData: The shapes differ, or no failure or only failures are to be learned from.
        """
        held, spans = held_out(len(rows), units), spans_of(remaining_s, self.horizon_s)
        self._check_data(rows, columns, spans, held)
        self.columns_, self.fill_ = tuple(columns), middle(rows)
        self._learn(rows, spans, held, np.arange(len(rows)) if units is None else units, kept)
        return self

    def _learn(
        self,
        rows: Table,
        spans: NDArray[np.int64],
        held: NDArray[np.bool_],
        groups: Units,
        kept: float,
    ) -> None:
        random = np.random.default_rng(self.seed)
        self.forest_ = self._grown(twice(rows[~held], random), np.tile(spans[~held], 2))
        failing = spans < len(STEPS)
        given = twice(rows[held], random), np.tile(failing[held], 2), np.tile(groups[held], 2)
        self.calibration_ = self._calibrated(*given, kept)
        # Failures are few, and would all be the unusual ones of which it says nothing.
        known, limit = (balanced(rows, failing, part, random) for part in (~held, held))
        self.novelty_ = Novelty.learn(known, limit, self.within, self.seed)

    def _grown(self, rows: Table, spans: NDArray[np.int64]) -> Forest:
        forest = RandomForestClassifier(
            self.trees, min_samples_leaf=self.leaf, random_state=self.seed
        )
        forest.fit(self._filled(rows), spans)
        return all_spans(Forest.from_estimator(forest), forest.classes_)

    def _calibrated(
        self, rows: Table, failing: NDArray[np.bool_], groups: Units, kept: float
    ) -> Calibration:
        """Return the sigmoid by Platt's targets: no surer of a failure than so few can make it."""
        odds = log_odds(self.forest_.probabilities(self._filled(rows))).reshape(-1, 1)
        yes, no = len(np.unique(groups[failing])), int((~failing).sum())
        target = np.where(failing, (yes + 1) / (yes + 2), 1 / (no + 2))
        sigmoid = LogisticRegression(C=1e3)
        sigmoid.fit(
            np.vstack([odds, odds]),
            np.repeat([True, False], len(odds)),
            sample_weight=np.concatenate([target, 1 - target]),
        )
        # Source: King and Zeng, "Logistic regression in rare events data" (2001), prior correction.
        offset = float(sigmoid.intercept_[0] + np.log(kept))
        return Calibration(max(_SURE, float(sigmoid.coef_[0, 0])), offset)

    def table(self, records: Iterable[Mapping[str, float | None]]) -> NDArray[np.float64]:
        """Return rows out of records by column name; what a record lacks is NaN.

        Raises:
            InvalidData: A record has a column that was not learned.
        """
        require_fitted(self, "columns_")
        rows = []
        for at, record in enumerate(records):
            if strange := sorted(set(record) - set(self.columns_)):
                known = ", ".join(self.columns_[:5])
                problem = f"was not learned; leave it out, or train again with it (known: {known})"
                raise InvalidData(f"record {at}", strange[0], problem)
            values = (record.get(name) for name in self.columns_)
            rows.append([np.nan if value is None else value for value in values])
        return np.array(rows, np.float64).reshape(-1, len(self.columns_))

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of failing within the horizon, calibrated, abstaining never."""
        require_fitted(self, "forest_")
        odds = log_odds(self.forest_.probabilities(self._filled(rows)))
        return self.calibration_.slope * odds + self.calibration_.offset

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of failing within the horizon; NaN where it abstains."""
        return self.outlook(rows).probability

    def outlook(self, rows: NDArray[np.float64]) -> Outlook:
        """Return probability, time, novelty and whether it abstains, for each row.

        Args:
            rows: Shape (rows, columns) in the order of `columns_`; NaN where unknown.
        """
        require_fitted(self, "forest_")
        votes = self.forest_.probabilities(self._filled(rows))
        chance = self.calibration_.probability(log_odds(votes))
        novelty = self.novelty_.score(rows)
        known = np.isfinite(rows).mean(axis=1)
        silent = (novelty > self.novelty_.limit) | (known < self.known_share)
        seconds = self.horizon_s * median_share(votes)
        chance, seconds = np.where(silent, np.nan, chance), np.where(silent, np.nan, seconds)
        return Outlook(chance, seconds, novelty, silent)

    def state(self) -> dict[str, Any]:
        """Return what was learned as JSON data."""
        require_fitted(self, "forest_")
        return {
            "schema": _SCHEMA_VERSION,
            "columns": list(self.columns_),
            "horizon_s": self.horizon_s,
            "known_share": self.known_share,
            "fill": self.fill_.tolist(),
            **asdict(self.calibration_),
            "trees": self.forest_.state(),
            "novelty": self.novelty_.state(),
        }

    @classmethod
    def from_state(cls, state: Any, source: str = "state") -> Self:
        """Return the estimator that gave a state.

        Raises:
            InvalidData: It is no state of this version; names the field.
        """
        check(state, _SCHEMA, source)
        count = len(state["columns"])
        if len(state["fill"]) != count:
            raise InvalidData(source, "fill", f"is not of {count} columns; train again")
        forest = Forest.from_state(state["trees"], source, count, len(STEPS) + 1)
        risk = cls(state["horizon_s"], len(forest.roots), known_share=state["known_share"])
        risk.columns_ = tuple(state["columns"])
        risk.fill_ = np.array(state["fill"], np.float64)
        risk.calibration_ = Calibration(state["slope"], state["offset"])
        risk.forest_ = forest
        risk.novelty_ = Novelty.from_state(state["novelty"], source, count)
        return risk

    def _filled(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.isfinite(rows), rows, self.fill_)

    def _check_data(self, rows: Any, columns: Any, spans: Any, held: Any) -> None:
        if rows.ndim != 2 or rows.shape != (len(spans), len(columns)):
            problem = f"is of shape {rows.shape}; it must be rows by {len(columns)} columns"
            raise InvalidData("rows", "shape", problem)
        for part in (spans[held], spans[~held]):
            failing = part < len(STEPS)
            if failing.all() or not failing.any():
                problem = "needs units that fail and units that do not, in both parts; add some"
                raise InvalidData("remaining_s", "", problem)
