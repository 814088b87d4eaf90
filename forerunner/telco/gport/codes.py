"""Return codes of the PDBI.

Source: Oracle Communications EAGLE Application Processor, Provisioning Database Interface User's
Guide, appendix A (message error codes).
"""

from enum import IntEnum


class Code(IntEnum):
    """What a response says."""

    SUCCESS = 0
    INTERNAL_ERROR = 1001
    NOT_CONNECTED = 1002
    ALREADY_CONNECTED = 1003
    PARSE_FAILED = 1004
    WRITE_UNAVAIL = 1005
    NO_WRITE_PERMISSION = 1006
    STANDBY_SIDE = 1008
    NO_ACTIVE_TXN = 1009
    ACTIVE_TXN = 1010
    WRITE_IN_READ_TXN = 1011
    INVALID_VALUE = 1012
    NOT_FOUND = 1013
    CONFLICT_FOUND = 1014
    ITEM_EXISTS = 1015
    PARTIAL_SUCCESS = 1016
    NO_UPDATES = 1017
    BAD_ARGS = 1019
    TOO_MANY_CONNECTIONS = 1020
    NE_NOT_FOUND = 1021
    TXN_TOO_BIG = 1029


_NEXT_STEPS = {
    Code.PARSE_FAILED: "see the templates below templates/gport",
    Code.INVALID_VALUE: "see the settings of role gport_number",
    Code.CONFLICT_FOUND: "somebody else's entry covers it",
    Code.TOO_MANY_CONNECTIONS: "close other PDBI connections",
    Code.NE_NOT_FOUND: "create its sp or rn there with ent_entity",
    Code.TXN_TOO_BIG: "lower gport_number_transaction_size",
}


def described(code: int) -> str:
    """Return a code with its name and, where there is one, the next step."""
    if code not in set(Code):
        return f"{code}; see appendix A of the PDBI User's Guide"
    known = Code(code)
    step = _NEXT_STEPS.get(known)
    return f"{code} {known.name}" + (f"; {step}" if step else "")
