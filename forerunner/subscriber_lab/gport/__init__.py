"""A simulator of EAGLE G-Port's provisioning database: PDBI over TCP and TLS, two sides.

Beside what the User's Guide says it keeps to the narrowest reading of it: a range shows only the
blocks that are within it with all their numbers.
"""

import sys

from forerunner.subscriber_lab.gport.certificates import make_certificates
from forerunner.subscriber_lab.place import Daemon, Place

PORTS = (5873, 5874, 5883, 5884)
"""TCP and TLS of the side that is active at first, then of the standby side."""


def prepare(place: Place) -> Daemon:
    """Write certificates, and return how it is started.

    Args:
        place: Where.
    """
    home, address = place.home("gport"), place.address("gport")
    make_certificates(home, address)
    command = (sys.executable, "-m", __name__, str(home), address)
    return Daemon(command, tuple((address, port) for port in PORTS))
