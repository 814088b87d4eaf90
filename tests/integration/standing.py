"""Subscriber systems of a test's own, each with its daemon, and SIMs to bring to them."""

import asyncio
import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import psutil

from forerunner import home
from forerunner.subscriber_lab import hss, mind, srp
from forerunner.subscriber_lab.gport.pdba import SIGNALLING_POINT
from forerunner.subscriber_lab.hss import cai3g
from forerunner.subscriber_lab.northbound import lot_server
from forerunner.subscriber_lab.place import Daemon, Place
from forerunner.telco import Change, Subscriber, SubscriberSystem, s6a
from tests.integration.conftest import LAB_INDEX

_Result = TypeVar("_Result")

# Beside the systems of this session's own lab.
INDEX = LAB_INDEX + 1
NAMES = {
    "hss": ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status"),
    "mind": ("imsi", "iccid", "msisdn", "tariff", "status"),
    "srp": ("imsi", "msisdn", "policy", "quota", "status"),
}
THEIRS = {"mind": mind.FIELDS, "srp": srp.FIELDS}
LOTS = {"mind": mind.LOTS, "srp": srp.LOTS}
PROFILES = {"hss": {"apn": "internet", "ambr_ul": "1000", "ambr_dl": "2000"},
            "mind": {"tariff": "T1"}, "srp": {"policy": "P1", "quota": "10GB"}}  # fmt: skip


class Standing:
    """A system with its daemon, which can be killed and comes back.

    HSS, MIND and SRP are asked in the style that follows their name: `hss:soap`, `mind:lots`.
    """

    def __init__(self, name: str, directory: Path) -> None:
        self.kind, _, self.style = name.partition(":")
        self.tells_keys = self.style not in ("pyhss", "soap")
        self.place = Place(INDEX, directory)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        daemon = import_module(f"forerunner.subscriber_lab.{self.kind}").prepare(self.place)
        with (self.place.home(self.kind) / "log").open("ab") as log:
            self._process = subprocess.Popen(
                daemon.command, stdout=log, stderr=log, cwd=home.root(), env=dict(os.environ)
            )
        self._await(daemon)

    def _await(self, daemon: Daemon) -> None:
        assert self._process
        end = time.monotonic() + 20
        while time.monotonic() < end:
            ours = {self._process.pid}
            found = psutil.net_connections("tcp4")
            listening = {tuple(x.laddr) for x in found if x.status == "LISTEN" and x.pid in ours}
            if set(daemon.listeners) <= listening:
                return
            time.sleep(0.05)
        raise AssertionError((self.place.home(self.kind) / "log").read_text()[-2000:])

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def ask(self, act: Callable[[SubscriberSystem], Awaitable[_Result]]) -> _Result:
        async def whole() -> _Result:
            package = import_module(f"forerunner.telco.{self.kind}")
            system = await package.open_system(f"{self.kind}1", self.settings())
            try:
                return await act(system)
            finally:
                await system.aclose()

        return asyncio.run(whole())

    def bring(self, *changes: Change) -> list[str]:
        return self.ask(lambda system: system.bring(changes))

    def holds(self, some: Sequence[Subscriber]) -> list[bool]:
        """Return which SIMs stand exactly as they are to stand."""

        async def act(system: SubscriberSystem) -> list[bool]:
            found = await system.read(some)
            return [a == system.expected(b) for a, b in zip(found, some, strict=True)]

        return self.ask(act)

    def absent(self, some: Sequence[Subscriber]) -> bool:
        return self.ask(lambda system: system.read(some)) == [None] * len(some)

    def settings(self) -> dict[str, Any]:
        address = self.place.address(self.kind)
        if self.kind == "hlr":
            return {"host": address}
        if self.kind == "gport":
            nodes = [{"host": address, "port": 5873}]
            return {"nodes": nodes, "sp": SIGNALLING_POINT, "profiles": {"basic": {}}}
        names = NAMES[self.kind]
        fields = dict(zip(names, THEIRS.get(self.kind, names), strict=True))
        settings: dict[str, Any] = {
            "url": f"http://{address}:8443",
            "token_file": str(self.place.home(self.kind) / "token"),
            "fields": fields,
            "states": {"active": "active", "suspended": "suspended"},
            "profiles": {"basic": PROFILES[self.kind]},
        }
        if self.kind == "hss":
            names = {"origin_host": s6a.HSS_HOST, "realm": s6a.REALM}
            settings["diameter"] = {"host": address, **names, "mcc": "001", "mnc": "01"}
        return {**settings, **self._of_style(address)}

    def _of_style(self, address: str) -> dict[str, Any]:
        """Return what the style needs, beside or instead of what REST needs."""
        if self.style == "lots":
            return {"style": "lots", **self._files()}
        if self.style == "pyhss":
            return {"style": "pyhss", "url": f"http://{address}:{hss.PYHSS_PORT}"}
        if self.style == "soap":
            password = {"password_file": str(self.place.home("hss") / "token")}
            told = {"type": cai3g.TYPE, "absent": [cai3g.UNDEFINED]}
            url = f"http://{address}:{hss.CAI3G_PORT}"
            return {"style": "soap", "url": url, "user": cai3g.USER, **password, "cai3g": told}
        return {}

    def _files(self) -> dict[str, Any]:
        """Return where lots of it go, and what they are like."""
        keys = self.place.home(self.kind) / lot_server.KEYS
        sftp = {
            "host": self.place.address(self.kind),
            "port": lot_server.PORT,
            "user": lot_server.USER,
            "key_file": str(keys / lot_server.USER),
            "known_hosts": str(keys / "known_hosts"),
        }
        return {"sftp": sftp, "lots": {**LOTS[self.kind], "poll": 0.05, "wait": 5}}


def made(first: int, count: int) -> list[Subscriber]:
    numbers = range(first, first + count)
    return [
        Subscriber(
            f"00101{n:010}",
            f"894910{n:013}",
            f"4915{n:08}",
            f"{n + 1:032x}",
            f"{n + 7:032x}",
            "basic",
        )
        for n in numbers
    ]


def created(sims: Sequence[Subscriber]) -> list[Change]:
    return [Change(None, each) for each in sims]
