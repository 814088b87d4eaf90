"""What a change of configurations leaves on record: the ledger, a report, and whom to retry."""

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from forerunner import home
from forerunner.configure.operation import Configuration
from forerunner.files import write_whole
from forerunner.ledger import Ledger
from forerunner.model import Outcome, OutcomeState, Plan, new_id

_EXPIRES_S = 3600.0


def by_hand(playbook: str, devices: Mapping[str, object], variables: Mapping[str, Any]) -> Plan:
    """Return the plan that a person means by a command line."""
    return Plan(
        id=new_id("plan"),
        playbook=playbook,
        limit=tuple(sorted(devices)),
        variables=dict(variables),
        reason=f"asked for by hand: {playbook}",
        prediction=None,
        expected={},
        checks=("read_back", "neighbours", "routes", "reachability", "error_counters"),
        undo="restore_config",
        expires=time.time() + _EXPIRES_S,
    )


def recorded(plan: Plan, act: Callable[[], Configuration]) -> Configuration:
    """Do it, with the plan in the ledger before and the outcome, report and retry file after.

    Raises:
        LedgerError: The ledger cannot be written; when it cannot be opened nothing is touched.
    """
    ledger, started = Ledger.open(), time.time()
    try:
        plan = ledger.enter_plan(plan)
        done = act()
        outcome = _outcome(plan, done, started)
        ledger.add_outcome(outcome)
    finally:
        ledger.close()
    write_whole(
        home.var() / "reports" / f"{plan.id}.json", json.dumps(_report(plan, outcome, done))
    )
    _name_the_failed(plan, done)
    return done


def rates(done: Configuration) -> dict[str, float]:
    """Return how many devices there were and which share came to which end."""
    count = len(done.hosts) or 1
    statuses = [each.status for each in done.hosts.values()]
    shares = {x: statuses.count(x) / count for x in ("ok", "changed", "failed", "unreachable")}
    succeeded = sum(each.succeeded for each in done.hosts.values()) / count
    return {"devices": len(done.hosts), "succeeded": succeeded, **shares}


def retry_file(playbook: str) -> Path:
    """Return the file that names whom to retry: `--limit @var/retry/<playbook>.retry`."""
    return home.var() / "retry" / f"{playbook}.retry"


def state_of(done: Configuration) -> OutcomeState:
    """Return the one word for a run."""
    if done.refused:
        return "refused"
    bad = [each for each in done.hosts.values() if not each.succeeded]
    if not bad:
        return "verified"
    if any("put back byte for byte" in each.message for each in bad):
        return "undone"
    return "unreachable" if all(x.status == "unreachable" for x in bad) else "failed"


def _outcome(plan: Plan, done: Configuration, started: float) -> Outcome:
    before = {name: each.get("before", {}) for name, each in done.health.items()}
    after = {name: each.get("after", {}) for name, each in done.health.items()}
    return Outcome(
        plan=plan.id,
        state=state_of(done),
        hosts={name: each.to_dict() for name, each in done.hosts.items()},
        before=before,
        after={**after, "rates": rates(done)},
        started_at=started,
        ended_at=time.time(),
        run=os.environ.get("FORERUNNER_RUN") or "ansible-playbook",
        message=_summary(done),
    )


def _summary(done: Configuration) -> str:
    if done.refused:
        return done.refused
    bad = [each.message for each in done.hosts.values() if not each.succeeded]
    changed = sum(each.status == "changed" for each in done.hosts.values())
    said = f"{len(done.hosts)} devices, {changed} changed and checked, {len(bad)} not done"
    return f"{said}: {bad[0]}" if bad else said


def _report(plan: Plan, outcome: Outcome, done: Configuration) -> dict[str, Any]:
    return {
        "plan": plan.to_dict(),
        "outcome": outcome.to_dict(),
        "waves": [list(wave) for wave in done.waves],
        "rates": rates(done),
    }


def _name_the_failed(plan: Plan, done: Configuration) -> None:
    path = retry_file(plan.playbook)
    bad = [name for name, each in done.hosts.items() if not each.succeeded]
    if bad:
        write_whole(path, "".join(f"{name}\n" for name in bad))
    else:
        path.unlink(missing_ok=True)
