"""The limit: a bare pipelined client of osmo-hlr's control interface, without looking at replies.

Run with a JSON file: host, first, count, act (write or read). Prints the seconds that it took.
"""

import asyncio
import json
import struct
import sys
import time
from pathlib import Path
from typing import Any

AT_ONCE = 64


def commands(given: dict[str, Any]) -> list[str]:
    """Return what is asked, without the numbers of the questions."""
    found: list[str] = []
    for n in range(given["first"], given["first"] + given["count"]):
        own = f"subscriber.by-imsi-00101{n:010}"
        if given["act"] == "read":
            found += [f"GET {{}} {own}.info", f"GET {{}} subscriber.by-msisdn-8823{n:09}.info"]
            continue
        keys = f"milenage,{n + 1:032x},opc,{n + 7:032x},5"
        found.append(f"SET {{}} subscriber.create 00101{n:010}")
        found += [f"SET {{}} {own}.msisdn 8823{n:09}", f"SET {{}} {own}.aud3g {keys}"]
    return found


async def main() -> None:
    """Ask, some at a time."""
    given = json.loads(Path(sys.argv[1]).read_text())
    asked = commands(given)
    reader, writer = await asyncio.open_connection(given["host"], 4259)
    begun, sent = time.perf_counter(), 0
    for answered in range(-AT_ONCE, len(asked)):
        if answered >= 0:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
            await reader.readexactly(1 + length)
        if sent < len(asked):
            text = asked[sent].format(sent + 1).encode()
            writer.write(struct.pack(">HBB", len(text) + 1, 0xEE, 0) + text)
            sent += 1
    sys.stdout.write(f"{time.perf_counter() - begun}\n")


asyncio.run(main())
