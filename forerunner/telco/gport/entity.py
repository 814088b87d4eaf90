"""Numbers as G-Port has them: directory numbers, and the network entities that they point to."""

import re

ENTITY = "[0-9A-Fa-f]{1,15}"
"""A signalling point or a routing number."""
_ENTITY = re.compile(ENTITY)
_MSISDN = re.compile(r"[1-9][0-9]{6,14}")


def is_entity(text: str) -> bool:
    """Return whether it is a signalling point or a routing number."""
    return bool(_ENTITY.fullmatch(text))


def is_msisdn(text: str) -> bool:
    """Return whether it is an E.164 number without a plus sign; ASCII digits alone count."""
    return bool(_MSISDN.fullmatch(text))
