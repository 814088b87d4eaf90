"""A plan's file is applied exactly as it was written, or not at all."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from forerunner.configure.plan import (
    Candidate,
    OpenPlan,
    PlanRefused,
    find_plan,
    open_plan,
    write_plan,
)
from forerunner.errors import InvalidData

RUNNING, TEXT = "hostname r1\nend\n", "hostname r1\nip route 10.9.0.0/24 blackhole\nend\n"


@pytest.fixture
def written(tmp_path: Path) -> OpenPlan:
    candidates = {"r1": Candidate(RUNNING, TEXT), "r2": Candidate(RUNNING, TEXT)}
    return write_plan(tmp_path / "plans", candidates, "a route is missing", 60)


def alter(opened: OpenPlan, **fields: object) -> Path:
    data = json.loads(opened.path.read_text()) | fields
    opened.path.write_text(json.dumps(data))
    return opened.path


def test_a_plan_is_read_back_as_it_was_written(written: OpenPlan) -> None:
    opened = open_plan(written.path)
    assert (opened, opened.plan.hash) == (written, written.plan.hash)
    assert opened.candidate("r1", RUNNING) == TEXT


def test_only_the_owner_may_read_a_plan(written: OpenPlan) -> None:
    folder = written.path.with_suffix("")
    files = [written.path, *folder.iterdir()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_hash_binds_the_text_and_what_it_was_planned_against(tmp_path: Path) -> None:
    texts = [Candidate(RUNNING, TEXT), Candidate(RUNNING, TEXT + "!"), Candidate("", TEXT)]
    plans = [write_plan(tmp_path, {"r1": each}, "x", 60).plan for each in texts]
    assert len({plan.hash for plan in plans}) == 3


@pytest.mark.parametrize("text", [TEXT.replace("9", "8"), TEXT.replace("\n", "\r\n"), ""])
def test_an_altered_candidate_is_refused_at_the_start_and_before_each_write(
    written: OpenPlan, text: str
) -> None:
    (written.path.with_suffix("") / "r1.conf").write_bytes(text.encode())
    with pytest.raises(PlanRefused, match="not what was planned"):
        open_plan(written.path)
    with pytest.raises(PlanRefused, match=r"r1: .*not what was planned"):
        written.candidate("r1", RUNNING)
    assert written.candidate("r2", RUNNING) == TEXT


def test_a_missing_candidate_is_refused(written: OpenPlan) -> None:
    (written.path.with_suffix("") / "r1.conf").unlink()
    with pytest.raises(PlanRefused, match="cannot be read"):
        open_plan(written.path)


def test_a_device_that_runs_something_else_by_now_is_refused(written: OpenPlan) -> None:
    with pytest.raises(PlanRefused, match="r1: it no longer runs"):
        written.candidate("r1", RUNNING + "!")


def test_a_device_that_the_plan_does_not_name_is_refused(written: OpenPlan) -> None:
    with pytest.raises(PlanRefused, match=r"r3: .* does not name it"):
        written.candidate("r3", RUNNING)


def test_an_expired_plan_is_refused(written: OpenPlan) -> None:
    late = replace(written, plan=replace(written.plan, expires=1.0))
    with pytest.raises(PlanRefused, match="has expired"):
        late.candidate("r1", RUNNING)
    with pytest.raises(PlanRefused, match="has expired"):
        open_plan(alter(written, expires=1.0))


def test_a_plan_for_another_playbook_is_refused(written: OpenPlan) -> None:
    with pytest.raises(PlanRefused, match="drain_link"):
        open_plan(alter(written, playbook="drain_link"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", ["r1"]),
        ("variables", {"candidates": {"../r1": "0" * 64}, "running": {"r1": "0" * 64}}),
        ("variables", {"candidates": {"r1": "0"}, "running": {"r1": "0" * 64}}),
        ("variables", {"candidates": {"r1\n": "0" * 64}, "running": {"r1": "0" * 64}}),
        ("expires", float("nan")),
    ],
)
def test_a_plan_that_does_not_fit_is_one_clear_error(
    written: OpenPlan, field: str, value: object
) -> None:
    with pytest.raises(InvalidData, match=field):
        open_plan(alter(written, **{field: value}))


def test_a_file_that_is_no_plan_says_how_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text("{")
    with pytest.raises(InvalidData, match="make plan"):
        open_plan(file)


def test_a_plan_is_found_by_its_identifier_and_by_nothing_else(written: OpenPlan) -> None:
    directory = written.path.parent
    assert find_plan(directory, written.plan.id) == written.path
    for name in ("../plans/" + written.plan.id, "plan-000000000000-00000000", "", "plan\n"):
        with pytest.raises(PlanRefused, match="no such plan"):
            find_plan(directory, name)
