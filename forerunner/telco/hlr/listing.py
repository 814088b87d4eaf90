"""Who an osmo-hlr knows: its terminal lists all subscribers, which its control interface cannot."""

import asyncio
import re

from forerunner.telco.errors import SystemUnreachable
from forerunner.telco.hlr.settings import Settings

_PROMPT = b"OsmoHLR> "
_ROW = re.compile(rb"^\d+ +\S+ +([0-9]{6,15}) ", re.MULTILINE)
_SHOWN = re.compile(rb"Subscribers Shown: (\d+)")
_LIMIT = 2**30


async def identities(settings: Settings) -> list[str]:
    """Return the IMSIs of all subscribers.

    The HLR does nothing else meanwhile, about a second for 200,000 of them.

    Raises:
        SystemUnreachable: It does not answer, or not to the end.
    """
    host, port = settings.host, settings.vty_port
    try:
        async with asyncio.timeout(settings.timeout):
            reader, writer = await asyncio.open_connection(host, port, limit=_LIMIT)
            await reader.readuntil(_PROMPT)
        writer.write(b"show subscribers all\n")
        text = await asyncio.wait_for(reader.readuntil(_PROMPT), 12 * settings.timeout)
        writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        problem = f"{host} port {port} does not list its subscribers ({type(error).__name__})"
        raise SystemUnreachable(settings.name, problem) from None
    found = [each.decode() for each in _ROW.findall(text)]
    shown = _SHOWN.search(text)
    # Of none it says so in other words.
    if (int(shown[1]) if shown else 0) != len(found):
        raise SystemUnreachable(settings.name, "its list of subscribers was cut off; try again")
    return found
