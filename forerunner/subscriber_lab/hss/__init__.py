"""The lab's reference HSS: Diameter S6a towards the network, REST for provisioning."""

import sys

from forerunner.subscriber_lab.northbound import stand_in
from forerunner.subscriber_lab.place import Daemon, Place
from forerunner.telco.s6a import PORT


def prepare(place: Place) -> Daemon:
    """Return how it is started."""
    rest = stand_in(place, "hss", imsi="imsi", msisdn="msisdn")
    command = (sys.executable, "-m", __name__, *rest.command[3:])
    return Daemon(command, (*rest.listeners, (place.address("hss"), PORT)))
