"""What the exporter says of a ledger, a store and the rest is what stands in them."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forerunner import gate, home
from forerunner.backup import freshness
from forerunner.backup.freshness import Attempts
from forerunner.database import Database
from forerunner.events import EventBook
from forerunner.exporter.config import Config
from forerunner.exporter.gate import GUARDS
from forerunner.exporter.telemetry import Telemetry
from forerunner.ledger import Ledger
from forerunner.model import Event, Outcome, Plan, Prediction, Sample, new_id
from forerunner.orders.book import Book, insert
from forerunner.store import Store
from forerunner.store.store import QUARANTINE

NOW = time.time()
PREDICTION = Prediction("p-1", "link_failure", "r1:r3", 0.99, 9.0, 30.0, {}, "m-1", NOW)
PLAN = Plan("n-1", "drain_link", ("r1",), {}, "why", "p-1", {}, (), "undrain_link", NOW + 86_400)
OUTCOME = Outcome("n-1", "verified", {}, {}, {}, NOW, NOW + 2.0, "cli", "done")
# One scrape: `text`, and `value(name, **labels)`.
Scrape = Callable[[], Any]
Admit = Callable[..., gate.Admission]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module is read long before its tests are run."""
    monkeypatch.setitem(globals(), "NOW", time.time())


def _value(scraped: Any, name: str, **labels: str) -> float | None:
    found: float | None = scraped.value(name, **labels)
    return found


def test_predictions_plans_and_their_ends_are_counted(ledger: Ledger, scrape: Scrape) -> None:
    ledger.add_prediction(PREDICTION)
    ledger.add_prediction(replace(PREDICTION, id="p-2", kind="link_recovery"))
    for name in ("n-1", "n-2", "n-3"):
        ledger.add_plan(replace(PLAN, id=name))
    ledger.add_plan(replace(PLAN, id="n-4", expires=NOW - 1))
    ledger.add_outcome(OUTCOME)
    ledger.add_outcome(replace(OUTCOME, plan="n-2", state="undone", run="scheduled__2026"))

    found = scrape()

    assert _value(found, "predictions_total", kind="link_failure") == 1
    assert (
        _value(found, "last_prediction_timestamp_seconds", kind="link_recovery")
        == PREDICTION.made_at
    )
    assert _value(found, "plans_total", playbook="drain_link") == 4
    assert _value(found, "plans_under_way", playbook="drain_link") == 1
    ends = [("verified", "cli"), ("undone", "airflow"), ("undone", "cli")]
    counts = [
        _value(found, "runs_total", playbook="drain_link", state=state, origin=origin)
        for state, origin in ends
    ]
    assert counts == [1, 1, None]
    assert _value(found, "run_seconds_total", playbook="drain_link") == pytest.approx(4.0, abs=0.1)


def test_a_playbook_that_is_none_of_ours_makes_no_series_of_its_own(
    ledger: Ledger, scrape: Scrape
) -> None:
    for number in range(50):
        letters = "".join(chr(97 + int(x)) for x in str(number))
        ledger.add_plan(replace(PLAN, id=new_id("plan"), playbook=f"made_up_{letters}"))

    text = scrape().text

    assert re.findall(r"forerunner_plans_total\{.*", text) == [
        'forerunner_plans_total{playbook="other"} 50.0'
    ]


def test_what_the_gate_passed_and_refused_is_counted_once(
    ledger: Ledger, scrape: Scrape, admit: Admit
) -> None:
    admission = admit("r1", "r2")
    for _ in range(2):
        with pytest.raises(gate.Refused):
            admit("r2", holder=gate.Holder.of_process(1))
    with pytest.raises(gate.NotAdmitted):
        gate.check("no token", "r1", Database())
    for _ in range(3):
        found = scrape()

        assert _value(found, "gate_refusals_total", reason="lease") == 2
    assert _value(found, "gate_refusals_total", reason="kill switch") == 0
    named = {"playbook": "drain_link", "entrance": "cli"}
    assert _value(found, "gate_admissions_total", **named) == 1
    assert _value(found, "gate_write_refusals_total") == 1
    assert _value(found, "leases", holder="alive", **named) == 2

    gate.close(admission.token, Database())

    assert _value(scrape(), "leased_devices") == 0
    assert _value(scrape(), "gate_admissions_total", **named) == 1


def test_of_another_trail_nothing_of_the_first_is_counted(
    var: Path, scrape: Scrape, admit: Admit
) -> None:
    for device in ("r1", "r2"):
        admit(device)
    assert "total{" in scrape().text
    for file in var.glob("ledger.sqlite*"):
        file.unlink()
    Ledger.open().close()
    admit("r3")

    named = {"playbook": "drain_link", "entrance": "cli"}

    assert _value(scrape(), "gate_admissions_total", **named) == 1


def test_the_guards_are_those_of_the_gate() -> None:
    sources = (home.root() / "forerunner" / "gate").glob("*.py")
    named = [re.findall(r'Refusal\(\s*"([a-z ]+)"', path.read_text()) for path in sources]

    assert {name for names in named for name in names} == GUARDS


def test_a_stop_is_told(var: Path, scrape: Scrape) -> None:
    assert _value(scrape(), "gate_stopped") == 0

    (var / "gate").mkdir(exist_ok=True)
    (var / "gate" / "stop").touch()

    assert _value(scrape(), "gate_stopped") == 1


def test_orders_and_incidents_are_counted_by_where_they_stand(var: Path, scrape: Scrape) -> None:
    book = Book(Database())
    columns = (
        "id", "hash", "operation", "state", "systems", "request", "total", "chunks", "failing",
        "reason", "created", "updated",
    )  # fmt: skip
    rows = [
        (f"o-{n}", "h", "create", state, "[]", "{}", 100, 1, 0, "", NOW, NOW)
        for n, state in enumerate(("done", "done", "parked"))
    ]
    book.transact(lambda execute: insert(execute, "sim_orders", columns, rows))
    EventBook().note(
        [
            Event("e-1", NOW, "trap.link_down", "r1", "to-r2", "error", "down"),
            Event("e-2", NOW - 4000, "trap.link_down", "r2", "to-r1", "error", "down"),
        ]
    )

    found = scrape()

    states = ("done", "parked", "applying")
    assert [_value(found, "orders", state=state) for state in states] == [2, 1, 0]
    assert _value(found, "order_sims", state="done") == 200
    severities = ("error", "critical")
    assert [_value(found, "incidents_open", severity=x) for x in severities] == [1, 0]


def test_the_age_of_telemetry_is_that_of_the_newest_counters(var: Path) -> None:
    now = [NOW]
    config = replace(Config.default(), devices=("r1", "r2", "r9"))
    store, telemetry = Store(var / "telemetry"), Telemetry(config, lambda: now[0])

    def told() -> dict[tuple[str, ...], float]:
        samples = [sample for metric in telemetry.read() for sample in metric.samples]
        return {(x.name, *x.labels.values()): x.value for x in samples}

    store.append(
        [
            Sample(NOW - 5, "r1", "to-r2", "if_out_octets", 1.0),
            Sample(NOW - 100, "r2", "to-r1", "if_out_octets", 1.0),
            # That it did not answer is no telemetry of it.
            Sample(NOW, "r2", "", "snmp_up", 0.0),
            Sample(NOW, "r1", "to-r2", "if_oper_status", 7.0),
        ]
    )
    first = told()
    now[0] += 30
    store.append([Sample(NOW + 29, "r1", "to-r2", "if_out_octets", 2.0)])
    second = told()

    age, devices = "forerunner_telemetry_age_seconds", "forerunner_telemetry_devices"
    assert (first[age, "r1"], first[age, "r2"]) == (5.0, 100.0)
    assert (second[age, "r1"], second[age, "r2"]) == (1.0, 130.0)
    assert [second[devices, x] for x in ("fresh", "stale", "silent")] == [1, 1, 1]
    assert (var / "telemetry" / QUARANTINE).is_dir()
    assert second["forerunner_telemetry_quarantined",] == 1


def test_backups_and_the_observing_service_are_told(var: Path, scrape: Scrape) -> None:
    (var / "backups").mkdir()
    remembered = {"r1": Attempts(good_at=NOW - 60), "r2": Attempts(error_at=NOW, error="no route")}
    (var / "backups" / freshness.FILE).write_bytes(freshness.plain(remembered))
    (var / "observe").mkdir()
    link = {"observed": True, "drained": False, "probability": 0.25}
    status = {"pid": 2, "time": time.time(), "healthy": True, "gaps": {}}
    (var / "observe" / "status.json").write_text(json.dumps(status | {"links": {"r1:r3": link}}))

    found = scrape()

    assert _value(found, "backup_age_seconds", host="r1") == pytest.approx(60, abs=20)
    assert [_value(found, "backups", state=x) for x in ("fresh", "never")] == [1, 1]
    assert _value(found, "backup_failing", host="r2") == 1
    assert (_value(found, "observer_up"), _value(found, "observer_healthy")) == (1, 1)
    assert _value(found, "link_failure_probability", link="r1:r3") == 0.25


def test_a_service_that_says_nothing_any_more_is_down(var: Path, scrape: Scrape) -> None:
    (var / "observe").mkdir()
    status = {"time": NOW - 60, "healthy": True, "links": {}}
    (var / "observe" / "status.json").write_text(json.dumps(status))

    assert (_value(scrape(), "observer_up"), _value(scrape(), "observer_healthy")) == (0, None)


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 99])
def test_a_broken_ledger_is_told_and_no_counter_is_zero(
    var: Path, scrape: Scrape, content: bytes | None
) -> None:
    for file in var.glob("ledger.sqlite*"):
        file.unlink()
    if content is not None:
        (var / "ledger.sqlite").write_bytes(content)

    text = scrape().text

    assert "\nforerunner_up 0.0\n" in text
    for part in ("ledger", "gate", "orders", "incidents"):
        assert f'forerunner_part_up{{part="{part}"}} 0.0' in text
    assert not re.findall(
        r"^forerunner_(?:plans|predictions|runs|gate|orders|leases).*", text, re.M
    )
    assert (var / "ledger.sqlite").exists() == (content is not None)


def test_a_damaged_store_is_told(var: Path, scrape: Scrape) -> None:
    Store(var / "telemetry").append([Sample(NOW, "r1", "to-r2", "if_out_octets", 1.0)])
    (file,) = (var / "telemetry").glob("date=*/*.parquet")
    file.write_bytes(b"PAR1 torn")

    found = scrape()

    assert _value(found, "part_up", part="telemetry") == 0
    assert _value(found, "part_up", part="ledger") == 1
    assert _value(found, "telemetry_devices", state="fresh") is None


def test_no_secret_and_no_address_of_the_ledger_is_told(
    var: Path, scrape: Scrape, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    url = "postgresql+psycopg://ann:s3cret@127.0.0.1:1/none"
    monkeypatch.setenv("FORERUNNER_LEDGER", url)

    text = scrape().text

    assert "forerunner_up 0.0" in text
    assert "s3cret" not in text + caplog.text
