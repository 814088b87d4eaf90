"""A failed task is told to a real web server, and its address to nobody."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from forerunner.airflow.alerts import AlertNotifier

CONTEXT: Any = {
    "ti": SimpleNamespace(dag_id="check_backups", task_id="check_backups"),
    "run_id": "run-7",
    "exception": RuntimeError("r5: stale, last good 3 d ago"),
}


def test_a_failure_is_posted_with_its_task_run_and_reason(hook: Any) -> None:
    AlertNotifier()(CONTEXT)
    text = "check_backups.check_backups failed in run-7: r5: stale, last good 3 d ago"
    assert hook.taken == [(f"/{hook.secret}", {"text": text})]


def test_a_hook_that_refuses_is_said_and_the_secret_is_not(
    hook: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    hook.status = 500
    with caplog.at_level(logging.DEBUG):
        AlertNotifier()(CONTEXT)
    said = caplog.text + "".join(capsys.readouterr())
    assert ("forerunner_alerts: answered 500" in said, hook.secret in said) == (True, False)


def test_without_the_connection_nothing_is_posted_and_nothing_fails(
    hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_FORERUNNER_ALERTS")
    AlertNotifier()(CONTEXT)
    assert hook.taken == []


def test_what_is_posted_calls_nobody_and_is_no_markup(hook: Any) -> None:
    AlertNotifier()(CONTEXT | {"exception": RuntimeError("<!channel> a & <https://x|y>")})
    ((_, posted),) = hook.taken
    assert posted["text"].endswith("&lt;!channel&gt; a &amp; &lt;https://x|y&gt;")


@pytest.mark.parametrize(
    ("before", "told"),
    [(None, 1), (SimpleNamespace(state="success"), 1), (SimpleNamespace(state="failed"), 0)],
)
def test_of_runs_that_fail_in_a_row_the_first_alone_is_told(
    hook: Any, before: Any, told: int
) -> None:
    task = SimpleNamespace(**vars(CONTEXT["ti"]), get_previous_dagrun=lambda: before)
    AlertNotifier(once=True)(CONTEXT | {"ti": task})
    assert len(hook.taken) == told
    AlertNotifier()(CONTEXT | {"ti": task})
    assert len(hook.taken) == told + 1
