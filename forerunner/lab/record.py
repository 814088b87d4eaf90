"""What the ledger must know of a lab: built anew, it has no drained links."""

import time

from forerunner.lab.lab import Lab
from forerunner.ledger import Ledger
from forerunner.model import Outcome, Plan, new_id

_REASON = "the lab was built anew, with every link in service"


def note_links_in_service(lab: Lab) -> None:
    """Write down that the lab's links are in service that the ledger holds for drained.

    A drain lives in a router's running configuration and went with it; a ledger that still told
    of it would keep the loop from ever acting on that link again.

    Raises:
        LedgerError: The ledger cannot be read or written.
    """
    ledger = Ledger.open()
    try:
        for name in ledger.drained_links():
            if any(link.name == name for link in lab.topology.links):
                _note(ledger, name, lab.link(name).ends)
    finally:
        ledger.close()


def _note(ledger: Ledger, link: str, ends: tuple[str, ...]) -> None:
    now = time.time()
    plan = Plan(
        id=new_id("plan"),
        playbook="undrain_link",
        limit=ends,
        variables={"link": link},
        reason=_REASON,
        prediction=None,
        expected={},
        checks=(),
        undo="drain_link",
        expires=now,
    )
    ledger.add_plan(plan)
    hosts = {name: {"status": "ok", "message": _REASON} for name in ends}
    ledger.add_outcome(Outcome(plan.id, "verified", hosts, {}, {}, now, now, "build_lab", _REASON))
