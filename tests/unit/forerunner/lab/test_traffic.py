from pathlib import Path

import dpkt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.lab.errors import LabError
from forerunner.lab.stream import HEADER, MARK
from forerunner.lab.traffic import Count, count, sequence_numbers


def write_capture(path: Path, payloads: list[bytes]) -> None:
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file)
        for payload in payloads:
            segment = dpkt.udp.UDP(sport=1, dport=5004, data=payload)
            segment.ulen = len(segment)
            packet = dpkt.ip.IP(src=b"\x0a\x02\x01\x02", dst=b"\x0a\x02\x04\x02", p=17)
            packet.data, packet.len = segment, 20 + len(segment)
            writer.writepkt(dpkt.ethernet.Ethernet(data=packet), ts=1.0)


def test_numbers_come_from_the_stream_s_packets_alone(tmp_path: Path) -> None:
    stream = [HEADER.pack(MARK, number, 1.0) for number in (0, 2, 2, 5)]
    write_capture(tmp_path / "x.pcap", [*stream, HEADER.pack(b"XXXX", 9, 1.0)])

    assert sequence_numbers(tmp_path / "x.pcap") == {0, 2, 5}


def test_a_file_that_is_no_capture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pcap").write_text("no capture of anything at all")

    with pytest.raises(LabError, match=r"x\.pcap is no packet capture"):
        sequence_numbers(tmp_path / "x.pcap")


def test_losses_fall_into_the_tenth_of_a_second_in_which_they_were_sent() -> None:
    arrived = set(range(40)) - {0, 21, 22, 39}

    actual = count(arrived, sent=40, began_at=100.0, rate=200.0)

    assert actual == Count(40, 4, ((100.0, 1), (100.1, 3), (100.2, 0)))


@given(st.sets(st.integers(0, 500)), st.integers(0, 500), st.sampled_from([100.0, 200.0]))
def test_what_is_sent_is_lost_or_arrived(arrived: set[int], sent: int, rate: float) -> None:
    actual = count(arrived, sent, 0.0, rate)

    assert actual.lost == sent - len(arrived & set(range(sent)))
    assert sum(lost for _, lost in actual.losses) == actual.lost
