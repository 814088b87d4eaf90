"""Two runners of Airflow's kind and a command line want the same device, again and again."""

import json
import multiprocessing
import os
from collections.abc import Iterable, Mapping
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from forerunner.bench.change.gate.stage import Stage
from forerunner.bench.rows import Row

_RUNNERS = 2
Section = Mapping[str, Any]


def row(stage: Stage, rounds: int, console: Console) -> Row:
    """Play the rounds and return how many critical sections overlapped.

    Args:
        stage: The lab and its gate.
        rounds: How often all three begin at once.
        console: Where progress is told.
    """
    stage.journal.unlink(missing_ok=True)
    _play(stage, rounds, console)
    found = sections(stage.journal)
    wanted = rounds * (_RUNNERS + 1)
    what = (
        f"critical sections on real routers that overlapped, of {len(found)} in {rounds} rounds of "
        "two AnsiblePlaybookOperators, each in a process of its own without a scheduler, and an "
        "ansible-playbook; one ledger"
    )
    if len(found) != wanted:
        reason = f"not measured: {len(found)} of {wanted} writes were made; see {stage.journal}"
        return Row("lease_overlaps", reason, None, goal="== 0", n=rounds)
    return Row("lease_overlaps", what, len(overlaps(found)), goal="== 0", n=rounds)


def sections(journal: Path) -> list[Section]:
    """Return what the playbooks noted of their writes, in the order of their beginnings."""
    found = [json.loads(line) for line in journal.read_text().splitlines()]
    return sorted(found, key=lambda section: float(section["begins"]))


def overlaps(found: Iterable[Section]) -> list[tuple[Section, Section]]:
    """Return the pairs on one device of which the second began before the first had ended."""
    by_device: dict[str, list[Section]] = {}
    for section in found:
        by_device.setdefault(section["device"], []).append(section)
    return [
        (first, second)
        for each in by_device.values()
        for first, second in pairwise(each)
        if second["begins"] < first["ends"]
    ]


def _play(stage: Stage, rounds: int, console: Console) -> None:
    context = multiprocessing.get_context("spawn")
    os.environ["AIRFLOW_HOME"] = str(stage.project / "airflow")
    # What the Variable says where there is no Airflow to ask.
    os.environ["AIRFLOW_VAR_FORERUNNER_KILL_SWITCH"] = "go"
    ours, theirs = zip(*(context.Pipe() for _ in range(_RUNNERS)), strict=True)
    runners = [
        context.Process(target=_run, args=(number, end, str(stage.journal)), daemon=True)
        for number, end in enumerate(theirs)
    ]
    for runner in runners:
        runner.start()
    try:
        for number in range(rounds):
            device = stage.lab.routers[number % len(stage.lab.routers)]
            said = _round(stage, device, ours)
            console.print(f"round {number + 1} of {rounds} on {device}: {', '.join(said)}")
    finally:
        for runner in runners:
            runner.terminate()
            runner.join()


def _round(stage: Stage, device: str, runners: Iterable[Connection]) -> list[str]:
    ends = list(runners)
    for end in ends:
        end.send(device)
    said = stage.play("write", "--limit", device, f"-ejournal={stage.journal}")
    mine = "written" if "failed=0" in said and "changed=1" in said else said.strip()[-300:]
    return [mine, *(str(end.recv()) for end in ends)]


def _run(number: int, orders: Connection, journal: str) -> None:
    """Run playbook `write` on each device that comes, by the operator of the DAGs."""
    log = os.open(Path(journal).with_name(f"runner-{number}.log"), os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    from forerunner.airflow.operators import AnsiblePlaybookOperator  # noqa: PLC0415

    run = SimpleNamespace(triggering_user_name=f"runner {number}", dag_id="write", run_id="bench")
    context: Any = {"dag_run": run, "ti": SimpleNamespace(xcom_push=lambda **_: None)}
    while True:
        device = orders.recv()
        operator = AnsiblePlaybookOperator(
            task_id="write", playbook="write", variables={"journal": journal}, limit=[device]
        )
        try:
            operator.execute(context)
            orders.send("written")
        except Exception as error:  # noqa: BLE001 (what the round says of it)
            orders.send(f"{type(error).__name__}: {error}"[:300])
