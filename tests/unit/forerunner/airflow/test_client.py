"""The client of Airflow's REST interface against a web server that answers as Airflow does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from forerunner.airflow.client import Access, AirflowError, Client

BUSY = {"detail": {"reason": "Database error", "statement": "hidden", "orig_error": "hidden"}}
BROKEN = {"detail": "An error occurred while trying to deserialize Dag: x"}


class _Airflow(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/auth/token":
            return self._answer(201, {"access_token": "t"})
        self.server.asked += 1
        fails = self.server.asked <= self.server.failures
        return self._answer(*((500, self.server.fault) if fails else (200, {"dag_run_id": "r"})))

    def _answer(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def airflow() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), _Airflow)
    server.asked, server.failures, server.fault = 0, 0, BUSY
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _trigger(server: Any) -> str:
    access = Access(f"http://127.0.0.1:{server.server_port}", "admin", "x")
    with Client(access) as client:
        return client.trigger("check_health")


def test_a_busy_database_is_asked_again(airflow: Any) -> None:
    airflow.failures = 2
    assert (_trigger(airflow), airflow.asked) == ("r", 3)


def test_a_database_that_stays_busy_is_an_error(
    airflow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forerunner.airflow.client._BUSY_S", 0.5)
    airflow.failures = 1000
    with pytest.raises(AirflowError, match="Database error"):
        _trigger(airflow)


def test_another_fault_is_told_at_once(airflow: Any) -> None:
    airflow.failures, airflow.fault = 1, BROKEN
    with pytest.raises(AirflowError, match="deserialize"):
        _trigger(airflow)
    assert airflow.asked == 1
