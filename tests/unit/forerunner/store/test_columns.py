"""Batches as tables: checked before they are written, and each sample once in whatever order."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forerunner.model import Sample
from forerunner.store import Store, StoreError, columns, files
from forerunner.store.places import located
from forerunner.store.spans import relation

NOON = 1_700_000_000.0
SAMPLES = st.builds(
    Sample,
    time=st.integers(0, 6).map(lambda at: NOON + at),
    host=st.sampled_from(("r1", "r2")),
    interface=st.sampled_from(("", "to-r2")),
    metric=st.sampled_from(("a", "b")),
    value=st.integers(0, 3).map(float),
)


def table(**changed: Any) -> pa.Table:
    usual = {"time": [NOON], "host": ["r1"], "interface": [""], "metric": ["a"], "value": [1.0]}
    return pa.table({**usual, **changed})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(SAMPLES, max_size=8), max_size=5))
def test_every_sample_is_read_once_whatever_was_written_twice(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Sample]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    largest: dict[tuple[Any, ...], float] = {}
    for each in (sample for batch in batches for sample in batch):
        key = (each.time, each.host, each.interface, each.metric)
        largest[key] = max(each.value, largest.get(key, each.value))
    for batch in batches:
        store.append(batch)

    assert store.read() == [Sample(*key, largest[key]) for key in sorted(largest)]


def test_only_files_that_overlap_are_compared(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for at in (0, 10, 20, 20):
        store.append([Sample(NOON + at, "r1", "", "a", 1.0)])
    text = relation(store.files())

    assert text.count("GROUP BY") == 1
    assert text.partition("UNION ALL")[2].count(".parquet") == 2


def test_a_file_that_does_not_say_its_times_is_compared_with_all(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for at in (0, 10):
        store.append([Sample(NOON + at, "r1", "", "a", 1.0)])
    old, _ = store.files()
    old.rename(old.with_name("0-17-abc.parquet"))

    assert relation(store.files()).count("GROUP BY") == 1
    assert len(store.read(since=NOON, until=NOON + 5)) == 1


def test_files_beyond_a_span_are_not_opened(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for at in (0.0004, 10, 20):
        store.append([Sample(NOON + at, "r1", "", "a", 1.0)])
    for each in store.files()[1:]:
        each.write_bytes(b"damaged")

    assert len(store.read(until=NOON + 10)) == 1
    with pytest.raises(StoreError):
        store.read(until=NOON + 10.0001)


@pytest.mark.parametrize(
    ("order", "surely"),
    [
        ([(0, 0), (0, 1), (1, 0), (1, 1)], True),
        ([(0, 0), (1, 0), (0, 1), (1, 1)], True),
        ([(0, 1), (0, 0), (1, 0)], False),
        ([(0, 0), (0, 0)], False),
    ],
)
def test_an_order_that_leaves_no_room_for_doubles_is_seen(
    order: list[tuple[int, int]], surely: bool
) -> None:
    rows = table(
        time=[NOON + at for at, _ in order],
        host=pa.DictionaryArray.from_arrays(
            pa.array([host for _, host in order], pa.int32()), ["r0", "r1"]
        ),
        **{name: ["x"] * len(order) for name in ("interface", "metric")},
        value=[1.0] * len(order),
    )
    assert columns._surely_unique(columns.fitting([rows])) is surely


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"value": pa.nulls(1, pa.float64())}, "value is missing in 1"),
        ({"host": [7]}, "samples need time, host"),
        ({"time": [float("inf")]}, "no time since the epoch"),
        ({"time": [-1.0]}, "no time since the epoch"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_before_anything_is_written(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(StoreError, match=said):
        Store(tmp_path / "new").append_tables([table(**changed)])
    with pytest.raises(StoreError, match="samples need"):
        Store(tmp_path / "new").append_tables([table().drop_columns(["metric"])])
    assert not (tmp_path / "new").exists()


def test_a_table_of_several_days_and_chunks_is_written_whole(tmp_path: Path) -> None:
    days = pa.concat_tables([table(), table(time=[NOON + 86_400], host=["r2"], extra=["x"])],
                            promote_options="default")  # fmt: skip
    assert Store(tmp_path).append_tables([days]) == 2
    assert [each.host for each in Store(tmp_path).read()] == ["r1", "r2"]
    assert len(files.partitions(located(tmp_path), None, None)) == 2
