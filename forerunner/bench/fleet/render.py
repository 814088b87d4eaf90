"""Rendering a thousand configurations by playbook, against plain jinja2 on the same templates."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from forerunner import home
from forerunner.bench import rows
from forerunner.bench.peer import PEERS, BenchError
from forerunner.bench.rows import Extent, Row
from forerunner.render import host_intent

_DEVICES, _ROUNDS = 1000, 5
_SHORT_DEVICES, _SHORT_ROUNDS = 20, 1
_INTERFACES = 42


def render_row(extent: Extent, console: Console) -> list[Row]:
    """Return how long it takes, all checks included, to plain jinja2's.

    The goal is for the one task: what Ansible takes to start and to read an inventory of so many
    variables is measured apart, by a play that does nothing, and is in the row beside it.
    """
    size, rounds = (_DEVICES, _ROUNDS) if extent == "full" else (_SHORT_DEVICES, _SHORT_ROUNDS)
    directory = rows.directory("fleet") / "render"
    _write(directory, size)
    contenders = {"ours": _ours, "start": _start, "jinja2": _plain}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            seconds = contender(directory)
            taken[name].append(seconds)
            console.print(f"{name}: {seconds:.2f} s")
    _same(directory, size)
    return _rows(directory, size, taken)


def _rows(directory: Path, size: int, taken: Mapping[str, Sequence[float]]) -> list[Row]:
    ours, start, plain = (median(taken[name]) for name in ("ours", "start", "jinja2"))
    kilobytes = sum(path.stat().st_size for path in _out(directory).iterdir()) / size / 1000
    what = (
        f"{size} configurations of {kilobytes:.1f} KB in one task, checked and written, to plain "
        f"jinja2's {plain:.1f} s; Ansible's {start:.1f} s of start and inventory"
    )
    return [
        Row(row, f"{what} {how}", seconds / plain, "times", goal, "jinja2", 1.0, seconds / plain,
            len(taken["ours"]))
        for row, how, goal, seconds in (
            ("render_vs_jinja2_1000", "apart", "<= 4", ours - start),
            ("render_vs_jinja2_1000_inclusive", "included", None, ours),
        )
    ]  # fmt: skip


def _write(directory: Path, size: int) -> None:
    """Write the inventory that the playbook reads and the data that plain jinja2 is given."""
    variables = {f"r{number}": _router(number) for number in range(size)}
    (directory / "fleet").mkdir(parents=True, exist_ok=True)
    inventory = {"_meta": {"hostvars": variables}, "routers": {"hosts": list(variables)}}
    (directory / "fleet" / "hosts.json").write_text(json.dumps(inventory))
    intents = {name: host_intent(name, given) for name, given in variables.items()}
    (directory / "intents.json").write_text(json.dumps(intents))


def _router(number: int) -> dict[str, Any]:
    high, low = divmod(number, 250)
    loopback = f"10.{high}.{low}.1"
    links = [
        {
            "name": f"GigabitEthernet0/{port}",
            "description": f"customer {number:04}-{port:02} circuit {number * 7919 % 100000:05}",
            "ipv4": [f"100.{64 + high}.{low}.{4 * port + 1}/30"],
            "ospf": {"area": 0, "cost": 10 + port, "network_type": "point-to-point"},
        }
        for port in range(_INTERFACES)
    ]
    return {
        "intent_platform": "ios",
        "intent_system": {"domain": "example.net", "name_servers": ["192.0.2.53"]},
        "intent_ntp": {"servers": [{"address": "192.0.2.123"}]},
        "intent_syslog": {"servers": [{"address": "192.0.2.114"}]},
        "intent_interfaces": [{"name": "Loopback0", "ipv4": [f"{loopback}/32"]}, *links],
        "intent_ospf": {"router_id": loopback},
    }


def _ours(directory: Path) -> float:
    out = _out(directory)
    given = ("-e", f"intent_directory={out}")
    return _timed(directory, out, _play("playbooks/render_configs.yml", *given))


def _start(directory: Path) -> float:
    return _timed(directory, directory / "nothing", _play(str(PEERS / "start_only.yml")))


def _play(playbook: str, *arguments: str) -> list[str]:
    program = str(Path(sys.executable).with_name("ansible-playbook"))
    inventory = str(home.root() / "inventories" / "fleet")
    return [program, "-i", inventory, playbook, *arguments]


def _plain(directory: Path) -> float:
    script = str(PEERS / "by_plain_jinja2.py")
    given = [sys.executable, script, str(directory / "intents.json")]
    return _timed(directory, directory / "plain", given)


def _out(directory: Path) -> Path:
    return directory / "rendered"


def _timed(directory: Path, out: Path, command: Sequence[str]) -> float:
    for path in out.glob("*"):
        path.unlink()
    begun = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=home.root(),
        env={**os.environ, "FORERUNNER_VAR": str(directory), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{Path(command[1]).name} failed: {(done.stdout + done.stderr)[-600:]}")
    return time.perf_counter() - begun


def _same(directory: Path, size: int) -> None:
    """See that both wrote the same, all of it."""
    written = sorted(_out(directory).iterdir())
    same = [each for each in written if each.read_text() == _peers(each).read_text()]
    if len(same) != size:
        raise BenchError(f"{len(same)} of {size} configurations are the same as jinja2's")


def _peers(path: Path) -> Path:
    return path.parents[1] / "plain" / path.name
