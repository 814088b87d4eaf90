"""The model of a link that is about to fail: boosted trees, calibrated, kept as plain JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge

from analytics.estimator import NotFitted, require_fitted
from analytics.failure.examples import Examples
from analytics.failure.features import NAMES
from analytics.failure.trees import TREES_SCHEMA, Ensemble, Tree
from analytics.registry.entry import digest
from forerunner.errors import InvalidData
from forerunner.files import write_whole
from forerunner.schema import check

SCHEMA_VERSION = 1
HORIZON_S = 60.0

_NUMBER = {"type": "number"}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "schema": {"const": SCHEMA_VERSION},
        "name": {"type": "string", "minLength": 1},
        "features": {"const": list(NAMES)},
        "horizon_s": {"type": "number", "exclusiveMinimum": 0},
        "debounce": {"type": "integer", "minimum": 1, "maximum": 100},
        "base": _NUMBER,
        "trees": TREES_SCHEMA,
        "slope": {"type": "number", "exclusiveMinimum": 0},
        "offset": _NUMBER,
        "lead_offset": _NUMBER,
        "lead": {
            "type": "array",
            "items": _NUMBER,
            "minItems": len(NAMES),
            "maxItems": len(NAMES),
        },
        "card": {"type": "object"},
    },
    "additionalProperties": False,
}
_COMPLETE = {**_SCHEMA, "required": list(_SCHEMA["properties"])}


@dataclass(frozen=True)
class Calibration:
    """The sigmoid that turns the trees' log odds into a probability.

    Source: J. Platt, "Probabilistic outputs for support vector machines" (1999).
    """

    slope: float
    offset: float

    def probability(self, score: Any) -> Any:
        """Return the probability, 0 to 1, of one score or of an array of them."""
        return 1 / (1 + np.exp(-(self.slope * score + self.offset)))


class LinkFailureModel:
    """Gives the probability that a link fails within `horizon_s` seconds.

    Args:
        trees: How many trees.
        depth: Questions on the way down each.
        rate: Share of its advice that each tree is followed in.
        debounce: Intervals in a row that must agree; the monitor takes their lowest.
        seed: Of the subsampling.

    Attributes:
        ensemble_: The trees.
        calibration_: The sigmoid, learned on seeds that the trees have not seen.
        lead_: Coefficients of the seconds that remain, one per feature.
        lead_offset_: Their constant.
        card_: What it was trained on and how it did, for people.

    Source: J. Friedman, "Greedy function approximation: a gradient boosting machine" (2001).
    """

    unit = "probability of failing within horizon_s"
    horizon_s = HORIZON_S

    def __init__(
        self,
        trees: int = 60,
        depth: int = 4,
        rate: float = 0.2,
        debounce: int = 7,
        seed: int = 1,
    ) -> None:
        self.trees = trees
        self.depth = depth
        self.rate = rate
        self.debounce = debounce
        self.seed = seed

    def fit(self, learn: Examples, calibrate: Examples) -> Self:
        """Learn the trees from one set and the calibration from another.

        Args:
            learn: Examples of the seeds to learn from.
            calibrate: Examples of other seeds.
        """
        estimator = GradientBoostingClassifier(
            n_estimators=self.trees,
            max_depth=self.depth,
            learning_rate=self.rate,
            subsample=0.5,
            min_samples_leaf=50,
            random_state=self.seed,
        )
        estimator.fit(learn.rows, learn.failing, sample_weight=learn.weight)
        self.ensemble_ = Ensemble.from_estimator(estimator)
        self.calibration_ = _calibrate(self.ensemble_, calibrate)
        known = np.isfinite(learn.remaining_s)
        remaining = np.minimum(self.horizon_s, learn.remaining_s[known])
        lead = Ridge(alpha=10.0).fit(learn.rows[known], remaining)
        self.lead_, self.lead_offset_ = lead.coef_.tolist(), float(lead.intercept_)
        digest = self._digest(learn, calibrate)
        self.card_: dict[str, Any] = {"data_sha256": digest, "sklearn": sklearn.__version__}
        return self

    def _digest(self, learn: Examples, calibrate: Examples) -> str:
        """Return the sha256 of all that the model follows from; grades are told apart by it."""
        settings = (self.trees, self.depth, self.rate, self.debounce, self.seed, self.horizon_s)
        said = (learn.digest, calibrate.digest, sklearn.__version__, *settings)
        return digest(json.dumps(said).encode())

    @property
    def name(self) -> str:
        """Return the model's name with the beginning of the hash of what it follows from."""
        self._check_fitted()
        return f"link_failure {str(self.card_.get('data_sha256', 'unknown'))[:8]}"

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how unusual each row of `NAMES` is, in log odds; high is failing."""
        self._check_fitted()
        return self.ensemble_.score(rows)

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of failing within the horizon for each row of `NAMES`."""
        scores = self.score(rows)
        return np.asarray(self.calibration_.probability(scores))

    def predict_row(self, row: Sequence[float]) -> float:
        """Return the same for one row; fast."""
        self._check_fitted()
        return float(self.calibration_.probability(self.ensemble_.score_row(row)))

    def lead_time_s(self, row: Sequence[float]) -> float:
        """Return the seconds that remain before the fault if it comes, 0 to the horizon."""
        self._check_fitted()
        parts = (weight * value for weight, value in zip(self.lead_, row, strict=True))
        seconds: float = self.lead_offset_ + math.fsum(parts)
        return min(self.horizon_s, max(0.0, seconds))

    def explain(self, row: Sequence[float], most: int = 5) -> dict[str, float]:
        """Return the features that raise one row's log odds most, and by how much."""
        self._check_fitted()
        pairs = zip(NAMES, self.ensemble_.contributions(row), strict=True)
        ranked = sorted(pairs, key=lambda pair: -pair[1])[:most]
        return {name: round(added, 3) for name, added in ranked if added > 0}

    def to_json(self) -> str:
        """Return the model with its card."""
        self._check_fitted()
        data = {
            "schema": SCHEMA_VERSION,
            "name": self.name,
            "features": list(NAMES),
            "horizon_s": self.horizon_s,
            "debounce": self.debounce,
            "base": self.ensemble_.base,
            "trees": [asdict(tree) for tree in self.ensemble_.trees],
            **asdict(self.calibration_),
            "lead": self.lead_,
            "lead_offset": self.lead_offset_,
            "card": self.card_,
        }
        return json.dumps(data)

    def save(self, path: Path) -> None:
        """Write the model with its card as JSON; the file is replaced in one step."""
        write_whole(path, self.to_json(), 0o644)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a model back.

        Raises:
            InvalidData: The file is no model of this version, features included.
            NotFitted: There is no such file; names the command that makes it.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise NotFitted(f"{path} is missing; make it: python -m analytics train") from error
        return cls.from_bytes(content, str(path))

    @classmethod
    def from_bytes(cls, content: bytes, source: str) -> Self:
        """Read a model back from the bytes of its file.

        Raises:
            InvalidData: They are no model of this version, features included; names `source`.
        """
        try:
            data = json.loads(content)
        except ValueError as error:
            raise InvalidData(source, "", f"is no JSON ({error}); train again") from error
        check(data, _COMPLETE, source)
        trees = tuple(Tree(**tree) for tree in data["trees"])
        for index, tree in enumerate(trees):
            if not tree.closed() or max(tree.feature) >= len(NAMES):
                raise InvalidData(source, f"trees[{index}]", "leads nowhere; train again")
        model = cls(trees=len(trees), debounce=data["debounce"])
        model.horizon_s = data["horizon_s"]
        model.ensemble_ = Ensemble(data["base"], trees)
        model.calibration_ = Calibration(data["slope"], data["offset"])
        model.lead_, model.lead_offset_ = data["lead"], data["lead_offset"]
        model.card_ = data["card"]
        return model

    def _check_fitted(self) -> None:
        require_fitted(self, "ensemble_")


def _calibrate(ensemble: Ensemble, examples: Examples) -> Calibration:
    scores = ensemble.score(examples.rows).reshape(-1, 1)
    sigmoid = LogisticRegression(C=1e6)
    sigmoid.fit(scores, examples.failing, sample_weight=examples.weight)
    return Calibration(float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0]))
