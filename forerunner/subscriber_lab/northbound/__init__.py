"""The lab's stand-ins for MIND and SRP: one server, two vocabularies; bulk REST with a token."""

import json
import os
import secrets
import sys

from forerunner.subscriber_lab.place import Daemon, Place

PORT = 8443


def stand_in(place: Place, system: str, imsi: str, msisdn: str) -> Daemon:
    """Write a token and a configuration, and return how the stand-in is started.

    Args:
        place: Where.
        system: Its kind.
        imsi: What it calls the IMSI.
        msisdn: What it calls the MSISDN.
    """
    home, address = place.home(system), place.address(system)
    token = home / "token"
    if not token.exists():
        descriptor = os.open(token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
    told = {"address": address, "port": PORT, "imsi": imsi, "msisdn": msisdn}
    (home / "server.json").write_text(json.dumps(told))
    return Daemon((sys.executable, "-m", __name__, str(home)), ((address, PORT),))
