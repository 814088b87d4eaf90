"""The lab's stand-in for MIND."""

from forerunner.subscriber_lab.northbound import stand_in
from forerunner.subscriber_lab.place import Daemon, Place

# As inventories/lab/group_vars/mind/mind_account.yml has it.
LOTS = {
    "inbox": "in",
    "outbox": "out",
    "separator": ";",
    "header": True,
    "trailer": "TRAILER",
    "columns": {"row": "LINE", "action": "OPERATION", "code": "RESULT"},
    "actions": {
        "add": "CREATE",
        "put": "REPLACE",
        "remove": "DELETE",
        "read": "GET",
        "export": "EXPORT",
    },
    "codes": {"done": "0", "absent": "404"},
    "suffixes": {"part": ".tmp", "lot": ".csv", "result": ".res"},
}
FIELDS = ("imsiNumber", "cardNumber", "phoneNumber", "pricePlan", "accountState")


def prepare(place: Place) -> Daemon:
    """Return how it is started."""
    lots = {**LOTS, "fields": FIELDS}
    return stand_in(place, "mind", imsi="imsiNumber", msisdn="phoneNumber", lots=lots)
