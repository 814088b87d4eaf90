"""The agent takes what it was told exactly, keeps its rate, and answers as STAMP wants it."""

import os
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner import home
from forerunner.agent import probe, reflect, stamp


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["10"],
        ["9", "10.0.0.1,10.0.0.2"],
        ["1001", "10.0.0.1,10.0.0.2"],
        ["\u0661\u0660", "10.0.0.1,10.0.0.2"],
        ["10", "10.0.0.1"],
        ["10", "10.0.0.1,10.0.0.2,10.0.0.3"],
        ["10", "r1,r2"],
        ["10", "10.0.0.01,10.0.0.2"],
        ["10", "10.0.0.1,10.0.0.2", "10.0.0.1,10.0.0.2"],
        ["10", *(f"10.0.{i}.1,10.0.{i}.2" for i in range(65))],
    ],
)
def test_a_wrong_argument_is_refused(argv: list[str]) -> None:
    with pytest.raises(probe.BadArgument):
        probe.parse(argv)


def test_interval_and_pairs_are_read() -> None:
    expected = (0.01, [("10.0.0.1", "10.0.0.2")])
    assert expected == probe.parse(["10", "10.0.0.1,10.0.0.2"])


@given(st.floats(0, 100), st.floats(0, 50))
def test_missed_slots_are_skipped_and_not_made_up(due: float, late: float) -> None:
    following = probe._next_slot(due, due + late, 0.01)
    assert due + late - 1e-6 < following <= due + late + 0.01 + 1e-6


@given(st.integers(0, 2**32 * 10**9 - 1))
def test_a_timestamp_is_read_back(nanoseconds: int) -> None:
    assert nanoseconds == stamp.nanoseconds(stamp.timestamp(nanoseconds))


def test_the_reflector_counts_each_session_by_itself() -> None:
    reflector = reflect.Reflector("127.0.0.1", 0)
    place = reflector._socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(2)
        counts = []
        for identifier in (1, 1, 2, 1):
            sender.sendto(stamp.REQUEST.pack(7, 0, stamp.ERROR_ESTIMATE, identifier), place)
            reflector.answer()
            counts.append(struct.unpack_from("!I", sender.recv(100))[0])
    assert counts == [0, 1, 0, 2]


def test_what_is_no_probe_is_not_answered() -> None:
    reflector = reflect.Reflector("127.0.0.1", 0)
    place = reflector._socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(0.2)
        sender.sendto(b"hello", place)
        reflector.answer()
        with pytest.raises(TimeoutError):
            sender.recv(100)


def test_a_probe_is_answered_and_timed_by_the_kernel() -> None:
    reflector = reflect.Reflector("127.0.0.1", 0)
    _, port = reflector._socket.getsockname()
    asked = probe.Probe("127.0.0.1", "127.0.0.1", port)
    asked.send(0, 0.0)
    # Not a delay of the network's: the reflector was asleep, and says so.
    time.sleep(0.2)
    answering = threading.Thread(target=reflector.answer)
    answering.start()
    answering.join(2)
    asked.receive()
    (line,) = asked.session.settle(1, 0.1)
    assert (line["lost_forward"], line["lost_backward"]) == (0, 0)
    assert 0 < line["rtt_s"] < 0.1


def test_it_runs_on_the_standard_library_alone_and_ends_with_standard_input() -> None:
    script = home.root() / "forerunner" / "agent" / "main.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), "probe", "10", "127.0.0.1,127.0.0.1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=20,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "SSH_ORIGINAL_COMMAND"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
