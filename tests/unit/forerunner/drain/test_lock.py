"""Two drains at once: one works, the other waits, and is told for whom."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forerunner.drain import DrainError
from forerunner.drain.lock import alone

_HOLDER = """
import asyncio, pathlib, sys
from forerunner.drain.lock import alone

async def hold():
    async with alone(pathlib.Path(sys.argv[1]), "drain_link r1:r3"):
        print("held", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

asyncio.run(hold())
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is told to end."""
    command = [sys.executable, "-c", _HOLDER, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


async def take(directory: Path, patience_s: float) -> float:
    started = time.monotonic()
    async with alone(directory, "drain_link r3:r4", patience_s):
        return time.monotonic() - started


def test_who_waits_in_vain_is_told_who_holds_it(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    with pytest.raises(DrainError, match=rf"drain_link r1:r3 \(process {holder.pid}\)"):
        asyncio.run(take(tmp_path, 0.3))


def test_who_waits_goes_on_when_the_other_has_ended(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    async def both() -> float:
        waiting = asyncio.ensure_future(take(tmp_path, 30.0))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        return await waiting

    assert asyncio.run(both()) >= 0.3


def test_the_lock_of_a_process_that_was_shot_is_free(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    holder.kill()
    holder.wait()
    assert asyncio.run(take(tmp_path, 1.0)) < 1.0


def test_a_place_that_cannot_be_locked_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DrainError, match="file/lock cannot be locked"):
        asyncio.run(take(tmp_path / "file", 0.0))
