"""Simulated SNMP agents in a process of their own, and how long whoever polls them takes."""

import asyncio
import json
import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from forerunner.bench import rows as form
from forerunner.bench.peer import PEERS, BenchError, peer_python
from forerunner.collect.poll import COLUMNS, Device, messages, table_of
from forerunner.collect.session import Target
from forerunner.simulator.snmp import serve
from forerunner.store import Store

COMMUNITY, INTERFACES = "public", 50
_PORT = 10161
_AT_ONCE = 4
_START_S = 30

Agents = Sequence[tuple[str, int]]


@contextmanager
def agents(count: int, dead: int = 0) -> Iterator[list[tuple[str, int]]]:
    """Yield the addresses of agents while they answer; those of the dead ones stand among them.

    Raises:
        BenchError: They do not start.
    """
    every = [(f"127.49.{at // 250}.{at % 250 + 1}", _PORT) for at in range(count)]
    apart = max(1, count // dead) if dead else count + 1
    answering = [each for at, each in enumerate(every) if (at + 1) % apart]
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_serve, args=(answering, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(_START_S):
            raise BenchError("the simulated SNMP agents do not start; is their port taken?")
        yield every
    finally:
        process.kill()
        process.join()


def _serve(addresses: Agents, ready: Event) -> None:
    async def whole() -> None:
        await serve(addresses, INTERFACES, COMMUNITY)
        ready.set()
        await asyncio.Event().wait()

    asyncio.run(whole())


def devices(some: Agents) -> list[Device]:
    """Return the agents as we poll them."""
    return [
        Device(Target(f"r{at}", address, port, COMMUNITY), timeout_s=5.0)
        for at, (address, port) in enumerate(some)
    ]


def ours(some: Agents, rounds: int) -> list[float]:
    """Return the seconds of polling all agents at once and storing what comes, each time.

    Raises:
        BenchError: An agent did not answer.
    """
    directory = form.fresh("telemetry", "snmp")
    try:
        return asyncio.run(_ours(devices(some), Store(directory), rounds))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def _ours(polled: Sequence[Device], store: Store, rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        answers = await asyncio.gather(*(each.poll() for each in polled))
        store.append_tables([table_of(answers)])
        taken.append(time.perf_counter() - begun)
        if not all(each.up for each in answers):
            raise BenchError("an agent did not answer")
    # The first one learns which interfaces there are, as it does every five minutes.
    return taken[1:]


def peer(name: str, some: Agents, rounds: int) -> list[float]:
    """Return the seconds of each sweep of a script in `peers/`.

    Raises:
        BenchError: It fails, or does not get all values.
    """
    directory, objects = form.fresh("telemetry", "snmp-peer"), _objects()
    given = directory / "given.json"
    content = {"agents": some, "community": COMMUNITY, "objects": objects, "rounds": rounds}
    given.write_text(json.dumps(content))
    program = sys.executable if name == "bare_gufo" else str(peer_python())
    try:
        command = [program, str(PEERS / f"by_{name}.py"), str(given)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if done.returncode:
        raise BenchError(f"{name}: {done.stderr[-500:]}")
    said = json.loads(done.stdout)
    if said["values"] != len(some) * sum(map(len, objects)):
        raise BenchError(f"{name}: {said['values']} values of {len(some)} agents")
    return [float(each) for each in said["seconds"]]


def _objects() -> list[list[str]]:
    """Return what an agent is asked for, message by message, as we ask it."""
    indices = range(1, INTERFACES + 1)
    names = [f"{column}.{index}" for index in indices for column in COLUMNS.values()]
    return messages(names)


def bulkwalk(some: Agents, _rounds: int) -> list[float]:
    """Return the seconds of net-snmp's bulkwalk over all agents, one process an agent.

    Raises:
        BenchError: It is not installed, or fails.
    """
    program = shutil.which("snmpbulkwalk")
    if program is None:
        raise BenchError("snmpbulkwalk is missing; run: apt install snmp")

    def walk(agent: tuple[str, int]) -> int:
        place = f"{agent[0]}:{agent[1]}"
        command = [program, "-v2c", "-c", COMMUNITY, "-Cr50", "-Onq", place, "1.3.6.1.2.1"]
        done = subprocess.run(command, capture_output=True, check=False)
        return done.stdout.count(b"\n") if done.returncode == 0 else 0

    begun = time.perf_counter()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        lines = list(pool.map(walk, some))
    if min(lines) < INTERFACES * len(COLUMNS):
        raise BenchError(f"snmpbulkwalk: {min(lines)} values of an agent")
    return [time.perf_counter() - begun]
