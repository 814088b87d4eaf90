"""The lab's stand-ins for MIND and SRP: one server, two vocabularies; REST, and lots over SFTP."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forerunner.subscriber_lab.place import Daemon, Place

PORT = 8443


def stand_in(
    place: Place, system: str, imsi: str, msisdn: str, lots: Mapping[str, Any] | None = None
) -> Daemon:
    """Write a token, keys and a configuration, and return how the stand-in is started.

    Args:
        place: Where.
        system: Its kind.
        imsi: What it calls the IMSI.
        msisdn: What it calls the MSISDN.
        lots: What its lots are like, as `LotFiles` and `LotProcessor` take it; None for none.
    """
    home, address = place.home(system), place.address(system)
    _make_token(home / "token")
    told = {"address": address, "port": PORT, "imsi": imsi, "msisdn": msisdn, "lots": lots}
    listeners = [(address, PORT)]
    if lots:
        # asyncssh takes a while to load.
        from forerunner.subscriber_lab.northbound import lot_server  # noqa: PLC0415

        lot_server.make_keys(home, address)
        listeners.append((address, lot_server.PORT))
    (home / "server.json").write_text(json.dumps(told))
    return Daemon((sys.executable, "-m", __name__, str(home)), tuple(listeners))


def _make_token(file: Path) -> None:
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(secrets.token_urlsafe(32))
