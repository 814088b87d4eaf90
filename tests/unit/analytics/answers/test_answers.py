"""What an engineer is told is what stands in the store and the ledger."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.answers.view import sparkline
from forerunner import sla
from forerunner.errors import ForerunnerError
from forerunner.events import EventBook
from forerunner.ledger import Ledger
from forerunner.model import Event, Plan, Prediction, Sample
from forerunner.report import publish
from forerunner.store import Store

NOW = time.time()
# Octets of 10 seconds at so many Mbit/s.
_OCTETS = 10 * 1e6 / 8


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module is read long before its tests are run."""
    monkeypatch.setitem(globals(), "NOW", time.time())


@pytest.fixture(autouse=True)
def store(now: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Five minutes: r1 sends 500 Mbit/s to r3 and 100 to r2; of the probes to r3 5 % are lost."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    made = Store(tmp_path / "telemetry")
    samples = [
        Sample(NOW - 300 + 10 * n, "r1", interface, metric, value)
        for n in range(30)
        for interface, metric, value in (
            ("to-r3", "if_out_octets", n * 500 * _OCTETS),
            ("to-r2", "if_out_octets", n * 100 * _OCTETS),
            ("to-r3", "probe_sent", 100.0),
            ("to-r3", "probe_lost", 5.0),
            ("to-r3", "probe_rtt_s", 0.002),
            ("to-r3", "if_oper_status", 1.0),
            ("", "cpu_share", 0.5),
            ("to:h2", "path_loss_share", 0.01),
            ("to:h2", "speed_tcp_bit_s", 9e8),
        )
    ]
    made.append(samples)
    return made


def ask(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(application, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.output)
    return answer


def wrong(*words: str) -> str:
    error = CliRunner().invoke(application, [*words]).exception
    assert isinstance(error, ForerunnerError)
    return str(error)


def test_the_busiest_interface_stands_first_with_its_utilisation_and_loss() -> None:
    answer = ask("top", "--since", "5m")

    assert [row["interface"] for row in answer["rows"]][:2] == ["to-r3", "to-r2"]
    first = answer["rows"][0]
    assert first["utilisation"] == pytest.approx(0.5)
    assert (first["loss"], first["rtt_s"]) == (pytest.approx(0.05), pytest.approx(0.002))
    assert first["in_bit_s"] is None
    assert len(ask("top", "--since", "5m", "--count", "1")["rows"]) == 1


def test_a_link_is_told_both_ways_with_what_was_predicted_and_planned() -> None:
    book = Ledger.open()
    for name, target in (("p-1", "r1:r3"), ("p-2", "r1:r2")):
        book.add_prediction(Prediction(name, "link_failure", target, 0.9, None, 30, {}, "m", NOW))
    variables = {"link": "r1:r3"}
    book.add_plan(
        Plan("n-1", "drain_link", ("r1",), variables, "why", "p-1", {}, (), "undrain_link", NOW)
    )
    book.close()

    answer = ask("link", "r3:r1", "--since", "5m")

    there, back = answer["directions"]
    assert (there["name"], there["utilisation_p95"]) == ("r1>r3", pytest.approx(0.5))
    assert len(there["utilisation"]) == 30
    assert {x for x in there["loss"] if x is not None} == {0.05}
    assert (back["utilisation"], back["utilisation_p95"]) == ([], None)
    assert [x["id"] for x in answer["predictions"]] == ["p-1"]
    assert [(x["id"], x["states"]) for x in answer["plans"]] == [("n-1", [])]


def test_a_host_is_told_with_its_age_its_values_and_its_events() -> None:
    EventBook().note([Event("e-1", NOW, "trap.link_down", "r1", "to-r3", "error", "down")])

    answer = ask("host", "r1")

    assert 9 < answer["age_s"] < 60
    assert answer["values"] == {"cpu_share": 0.5}
    assert {x["interface"]: x["up"] for x in answer["interfaces"]}["to-r3"] is True
    assert [each["id"] for each in answer["events"]] == ["e-1"]


def test_paths_are_told_by_what_was_measured_on_them() -> None:
    rows = {(x["from"], x["to"], x["metric"]): x["median"] for x in ask("sla")["rows"]}

    assert rows == {("r1", "h2", "path_loss_share"): 0.01, ("r1", "h2", "speed_tcp_bit_s"): 9e8}


def test_paths_are_told_with_the_promises_that_were_judged(tmp_path: Path, store: Store) -> None:
    classes = [{"name": "gold", "loss": 0.001, "latency_ms": 10}]
    paths = sla.paths_from_data([{"source": "r1", "target": "h2", "sla_class": "gold"}], classes)
    publish(tmp_path / "reports", "sla", sla.facts(sla.check(store, paths, sla.Terms(), NOW)))

    answer = ask("sla")

    promises = {x["metric"]: x["promise"] and x["promise"]["state"] for x in answer["rows"]}
    assert promises == {"path_loss_share": "violated", "speed_tcp_bit_s": None}
    assert 0 <= answer["judged_age_s"] < 60
    said = CliRunner().invoke(application, ["sla"], env={"COLUMNS": "200"}).output
    assert "violated (gold)" in said


def test_a_report_of_promises_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "sla.json").write_text('{"time": 1, "devices": [{}]}')

    assert "sla.json: cannot be read" in wrong("sla")


def test_a_wrong_name_is_told_the_nearest_one() -> None:
    assert "did you mean r1:r3?" in wrong("link", "r1:r33")
    assert "did you mean r1?" in wrong("host", "rr1")


@pytest.mark.parametrize("span", ["", "1", "0h", "1w", "-1h", "1h;id"])
def test_a_span_that_is_none_is_refused(span: str) -> None:
    assert "is no span" in wrong("top", f"--since={span}")


def test_without_samples_it_is_said_how_to_get_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path / "empty"))

    assert "start_telemetry" in wrong("top")
    assert "no path was measured" in wrong("sla")


@pytest.mark.parametrize("words", [("top", "--since", "5m"), ("link", "r1:r3"), ("sla",)])
def test_people_see_a_table(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(application, [*words], catch_exceptions=False)

    assert (done.exit_code, "r1" in done.output) == (0, True)


def test_what_a_device_wrote_is_no_markup_and_no_control() -> None:
    text = "[red]x[/red]\x1b[2J"
    EventBook().note([Event("e-1", NOW, "syslog.other", "r1", "", "info", text)])

    said = CliRunner().invoke(application, ["host", "r1"], catch_exceptions=False).output

    assert "[red]x[/red]" in said
    assert "\x1b" not in said


def test_what_a_device_calls_itself_is_no_markup(store: Store) -> None:
    name = "[red]y[/]\x1b[2J"
    octets = [Sample(NOW - at, "r1", name, "if_out_octets", 1e9 - 1e6 * at) for at in (20, 10)]
    store.append([*octets, Sample(NOW - 5, "r1", "to:[/oops]", "path_loss_share", 0.01)])

    for words in (("host", "r1"), ("top",), ("sla",)):
        given = {"COLUMNS": "200"}
        said = CliRunner().invoke(application, [*words], catch_exceptions=False, env=given).output
        assert ("[red]y[/]" in said) is (words[0] != "sla")
        assert "\x1b" not in said


def test_a_sparkline_has_a_letter_a_value() -> None:
    assert sparkline([0.0, None, 7.0, 3.5]) == "▁ █▅"
    assert (sparkline([2.0, 2.0]), sparkline([None])) == ("▁▁", "")
