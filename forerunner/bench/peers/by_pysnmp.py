"""PySNMP's asyncio: one engine, all agents at once, 44 objects a message as we ask for them."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    get_cmd,
)


async def poll(engine: SnmpEngine, given: dict[str, Any], agent: list[Any]) -> int:
    """Return how many values an agent gave."""
    target = await UdpTransportTarget.create((agent[0], agent[1]), timeout=5, retries=1)
    values = 0
    for some in given["objects"]:
        asked = [ObjectType(ObjectIdentity(each)) for each in some]
        error, status, _, found = await get_cmd(
            engine,
            CommunityData(given["community"]),
            target,
            ContextData(),
            *asked,
            lookupMib=False,
        )
        if error or status:
            raise SystemExit(f"{agent}: {error or status}")
        values += len(found)
    return values


async def main() -> None:
    """Poll; the arguments are in one JSON file."""
    given = json.loads(Path(sys.argv[1]).read_text())
    engine, taken, values = SnmpEngine(), [], 0
    for _ in range(given["rounds"]):
        begun = time.perf_counter()
        values = sum(await asyncio.gather(*(poll(engine, given, x) for x in given["agents"])))
        taken.append(time.perf_counter() - begun)
    sys.stdout.write(json.dumps({"seconds": taken, "values": values}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
