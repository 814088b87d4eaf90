"""A writing that takes long keeps the leave for it, and ends where it loses that."""

import asyncio

import pytest

from forerunner.gate import NotAdmitted
from forerunner.orders import pulse
from forerunner.orders.pace import kept


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "EVERY_S", 0.02)


async def slow(seconds: float, ended: list[str]) -> str:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        ended.append("broken off")
        raise
    return "written"


def test_leave_is_asked_for_while_something_is_written() -> None:
    asked: list[int] = []

    assert asyncio.run(kept(slow(0.2, []), lambda: asked.append(1))) == "written"
    assert len(asked) >= 3


def test_without_leave_a_writing_is_broken_off() -> None:
    ended: list[str] = []

    def refuse() -> None:
        raise NotAdmitted("its lease is another's")

    with pytest.raises(NotAdmitted):
        asyncio.run(kept(slow(5.0, ended), refuse))
    assert ended == ["broken off"]


def test_what_a_writing_raises_is_raised() -> None:
    async def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(kept(broken(), lambda: None))
