"""The limit: a bare gufo-snmp loop, one session an agent, nothing kept of what comes."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from gufo.snmp import SnmpVersion
from gufo.snmp.aio import SnmpSession


async def poll(session: SnmpSession, objects: list[list[str]]) -> int:
    """Return how many values an agent gave."""
    return sum([len(await session.get_many(some)) for some in objects])


async def main() -> None:
    """Poll; the arguments are in one JSON file."""
    given: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    sessions = [
        SnmpSession(
            address, port=port, community=given["community"], version=SnmpVersion.v2c, timeout=5
        )
        for address, port in given["agents"]
    ]
    taken, values = [], 0
    for _ in range(given["rounds"]):
        begun = time.perf_counter()
        values = sum(await asyncio.gather(*(poll(x, given["objects"]) for x in sessions)))
        taken.append(time.perf_counter() - begun)
    sys.stdout.write(json.dumps({"seconds": taken, "values": values}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
