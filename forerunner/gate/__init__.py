"""The one gate: every change passes it, whichever way it was started, and every write asks it.

`admit` lets a plan through and returns a token; `check` is asked with it just before each write;
`close` gives the devices back. All that passes or is refused stands in the audit trail.
"""

from forerunner.gate.admission import Admission, admit, check, close, close_all, foretell
from forerunner.gate.approvals import approve
from forerunner.gate.errors import GateError, NotAdmitted, Refusal, Refused
from forerunner.gate.holder import Holder
from forerunner.gate.policy import GatePolicy
from forerunner.gate.request import Entrance, Request

__all__ = [
    "Admission",
    "Entrance",
    "GateError",
    "GatePolicy",
    "Holder",
    "NotAdmitted",
    "Refusal",
    "Refused",
    "Request",
    "admit",
    "approve",
    "check",
    "close",
    "close_all",
    "foretell",
]
