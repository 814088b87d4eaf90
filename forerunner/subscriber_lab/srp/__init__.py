"""The lab's stand-in for SRP."""

from forerunner.subscriber_lab.northbound import stand_in
from forerunner.subscriber_lab.place import Daemon, Place

# As inventories/lab/group_vars/srp/srp_profile.yml has it: no header, so that the order tells.
LOTS = {
    "inbox": "inbox",
    "outbox": "outbox",
    "separator": "|",
    "header": False,
    "trailer": "END",
    "columns": {"row": "ROW", "action": "ACTION", "code": "CODE"},
    "actions": {
        "add": "ADD",
        "put": "PUT",
        "remove": "REMOVE",
        "read": "READ",
        "export": "EXPORT",
    },
    "codes": {"done": "OK", "absent": "NOT_FOUND"},
    "suffixes": {"part": ".part", "lot": ".csv", "result": ".result.csv"},
}
FIELDS = ("IMSI", "MSISDN", "POLICY", "QUOTA", "STATE")


def prepare(place: Place) -> Daemon:
    """Return how it is started."""
    lots = {**LOTS, "fields": FIELDS}
    return stand_in(place, "srp", imsi="IMSI", msisdn="MSISDN", lots=lots)
