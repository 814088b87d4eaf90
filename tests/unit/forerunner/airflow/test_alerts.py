"""A failed task is told to a real web server, and its address to nobody."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from forerunner.airflow.alerts import AlertNotifier

CONTEXT: Any = {
    "ti": SimpleNamespace(dag_id="check_backups", task_id="check_backups"),
    "run_id": "run-7",
    "exception": RuntimeError("r5: stale, last good 3 d ago"),
}
SECRET = "T0KEN-of-the-hook"


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), _Hook)
    server.taken, server.status = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    connection = json.dumps({"conn_type": "http", "password": address})
    monkeypatch.setenv("AIRFLOW_CONN_FORERUNNER_ALERTS", connection)
    yield server
    server.shutdown()
    server.server_close()


def test_a_failure_is_posted_with_its_task_run_and_reason(hook: Any) -> None:
    AlertNotifier()(CONTEXT)
    text = "check_backups.check_backups failed in run-7: r5: stale, last good 3 d ago"
    assert hook.taken == [(f"/{SECRET}", {"text": text})]


def test_a_hook_that_refuses_is_said_and_the_secret_is_not(
    hook: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    hook.status = 500
    with caplog.at_level(logging.DEBUG):
        AlertNotifier()(CONTEXT)
    said = caplog.text + "".join(capsys.readouterr())
    assert ("forerunner_alerts: answered 500" in said, SECRET in said) == (True, False)


def test_without_the_connection_nothing_is_posted_and_nothing_fails(
    hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_FORERUNNER_ALERTS")
    AlertNotifier()(CONTEXT)
    assert hook.taken == []
