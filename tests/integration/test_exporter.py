"""Debian's Prometheus scrapes our own state: real writes, a killed exporter, a broken ledger."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, Prediction, Sample
from forerunner.store import Store

FILES = home.root() / "roles" / "state_exporter" / "files"
NOW = time.time()
PREDICTION = Prediction("p-1", "link_failure", "r1:r3", 0.99, 9.0, 30.0, {}, "m-1", NOW)
PLAN = Plan("n-1", "drain_link", ("r1",), {}, "why", "p-1", {}, (), "undrain_link", NOW + 86_400)
OUTCOME = Outcome("n-1", "verified", {}, {}, {}, NOW, NOW + 2.0, "cli", "done")
_METRIC = re.compile(r"\b(?:forerunner|process)_\w+")

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
Ask = Callable[[str], list[dict[str, Any]]]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exporter")


@pytest.fixture(scope="module")
def port() -> int:
    return _free_port()


@pytest.fixture(scope="module")
def play(var: Path, port: int, playbook: Playbook) -> Callable[..., str]:
    """Run a playbook of the exporter; its output."""

    def run(name: str, *arguments: str, rc: int = 0) -> str:
        given = ("-e", f"state_exporter_port={port}", *arguments)
        done = playbook(name, *given, FORERUNNER_VAR=str(var), FORERUNNER_LEDGER="")
        assert done.returncode == rc, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def ledger(var: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{var / 'ledger.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def exporter(play: Callable[..., str], ledger: Ledger, var: Path) -> Iterator[None]:
    """An exporter as its role starts it, on a ledger with one prediction that was acted on."""
    ledger.add_prediction(PREDICTION)
    ledger.add_plan(PLAN)
    ledger.add_outcome(OUTCOME)
    play("start_exporter")
    yield
    play("stop_exporter")
    assert not (var / "services" / "exporter.json").exists()


@pytest.fixture(scope="module")
def ask(exporter: None, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask Debian's Prometheus, which scrapes the exporter every half second, in PromQL."""
    directory, own = tmp_path_factory.mktemp("prometheus"), _free_port()
    shutil.copy(FILES / "alerts.yml", directory)
    config = yaml.safe_load((FILES / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "500ms", "evaluation_interval": "1s"}
    config["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{port}"]
    (directory / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [
        "prometheus", f"--config.file={directory}/prometheus.yml",
        f"--storage.tsdb.path={directory}/data", f"--web.listen-address=127.0.0.1:{own}",
    ]  # fmt: skip
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)

    def query(text: str) -> list[dict[str, Any]]:
        url = f"http://127.0.0.1:{own}/api/v1/query?{urllib.parse.urlencode({'query': text})}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
            return found

    try:
        _await(lambda: _answers(own), "Prometheus to be ready")
        yield query
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2):
            return True
    except OSError:
        return False


def _await(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.2)


def _is(ask: Ask, query: str, value: float | None) -> None:
    """Wait until a query gives one value, or nothing."""
    wanted = [] if value is None else [value]

    def given() -> bool:
        return [float(row["value"][1]) for row in ask(query)] == wanted

    _await(given, f"{query} to be {value}")


def test_a_second_start_changes_nothing_and_check_tells_the_truth(
    play: Callable[..., str], exporter: None
) -> None:
    assert "changed=0" in play("start_exporter")
    assert "changed=1" in play("stop_exporter", "--check")
    assert "changed=1" in play("start_exporter", "--check", "-e", "state_exporter_stale=99")


def test_an_address_that_others_reach_is_refused_without_consent(
    play: Callable[..., str], exporter: None, ask: Ask
) -> None:
    said = play("start_exporter", "-e", "state_exporter_address=0.0.0.0", rc=2)

    assert "can be reached by other machines" in said
    assert "state_exporter_allow_remote" in said
    _is(ask, 'up{job="forerunner"}', 1)


def test_prometheus_answers_what_was_really_written(
    ask: Ask, ledger: Ledger, var: Path, exporter: None
) -> None:
    _is(ask, "forerunner_up", 1)
    _is(ask, 'forerunner_plans_total{playbook="drain_link"}', 1)

    ledger.add_plan(replace(PLAN, id="n-2", playbook="undrain_link"))
    ledger.add_plan(replace(PLAN, id="n-3"))
    ledger.add_outcome(replace(OUTCOME, plan="n-3", state="undone", run="manual__7"))
    ledger.add_prediction(replace(PREDICTION, id="p-2"))
    Store(var / "telemetry").append([Sample(time.time(), "r1", "to-r2", "if_out_octets", 1.0)])

    _is(ask, 'forerunner_plans_total{playbook="drain_link"}', 2)
    _is(ask, 'forerunner_plans_under_way{playbook="undrain_link"}', 1)
    _is(ask, 'forerunner_predictions_total{kind="link_failure"}', 2)
    _is(ask, 'sum by (state) (forerunner_runs_total{origin="airflow"})', 1)
    _is(ask, 'forerunner_telemetry_age_seconds{host="r1"} < bool 30', 1)
    # The inventory's other routers have never sent anything.
    _is(ask, 'forerunner_telemetry_devices{state="silent"}', 5)
    _is(ask, "max(forerunner_part_read_seconds) < bool 1", 1)
    _is(ask, 'scrape_duration_seconds{job="forerunner"} < bool 1', 1)


def test_a_killed_exporter_is_seen_and_its_counters_go_on(
    ask: Ask, ledger: Ledger, var: Path, play: Callable[..., str]
) -> None:
    ledger.add_prediction(replace(PREDICTION, id="p-3", kind="link_recovery"))
    counted = 'forerunner_predictions_total{kind="link_recovery"}'
    _is(ask, counted, 1)
    os.kill(json.loads((var / "services" / "exporter.json").read_text())["pid"], signal.SIGKILL)

    _is(ask, 'up{job="forerunner"}', 0)
    _is(ask, counted, None)
    ledger.add_prediction(replace(PREDICTION, id="p-4", kind="link_recovery"))
    assert "changed=1" in play("start_exporter")

    _is(ask, 'up{job="forerunner"}', 1)
    _is(ask, counted, 2)
    for name in ("predictions", "plans", "runs", "gate_refusals"):
        _is(ask, f"sum(resets(forerunner_{name}_total[5m]))", 0)


def test_a_broken_ledger_is_seen_as_one_and_never_as_zeros(ask: Ask, var: Path) -> None:
    _is(ask, "sum(forerunner_plans_total)", 3)
    for file in var.glob("ledger.sqlite*"):
        file.rename(file.with_name(f"kept-{file.name}"))
    (var / "ledger.sqlite").write_bytes(b"torn" * 4096)

    _is(ask, "forerunner_up", 0)
    _is(ask, 'forerunner_part_up{part="ledger"}', 0)
    _is(ask, "sum(forerunner_plans_total)", None)
    _is(ask, 'forerunner_part_up{part="telemetry"}', 1)
    pending = 'ALERTS{alertname="ForerunnerStateUnreadable", part="ledger"}'
    _is(ask, pending, 1)

    (var / "ledger.sqlite").unlink()
    for file in var.glob("kept-ledger.sqlite*"):
        file.rename(file.with_name(file.name.removeprefix("kept-")))

    _is(ask, "forerunner_up", 1)
    _is(ask, "sum(forerunner_plans_total)", 3)
    _is(ask, "sum(resets(forerunner_plans_total[5m]))", 0)


def test_the_dashboard_and_the_alerts_ask_only_for_what_there_is(
    ask: Ask, ledger: Ledger, var: Path, port: int
) -> None:
    (var / "observe").mkdir(exist_ok=True)
    link = {"observed": True, "drained": False, "probability": 0.25}
    status = {"time": time.time() + 60, "healthy": True, "links": {"r1:r3": link}}
    (var / "observe" / "status.json").write_text(json.dumps(status))
    _is(ask, "forerunner_observer_up", 1)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        families = set(re.findall(r"^# TYPE (\w+) ", answer.read().decode(), re.MULTILINE))
    dashboard = json.loads((FILES / "dashboard.json").read_text())
    rules = yaml.safe_load((FILES / "alerts.yml").read_text())["groups"][0]["rules"]
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    asked += [rule["expr"] for rule in rules]
    named = {name for query in asked for name in _METRIC.findall(query)}

    assert named - families == set()
    ours = {name for name in families if name.startswith("forerunner_")}
    assert ours - named == set(), "no panel and no alert looks at these"
    for query in asked:
        # A query that Prometheus does not understand is an error of HTTP.
        ask(query)


def test_promtool_finds_nothing_wrong_with_rules_and_configuration() -> None:
    for words in (["rules", "alerts.yml"], ["config", "prometheus.yml"]):
        command = ["promtool", "check", *words]
        checked = subprocess.run(command, cwd=FILES, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
