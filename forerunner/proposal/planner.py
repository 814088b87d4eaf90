"""Planning an inventory that was taken out of Git, by the playbook that people use."""

import re
from pathlib import Path

from forerunner.gate.entry import ENTRANCE, WHO
from forerunner.proposal.errors import ProposalError
from forerunner.runner import Job

PLAYBOOK = "plan_config"
_TIMEOUT_S = 1800.0


def by_playbook(inventory: Path, plans: Path, reason: str) -> Path | None:
    """Plan what an inventory would change and return the plan's file; None when nothing differs.

    Args:
        inventory: Directory of the inventory.
        plans: Where the plan is written; empty before.
        reason: One sentence for people.

    Raises:
        ProposalError: The inventory does not fit, a device refuses a line or cannot be reached.
    """
    variables = {"config_plan_directory": str(plans), "config_plan_reason": _plain(reason)}
    environment = {ENTRANCE: "git", WHO: _plain(reason)}
    job = Job(
        PLAYBOOK, variables, timeout_s=_TIMEOUT_S, inventory=inventory, environment=environment
    )
    done = job.run()
    if not done.ok:
        raise ProposalError(done.message)
    return next(iter(sorted(plans.glob("plan-*.json"))), None)


def _plain(text: str) -> str:
    """Return what may be a variable of Ansible's: its sender is not known."""
    return re.sub(r"[^A-Za-z0-9_./:@,+ -]", "-", text)[:200]
