"""Runs the reference HSS: `python -m forerunner.subscriber_lab.hss DIRECTORY`."""

import json
import sys
from pathlib import Path

from forerunner.subscriber_lab.hss import CAI3G_PORT, PYHSS_PORT
from forerunner.subscriber_lab.hss.cai3g import Cai3g
from forerunner.subscriber_lab.hss.numbering import Numbering
from forerunner.subscriber_lab.hss.pyhss_api import PyHssApi
from forerunner.subscriber_lab.hss.pyhss_store import PyHssStore
from forerunner.subscriber_lab.hss.s6a import S6a
from forerunner.subscriber_lab.northbound.__main__ import main
from forerunner.subscriber_lab.northbound.store import Store

# An operator makes APNs by hand; PyHSS has none at first.
_APN = {"apn": "internet", "apn_ambr_dl": 1_000_000_000, "apn_ambr_ul": 1_000_000_000}


def serve(home: Path) -> None:
    """Serve S6a, and provisioning in all three styles, until stopped."""
    told = json.loads((home / "server.json").read_text())
    secret = (home / "token").read_text()
    store = Store(home / "records.sqlite", told["imsi"], told["msisdn"], shared=True)
    objects = PyHssStore(home / "pyhss.sqlite")
    if not objects.page("apn", 0, 1):
        objects.create("apn", _APN)
    numbering = Numbering(home / "sequence.sqlite")
    diameter = S6a((store, objects), numbering, told["address"])
    diameter.start()
    beside = {
        PYHSS_PORT: PyHssApi(objects, secret).application(),
        CAI3G_PORT: Cai3g(store, secret).application(),
    }
    try:
        main(home, beside)
    finally:
        diameter.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
