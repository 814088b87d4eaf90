"""Each flow counts once, however many routers saw it and however each cut it."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.store import StoreError
from forerunner.store.flows import (
    FlowRecord,
    FlowStore,
    Prefixes,
    Site,
    Span,
    Traffic,
    TrafficClass,
)  # fmt: skip

T0 = 1_795_771_200.0
OWNERS = {"10.2.1.0/24": "r1", "10.2.4.0/24": "r4", "10.0.0.2/32": "r2", "10.0.0.5/32": "r5"}
CLASSES = (TrafficClass("voice", dscp=(46,)), TrafficClass("web", protocols=(6,), ports=(443,)))
SITE = Site({f"198.18.0.1{n}": f"r{n}" for n in range(1, 7)}, Prefixes(OWNERS), CLASSES)
RECORD = FlowRecord(
    T0, T0 + 10, "r1", "10.2.1.2", "10.2.4.2", 5000, 5201, 17, 0, 1000, 1_000_000
)  # fmt: skip


def traffic(
    path: Path, records: Sequence[FlowRecord], since: float = 0, until: float = 60
) -> Traffic:
    FlowStore(path).add("d1", 0, records)
    return Traffic(path, SITE, Span(T0 + since, T0 + until))


def matrix(*given: object) -> dict[tuple[str, str], float]:
    found = traffic(*given)  # type: ignore[arg-type]
    return {(x.origin, x.target): x.bit_s * found.span.seconds / 8 for x in found.matrix()}


def pieces(record: FlowRecord, *ends: float) -> list[FlowRecord]:
    """Cut a record as an active timeout does, at seconds after its begin."""
    cut, begin, duration = [], record.time, record.end - record.time
    for end in (*(record.time + each for each in ends), record.end):
        share = (end - begin) / duration
        part = {"packets": round(record.packets * share), "bytes": round(record.bytes * share)}
        cut.append(replace(record, time=begin, end=end, **part))
        begin = end
    return cut


def test_a_flow_that_three_routers_saw_counts_once(tmp_path: Path) -> None:
    seen = [replace(RECORD, exporter=name) for name in ("r1", "r3", "r4")]

    assert matrix(tmp_path, seen) == pytest.approx({("r1", "r4"): 1_000_000})


def test_the_ingress_edge_counts_even_where_another_saw_more(tmp_path: Path) -> None:
    looped = replace(RECORD, exporter="r3", bytes=3_000_000)

    assert matrix(tmp_path, [RECORD, looped]) == pytest.approx({("r1", "r4"): 1_000_000})


def test_without_the_ingress_edge_the_one_that_saw_most_counts(tmp_path: Path) -> None:
    seen = [replace(RECORD, exporter="r3", bytes=900_000), replace(RECORD, exporter="r4")]

    assert matrix(tmp_path, seen) == pytest.approx({("r1", "r4"): 1_000_000})


def test_routers_that_cut_a_flow_differently_are_no_two_flows(tmp_path: Path) -> None:
    seen = pieces(replace(RECORD, exporter="r3"), 3, 6)
    seen += pieces(replace(RECORD, exporter="r4"), 5)
    seen += pieces(replace(RECORD, exporter="r5", bytes=999_000), 1, 2)

    assert matrix(tmp_path, seen) == pytest.approx({("r1", "r4"): 1_000_000}, rel=1e-5)


def test_ports_used_again_later_are_another_flow(tmp_path: Path) -> None:
    later = replace(RECORD, time=T0 + 200, end=T0 + 210, exporter="r3", bytes=500_000)

    found = matrix(tmp_path, [RECORD, later], 0, 300)

    assert found == pytest.approx({("r1", "r4"): 1_500_000})


def test_records_of_the_same_times_do_not_break_an_episode_in_two(tmp_path: Path) -> None:
    names = ("r6", "r5", "r3", "r2")
    times = (T0, T0 + 200)
    seen = [replace(RECORD, exporter=x, time=t, end=t) for x in names for t in times]

    assert matrix(tmp_path, seen, 0, 300) == pytest.approx({("r1", "r4"): 2_000_000})


def test_the_same_record_in_two_files_is_read_once(tmp_path: Path) -> None:
    FlowStore(tmp_path).add("of_another_collector", 0, [RECORD])

    assert matrix(tmp_path, [RECORD, RECORD]) == pytest.approx({("r1", "r4"): 1_000_000})


def test_bytes_are_spread_over_bins_and_cut_at_the_span(tmp_path: Path) -> None:
    found = traffic(tmp_path, [RECORD], 2, 7).matrix(2)

    assert [each.begin - T0 for each in found] == [2, 4, 6]
    assert [each.bit_s for each in found] == pytest.approx([800_000] * 3)


def test_a_flow_across_midnight_is_whole(tmp_path: Path) -> None:
    midnight = math.ceil(T0 / 86400) * 86400 - T0
    across = replace(RECORD, time=T0 + midnight - 5, end=T0 + midnight + 5)

    found = matrix(tmp_path, [across], midnight, midnight + 60)

    assert found == pytest.approx({("r1", "r4"): 500_000})


def test_the_longest_prefix_says_whose_an_address_is() -> None:
    prefixes = Prefixes({"10.0.0.0/8": "r1", "10.2.0.0/16": "r2", "2001:db8::/32": "r6"})

    assert prefixes.owner("10.2.0.9") == ("10.2.0.0/16", "r2")
    assert prefixes.owner("10.3.0.9") == ("10.0.0.0/8", "r1")
    assert prefixes.owner("2001:db8::1") == ("2001:db8::/32", "r6")
    assert prefixes.owner("192.0.2.1") is None
    with pytest.raises(InvalidData, match=r"10\.0\.0\.1/8"):
        Prefixes({"10.0.0.1/8": "r1"})


def test_what_no_prefix_holds_is_unknown(tmp_path: Path) -> None:
    seen = [replace(RECORD, destination="224.0.0.5"), replace(RECORD, source="192.0.2.1")]

    assert set(matrix(tmp_path, seen)) == {("r1", "unknown"), ("unknown", "r4")}


def test_tops_are_by_what_was_asked_for(tmp_path: Path) -> None:
    voice = replace(RECORD, tos=46 << 2 | 1, bytes=3_000_000, source="10.2.1.9")
    web = replace(RECORD, protocol=6, source_port=443, bytes=500_000)
    found = traffic(tmp_path, [RECORD, voice, web])

    assert [(x.name, x.bytes) for x in found.top("class")] == [
        ("voice", 3_000_000), ("other", 1_000_000), ("web", 500_000),
    ]  # fmt: skip
    (first,) = found.top("talker", 1)
    assert (first.name, first.bit_s) == ("10.2.1.9", 400_000)
    assert first.share == pytest.approx(3 / 4.5)
    assert [x.name for x in found.top("prefix")] == ["10.2.4.0/24"]
    with pytest.raises(InvalidData, match="there is talker"):
        found.top("; DROP TABLE flows")


def test_nothing_is_nothing(tmp_path: Path) -> None:
    empty = Traffic(tmp_path, SITE, Span(T0, T0 + 1))

    assert (empty.matrix(), empty.top("talker")) == ([], [])
    with pytest.raises(InvalidData, match="end after its begin"):
        Span(T0, T0)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    FlowStore(tmp_path).add("d1", 0, [RECORD])
    (file,) = tmp_path.rglob("*.parquet")
    file.write_bytes(b"PAR1 no more")

    with pytest.raises(StoreError, match=file.name):
        Traffic(tmp_path, SITE, Span(T0, T0 + 60)).matrix()


FLOW = st.tuples(
    st.sampled_from(["10.2.1.2", "10.2.4.2", "10.0.0.2", "10.0.0.5"]),
    st.sampled_from(["10.2.1.3", "10.2.4.3"]),
    st.integers(1, 3),
    st.floats(0, 50),
    st.floats(0.1, 40),
    st.integers(1, 10**7),
    st.dictionaries(st.sampled_from(["r3", "r4", "r5"]), st.lists(st.floats(0.01, 0.99))),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(FLOW, max_size=8, unique_by=lambda x: x[:3]), st.floats(1, 30))
def test_every_byte_of_the_ingress_edge_counts_once_in_any_bins(
    flows: list[tuple], step: float
) -> None:
    records, sent = [], defaultdict(float)
    for source, destination, port, begin, length, octets, others in flows:
        owner = SITE.prefixes.owner(source)
        target = SITE.prefixes.owner(destination)
        assert owner
        assert target
        whole = replace(RECORD, exporter=owner[1], source=source, destination=destination,
            source_port=port, time=T0 + begin, end=T0 + begin + length, bytes=octets)  # fmt: skip
        records.append(whole)
        sent[owner[1], target[1]] += octets
        for name, cuts in others.items():
            if name != owner[1]:
                records += pieces(replace(whole, exporter=name), *sorted(x * length for x in cuts))
    with TemporaryDirectory() as directory:
        spread: dict[tuple[str, str], float] = defaultdict(float)
        found = traffic(Path(directory), records, 0, 100)
        for each in found.matrix(step):
            seconds = min(step, T0 + 100 - each.begin)
            spread[each.origin, each.target] += each.bit_s * seconds / 8
    assert spread == pytest.approx(sent, rel=1e-6)
