"""From a request to what is entered into the ledger."""

from functools import partial

from forerunner.database import Execute
from forerunner.orders.allocation import Interval, intervals, take
from forerunner.orders.changedsims import ChangedSims, changed_sims
from forerunner.orders.entering import Asked, Numbers
from forerunner.orders.newsims import NewSims, new_sims
from forerunner.orders.reach import Reach
from forerunner.orders.site import Site
from forerunner.sims.fitting import back
from forerunner.sims.request import Request

_NEW_SIM = frozenset({"create", "port_in"})


def asked(request: Request, site: Site, reach: Reach, now: float) -> Asked:
    """Return what is entered for a request that fits as a whole.

    Args:
        request: The request.
        site: What orders are made of.
        reach: Which systems it is for.
        now: Seconds since the epoch, for numbers in quarantine.

    Raises:
        Rejected: Something of it does not fit; names all of that.
        VaultError: A secret that it names is in a vault that cannot be opened.
    """
    made = _made(request, site, reach)
    return Asked(
        request.id,
        request.hash,
        request.operation,
        reach.systems,
        request.record,
        made.total,
        partial(_allocate, request.id, made, now),
        made.changes,
    )


def _made(request: Request, site: Site, reach: Reach) -> NewSims | ChangedSims:
    faults = request.faults.copied()
    if request.operation in _NEW_SIM and not back(request.data):
        made: NewSims | ChangedSims | None = new_sims(request, site, faults)
    else:
        made = changed_sims(request, site, reach, faults)
    faults.end()
    assert made  # noqa: S101 - where it is None, something was noted
    return made


def _allocate(order: str, made: NewSims | ChangedSims, now: float, execute: Execute) -> Numbers:
    """Take the numbers of an order, and the SIMs that it changes."""
    held: dict[str, list[Interval]] = {}
    held |= {each.kind: each.wanted(execute, now) for each in made.columns}
    claimed = intervals("change", made.claims.counted)
    take(execute, order, [*claimed, *(x for some in held.values() for x in some)], now)
    return held
