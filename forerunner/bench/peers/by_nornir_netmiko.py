"""The peer nornir with netmiko: threads, strict host keys, one script as its users write it."""

import difflib
import json
import sys
from pathlib import Path

from nornir import InitNornir
from nornir.core.task import Result, Task
from nornir_netmiko.tasks import netmiko_send_command, netmiko_send_config

WORKERS = 50
READ_S = 120


def back_up(task: Task, out: Path) -> Result:
    """Store the running configuration of one device."""
    config = show(task)
    (out / f"{task.host.name}.cfg").write_text(config)
    return Result(host=task.host)


def push(task: Task, lines: list[str]) -> Result:
    """Push the lines that a device lacks, read back, and return the difference."""
    before = show(task)
    if all(line in before for line in lines):
        return Result(host=task.host)
    task.run(netmiko_send_config, config_commands=lines, read_timeout=READ_S)
    after = show(task)
    if not all(line in after for line in lines):
        return Result(host=task.host, failed=True)
    diff = "\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm=""))
    return Result(host=task.host, changed=True, diff=diff)


def show(task: Task) -> str:
    """Return the running configuration."""
    answer = task.run(
        netmiko_send_command, command_string="show running-config", read_timeout=READ_S
    )
    return str(answer[0].result)


def main() -> None:
    """Do `backup` or `push`; the arguments are in one JSON file."""
    given = json.loads(Path(sys.argv[1]).read_text())
    nornir = InitNornir(
        runner={"plugin": "threaded", "options": {"num_workers": WORKERS}},
        inventory={"plugin": "SimpleInventory", "options": {"host_file": given["nornir_hosts"]}},
        logging={"enabled": False},
    )
    if given["action"] == "backup":
        results = nornir.run(back_up, out=Path(given["out"]))
    else:
        results = nornir.run(push, lines=given["lines"])
    failed = [name for name, each in results.items() if each.failed]
    changed = [name for name, each in results.items() if each[0].changed]
    sys.stdout.write(json.dumps({"failed": len(failed), "changed": len(changed)}) + "\n")


if __name__ == "__main__":
    main()
