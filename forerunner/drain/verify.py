"""Is the link in the state that was asked for, and is everything else as it was?"""

from forerunner.dialects import frr
from forerunner.drain.reading import EndState
from forerunner.drain.request import Goal
from forerunner.topology import Direction


def problems(goal: Goal, way: Direction, before: EndState, now: EndState, cost: int) -> list[str]:
    """Return one sentence for each thing that is not as it should be at one end.

    Args:
        goal: What was asked for.
        way: The direction that this end sends.
        before: This end before the change.
        now: This end now.
        cost: The cost that it was given.
    """
    found = []
    if now.cost != cost:
        found.append(f"{way.host}: cost of {way.interface} reads back as {now.cost}, not {cost}")
    if now.metrics.get(way.address) != cost:
        known = now.metrics.get(way.address, "nothing")
        found.append(f"{way.host}: the area knows {known} as metric of {way.name}, not {cost}")
    lost = sorted(_must_be_full(goal, way, before) - now.full)
    if lost:
        found.append(f"{way.host}: OSPF is no longer Full on {', '.join(lost)}")
    if goal == "drained" and cost == frr.MAXIMUM_COST and now.routes:
        shown = ", ".join(sorted(now.routes)[:3])
        found.append(
            f"{way.host}: {len(now.routes)} prefixes still leave by {way.interface} ({shown} ...)"
        )
    return found


def _must_be_full(goal: Goal, way: Direction, before: EndState) -> frozenset[str]:
    if goal == "in_service":
        return before.full | {way.interface}
    # A link is drained because it is failing: its own adjacency may go at any moment.
    return before.full - {way.interface}
