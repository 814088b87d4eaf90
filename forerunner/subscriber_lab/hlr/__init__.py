"""The lab's HLR: osmo-hlr itself, with a database of its own."""

import shutil

from forerunner.subscriber_lab.errors import SubscriberLabError
from forerunner.subscriber_lab.place import Daemon, Place

_CTRL, _VTY, _GSUP = 4259, 4258, 4222
_CONFIGURATION = """\
log stderr
 logging filter all 1
 logging color 0
 logging print category 1
 logging timestamp 1
 logging level main notice
 logging level db error
line vty
 bind {address}
ctrl
 bind {address}
hlr
 gsup
  bind ip {address}
"""


def prepare(place: Place) -> Daemon:
    """Write its configuration, and return how it is started.

    Raises:
        SubscriberLabError: It is not installed.
    """
    program = shutil.which("osmo-hlr", path="/usr/bin:/usr/local/bin:/usr/sbin")
    if program is None:
        raise SubscriberLabError("hlr: osmo-hlr is missing; run: apt-get install osmo-hlr")
    home, address = place.home("hlr"), place.address("hlr")
    configuration = home / "osmo-hlr.cfg"
    configuration.write_text(_CONFIGURATION.format(address=address))
    command = (program, "-c", str(configuration), "-l", str(home / "hlr.db"))
    return Daemon(command, tuple((address, port) for port in (_CTRL, _VTY, _GSUP)))
