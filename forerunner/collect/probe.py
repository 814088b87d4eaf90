"""Loss and delay of the links, as the agents on their first ends measure them."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import asyncssh

from forerunner.collect.errors import BadLine, CollectError
from forerunner.model import ProbeBin
from forerunner.topology import Direction, Topology

# An agent writes ten bins a second; one that is silent for this long is lost.
_SILENCE_S = 3.0
_CONNECT_S = 10.0
_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 15.0
_LONGEST_LINE = 1000
_MOST_PACKETS = 1000
_COUNTS = ("sent", "lost_forward", "returned", "lost_backward")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AgentAccess:
    """How to reach a router's agent over SSH: by key, and only if its host key is known.

    Attributes:
        host: Inventory name of the router.
        address: Its management address.
        key: Private key of the agent account.
        known_hosts: Host keys that are trusted, in OpenSSH's format.
        user: Name of the account.
        port: TCP port of the SSH server.
    """

    host: str
    address: str
    key: Path
    known_hosts: Path
    user: str = "agent"
    port: int = 22


@dataclass(frozen=True, slots=True)
class Gap:
    """From here on nothing is known of some links, which says nothing about the links.

    Attributes:
        time: When it was noticed, in seconds since the epoch.
        host: The router whose agent does not measure.
        links: Names of its links.
        reason: One sentence for people.
    """

    time: float
    host: str
    links: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Handlers:
    """What becomes of what is measured; called in the event loop, so they must not block.

    Attributes:
        on_bin: Takes each bin as it arrives.
        on_gap: Takes the word that an agent is lost.
    """

    on_bin: Callable[[ProbeBin], None]
    on_gap: Callable[[Gap], None]


async def probe_forever(
    agents: Sequence[AgentAccess], topology: Topology, handlers: Handlers, interval_ms: int = 10
) -> None:
    """Probe every link from its first end until cancelled.

    One SSH session a router; one that breaks is opened anew, later and later, at no fixed beat.
    """
    async with asyncio.TaskGroup() as group:
        for agent in agents:
            ways = tuple(
                link.directions[0] for link in topology.links if link.ends[0] == agent.host
            )
            if ways:
                group.create_task(_probe_from(agent, ways, handlers, interval_ms))


def bin_from_line(line: str, links: Mapping[str, str]) -> ProbeBin:
    """Return the bin that a line of an agent's output holds.

    Args:
        line: One JSON object.
        links: Name of the link by the session's name, `<local>,<peer>`.

    Raises:
        BadLine: It is anything else.
    """
    try:
        data: dict[str, Any] = json.loads(line[:_LONGEST_LINE])
        sent, forward, returned, backward = counts = [data[name] for name in _COUNTS]
        times = (float(data["time"]), float(data["rtt_s"]))
        link = links[data["session"]]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadLine(f"the agent wrote {line[:80]!r}, which is no bin") from error
    whole = all(type(count) is int and 0 <= count <= _MOST_PACKETS for count in counts)
    if not whole or forward + returned != sent or backward > returned or not 0 <= times[1] < 60:
        raise BadLine(f"the agent wrote {line[:200]!r}, which does not add up")
    return ProbeBin(times[0], link, sent, forward, returned, backward, times[1])


async def _probe_from(
    agent: AgentAccess, ways: Sequence[Direction], handlers: Handlers, interval_ms: int
) -> NoReturn:
    links = tuple(way.link for way in ways)
    sessions = {f"{way.address},{way.peer_address}": way.link for way in ways}
    command = f"probe {interval_ms} {' '.join(sessions)}"
    backoff_s = _FIRST_BACKOFF_S
    while True:
        started = time.monotonic()
        reason = await _session(agent, command, sessions, handlers.on_bin)
        _log.warning("%s: probing is interrupted: %s", agent.host, reason)
        handlers.on_gap(Gap(time.time(), agent.host, links, reason))
        lasted = time.monotonic() - started > _CONNECT_S
        backoff_s = _FIRST_BACKOFF_S if lasted else min(2 * backoff_s, _LONGEST_BACKOFF_S)
        await asyncio.sleep(backoff_s * random.uniform(0.5, 1.5))


async def _session(
    agent: AgentAccess,
    command: str,
    sessions: Mapping[str, str],
    on_bin: Callable[[ProbeBin], None],
) -> str:
    """Hand on what one session measures, and return why it ended."""
    try:
        async with await _connect(agent) as connection:
            process = await connection.create_process(command)
            _log.info("%s: probing %s", agent.host, ", ".join(sessions.values()))
            await _hand_on(process.stdout, sessions, on_bin)
            async with asyncio.timeout(_SILENCE_S):
                said = await process.stderr.read(500)
        return f"the agent ended: {str(said).strip() or 'no message'}"
    except TimeoutError:
        return f"no word from the agent for {_SILENCE_S:g} s"
    except (OSError, asyncssh.Error, CollectError) as error:
        return str(error) or type(error).__name__


async def _hand_on(
    output: asyncssh.SSHReader[str], links: Mapping[str, str], on_bin: Callable[[ProbeBin], None]
) -> None:
    while True:
        # Not `wait_for`: until Python 3.12 it loses a cancellation that meets a line.
        async with asyncio.timeout(_SILENCE_S):
            line = await output.readline()
        if not line:
            return
        on_bin(bin_from_line(line, links))


async def _connect(agent: AgentAccess) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(
        agent.address,
        agent.port,
        username=agent.user,
        client_keys=[str(agent.key)],
        known_hosts=str(agent.known_hosts),
        agent_path=None,
        config=None,
        connect_timeout=_CONNECT_S,
        login_timeout=_CONNECT_S,
        keepalive_interval=2,
        keepalive_count_max=3,
    )
