"""The lab's reference HSS: Diameter S6a towards the network; REST, PyHSS's REST and SOAP beside."""

import sys

from forerunner.subscriber_lab.northbound import stand_in
from forerunner.subscriber_lab.place import Daemon, Place
from forerunner.telco.s6a import PORT as S6A_PORT

PYHSS_PORT, CAI3G_PORT = 8080, 8998


def prepare(place: Place) -> Daemon:
    """Return how it is started."""
    rest = stand_in(place, "hss", imsi="imsi", msisdn="msisdn")
    command = (sys.executable, "-m", __name__, *rest.command[3:])
    ports = (S6A_PORT, PYHSS_PORT, CAI3G_PORT)
    return Daemon(command, (*rest.listeners, *((place.address("hss"), port) for port in ports)))
