"""Polling a whole inventory over SNMP, each device on its own clock, into columns.

A device is asked for explicit objects, as many a message as surely fit, so that the answer is what
was asked for and nothing is walked. What comes is kept as numbers beside codes that were made once:
an object of Python for each of some hundred thousand samples a second would cost more than SNMP.
Source: RFC 3416 (operations); RFC 2863 (IF-MIB); RFC 3418 (sysUpTime).
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gufo.snmp.aio import SnmpSession

from forerunner import store
from forerunner.collect.errors import CollectError
from forerunner.collect.session import FAILURES, Asked, Target
from forerunner.model import Sample

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_UPTIME = "1.3.6.1.2.1.1.3.0"
COLUMNS = {
    "if_in_octets": "1.3.6.1.2.1.31.1.1.1.6",
    "if_in_packets": "1.3.6.1.2.1.31.1.1.1.7",
    "if_out_octets": "1.3.6.1.2.1.31.1.1.1.10",
    "if_out_packets": "1.3.6.1.2.1.31.1.1.1.11",
    "if_in_discards": "1.3.6.1.2.1.2.2.1.13",
    "if_in_errors": "1.3.6.1.2.1.2.2.1.14",
    "if_out_discards": "1.3.6.1.2.1.2.2.1.19",
    "if_out_errors": "1.3.6.1.2.1.2.2.1.20",
    "if_oper_status": "1.3.6.1.2.1.2.2.1.8",
}
"""What is asked of an interface: counters, and whether it is up; and their columns."""
_STATUS = list(COLUMNS).index("if_oper_status")
UP, UPTIME, REBOOTED = "snmp_up", "snmp_uptime_s", "snmp_rebooted"
_TICKS_A_SECOND = 100.0
_TICKS_WRAP_S = 2**32 / _TICKS_A_SECOND
# As many values as one datagram of an Ethernet's size surely holds.
_VALUES_A_MESSAGE = 44
_NAMES_AGE_S = 300.0
Given_co = TypeVar("Given_co", covariant=True)


@dataclass(frozen=True)
class Answer:
    """What one poll of a device gave.

    Attributes:
        target: The device.
        time: When it was asked, half way to the answer; seconds since the epoch.
        up: Whether it answered.
        uptime_s: Since it was started; NaN when it did not answer.
        rebooted: Whether it was started since the poll before.
        interfaces: Names of its interfaces.
        values: Of each interface each of `COLUMNS`, in their order; NaN where it has none. Of
            `if_oper_status` 1 when it is up, else 0.
    """

    target: Target
    time: float
    up: bool
    uptime_s: float = math.nan
    rebooted: bool = False
    interfaces: tuple[str, ...] = ()
    values: tuple[float, ...] = ()

    def samples(self) -> list[Sample]:
        """Return what is known of its interfaces, one by one."""
        keys = ((name, metric) for name in self.interfaces for metric in COLUMNS)
        return [
            Sample(self.time, self.target.host, *key, value)
            for key, value in zip(keys, self.values, strict=True)
            if math.isfinite(value)
        ]


class Polled(Protocol[Given_co]):
    """What is polled on a clock of its own."""

    async def poll(self) -> Given_co:
        """Ask it once; one that does not answer is never an error."""
        ...


class Device:
    """One device's session, and what is remembered from poll to poll.

    Args:
        target: The device.
        timeout_s: Seconds for one answer.
    """

    def __init__(self, target: Target, timeout_s: float = 1.0) -> None:
        self.target, self._timeout_s = target, timeout_s
        self._asked_by = Asked(target, timeout_s)
        self._names: tuple[str, ...] = ()
        self._objects: list[list[str]] = []
        self._names_at = self._begun = -math.inf

    async def ask(self) -> Answer:
        """Ask it once.

        Raises:
            CollectError: It does not answer, or not to this user.
        """
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                return await self._asked()
        except FAILURES as error:
            raise self._asked_by.failed(error) from error

    async def poll(self) -> Answer:
        """Ask it once; one that does not answer is down, and never an error."""
        before = time.time()
        try:
            answer = await self.ask()
        except CollectError as error:
            self._asked_by.tell(str(error))
            return Answer(self.target, before, up=False)
        self._asked_by.tell("")
        return answer

    async def _asked(self) -> Answer:
        session, fresh = await self._asked_by.session()
        if fresh or time.monotonic() - self._names_at > _NAMES_AGE_S:
            await self._read_names(session)
        found: dict[str, Any] = {}
        before = time.time()
        for some in self._objects:
            found.update(await session.get_many(some))
        now = (before + time.time()) / 2
        uptime_s = float(found.get(_UPTIME, math.nan)) / _TICKS_A_SECOND
        named = (name for some in self._objects for name in some)
        values = [float(found.get(name, math.nan)) for name in named][1:]
        values[_STATUS :: len(COLUMNS)] = [_up(each) for each in values[_STATUS :: len(COLUMNS)]]
        rebooted = self._was_rebooted(now, uptime_s)
        return Answer(self.target, now, True, uptime_s, rebooted, self._names, tuple(values))

    def _was_rebooted(self, now: float, uptime_s: float) -> bool:
        """Return whether it began later than before; its clock's ticks wrap after 497 days."""
        begun, earlier = now - uptime_s, self._begun
        self._begun = begun
        late = begun - earlier
        return math.isfinite(earlier) and late > 1.0 + self._timeout_s and late < _TICKS_WRAP_S - 60

    async def _read_names(self, session: SnmpSession) -> None:
        """Learn which interfaces there are: they come and go."""
        found = {name: value async for name, value in session.getbulk(_NAME)}
        named = {
            name.rpartition(".")[2]: value.decode("ascii", "replace")
            for name, value in found.items()
            if isinstance(value, bytes)
        }
        columns = list(COLUMNS.values())
        wanted = [_UPTIME, *(f"{column}.{index}" for index in named for column in columns)]
        self._objects = messages(wanted)
        self._names, self._names_at = tuple(named.values()), time.monotonic()


def messages(objects: Sequence[str]) -> list[list[str]]:
    """Return objects message by message, as many in each as surely fit."""
    starts = range(0, len(objects), _VALUES_A_MESSAGE)
    return [list(objects[first : first + _VALUES_A_MESSAGE]) for first in starts]


def _up(status: float) -> float:
    return status if math.isnan(status) else float(status == 1.0)


async def poll_forever(
    devices: Sequence[Polled[Given_co]], interval_s: float, take: Callable[[Given_co], None]
) -> None:
    """Poll every device on its own clock, so that none waits for another, until cancelled.

    Args:
        devices: The devices; their polls are spread over the interval.
        interval_s: Seconds from one poll of a device to its next.
        take: Called with each answer.
    """

    async def one(device: Polled[Given_co], phase_s: float) -> None:
        due = asyncio.get_running_loop().time() + phase_s
        while True:
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            take(await device.poll())
            # A poll that took longer than the interval leaves one out rather than all late.
            missed = max(0.0, asyncio.get_running_loop().time() - due)
            due += interval_s * max(1, math.ceil(missed / interval_s))

    async with asyncio.TaskGroup() as group:
        for place, device in enumerate(devices):
            group.create_task(one(device, interval_s * place / len(devices)))


def table_of(answers: Sequence[Answer]) -> "pa.Table":
    """Return answers as a table that `Store.append_tables` takes, in the order of their times.

    A device that did not answer is `snmp_up` 0, so that a gap is known to be one.
    """
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    if not answers:
        return store.table_of(())
    ordered = sorted(answers, key=lambda each: each.time)
    hosts = _codes([each.target.host for each in ordered])
    ports = _codes(["", *(name for each in ordered for name in each.interfaces)])
    metrics = [UP, UPTIME, REBOOTED, *COLUMNS]
    rows = [_rows(each, ports) for each in ordered]
    sizes = [len(each[2]) for each in rows]
    columns = {
        "time": np.repeat([each.time for each in ordered], sizes),
        "host": _named(np.repeat([hosts[each.target.host] for each in ordered], sizes), hosts),
        "interface": _named(np.concatenate([each[0] for each in rows]), ports),
        "metric": _named(np.concatenate([each[1] for each in rows]), dict.fromkeys(metrics)),
        "value": np.concatenate([each[2] for each in rows]),
    }
    made = pa.table(columns)
    return made.filter(pa.array(np.isfinite(columns["value"])))


def _rows(answer: Answer, ports: dict[str, int]) -> tuple[Any, Any, Any]:
    """Return the codes of interface and metric and the value of each sample of an answer."""
    import numpy as np  # noqa: PLC0415

    head = (float(answer.up), answer.uptime_s, float(answer.rebooted))
    count, columns = len(answer.interfaces), len(COLUMNS)
    codes = [ports[name] for name in answer.interfaces]
    port = np.concatenate([np.zeros(len(head), np.int32), np.repeat(codes, columns)])
    metric = np.concatenate([np.arange(len(head)), np.tile(np.arange(columns) + len(head), count)])
    return port.astype(np.int32), metric.astype(np.int32), np.array(head + answer.values)


def _codes(names: Sequence[str]) -> dict[str, int]:
    return {name: code for code, name in enumerate(dict.fromkeys(names))}


def _named(codes: "np.ndarray[Any, Any]", names: Iterable[str]) -> "pa.DictionaryArray":
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    return pa.DictionaryArray.from_arrays(
        codes.astype(np.int32), pa.array(list(names), pa.string())
    )
