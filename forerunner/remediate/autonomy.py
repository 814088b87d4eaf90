"""What a playbook may do by itself, asked before an act; what it may not is held back."""

import time

from analytics.grade import Autonomy, autonomy, record
from analytics.grade.history import History
from forerunner import home
from forerunner.errors import ForerunnerError
from forerunner.events import EventBook
from forerunner.gate import approvals
from forerunner.gate.book import opened
from forerunner.ledger import Ledger
from forerunner.model import Event, Outcome, Plan, new_id
from forerunner.remediate.plans import plan_file, write_plan
from forerunner.remediate.site import Site
from forerunner.store import Store

# As many predictions that nobody acted on are graded on the way to an act; the rest by
# `python -m analytics grade`.
_GRADED_ON_THE_WAY = 10
_LONGEST_TEXT = 2000


def standing(ledger: Ledger, site: Site, plan: Plan) -> Autonomy:
    """Return what a plan's playbook may do by itself; no act where its record cannot be read.

    The plan's own prediction is left out: the ledger has the plan already, and it is what is asked
    about.
    """
    playbook = plan.playbook
    history = History(ledger, Store(home.telemetry()), site.topology)
    try:
        grades = history.grades(_GRADED_ON_THE_WAY)
        drift = history.drift() or history.crowd(grades, site.ladder.predictions_per_link_hour)
    except ForerunnerError as error:
        return Autonomy("approve", f"{playbook} may approve: its record cannot be read ({error})")
    others = [each for each in grades if each.prediction != plan.prediction]
    return autonomy(record(playbook, others), site.ladder, history.now, drift)


def held_back(ledger: Ledger, site: Site, plan: Plan, run_id: str) -> Outcome | None:
    """Return the outcome of a plan that may not be carried out by itself; None for one that may.

    Args:
        ledger: Where the plan stands already.
        site: What decisions stand on.
        plan: What is meant.
        run_id: Name of the run.
    """
    if not site.ladder.enforced:
        return None
    word = standing(ledger, site, plan)
    if word.allows("act") or (word.allows("approve") and _approved(ledger, plan)):
        return None
    message = f"held back: {word.reason}; {_proceed(word, plan)}"
    if word.allows("recommend"):
        _post(plan, message)
    now = time.time()
    outcome = Outcome(plan.id, "refused", {}, {}, {}, now, now, run_id, message)
    ledger.add_outcome(outcome)
    return outcome


def _approved(ledger: Ledger, plan: Plan) -> bool:
    """Return whether somebody's approval of what the plan does holds now."""
    with opened(ledger) as book:
        return any(each.until > book.now for each in approvals.of(book, plan))


def _proceed(word: Autonomy, plan: Plan) -> str:
    by_hand = f"by hand: ansible-playbook playbooks/{plan.playbook}.yml"
    if not word.allows("approve"):
        return f"nothing is done; {by_hand}"
    # Where `forerunner gate approve` looks for it.
    write_plan(plan, plan_file(plan.id))
    return (
        f"`forerunner gate approve {plan.id}` lets the next prediction that asks for the same "
        f"through; {by_hand}"
    )


def _post(plan: Plan, message: str) -> None:
    """Tell people what would be done."""
    link = str(plan.variables.get("link", ""))
    text = f"{plan.playbook} of {link} is recommended: {plan.reason}; {message}"
    details = {"plan": plan.id, "hash": plan.hash, "prediction": plan.prediction}
    event = Event(
        new_id("event"), time.time(), "prediction.recommended", plan.limit[0], link, "warning",
        text[:_LONGEST_TEXT], details,
    )  # fmt: skip
    EventBook().note([event])
