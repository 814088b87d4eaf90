"""The cause behind alarms is told, explained, kept without pickle, and not told where unknown."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.diagnosis.alarms import row
from analytics.diagnosis.model import AlarmDiagnosis
from forerunner.errors import InvalidData
from tests.unit.analytics.cases.failure import ALARMS, alarms


@pytest.fixture(scope="module")
def model() -> AlarmDiagnosis:
    return AlarmDiagnosis(20, 10).fit(*alarms(), ALARMS)


def test_causes_that_were_not_seen_before_are_told(model: AlarmDiagnosis) -> None:
    seconds, causes = alarms(100, 7)
    assert np.mean(model.predict(seconds) == np.array(causes)) > 0.95


def test_what_speaks_for_a_cause_is_named(model: AlarmDiagnosis) -> None:
    said = model.diagnose(row({"alarm2": 800.0, "alarm3": 700.0}, ALARMS, "test"))
    assert (said.cause, said.abstained) == ("power", False)
    assert set(list(said.evidence)[:2]) <= {"alarm2", "alarm3", *list(said.evidence)[:1]}
    assert sum(said.probabilities.values()) == pytest.approx(1.0)


def test_alarms_unlike_all_that_was_learned_from_get_no_answer(model: AlarmDiagnosis) -> None:
    assert model.diagnose(np.full((1, 8), 450.0)).abstained
    assert model.diagnose(np.zeros((1, 8))).abstained


def test_it_is_the_same_when_read_back(model: AlarmDiagnosis) -> None:
    again = AlarmDiagnosis.from_state(json.loads(json.dumps(model.state())))
    seconds, _ = alarms(30, 5)
    np.testing.assert_allclose(
        again.predict_probabilities(seconds), model.predict_probabilities(seconds), atol=1e-5
    )


def _loop(state: dict[str, Any]) -> None:
    state["forest"]["left"][0] = 0
    state["forest"]["right"][0] = 1


def _short(state: dict[str, Any]) -> None:
    state["novelty"]["centre"].pop()


def _strange(state: dict[str, Any]) -> None:
    state["forest"]["feature"][0] = 999


@pytest.mark.parametrize("spoil", [_loop, _short, _strange])
def test_a_state_that_leads_nowhere_is_refused(model: AlarmDiagnosis, spoil: Any) -> None:
    state = json.loads(json.dumps(model.state()))
    spoil(state)
    with pytest.raises(InvalidData, match="again"):
        AlarmDiagnosis.from_state(state)


@pytest.mark.parametrize(
    ("given", "field"), [({"alarm99": 3.0}, "alarm99"), ({"alarm1": 901.0}, "alarm1")]
)
def test_what_is_no_alarm_is_named(given: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidData, match=field):
        row(given, ALARMS, "test")


def test_the_commands_learn_and_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    seconds, causes = alarms(60)
    lines = [",".join((*ALARMS, "label"))]
    lines += [
        ",".join((*map(str, each), cause)) for each, cause in zip(seconds, causes, strict=True)
    ]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    (tmp_path / "alarms.json").write_text(json.dumps({"alarm4": 800, "alarm5": 600}))
    runner = CliRunner()

    learned = runner.invoke(application, ["diagnosis", "learn", str(tmp_path / "table.csv")])
    told = runner.invoke(
        application, ["diagnosis", "tell", str(tmp_path / "alarms.json"), "--json"]
    )

    assert learned.exit_code == 0, learned.output
    assert json.loads(told.output)["cause"] == "radio"
