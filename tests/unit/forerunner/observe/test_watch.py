"""A link's episodes: one word for a failure, one for a return, however the score swings."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from analytics.decide import Policy
from analytics.failure.monitor import Assessment
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, Prediction, ProbeBin
from forerunner.observe.drained import DrainedLinks
from forerunner.observe.watch import Watch, samples
from forerunner.topology import Topology

_LINK = Topology.from_data(
    [{"ends": ["r1", "r3"], "subnet": "10.1.13.0/30", "capacity": 1e9, "cost": 10}]
).link("r1:r3")
_POLICY = Policy(0.9, 0.5, 60, 60, 0.8, 10, 2, 20, 2, 600, 30)


class _Scored:
    """A model whose probability is the share of packets that were lost."""

    debounce = 1
    horizon_s = 60.0
    name = "scored"

    def __init__(self) -> None:
        self.score = 0.0

    def predict_row(self, row: Sequence[float]) -> float:
        return self.score

    def lead_time_s(self, row: Sequence[float]) -> float:
        return 12.0

    def explain(self, row: Sequence[float], most: int = 5) -> dict[str, float]:
        return {"any_loss_5s": 1.0}


def _play(
    watch: Watch, model: _Scored, scores: list[float], start: float = 0.0
) -> list[Prediction]:
    found = []
    for index, score in enumerate(scores):
        model.score = score
        lost = round(10 * score)
        probed = ProbeBin(start + index * 1.0, "r1:r3", 10, lost, 10 - lost, 0, 0.001)
        prediction, _ = watch.update(probed)
        found += [prediction] if prediction else []
    return found


def _watch() -> tuple[Watch, _Scored]:
    model = _Scored()
    return Watch(_LINK, model, _POLICY), model  # type: ignore[arg-type]


@given(st.lists(st.sampled_from([0.0, 0.6, 1.0]), max_size=300))
def test_an_oscillating_score_speaks_once_a_cooldown(scores: list[float]) -> None:
    times = [each.made_at for each in _play(*_watch(), scores)]
    assert all(b - a >= _POLICY.cooldown_s for a, b in pairwise(times))


def test_a_failure_is_predicted_as_soon_as_the_threshold_is_crossed() -> None:
    (prediction,) = _play(*_watch(), [0.0, 0.89, 0.9])
    assert (prediction.kind, prediction.made_at) == ("link_failure", 2.0)


def test_a_failure_that_nobody_acted_on_is_predicted_again_after_the_cooldown() -> None:
    assert len(_play(*_watch(), [1.0] * 61)) == 2


def test_what_was_predicted_before_the_service_died_is_not_predicted_again() -> None:
    (before,) = _play(*_watch(), [0.0, 1.0])
    watch, model = _watch()
    watch.resume(before)
    assert _play(watch, model, [1.0] * 58, start=2.0) == []
    (again,) = _play(watch, model, [1.0] * 5, start=60.0)
    assert again.made_at == before.made_at + _POLICY.cooldown_s


def test_a_link_that_was_well_again_after_the_service_died_is_predicted_anew() -> None:
    watch, model = _watch()
    for made_at in (0.0, 100.0):
        watch.resume(Prediction("p", "link_failure", "r1:r3", 0.9, 1.0, 60.0, {}, "m", made_at))
    assert _play(watch, model, [1.0, 0.0, 1.0], start=150.0) == []
    assert len(_play(watch, model, [0.0, 1.0], start=160.0)) == 1


def test_a_drained_link_is_not_predicted_to_fail() -> None:
    watch, model = _watch()
    watch.drained = True
    assert _play(watch, model, [1.0] * 100) == []


def test_a_drained_link_that_stays_healthy_is_predicted_to_return_once() -> None:
    watch, model = _watch()
    watch.drained = watch.ours_to_return = True
    found = _play(watch, model, [1.0] * 3 + [0.0] * 40)
    assert [each.kind for each in found] == ["link_recovery"]
    assert found[0].made_at >= 2.0 + _POLICY.healthy_for_s


def test_a_link_that_a_person_drained_is_left_to_the_person() -> None:
    watch, model = _watch()
    watch.drained = True
    assert _play(watch, model, [1.0] * 3 + [0.0] * 200) == []


def test_each_direction_is_stored_under_the_end_that_sends_it() -> None:
    rows = samples(_LINK, ProbeBin(1.0, "r1:r3", 10, 2, 8, 1, 0.0), Assessment(0.5, None, {}))
    found = {(row.host, row.interface, row.metric): row.value for row in rows}
    assert found == {
        ("r1", "to-r3", "probe_sent"): 10.0,
        ("r1", "to-r3", "probe_lost"): 2.0,
        ("r3", "to-r1", "probe_sent"): 8.0,
        ("r3", "to-r1", "probe_lost"): 1.0,
        ("r1", "to-r3", "link_failure_probability"): 0.5,
    }


def _record(
    ledger: Ledger, name: str, playbook: str, state: str, prediction: str | None = None
) -> None:
    variables = {"link": "r1:r3"}
    ledger.add_plan(Plan(name, playbook, ("r1",), variables, "why", prediction, {}, (), "x", 0.0))
    ledger.add_outcome(Outcome(name, state, {}, {}, {}, 0.0, 0.0, "cli"))  # type: ignore[arg-type]


def test_only_verified_outcomes_change_what_is_drained(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    drained = DrainedLinks(ledger)
    seen = []
    for number, (playbook, state) in enumerate(
        [
            ("drain_link", "failed"),
            ("drain_link", "verified"),
            ("undrain_link", "undone"),
            ("backup_configs", "verified"),
            ("undrain_link", "verified"),
        ]
    ):
        _record(ledger, f"plan-{number}", playbook, state)
        seen.append(bool(drained.read()))
    ledger.close()
    assert seen == [False, True, True, True, False]


def test_who_drained_a_link_last_decides_who_returns_it(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    drained = DrainedLinks(ledger)
    seen = []
    for number, prediction in enumerate(["prediction-1", None]):
        _record(ledger, f"plan-{number}", "drain_link", "verified", prediction)
        seen.append(drained.read())
    ledger.close()
    assert seen == [{"r1:r3": True}, {"r1:r3": False}]


def test_a_link_that_the_model_has_no_answer_for_is_neither_predicted_nor_stored() -> None:
    watch, model = _watch()
    model.score = 1.0

    said = [watch.update(ProbeBin(at * 1.0, "r1:r3", 2, 2, 0, 0, 0.0)) for at in range(100)]

    assert watch.abstains
    assert [prediction for prediction, _ in said if prediction] == []
    assert {each.metric for _, rows in said for each in rows} == {"probe_sent", "probe_lost"}
