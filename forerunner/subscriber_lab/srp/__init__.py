"""The lab's stand-in for SRP."""

from forerunner.subscriber_lab.northbound import stand_in
from forerunner.subscriber_lab.place import Daemon, Place


def prepare(place: Place) -> Daemon:
    """Return how it is started."""
    return stand_in(place, "srp", imsi="IMSI", msisdn="MSISDN")
