"""The peer scrapli over asyncssh: asyncio, strict host keys."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from scrapli.driver.core import AsyncIOSXEDriver

AT_ONCE = 50


async def back_up(slots: asyncio.Semaphore, name: str, host: dict[str, Any], out: Path) -> None:
    """Store the running configuration of one device."""
    async with slots, AsyncIOSXEDriver(**host) as connection:
        answer = await connection.send_command("show running-config", timeout_ops=120)
        answer.raise_for_status()
    (out / f"{name}.cfg").write_text(answer.result)


async def main() -> None:
    """Back up; the arguments are in one JSON file."""
    given = json.loads(Path(sys.argv[1]).read_text())
    slots, out = asyncio.Semaphore(AT_ONCE), Path(given["out"])
    jobs = [back_up(slots, name, host, out) for name, host in given["scrapli"].items()]
    done = await asyncio.gather(*jobs, return_exceptions=True)
    failed = [each for each in done if each is not None]
    sys.stdout.write(json.dumps({"failed": len(failed), "changed": 0}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
