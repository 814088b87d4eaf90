"""Incidents are told once, to a real web server and a real mail server, and never to nobody."""

import email
import email.policy
import json
import logging
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.search import embedding
from forerunner import home
from forerunner.airflow.incidents import AlertIncidentsOperator, NobodyTold
from forerunner.database import Database
from forerunner.events import EventBook
from forerunner.model import Event, Severity


class _Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as takes a message. Source: RFC 5321."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split(maxsplit=1)[0].upper()
            if word == "DATA":
                self.say("354 go on")
                self.server.taken.append(self.message())
                self.say("250 taken")
            elif word == "RCPT":
                self.say("550 nobody of that name" if self.server.refuses else "250 yes")
            else:
                self.say("221 bye" if word == "QUIT" else "250 yes")

    def message(self) -> Any:
        lines = iter(self.rfile.readline, b".\r\n")
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox)
    server.daemon_threads, server.taken, server.refuses = True, [], False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "forerunner@example.net"}
    connection = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": server.server_address[1],
        "extra": {**extra, "retry_limit": 1, "alert_to": ["noc@example.net"]},
    }
    monkeypatch.setenv("AIRFLOW_CONN_FORERUNNER_MAIL", json.dumps(connection))
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EventBook:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    monkeypatch.setenv("FORERUNNER_LEDGER", url)
    monkeypatch.setattr(home, "var", lambda: tmp_path)
    return EventBook(Database(url))


def note(book: EventBook, host: str, severity: Severity, text: str = "down") -> None:
    now = time.time()
    book.note([Event(f"{host}-{now}", now, "trap.link_down", host, "to-r3", severity, text)])


def run(**settings: Any) -> dict[str, Any]:
    return AlertIncidentsOperator(task_id="alert_incidents", **settings).execute({})  # type: ignore[arg-type]


def test_all_are_told_in_one_message_by_both_ways_and_only_once(
    book: EventBook, hook: Any, mailbox: Any
) -> None:
    for host, severity in (("r1", "warning"), ("r2", "error"), ("r3", "info")):
        note(book, host, severity)
    assert run() == {"incidents": 2, "ways": ["webhook", "mail"]}
    assert run() == {"incidents": 0, "ways": []}
    ((_, posted),) = hook.taken
    (sent,) = mailbox.taken
    lines = posted["text"].split("\nsimilar cases:")[0].splitlines()
    assert lines[0] == sent["Subject"] == "Forerunner: 1 error, 1 warning on r1, r2"
    assert [line.split()[:2] for line in lines[1:]] == [["ERROR", "r2"], ["WARNING", "r1"]]
    assert sent["To"] == "noc@example.net"
    assert "ERROR r2 trap.link_down" in sent.get_body(("html",)).get_content()


def test_what_no_way_took_is_told_by_the_next_run(
    book: EventBook, hook: Any, caplog: pytest.LogCaptureFixture
) -> None:
    note(book, "r1", "error")
    hook.status = 500
    with pytest.raises(NobodyTold, match="webhook"):
        run()
    hook.status = 200
    assert run()["incidents"] == 1
    assert hook.secret not in caplog.text


def test_what_one_way_took_is_told_though_the_other_fails_and_the_run_fails_too(
    book: EventBook, hook: Any, mailbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    note(book, "r1", "error")
    mailbox.refuses = True
    with caplog.at_level(logging.DEBUG), pytest.raises(NobodyTold, match="mail"):
        run()
    assert (len(hook.taken), book.untold()) == (1, [])


def test_without_any_way_nothing_counts_as_told(
    book: EventBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALERTS", "MAIL"):
        monkeypatch.delenv(f"AIRFLOW_CONN_FORERUNNER_{name}", raising=False)
    note(book, "r1", "error")
    assert run() == {"incidents": 1, "ways": []}
    assert len(book.untold()) == 1


def test_after_a_message_only_what_is_critical_makes_another_one_at_once(
    book: EventBook, hook: Any
) -> None:
    note(book, "r1", "error")
    run()
    note(book, "r2", "error")
    assert run() == {"incidents": 0, "ways": []}
    note(book, "r4", "critical")
    assert run() == {"incidents": 2, "ways": ["webhook"]}
    note(book, "r5", "warning")
    assert run(quiet_s=0.0)["incidents"] == 1


def test_what_a_device_said_calls_nobody_and_is_no_markup(
    book: EventBook, hook: Any, mailbox: Any
) -> None:
    note(book, "r1", "error", "<!channel> <script>x</script>\nSubject: {{ 7*7 }}")
    run()
    ((_, posted),) = hook.taken
    (sent,) = mailbox.taken
    assert ("<" in posted["text"], "{{ 7*7 }}" in posted["text"]) == (False, True)
    assert "<script>" not in sent.get_body(("html",)).get_content()
    assert sent["Subject"].startswith("Forerunner: 1 error")


def test_a_thousand_incidents_are_one_short_message_that_counts_what_it_leaves_out(
    book: EventBook, hook: Any
) -> None:
    now = time.time()
    book.note(
        [Event(f"e-{x}", now, f"syslog.k{x}", f"r{x}", "", "error", "y" * 300) for x in range(1000)]
    )
    assert run()["incidents"] == 1000
    text = hook.taken[0][1]["text"]
    shown = [line for line in text.splitlines() if line.startswith("ERROR")]
    assert len(text) <= 3000
    assert f"and {1000 - len(shown)} more groups" in text
    assert "not searched: 990 more" in text
    assert book.untold() == []


def test_the_nearest_cases_and_what_they_would_run_come_with_the_alert(
    book: EventBook, hook: Any, tmp_path: Path
) -> None:
    text = "the last good backup of the configuration is stale"
    book.note([Event("e-1", time.time(), "backup.stale", "r1", "", "error", text)])
    run()
    assert "A backup is stale (backup_configs)" in hook.taken[0][1]["text"]


def test_an_alert_comes_though_no_case_can_be_searched(
    book: EventBook, hook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_MODEL_SHA256", "0" * 64)
    note(book, "r1", "error")
    assert run() == {"incidents": 1, "ways": ["webhook"]}
    assert "similar cases" not in hook.taken[0][1]["text"]
    assert "no cases were searched (InvalidData; the log says why)" in hook.taken[0][1]["text"]
