"""The limit: a bare asyncssh loop, keys and host keys read once, one exec channel a device."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import asyncssh

AT_ONCE = 50


async def back_up(
    slots: asyncio.Semaphore, host: dict[str, Any], options: dict[str, Any], file: Path
) -> None:
    """Store the running configuration of one device."""
    async with slots, asyncssh.connect(host["host"], host["port"], **options) as connection:
        answer = await connection.run("show running-config", check=True)
    file.write_text(str(answer.stdout))


async def main() -> None:
    """Back up; the arguments are in one JSON file."""
    given = json.loads(Path(sys.argv[1]).read_text())
    slots, out = asyncio.Semaphore(AT_ONCE), Path(given["out"])
    options = {
        "username": given["user"],
        "client_keys": asyncssh.load_keypairs(given["key_file"]),
        "known_hosts": asyncssh.read_known_hosts(given["known_hosts"]),
        "preferred_auth": "publickey",
        "agent_path": None,
        "config": None,
        # What the engine prefers too: of what the devices offer, this costs least.
        "encryption_algs": "^aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    }
    jobs = [
        back_up(slots, host, options, out / f"{name}.cfg")
        for name, host in given["netmiko"].items()
    ]
    done = await asyncio.gather(*jobs, return_exceptions=True)
    failed = [each for each in done if each is not None]
    sys.stdout.write(json.dumps({"failed": len(failed), "changed": 0}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
