"""A server's own words become samples; what cannot be read is refused and not repeated."""

import subprocess

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect import server
from forerunner.collect.server import BadAnswer
from forerunner.store.bounds import BOUNDS

WHOLE = """### first
cpu  100 10 50 800 40 0 0 0 0 0
### second
cpu  120 10 60 860 50 0 0 0 0 0
### loadavg
0.52 0.58 0.59 1/257 4711
### meminfo
MemTotal:        8000 kB
MemFree:         1000 kB
MemAvailable:    2000 kB
### uptime
1234.56 4321.00
### net/dev
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
    lo: 9 9 0 0 0 0 0 0 9 9 0 0 0 0 0 0
  eth0: 1000 10 1 2 0 0 0 0 2000 20 3 4 0 0 0 0
### df
Filesystem     1024-blocks    Used Available Capacity Mounted on
/dev/vda1          1000        300       600      34% /
tmpfs              5000          0      5000       0% /run
/dev/vdb1          2000          0      2000       0% /srv/with blank
### end
"""


def values(text: str) -> dict[tuple[str, str], float]:
    return {(x.interface, x.metric): x.value for x in server.samples("s1", text, 5.0)}


def test_every_part_becomes_samples() -> None:
    found = values(WHOLE)
    assert found["", "cpu_used_share"] == pytest.approx(0.3)
    assert (found["", "load_1m"], found["", "uptime_s"]) == (0.52, 1234.56)
    assert found["", "memory_total_bytes"] == 8000 * 1024
    assert found["", "memory_available_bytes"] == 2000 * 1024
    assert found["eth0", "if_in_octets"] == 1000
    assert found["eth0", "if_out_discards"] == 4
    assert found["/", "disk_used_share"] == pytest.approx(300 / 900)
    assert found["/srv/with blank", "disk_available_bytes"] == 2000 * 1024
    assert {name for name, _ in found} == {"", "eth0", "/", "/srv/with blank"}
    assert {metric for _, metric in found} <= BOUNDS.keys()


def test_this_machine_itself_is_read() -> None:
    done = subprocess.run(["sh", "-c", server.COMMAND], capture_output=True, text=True, check=True)
    found = values(done.stdout)
    assert found["", "memory_total_bytes"] == psutil.virtual_memory().total
    assert 0 <= found["", "cpu_used_share"] <= 1


@pytest.mark.parametrize("part", ["first", "meminfo", "df", "end"])
def test_an_answer_that_is_cut_short_is_refused(part: str) -> None:
    with pytest.raises(BadAnswer, match=r"s1: its answer lacks .*end"):
        values(WHOLE[: WHOLE.index(f"### {part}")])


@given(st.text(max_size=200), st.integers(0, len(WHOLE)))
def test_whatever_a_server_says_is_samples_or_is_refused(noise: str, at: int) -> None:
    try:
        found = values(WHOLE[:at] + noise + WHOLE[at:])
    except BadAnswer:
        return
    assert all(name.isprintable() and len(name) <= 255 for name, _ in found)
