"""More predictions than the model promised: the oldest sign that it has gone wrong.

Links fail rarely, and a model is put into service for so many false alarms an hour at the most. A
number of predictions that this makes implausible says that the model, or what it is given, has
changed, before any of them can be graded. A fault that takes several links at once looks the same,
and then a person is asked.
"""

from collections.abc import Iterable

from scipy.special import pdtrc

from analytics.grade.grading import NOT_LOOKED_AT, Grade

WINDOWS_S = (600.0, 3600.0, 86_400.0)
_IMPLAUSIBLE = 0.01


def crowded(grades: Iterable[Grade], links: int, per_link_hour: float, now: float) -> str:
    """Return in words that there are too many predictions of failures; empty when there are not.

    A link that has had a hole, as a flapping one, is expected to be predicted again: its repeats
    count no more. Those on a link that never had one do.

    Args:
        grades: Of any playbook, in any order; that of the prediction which is asked about too.
        links: How many are watched.
        per_link_hour: Predictions of failures that a link may have in an hour.
        now: Seconds since the epoch.

    Source: the upper tail of a Poisson distribution, in windows of 10 min, 1 h and 1 d.
    """
    mine = sorted((x for x in grades if x.kind == "link_failure"), key=lambda each: each.made_at)
    for window_s in WINDOWS_S:
        recent = [x for x in mine if now - window_s < x.made_at <= now]
        count, expected = _counted(recent), links * per_link_hour * window_s / 3600
        # One prediction alone is what the model is there for, however few links there are.
        if count >= 2 and pdtrc(count - 1, expected) < _IMPLAUSIBLE:
            return (
                f"{count} predictions of failures within {window_s / 60:g} min on {links} links, "
                f"and {expected:.2g} are promised"
            )
    return ""


def _counted(recent: Iterable[Grade]) -> int:
    """Return how many predictions there are without the repeats on links that had a hole."""
    every = list(recent)
    holes = {each.target for each in every if each.lead_s is not None}
    failed: set[str] = set()
    count = 0
    for each in every:
        # One that nobody looked at yet may be the word of that hole.
        repeated = each.target in failed or (each.target in holes and each.why == NOT_LOOKED_AT)
        count += not repeated
        if each.lead_s is not None:
            failed.add(each.target)
    return count
