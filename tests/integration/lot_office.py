"""A system that takes lots and whose every move is a test's: an SFTP server, and nobody behind."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from forerunner.subscriber_lab import srp
from forerunner.subscriber_lab.northbound import lot_server
from forerunner.telco import SubscriberSystem
from forerunner.telco.srp import open_system
from tests.integration.standing import Standing

_Result = TypeVar("_Result")


class LotOffice(Standing):
    """SRP with nobody who works off its inbox but the test."""

    def __init__(self, directory: Path) -> None:
        super().__init__("srp:lots", directory)
        self.home = self.place.home("srp")
        self.files = self.home / lot_server.FILES
        for name in ("inbox", "outbox"):
            (self.files / name).mkdir(parents=True)
        lot_server.make_keys(self.home, self.place.address("srp"))

    def while_(
        self,
        act: Callable[[SubscriberSystem], Awaitable[_Result]],
        *moves: Callable[[], object],
        wait: float = 0.5,
        **sftp: Any,
    ) -> _Result:
        """Return what a client gets while the system makes moves, one for each lot that comes."""

        async def whole() -> _Result:
            told = {"address": self.place.address("srp")}
            acceptor = await lot_server.serve(self.home, told, lambda: None)
            settings = self.settings()
            settings["lots"] = {**settings["lots"], "wait": wait}
            settings["sftp"] = {**settings["sftp"], **sftp}
            system = await open_system("srp1", settings)
            moving = asyncio.create_task(self._move(moves))
            try:
                return await act(system)
            finally:
                moving.cancel()
                await system.aclose()
                acceptor.close()
                await acceptor.wait_closed()

        return asyncio.run(whole())

    async def _move(self, moves: tuple[Callable[[], object], ...]) -> None:
        for move in moves:
            await self._until(True)
            move()
            await self._until(False)

    async def _until(self, there: bool) -> None:
        """Wait until a lot is in the inbox, or none is."""
        while bool(self.lots()) is not there:  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(0.01)

    def lots(self) -> list[Path]:
        return sorted((self.files / "inbox").glob("*.csv"))

    def results(self) -> list[Path]:
        return sorted((self.files / "outbox").iterdir())

    def result_of(self, lot: Path) -> Path:
        return self.files / "outbox" / f"{lot.stem}.result.csv"

    def answers(self, text: str) -> Callable[[], None]:
        """Return a move: take the lot away, and let a result appear."""

        def move() -> None:
            (lot,) = self.lots()
            lot.unlink()
            self.result_of(lot).write_text(text)

        return move

    def takes(self) -> None:
        """Take the lot away without a word."""
        (lot,) = self.lots()
        lot.unlink()


def rows(*codes: str) -> str:
    """A whole result with these codes and no records."""
    empty = "|" * len(srp.FIELDS)
    lines = [f"{number}|{code}{empty}" for number, code in enumerate(codes, 1)]
    return "\n".join([*lines, f"END|{len(codes)}", ""])
