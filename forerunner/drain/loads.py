"""How much each direction carries now, as far as anybody can tell."""

from forerunner.drain.request import Request


async def measure(request: Request) -> dict[str, float] | None:
    """Stand in until the counters can be read."""
    return {way.name: 0.0 for link in request.topology.links for way in link.directions}
