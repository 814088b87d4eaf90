"""What both ends of S6a have in common: numbers, names and encodings.

Source: 3GPP TS 29.272 (S6a), TS 29.329 (MSISDN), TS 24.301 9.9.3.32 (PLMN), TS 33.401 (AMF).
"""

VENDOR_3GPP = 10415
SUCCESS = 2001
UNABLE_TO_COMPLY = 5012
USER_UNKNOWN = 5001
NO_STATE_MAINTAINED = 1
RAT_EUTRAN = 1004
ALL_APNS_INCLUDED = 0
IPV4 = 0
# ULR-Flags, 7.3.7: the request comes over S6a, from an MME.
ULR_S6A = 0b10
# 7.3.29: SERVICE_GRANTED, OPERATOR_DETERMINED_BARRING.
GRANTED, BARRED = 0, 1
REALM = "epc.forerunner.lab"
HSS_HOST = f"hss.{REALM}"
PORT = 3868
# S6a vectors have the separation bit set (TS 33.401, 6.1.2).
AMF = b"\x80\x00"
# SEQ stands above five bits of IND (TS 33.102, C.1.1.1).
SQN_STEP = 32
MMES = tuple(f"mme{number}.{REALM}" for number in range(1, 33))
"""Who may ask: each client that is there at the same time has a name of its own."""

_FILLER = "f"


def tbcd(digits: str) -> bytes:
    """Return digits two an octet, the first of them in the low half."""
    even = digits + _FILLER * (len(digits) % 2)
    return bytes(int(even[at + 1] + even[at], 16) for at in range(0, len(even), 2))


def plmn(mcc: str, mnc: str) -> bytes:
    """Return a network as its three octets."""
    third = mnc[2] if len(mnc) == 3 else _FILLER
    return bytes(int(x, 16) for x in (mcc[1] + mcc[0], third + mcc[2], mnc[1] + mnc[0]))
