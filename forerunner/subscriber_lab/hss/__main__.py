"""Runs the reference HSS: `python -m forerunner.subscriber_lab.hss DIRECTORY`."""

import json
import sys
from pathlib import Path

from forerunner.subscriber_lab.hss.numbering import Numbering
from forerunner.subscriber_lab.hss.s6a import S6a
from forerunner.subscriber_lab.northbound.__main__ import main
from forerunner.subscriber_lab.northbound.store import Store

if __name__ == "__main__":
    home = Path(sys.argv[1])
    told = json.loads((home / "server.json").read_text())
    store = Store(home / "records.sqlite", told["imsi"], told["msisdn"], shared=True)
    S6a(store, Numbering(home / "sequence.sqlite"), told["address"]).start()
    main(home)
