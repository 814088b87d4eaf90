"""Where a subscriber stands between before and after, told by what a system holds."""

from typing import Literal

from forerunner.telco.contract import Record

Standing = Literal["before", "between", "after", "foreign"]


def standing(found: Record | None, before: Record | None, after: Record | None) -> Standing:
    """Return where a subscriber stands.

    A crash between two writes leaves a record with some fields as before, some as after and some
    empty: that is `between`, and ours to finish or to take back. A field with any other value was
    set by somebody else.

    Args:
        found: What the system holds.
        before: What it held when the change began.
        after: What it is to hold.
    """
    if not differences(found, after):
        return "after"
    if not differences(found, before):
        return "before"
    if found is None:
        return "between"
    ends = (before or {}, after or {})
    ours = all(
        not value or value in [end.get(name) for end in ends] for name, value in found.items()
    )
    return "between" if ours else "foreign"


def differences(found: Record | None, wanted: Record | None) -> list[str]:
    """Return the names of the fields that differ; never a value, which may be a key.

    Fields that only one of both has count as empty there. A record that is there and is not to be,
    or the other way round, differs in `presence`.
    """
    if found is None or wanted is None:
        return [] if found is wanted else ["presence"]
    names = {**wanted, **found}
    return [name for name in names if found.get(name, "") != wanted.get(name, "")]
