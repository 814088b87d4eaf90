"""A playbook runs, and how it ended is told truly."""

import json
import threading
import time
from pathlib import Path

import pytest

from forerunner.errors import InvalidData
from forerunner.runner import HostResult, Job, RunEvent, UnknownPlaybook, run


def test_failed_host_fails_the_run_and_says_why(project: Path) -> None:
    result = run("fail_some")
    assert result.status == "failed"
    assert result.hosts == {
        "one": HostResult("changed", ""),
        "two": HostResult("failed", "out of order"),
    }
    assert "two: out of order" in result.message


def test_unreachable_is_told_apart_from_failed(project: Path) -> None:
    result = run("reach_all")
    assert result.status == "unreachable"
    assert {x: y.status for x, y in result.hosts.items()} == {
        "one": "ok",
        "two": "ok",
        "gone": "unreachable",
    }


def test_limit_keeps_to_the_hosts_named(project: Path) -> None:
    result = run("reach_all", limit=["two"])
    assert (result.status, list(result.hosts)) == ("successful", ["two"])


def test_no_host_matched_is_a_failure(project: Path) -> None:
    result = run("reach_all", limit=["nobody"])
    assert result.status == "failed"
    assert "no hosts" in result.message


def test_pattern_that_matches_no_host_is_a_failure(project: Path) -> None:
    result = run("reach_nobody")
    assert (result.status, result.rc) == ("failed", 0)
    assert result.message == "reach_nobody matched no host"


def test_check_changes_nothing(project: Path) -> None:
    mark = project / "mark"
    result = run("mark_slowly", {"mark": str(mark)}, check=True)
    assert (result.status, mark.exists()) == ("successful", False)


def test_data_by_file_is_not_templated_and_no_log_is_respected(project: Path) -> None:
    data = project / "data.json"
    data.write_text(json.dumps({"field": "{{ 7 * 7 }}"}))
    seen: list[RunEvent] = []
    result = run("report_state", {"data_file": str(data)}, on_event=seen.append)
    printed = "\n".join(event.text for event in seen)
    assert result.result["state"] == "verified"
    assert "{{ 7 * 7 }}" in printed
    assert "hunter2" not in printed + json.dumps(dict(result.result))


def test_events_come_while_the_playbook_runs(project: Path) -> None:
    times: list[float] = []
    run("fail_some", on_event=lambda event: times.append(time.monotonic()))
    assert times[0] < time.monotonic() - 0.3


def test_private_directory_is_for_the_owner_alone_and_goes(project: Path) -> None:
    modes: list[int] = []

    def look(_event: RunEvent) -> None:
        modes.extend(path.stat().st_mode & 0o777 for path in (project / "runs").iterdir())

    run("fail_some", on_event=look)
    assert set(modes) == {0o700}
    assert list((project / "runs").iterdir()) == []


@pytest.mark.parametrize("name", ["../fail_some", "Fail", "fail_some.yml", "none_such", ""])
def test_unknown_playbook_is_refused(project: Path, name: str) -> None:
    with pytest.raises(UnknownPlaybook, match="report_state"):
        run(name)


@pytest.mark.parametrize("value", ["{{ 7*7 }}", "{% if x %}", "a\nb", ["x"], {"a": 1}, None])
def test_variable_that_could_be_a_template_is_refused(project: Path, value: object) -> None:
    with pytest.raises(InvalidData, match="variables: link"):
        run("fail_some", {"link": value})  # type: ignore[dict-item]


@pytest.mark.parametrize("host", ["all:!one", "-e", "a,b", ""])
def test_pattern_in_limit_is_refused(project: Path, host: str) -> None:
    with pytest.raises(InvalidData, match="limit"):
        run("fail_some", limit=[host])


def test_host_keys_are_checked_and_keys_of_airflow_stay_out(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "canary")
    job = Job("fail_some")
    directory = project / "private"
    directory.mkdir()
    environment = job._config(directory).env
    assert environment["ANSIBLE_HOST_KEY_CHECKING"] == "True"
    assert "canary" not in environment.values()


def test_timeout_ends_the_run_and_all_below_it(project: Path, gone) -> None:  # type: ignore[no-untyped-def]
    job = Job("sleep_long", timeout_s=4)
    result = job.run()
    assert result.status == "timeout"
    assert gone(job.name, 0.5) == []


def test_silence_ends_the_run(project: Path) -> None:
    assert Job("sleep_long", idle_timeout_s=4).run().status == "timeout"


def test_cancel_from_another_thread_ends_the_run(project: Path, gone) -> None:  # type: ignore[no-untyped-def]
    job = Job("mark_slowly", {"mark": str(project / "mark")})
    timer = threading.Timer(3, job.cancel)
    timer.start()
    assert job.run().status == "canceled"
    assert gone(job.name, 0.5) == []


def test_exception_in_the_caller_ends_the_run(project: Path, gone) -> None:  # type: ignore[no-untyped-def]
    def stumble(event: RunEvent) -> None:
        if event.kind == "runner_on_start":
            raise KeyboardInterrupt

    job = Job("mark_slowly", {"mark": str(project / "mark")}, on_event=stumble)
    with pytest.raises(KeyboardInterrupt):
        job.run()
    assert gone(job.name, 0.5) == []
    assert list((project / "runs").iterdir()) == []
