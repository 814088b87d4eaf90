"""The cause behind alarms is told, explained, kept without pickle, and not told where unknown."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.diagnosis import learning
from analytics.diagnosis.alarms import row
from analytics.diagnosis.model import AlarmDiagnosis
from analytics.registry import Registry
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


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    # Few trees and rounds: fast to learn.
    monkeypatch.setattr(AlarmDiagnosis.__init__, "__defaults__", (20, 10, 0.99, 1))
    return tmp_path


def diagnosis(*words: str) -> Result:
    return CliRunner().invoke(application, ["diagnosis", *words], env={"COLUMNS": "200"})


def table(path: Path, windows: int) -> str:
    """Write windows of known cause."""
    seconds, causes = alarms(windows)
    lines = [",".join((*ALARMS, "label"))]
    lines += [
        ",".join((*map(str, each), cause)) for each, cause in zip(seconds, causes, strict=True)
    ]
    path.write_text("\n".join(lines))
    return str(path)


def test_the_commands_learn_and_tell(var: Path) -> None:
    (var / "alarms.json").write_text(json.dumps({"alarm4": 800, "alarm5": 600}))

    learned = diagnosis("learn", table(var / "table.csv", 60))
    told = diagnosis("tell", str(var / "alarms.json"), "--json")

    assert learned.exit_code == 0, learned.output
    assert json.loads(told.output)["cause"] == "radio"


def test_what_is_learned_is_a_version_with_figures_of_windows_it_has_not_learned_from(
    var: Path,
) -> None:
    diagnosis("learn", table(var / "table.csv", 60))
    book = Registry(var / "models")
    (version,) = book.versions(learning.KIND)
    entry = book.entry(learning.KIND, version)

    assert entry.metrics["windows"] == entry.card["held_out"] > 0
    assert entry.metrics["macro_f1"] > 0.9
    assert sum(entry.card["trained_on"].values()) + entry.card["held_out"] == len(alarms(60)[1])
    assert "is what is in service" in diagnosis("learn", str(var / "table.csv")).output


def test_a_diagnosis_that_was_altered_is_not_used(var: Path) -> None:
    diagnosis("learn", table(var / "table.csv", 60))
    (path,) = (var / "models").glob("alarm_diagnosis/versions/*/alarm_diagnosis.json")
    path.chmod(0o600)
    path.write_text(path.read_text() + " ")
    told = diagnosis("tell", "alarms.json")

    assert isinstance(told.exception, InvalidData)
    assert "is not what the entry pins" in str(told.exception)


def test_a_better_diagnosis_is_promoted_and_a_worse_one_kept(var: Path) -> None:
    seconds, causes = alarms(80)
    good = learning.Windows(seconds, causes, ALARMS)
    mixed = [causes[-1 - at] if at % 2 else cause for at, cause in enumerate(causes)]
    book = Registry(var / "models")
    bad = learning.renew(book, learning.Windows(seconds, mixed, ALARMS), "ann", {})

    better = learning.renew(book, good, "ann", {})
    worse = learning.renew(book, learning.Windows(seconds[::2], causes[::2], ALARMS), "ann", {})

    assert (better.promoted, better.before) == (True, bad.version)
    assert (worse.promoted, worse.before) == (False, better.version)
    assert book.rollback(learning.KIND, "bob", "worse").version == bad.version


def test_a_window_is_held_out_by_what_it_holds(var: Path) -> None:
    seconds, causes = alarms(60)
    short, long = (learning.Windows(seconds[:x], causes[:x], ALARMS) for x in (50, len(causes)))

    kept = learning.held_out(long)[:50]
    assert list(learning.held_out(short)) == list(kept)
    assert 0.1 < kept.mean() < 0.35
