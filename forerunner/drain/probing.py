"""A short measurement on links, by the agents of the routers: is what they carry clean?"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forerunner.fleet import FleetError, Rejected, Session
from forerunner.topology import Direction

INTERVAL_MS = 10
# How long to wait, beyond the probing itself, for the agent's last bins.
_PATIENCE_S = 1.5
_COUNTS = ("sent", "lost_forward", "lost_backward")


@dataclass(frozen=True, slots=True)
class Loss:
    """What probing one link gave, both directions together.

    Attributes:
        link: Name of the link.
        sent: Packets sent.
        lost: Of these, packets that did not come back.
    """

    link: str
    sent: int
    lost: int


async def probe(session: Session, ways: Sequence[Direction], duration_s: float) -> list[Loss]:
    """Probe links from one of their ends for some seconds.

    Raises:
        Rejected: The agent did not measure every link; says which.
        Unreachable: The session broke off.
    """
    names = {f"{way.address},{way.peer_address}": way.link for way in ways}
    counts: dict[str, list[int]] = {name: [0, 0] for name in names}
    wanted = duration_s * 1000 / INTERVAL_MS
    command = f"probe {INTERVAL_MS} {' '.join(names)}"
    try:
        async with asyncio.timeout(duration_s + _PATIENCE_S), session.stream(command) as lines:
            async for line in lines:
                _enter(session.device.name, line, counts)
                if all(sent >= wanted for sent, _ in counts.values()):
                    break
    except TimeoutError:
        pass
    silent = [names[name] for name, (sent, _) in counts.items() if sent < wanted / 2]
    if silent:
        problem = f"its agent could not measure {', '.join(silent)}; is the reflector running?"
        raise Rejected(session.device.name, problem)
    return [Loss(names[name], sent, lost) for name, (sent, lost) in counts.items()]


def unclean(losses: Iterable[Loss], maximum: float) -> list[str]:
    """Return one sentence for each link that lost more than `maximum` (0 to 1) of its probes."""
    return [
        f"link {loss.link} loses {loss.lost} of {loss.sent} probes"
        for loss in losses
        if loss.lost > maximum * loss.sent
    ]


async def probe_all(
    sessions: Mapping[str, Session | FleetError],
    plan: Mapping[str, Sequence[Direction]],
    duration_s: float,
) -> tuple[list[Loss], list[str]]:
    """Probe from several routers at once and return the losses and what could not be measured."""
    losses: list[Loss] = []
    problems = [str(each) for each in sessions.values() if isinstance(each, FleetError)]
    ready = {name: each for name, each in sessions.items() if isinstance(each, Session)}
    answers = await asyncio.gather(
        *(probe(session, plan[name], duration_s) for name, session in ready.items()),
        return_exceptions=True,
    )
    for answer in answers:
        if isinstance(answer, FleetError):
            problems.append(str(answer))
        elif isinstance(answer, BaseException):
            raise answer
        else:
            losses += answer
    return losses, problems


def _enter(host: str, line: str, counts: dict[str, list[int]]) -> None:
    try:
        data = json.loads(line)
        sent, forward, backward = (int(data[key]) for key in _COUNTS)
        count = counts[data["session"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected(host, f"its agent answered {line.strip()[:80]!r}") from error
    count[0] += sent
    count[1] += forward + backward
