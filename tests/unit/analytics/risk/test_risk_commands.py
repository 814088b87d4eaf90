"""Risks are learned from what was recorded, judged on the newest of it, and told with reasons."""

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.answers import Asked
from analytics.registry import Registry
from analytics.risk import history
from analytics.risk.history import bounded
from analytics.risk.kinds import INTERFACE
from analytics.risk.service import renew_all, told
from forerunner import home
from forerunner.store import Keep, RollUps, Store
from forerunner.topology import Topology


def ask(*words: str) -> str:
    done = CliRunner().invoke(application, ["risk", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def shown() -> dict[str, Any]:
    return {row["name"]: row for row in json.loads(ask("show", "--json"))["rows"]}


def test_who_is_about_to_fail_is_told_with_the_time_and_what_speaks_for_it(
    telemetry: Store,
) -> None:
    said = ask("learn", "--since", "9d")
    assert re.match(r"interface_failure 0001-[0-9a-f]{8}: promoted: ", said)

    rows = shown()

    failing = [rows.pop(name) for name in ("r0:eth0", "r1:eth1")]
    assert all(row["probability"] > 0.5 for row in failing)
    assert all(0 < row["seconds"] <= 3600 for row in failing)
    assert all(next(iter(row["reasons"])) == "if_in_errors_s" for row in failing)
    assert len(rows) == 5
    assert all(row["probability"] < 0.1 for row in rows.values())
    assert "r0:eth0" in ask("show", "--count", "3")


def test_the_figures_are_of_time_that_was_not_learned_from_and_say_how_sure_they_are(
    telemetry: Store,
) -> None:
    ask("learn", "--since", "9d")
    book = Registry(home.var() / "models")
    (version,) = book.versions("interface_failure")
    entry = book.entry("interface_failure", version)

    assert 0 < entry.metrics["skill_low"] < entry.metrics["skill"] < entry.metrics["skill_high"]
    assert entry.metrics["brier"] < entry.metrics["brier_usual"]
    assert entry.card["failures"]["judged"] >= 2
    assert book.service("interface_failure").current.version == version  # type: ignore[union-attr]


def test_all_kinds_are_learned_where_there_is_enough_of_them_and_once(telemetry: Store) -> None:
    book = Registry(home.var() / "models")
    span = Asked(telemetry, Topology(()), 9 * 86_400.0)
    once, again = (renew_all(book, span, "somebody") for _ in range(2))
    said = [told(name, found) for name, found in once.items()]

    assert ": promoted: " in said[0]
    assert said[1].startswith("device_failure: not learned, device: nothing was polled in the last")
    assert again["interface_failure"].reason == "kept: what was learned is what is in service"  # type: ignore[union-attr]
    assert len(book.versions("interface_failure")) == 1


def test_of_many_units_less_time_is_learned_from(
    telemetry: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    span = Asked(telemetry, Topology(()), 9 * 86_400.0)
    assert bounded(span, INTERFACE).span_s == span.span_s
    monkeypatch.setattr(history, "MOST_UNITS", 3)
    assert bounded(span, INTERFACE).span_s == pytest.approx(span.span_s * 3 / 7)


def test_minutes_stand_for_samples_that_are_gone(telemetry: Store) -> None:
    rolled = RollUps(home.telemetry())
    rolled.roll_up()
    rolled.forget(Keep(samples=2))
    assert ": promoted: " in ask("learn", "--since", "9d")
    assert shown()["r0:eth0"]["probability"] > 0.5


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("show",), r"no model of interfaces is in service; make it: .* risk learn --of interface"),
        (("learn", "--since", "2d"), r"interface: \d+ failures .* 10 are needed, .* or wait"),
        (("learn", "--of", "device"), r"nothing was polled in the last .* s; start the watch"),
    ],
)
def test_what_cannot_be_told_says_why(
    telemetry: Store, words: tuple[str, ...], problem: str
) -> None:
    done = CliRunner().invoke(application, ["risk", *words])
    assert done.exit_code == 1
    assert re.search(problem, str(done.exception))
