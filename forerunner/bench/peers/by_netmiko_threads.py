"""The peer netmiko in a thread pool: strict host keys, no framework around it."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from netmiko import ConnectHandler

WORKERS = 50


def back_up(name: str, host: dict[str, Any], out: Path) -> None:
    """Store the running configuration of one device."""
    with ConnectHandler(**host) as connection:
        config = connection.send_command("show running-config", read_timeout=120)
    (out / f"{name}.cfg").write_text(str(config))


def main() -> None:
    """Back up; the arguments are in one JSON file."""
    given = json.loads(Path(sys.argv[1]).read_text())
    out = Path(given["out"])
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(back_up, name, host, out) for name, host in given["netmiko"].items()]
    failed = [job for job in jobs if job.exception()]
    sys.stdout.write(json.dumps({"failed": len(failed), "changed": 0}) + "\n")


if __name__ == "__main__":
    main()
