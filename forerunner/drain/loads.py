"""How much each direction carries now: what nobody knows cannot be drained onto."""

import logging

from forerunner.collect import load
from forerunner.collect.snmp import Agent, Credentials
from forerunner.drain.request import Request
from forerunner.errors import ForerunnerError
from forerunner.store import Store

_log = logging.getLogger(__name__)


async def measure(request: Request) -> dict[str, float] | None:
    """Return the load of each direction in bit/s, or None where it cannot be known.

    The telemetry store answers if it is fresh; otherwise the routers' counters are polled twice.
    """
    try:
        user = Credentials.from_file(request.snmp_file)
        agents = [Agent(x.name, x.address, user) for x in request.devices.values()]
        store = Store(request.telemetry_directory)
        return await load.measure(store, request.topology, agents, request.policy.load_max_age_s)
    except ForerunnerError as error:
        _log.warning("loads are not known: %s", error)
        return None
