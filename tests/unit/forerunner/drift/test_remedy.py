"""What is offered about drift, and what a report holds."""

import json
from pathlib import Path

from forerunner.configure.plan import Candidate, open_plan
from forerunner.drift import Drift, check_drift, describe, facts, offer_plan
from forerunner.errors import ForerunnerError
from forerunner.fleet import Device
from forerunner.report import publish

FOUND = {
    "r1": Drift("in line", "r1: in line with what is meant"),
    "r2": Drift("drifted", "r2: drifted\n- a<b>", "- a<b>", (), Candidate("runs\n", "meant\n")),
    "r3": Drift("unreachable", "r3: nobody answers"),
}


def test_the_plan_holds_what_is_meant_and_is_bound_to_what_runs(tmp_path: Path) -> None:
    path = offer_plan(tmp_path, FOUND, 60)
    assert path
    opened = open_plan(path)
    assert (opened.plan.limit, opened.candidate("r2", "runs\n")) == (("r2",), "meant\n")


def test_where_nothing_drifted_no_plan_is_written(tmp_path: Path) -> None:
    assert offer_plan(tmp_path, {"r1": FOUND["r1"]}, 60) is None
    assert list(tmp_path.iterdir()) == []


def test_only_a_device_in_line_is_well_and_none_is_changed() -> None:
    assert [each.result.status for each in FOUND.values()] == ["ok", "failed", "unreachable"]


def test_the_report_names_every_device_and_the_page_escapes_what_devices_say(
    tmp_path: Path,
) -> None:
    report = facts(FOUND, tmp_path / "plan-1.json")
    page = publish(tmp_path, "drift", report)
    assert json.loads((tmp_path / "drift.json").read_text()) == report
    assert report["counts"] == {"in line": 1, "drifted": 1, "unreachable": 1}
    assert "- a&lt;b&gt;" in page.read_text()
    assert describe(report, page)[-1].endswith(f"-e plan_file={tmp_path / 'plan-1.json'}")


def test_a_device_whose_intent_is_not_known_fails_without_being_asked(tmp_path: Path) -> None:
    device = Device("r1", "192.0.2.1", "u", tmp_path, tmp_path, "frr")

    def intent(_: Device) -> str:
        raise ForerunnerError("no template")

    def misread(_: Device) -> str:
        return "ip route 10.2.0.0/24 bogus!\nend\n"

    assert check_drift({"r1": device}, intent)["r1"] == Drift("failed", "r1: no template")
    assert "as something else" in check_drift({"r1": device}, misread)["r1"].message
