"""The two ends of a link, each with the sessions to it."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from forerunner.fleet import Device, FleetError, Session, connect
from forerunner.topology import Direction


@dataclass(frozen=True)
class End:
    """One end of the link, with the sessions to it.

    Attributes:
        way: The direction that it sends.
        cli: Session with its command line.
        agent: Session with its agent.
    """

    way: Direction
    cli: Session
    agent: Session

    @property
    def host(self) -> str:
        """Return the router's name."""
        return self.way.host


async def open_session(stack: AsyncExitStack, device: Device) -> Session | FleetError:
    """Open a session that lasts as long as the stack, or return why there is none."""
    try:
        return await stack.enter_async_context(connect(device))
    except FleetError as error:
        return error
