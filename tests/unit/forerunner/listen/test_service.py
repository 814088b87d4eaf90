"""The receiver hears both families, says when it writes nothing, and dies with a part of it."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from forerunner.database import Database, LedgerError
from forerunner.events import EventBook, Incident
from forerunner.listen.config import Config
from forerunner.listen.service import Service, plain
from forerunner.model import Event


class Broken(EventBook):
    """A ledger that fails, as it is told to."""

    def __init__(self, database: Database, error: Exception) -> None:
        super().__init__(database)
        self._error = error

    def note(self, events: Sequence[Event]) -> list[Incident]:
        raise self._error


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Config]:
    snmp = tmp_path / "snmp.json"
    keys = {"user": "poller", "auth_protocol": "SHA", "auth_key": "a" * 12}
    keys |= {"privacy_protocol": "AES", "privacy_key": "b" * 12}
    snmp.write_text(json.dumps(keys))
    data: dict[str, Any] = {
        "hosts": {"r1": ["127.0.0.1"], "r2": ["::1"]}, "address": "::", "trap_port": 0,
        "log_port": 0, "snmp": str(snmp), "communities": "", "rules": [], "least": "error",
        "rate": 20, "burst": 100, "status": str(tmp_path / "status.json"),
    }  # fmt: skip
    return lambda **changed: Config.from_data(data | changed, "test")


def _status(config: Config) -> dict[str, Any]:
    return dict(json.loads(config.status.read_text()))


async def _until(config: Config, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for _ in range(300):
        await asyncio.sleep(0.1)
        if config.status.exists() and fits(_status(config)):
            return _status(config)
    raise AssertionError(_status(config))


def _say(port: int) -> None:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as speaker:
            speaker.sendto(b"<27>Nov 27 09:34:30 bgpd: gone", (address, port))


def _book(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}")


@pytest.mark.parametrize(
    ("sender", "inventory"),
    [("::ffff:192.0.2.7", "192.0.2.7"), ("192.0.2.7", "192.0.2.7"), ("fe80::1%eth0", "fe80::1")],
)
def test_a_sender_is_known_by_the_address_of_the_inventory(sender: str, inventory: str) -> None:
    assert plain(sender) == inventory


def test_both_families_are_heard_at_the_address_of_all(
    config: Callable[..., Config], tmp_path: Path
) -> None:
    settings, book = config(), EventBook(_book(tmp_path))

    async def run() -> None:
        running = asyncio.create_task(Service(settings, book).run())
        status = await _until(settings, lambda _: True)
        _say(status["ports"]["syslog"])
        await _until(settings, lambda x: x["events"]["written"] == 2)
        assert _status(settings)["healthy"]
        os.kill(os.getpid(), signal.SIGTERM)
        await running

    asyncio.run(run())
    assert {each.host for each in book.newest()} == {"r1", "r2"}


def test_who_writes_nothing_is_not_healthy(config: Callable[..., Config], tmp_path: Path) -> None:
    settings, book = config(), Broken(_book(tmp_path), LedgerError("the disk is full"))

    async def run() -> None:
        running = asyncio.create_task(Service(settings, book).run())
        status = await _until(settings, lambda x: bool(x["healthy"]))
        _say(status["ports"]["syslog"])
        status = await _until(settings, lambda x: not x["healthy"])
        assert status["events"]["trouble"] == "the disk is full"
        os.kill(os.getpid(), signal.SIGTERM)
        await running

    asyncio.run(run())


def test_a_writer_that_dies_ends_the_service_so_that_it_is_started_again(
    config: Callable[..., Config], tmp_path: Path
) -> None:
    settings, book = config(), Broken(_book(tmp_path), RuntimeError("a fault of ours"))

    async def run() -> None:
        running = asyncio.create_task(Service(settings, book).run())
        status = await _until(settings, lambda _: True)
        _say(status["ports"]["syslog"])
        await asyncio.wait_for(running, 20)

    with pytest.raises((ExceptionGroup, RuntimeError)):
        asyncio.run(run())
