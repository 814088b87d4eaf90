"""A plan of many devices is written whole or not at all, and says how to go on."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.configure import planning
from forerunner.configure.foretell import Foretold, Seen, on_shadow
from forerunner.configure.planning import Limits, Planning, Terms, make_plan
from forerunner.configure.planning_report import differences, report
from forerunner.fleet import Device, DeviceResult
from forerunner.shadow import Likeness, NoShadow

RUNNING, TEXT = "hostname v1\n", "hostname v1\nnew line\n"
COMPARED = "+ new line\n+ neighbor 10.0.0.1 password canary1"


@pytest.fixture
def device(tmp_path: Path) -> Device:
    for name in ("key", "known"):
        (tmp_path / name).touch()
    return Device("v1", "192.0.2.1", "netops", tmp_path / "key", tmp_path / "known", "mock")


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    return Terms(tmp_path / "plans", "a line is missing", 60)


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What NAPALM's mock driver answers, which it looks up in the working directory."""
    directory = tmp_path / "answers"
    directory.mkdir()
    answer(directory, "get_config", running=RUNNING)
    answer(directory, "load_replace_candidate")
    answer(directory, "compare_config", diff=COMPARED)
    answer(directory, "discard_config")
    monkeypatch.chdir(directory)
    return directory


def answer(directory: Path, method: str, **data: object) -> None:
    (directory / f"{method}.1").write_text(json.dumps(data))


def plan(device: Device, terms: Terms) -> Planning:
    return make_plan({"v1": device}, {"v1": TEXT}, terms, Limits(timeout_s=20))


@pytest.mark.usefixtures("answers")
def test_a_vendors_comparison_becomes_a_plan(device: Device, terms: Terms) -> None:
    made = plan(device, terms)
    assert made.opened
    assert made.opened.candidate("v1", RUNNING) == TEXT
    assert made.opened.plan.reason == terms.reason
    lines = report(made)
    apply = "ansible-playbook playbooks/configure_devices.yml -e plan_file="
    assert lines[:2] == ["v1: would change", "+ new line"]
    assert lines[-3:] == [
        f"plan {made.opened.plan.id}",
        f"hash {made.opened.plan.hash}",
        f"apply it with: {apply}{made.opened.path}",
    ]


@pytest.mark.usefixtures("answers")
def test_no_secret_is_shown(device: Device, terms: Terms) -> None:
    made = plan(device, terms)
    shown = f"{report(made)} {differences(made)} {made.hosts}"
    assert "neighbor 10.0.0.1 password <secret:" in shown
    assert "canary1" not in shown


@pytest.mark.usefixtures("answers")
def test_the_plan_that_stands_is_not_written_again(device: Device, terms: Terms) -> None:
    first, again = plan(device, terms), plan(device, terms)
    assert (again.opened, first.written, again.written) == (first.opened, True, False)
    assert any(line.endswith("which stands already") for line in report(again))


def test_one_that_stands_for_something_else_is_not_taken(
    answers: Path, device: Device, terms: Terms
) -> None:
    first = plan(device, terms)
    answer(answers, "get_config", running=RUNNING + "another line\n")
    again = plan(device, terms)
    assert first.opened
    assert again.opened
    assert (again.written, first.opened.plan.id != again.opened.plan.id) == (True, True)


@pytest.mark.usefixtures("answers")
def test_a_check_writes_no_plan(device: Device, terms: Terms) -> None:
    made = plan(device, replace(terms, check=True))
    assert (made.opened, terms.directory.exists()) == (None, False)
    assert [*made.differing] == ["v1"]
    assert report(made)[-1] == "no plan was written: this was a check"


def test_no_difference_says_so_and_writes_no_plan(
    answers: Path, device: Device, terms: Terms
) -> None:
    answer(answers, "compare_config", diff="")
    made = plan(device, terms)
    assert (made.opened, terms.directory.exists()) == (None, False)
    assert report(made) == ["v1: as intended", "no difference: there is nothing to plan"]


def test_what_a_device_refuses_fails_it_and_there_is_no_plan(
    answers: Path, device: Device, terms: Terms
) -> None:
    refusal = {"exception": "napalm.base.exceptions.ReplaceConfigException", "args": ["bad: nww"]}
    answer(answers, "load_replace_candidate", **refusal)
    made = plan(device, terms)
    assert (made.hosts["v1"].status, "bad: nww" in made.hosts["v1"].message) == ("failed", True)
    assert (made.opened, terms.directory.exists()) == (None, False)
    assert report(made)[-1] == "no plan was written: a device failed"


@pytest.mark.parametrize(("skip", "planned"), [(False, False), (True, True)])
@pytest.mark.usefixtures("answers")
def test_an_unreachable_device_is_passed_over_only_where_that_is_wanted(
    device: Device, terms: Terms, skip: bool, planned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "check_machine", lambda: None)
    lost = replace(device, name="r9", address="127.0.0.1", port=1, platform="frr")
    devices, texts = {"r9": lost, "v1": device}, {"r9": TEXT, "v1": TEXT}
    made = make_plan(devices, texts, replace(terms, skip_unreachable=skip), Limits(timeout_s=3))
    assert made.hosts["r9"].status == "unreachable"
    assert (made.opened is not None) == planned
    assert made.opened is None or made.opened.plan.limit == ("v1",)


def test_where_there_can_be_no_shadow_that_is_one_clear_error(
    device: Device, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(NoShadow, match="sudo"):
        plan(replace(device, platform="frr"), terms)


async def _misread(device: Device) -> Foretold:
    seen = Seen("frr version 8.4.4\nend\n", Likeness(("zebra",), ()))
    text = "ip route 10.2.0.0/24 bogus!\nend\n"
    return await on_shadow(replace(device, platform="frr"), seen, text)


def test_a_line_that_would_be_misread_is_refused_by_name(device: Device) -> None:
    told = asyncio.run(_misread(device))
    assert told.problem == "it would take ip route 10.2.0.0/24 bogus! as something else"


def test_notes_and_problems_are_told_by_device() -> None:
    told = {
        "r1": Foretold("a", "b", "+ b", ("drained and left so: to-r3",)),
        "r2": Foretold("a", "b", "+ b", (), "% Unknown command: b"),
    }
    hosts = {name: planning._result(name, each) for name, each in told.items()}
    assert report(Planning(hosts, told)) == [
        "r1: would change; drained and left so: to-r3",
        "+ b",
        "r2: refused: % Unknown command: b",
        "+ b",
        "no plan was written: a device failed",
    ]
    assert hosts["r2"] == DeviceResult("failed", "r2: refused: % Unknown command: b")
