"""A session with a device, however its platform speaks: by channels, a shell or a vendor's door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from forerunner.fleet.connection import open_connection
from forerunner.fleet.device import Device
from forerunner.fleet.door import open_door
from forerunner.fleet.errors import NoAnswer
from forerunner.fleet.session import Session
from forerunner.fleet.shell import ShellSession
from forerunner.fleet.speech import is_spoken, shell

# Between attempts: half a second, then twice as long, and up to half a second by chance, so that
# five hundred devices behind one lost link are not all tried again at the same moment.
_WAIT = wait_exponential_jitter(multiplier=0.5, max=8, jitter=0.5)


@asynccontextmanager
async def connect(
    device: Device, timeout_s: float = 10.0, attempts: int = 1
) -> AsyncIterator[Session]:
    """Open a session with a device: public key only, strict host key, no agent, no ~/.ssh.

    Args:
        device: The device.
        timeout_s: Seconds for one attempt.
        attempts: How often to try to connect. Only that is tried again: a command that was under
            way when the session broke off may have been carried out.

    Raises:
        Unreachable: With the cause and the next step.
    """
    session = await _open(device, timeout_s, attempts)
    try:
        yield session
    finally:
        session.close()


async def _open(device: Device, timeout_s: float, attempts: int) -> Session:
    retrying = AsyncRetrying(
        stop=stop_after_attempt(attempts),
        wait=_WAIT,
        retry=retry_if_exception_type(NoAnswer),
        reraise=True,
    )
    return await retrying(_open_once, device, timeout_s)


async def _open_once(device: Device, timeout_s: float) -> Session:
    if not is_spoken(device.platform):
        return await open_door(device, timeout_s)
    connection = await open_connection(device, timeout_s)
    speech = shell(device.platform)
    return ShellSession(device, connection, speech) if speech else Session(device, connection)
