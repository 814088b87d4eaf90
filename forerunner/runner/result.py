"""What a run of a playbook gave: its events as they come, and the result made of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from forerunner.model import HostStatus

RunStatus = Literal["successful", "failed", "unreachable", "timeout", "canceled"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MESSAGE = 500
_ENDS: Mapping[str, HostStatus] = {
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
}


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One thing that happened in a run.

    Attributes:
        kind: ansible-runner's name for it, as `runner_on_ok`.
        host: Inventory name; empty when it is about no host.
        task: Name of the task; empty outside of tasks.
        text: What Ansible printed for it, without colours; may have several lines or none.
    """

    kind: str
    host: str
    task: str
    text: str


@dataclass(frozen=True, slots=True)
class HostResult:
    """How a run ended for one host.

    Attributes:
        status: `failed` and `unreachable` win over `changed`, which wins over `ok`.
        message: Ansible's message when it failed or was unreachable; else empty.
    """

    status: HostStatus
    message: str


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    Attributes:
        playbook: Name of the playbook.
        status: `unreachable` when hosts were unreachable and none failed otherwise.
        rc: Exit status of ansible-playbook; 143 when it was ended.
        hosts: By inventory name.
        stats: Ansible's counts: `ok`, `changed`, `failures`, `dark`... to host to number.
        result: What the last module that reports a `state` returned; empty when none did.
        message: One sentence for people; empty when all is well.
    """

    playbook: str
    status: RunStatus
    rc: int
    hosts: Mapping[str, HostResult]
    stats: Mapping[str, Mapping[str, int]]
    result: Mapping[str, Any]
    message: str

    @property
    def ok(self) -> bool:
        """Return whether every play went through."""
        return self.status == "successful"


@dataclass
class Recorder:
    """Collects a run's events into what a `RunResult` is made of."""

    messages: dict[str, HostResult] = field(default_factory=dict)
    stats: dict[str, dict[str, int]] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    last_text: str = ""

    def record(self, event: Mapping[str, Any]) -> RunEvent:
        """Take in one event of ansible-runner and return it in our words."""
        data = event.get("event_data", {})
        kind, host = event.get("event", ""), data.get("host", "")
        result = data.get("res") if isinstance(data.get("res"), dict) else {}
        self._note(kind, host, result, bool(data.get("ignore_errors")))
        if kind == "playbook_on_stats":
            self.stats = {name: x for name, x in data.items() if isinstance(x, dict)}
        text = _COLOUR.sub("", event.get("stdout", "")).replace("\r", "").strip("\n")
        self.last_text = text or self.last_text
        return RunEvent(kind, host, data.get("task", ""), text)

    def _note(self, kind: str, host: str, result: dict[str, Any], ignored: bool) -> None:
        if kind in _ENDS and not ignored:
            self.messages[host] = HostResult(_ENDS[kind], _message(result))
        # A task under no_log has nothing but `censored` in its result.
        if kind in {"runner_on_ok", "runner_on_failed"} and isinstance(result.get("state"), str):
            self.result = {x: y for x, y in result.items() if not x.startswith("_ansible")}

    def hosts(self) -> dict[str, HostResult]:
        """Return how each host ended, from Ansible's own counts."""
        names = sorted({name for counts in self.stats.values() for name in counts})
        names = [name for name in names if name in self.stats.get("processed", {})] or names
        return {name: self._host(name) for name in names} | {
            name: ended for name, ended in self.messages.items() if name not in names
        }

    def _host(self, name: str) -> HostResult:
        for count, status in (("dark", "unreachable"), ("failures", "failed")):
            if name in self.stats.get(count, {}):
                return self.messages.get(name) or HostResult(status, "")  # type: ignore[arg-type]
        changed = name in self.stats.get("changed", {})
        return HostResult("changed" if changed else "ok", "")


def conclude(playbook: str, ended: str, rc: int, recorder: Recorder) -> RunResult:
    """Make the result of a run out of ansible-runner's word for its end and the events."""
    hosts = recorder.hosts()
    status = _status(ended, hosts)
    message = "" if status == "successful" else _reason(playbook, status, hosts, recorder)
    return RunResult(playbook, status, rc, hosts, recorder.stats, recorder.result, message)


def _status(ended: str, hosts: Mapping[str, HostResult]) -> RunStatus:
    if ended in {"timeout", "canceled"}:
        return "timeout" if ended == "timeout" else "canceled"
    statuses = {host.status for host in hosts.values()}
    if ended == "successful" and hosts:
        return "successful"
    return "unreachable" if "unreachable" in statuses and "failed" not in statuses else "failed"


def _reason(
    playbook: str, status: RunStatus, hosts: Mapping[str, HostResult], recorder: Recorder
) -> str:
    bad = [f"{x}: {y.message}" for x, y in hosts.items() if y.status in {"failed", "unreachable"}]
    if status in {"timeout", "canceled"}:
        return f"{playbook} was ended before it was through ({status})"
    if bad:
        return f"{playbook} {status}: {'; '.join(bad)}"
    if not hosts and not recorder.stats:
        return f"{playbook} failed before its first play: {recorder.last_text[-_MESSAGE:]}"
    return f"{playbook} matched no host" if not hosts else f"{playbook} failed"


def _message(result: Mapping[str, Any]) -> str:
    text = result.get("msg") or result.get("stderr") or result.get("censored") or "no message"
    return str(text).strip()[:_MESSAGE]
