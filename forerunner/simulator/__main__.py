"""The simulator's process: `python -m forerunner.simulator FLEET.json`, until it is told to end."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from forerunner.simulator.fleet import Fleet


def main(arguments: list[str]) -> int:
    """Serve a fleet: each part in a process of its own, none of which outlives the others."""
    file = Path(arguments[0])
    fleet = Fleet.from_data(json.loads(file.read_text()), str(file))
    parts = [_fork(fleet, number) for number in range(fleet.processes)]

    def end(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        ended, status = os.wait()
        print(f"part with process {ended} ended: {status}", file=sys.stderr, flush=True)
        return 1
    finally:
        _end(parts)


def _fork(fleet: Fleet, number: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _serve(fleet, number)
    finally:
        os._exit(1)


def _serve(fleet: Fleet, number: int) -> None:
    from forerunner.simulator.server import serve

    parent = os.getppid()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
        loop.add_signal_handler(signal.SIGTERM, os._exit, 0)

        def watch() -> None:
            if os.getppid() != parent:
                os._exit(0)
            loop.call_later(2, watch)

        loop.call_soon(watch)
        runner.run(serve(fleet, number))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _end(parts: list[int]) -> None:
    for each in parts:
        try:
            os.kill(each, signal.SIGTERM)
        except ProcessLookupError:
            continue
    time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
