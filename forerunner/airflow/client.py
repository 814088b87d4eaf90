"""A client of Airflow's REST interface, as far as the demo and the benches need it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_delay
from tenacity.wait import wait_random_exponential

from forerunner.errors import ForerunnerError

_ENDED = frozenset({"success", "failed"})
# A busy machine has made it wait for more than half a minute.
_TIMEOUT_S = 90.0
# One refusal may come after a whole minute, which SQLite waits for whoever writes.
_BUSY_S = 180.0
# What Airflow says where its database did not take a transaction; nothing of it was written then.
_NOT_TAKEN = '"Database error"'


class AirflowError(ForerunnerError):
    """Airflow does not answer, refuses, or does not get ready."""


class _DatabaseBusy(AirflowError):
    """Airflow's database did not take a transaction.

    SQLite refuses one that read before somebody else wrote, at once and whatever its patience is.
    """


@dataclass(frozen=True)
class Access:
    """Where Airflow is, and how to get in.

    Attributes:
        url: As `http://127.0.0.1:8080`.
        user: Login name.
        password: Its password.
    """

    url: str
    user: str
    password: str


class Client:
    """Talks to Airflow's REST interface; a context manager."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._http = httpx.Client(base_url=access.url, timeout=_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def health(self) -> dict[str, str]:
        """Return component name to `healthy` or `unhealthy`; empty while nothing answers."""
        try:
            answer = self._http.get("/api/v2/monitor/health")
        except httpx.TransportError:
            return {}
        if answer.status_code != httpx.codes.OK:
            return {}
        return {name: str(x.get("status")) for name, x in answer.json().items()}

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a DAG run and return its run id.

        Raises:
            AirflowError: There is no such DAG, or the conf does not fit its params.
        """
        body = {"conf": dict(conf or {}), "logical_date": None}
        run: str = self._call("POST", f"dags/{dag_id}/dagRuns", json=body)["dag_run_id"]
        return run

    def pause(self, dag_id: str, paused: bool) -> None:
        """Let a DAG start no further run, or let it start them again."""
        self._call("PATCH", f"dags/{dag_id}", json={"is_paused": paused})

    def wait_run(self, dag_id: str, run_id: str, timeout_s: float = 300.0) -> str:
        """Wait for a DAG run to end and return `success` or `failed`.

        Raises:
            AirflowError: It has not ended in time.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            state = str(self._call("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])
            if state in _ENDED:
                return state
            time.sleep(0.2)
        raise AirflowError(f"run {run_id} of {dag_id} has not ended after {timeout_s:g} s")

    def runs(self, dag_id: str, limit: int = 20) -> list[dict[str, Any]]:
        """Return the newest runs of a DAG as Airflow tells them, newest first."""
        query = {"order_by": "-run_after", "limit": limit}
        runs: list[dict[str, Any]] = self._call("GET", f"dags/{dag_id}/dagRuns", params=query)[
            "dag_runs"
        ]
        return runs

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the task instances of a run as Airflow tells them."""
        found: list[dict[str, Any]] = self._call(
            "GET", f"dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        )["task_instances"]
        return found

    def events(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the asset events that started a run as Airflow tells them."""
        found: list[dict[str, Any]] = self._call(
            "GET", f"dags/{dag_id}/dagRuns/{run_id}/upstreamAssetEvents"
        )["asset_events"]
        return found

    def add_variable(self, key: str, value: str, description: str = "") -> None:
        """Set a Variable that is not there yet; one that is there stays as it is."""
        body = {"key": key, "value": value, "description": description}
        found = self._call("GET", "variables", params={"variable_key_pattern": key})
        if not any(each["key"] == key for each in found["variables"]):
            self._call("POST", "variables", json=body)

    def output(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """Return what a task put out (its XCom `return_value`)."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        return self._call("GET", f"{path}/xcomEntries/return_value")["value"]

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int = 1) -> str:
        """Return the log of one try of a task, a line an event."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        content = self._call("GET", path, params={"full_content": "true"})["content"]
        return "\n".join(str(x["event"] if isinstance(x, dict) else x) for x in content)

    def _call(self, method: str, path: str, **arguments: Any) -> Any:
        """Return what Airflow answers; asks again for three minutes while its database is busy."""
        again = Retrying(
            retry=retry_if_exception_type(_DatabaseBusy),
            stop=stop_after_delay(_BUSY_S),
            wait=wait_random_exponential(multiplier=0.2, max=3.0),
            reraise=True,
        )
        return again(self._call_once, method, path, **arguments)

    def _call_once(self, method: str, path: str, **arguments: Any) -> Any:
        try:
            self._log_in()
            answer = self._http.request(method, f"/api/v2/{path}", **arguments)
        except httpx.TransportError as error:
            message = f"Airflow does not answer at {self._access.url}: {error}; `make airflow`"
            raise AirflowError(message) from error
        return _content(answer)

    def _log_in(self) -> None:
        if "Authorization" in self._http.headers:
            return
        login = {"username": self._access.user, "password": self._access.password}
        token = _content(self._http.post("/auth/token", json=login))["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"


def _content(answer: httpx.Response) -> Any:
    if answer.is_error:
        request = answer.request
        message = f"{request.method} {request.url.path}: {answer.status_code} {answer.text[:300]}"
        busy = answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR and _NOT_TAKEN in answer.text
        raise (_DatabaseBusy if busy else AirflowError)(message)
    return answer.json()
