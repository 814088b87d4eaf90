"""The store keeps every sample once, whatever dies in the middle."""

import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forerunner import home
from forerunner.model import Sample
from forerunner.store import Keep, RollUps, Store, StoreError, Wanted, files
from forerunner.store.places import located

_NOON = 1_700_000_000.0
_ROWS = 20


def _sample(index: int, time_s: float | None = None) -> Sample:
    at = _NOON + index if time_s is None else time_s
    return Sample(at, "r1", "to-r3", "if_in_octets", float(index))


_LONG = """
import psutil, sys
import numpy as np, pyarrow as pa
from forerunner.store import Store, files
files.FAN_IN, rows = 4, 6000
store, size = Store(sys.argv[1]), psutil.Process()
names = {name: ["x"] * rows for name in ("host", "interface", "metric")}
for at in range(80):
    times = 1.8e9 + at + np.arange(rows) / rows
    store.append_tables([pa.table({"time": times, **names, "value": times})])
    if at % 16 == 15:
        store.compact()
        store.release()
        print(size.memory_full_info().uss / 1e6)
"""


def _write_forever(path: str, merge: bool) -> None:
    store = Store(path)
    for batch in range(10_000):
        store.append([_sample(batch * _ROWS + row) for row in range(_ROWS)])
        if merge:
            store.compact()


def test_what_was_appended_is_read_back_by_time(tmp_path: Path) -> None:
    Store(tmp_path).append([_sample(2), _sample(1)])
    assert [_sample(1), _sample(2)] == Store(tmp_path).read()


def test_an_empty_store_reads_as_nothing(tmp_path: Path) -> None:
    assert (Store(tmp_path).read(), Store(tmp_path / "none").read()) == ([], [])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_a_span_holds_its_start_and_not_its_end(since: int, until: int) -> None:
    path = _shared(40)
    found = Store(path).read(since=_NOON + since, until=_NOON + until)
    assert [_sample(index) for index in range(since, min(until, 40))] == found


_made: dict[int, Path] = {}


def _shared(count: int) -> Path:
    if count not in _made:
        _made[count] = Path(tempfile.mkdtemp())
        Store(_made[count]).append(_sample(index) for index in range(count))
    return _made[count]


def test_metrics_and_hosts_narrow_a_read(tmp_path: Path) -> None:
    other = Sample(_NOON, "r2", "to-r1", "probe_sent", 1.0)
    Store(tmp_path).append([_sample(0), other])
    assert [other] == Store(tmp_path).read(metrics=["probe_sent"])
    assert [other] == Store(tmp_path).read(hosts=["r2"])


def test_days_are_apart_in_utc(tmp_path: Path) -> None:
    midnight = 1_700_006_400.0
    Store(tmp_path).append([_sample(0, midnight - 0.001), _sample(1, midnight)])
    names = sorted(each.name for each in tmp_path.iterdir())
    assert names == ["date=2023-11-14", "date=2023-11-15"]
    assert date(2023, 11, 15) == files.day(midnight)


def test_each_site_has_files_of_its_own_and_all_are_one_store(tmp_path: Path) -> None:
    for host, site in (("r1", "north"), ("r2", "south"), ("r3", "")):
        for index in range(files.FAN_IN):
            Store(tmp_path, site=site).append([replace(_sample(index), host=host)])
    store = Store(tmp_path)
    (day,) = tmp_path.iterdir()
    north = Wanted(sites=["north"])
    asked = "SELECT DISTINCT host FROM {table} WHERE {where}"

    assert sorted(each.name for each in day.glob("site=*")) == ["site=north", "site=south"]
    assert store.ask(asked, north) == [("r1",)]
    assert (store.compact(), len(store.files())) == (3 * files.FAN_IN, 3)
    assert {each.host for each in store.read()} == {"r1", "r2", "r3"}
    rolled = RollUps(tmp_path)
    assert (len(rolled.roll_up()), rolled.roll_up()) == (2, [])
    assert len(rolled.forget(Keep(), _NOON + 20 * 86_400)) == 1
    assert store.read() == []
    assert not day.exists()


def test_what_was_written_for_two_sites_is_read_once(tmp_path: Path) -> None:
    for site in ("north", "south"):
        Store(tmp_path, site=site).append([_sample(1)])
    assert [_sample(1)] == Store(tmp_path).read()


@pytest.mark.parametrize("site", ["../up", "a/b", "-", "date=x"])
def test_a_name_that_is_none_of_a_site_is_refused(tmp_path: Path, site: str) -> None:
    with pytest.raises(StoreError, match="no name of a site"):
        Store(tmp_path, site=site)


def test_a_batch_that_is_replayed_leaves_the_store_and_its_roll_ups_as_they_were(
    tmp_path: Path,
) -> None:
    batches = [[_sample(batch * _ROWS + row) for row in range(_ROWS)] for batch in range(5)]
    store, rolled = Store(tmp_path), RollUps(tmp_path)
    seen = []
    for again in range(3):
        for batch in batches if again != 1 else reversed(batches):
            store.append(batch)
        store.compact()
        rolled.roll_up()
        seen.append((store.read(), rolled.read("minute", Wanted()), rolled.read("hour", Wanted())))

    assert len(seen[0][0]) == 5 * _ROWS
    assert seen[0] == seen[1] == seen[2]


def test_the_same_sample_twice_is_read_once(tmp_path: Path) -> None:
    for _ in range(2):
        Store(tmp_path).append([_sample(1)])
    assert [_sample(1)] == Store(tmp_path).read()


def test_merging_changes_nothing_that_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for index in range(files.FAN_IN + 3):
        store.append([_sample(index)])
    before = store.read()
    assert store.compact() > 0
    assert before == store.read()
    assert len(list(tmp_path.glob("*/*.parquet"))) <= 4


def test_a_merge_that_died_before_it_removed_its_sources_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    for index in range(files.FAN_IN):
        store.append([_sample(index)])
    monkeypatch.setattr(files, "remove", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        store.compact()
    assert [_sample(index) for index in range(files.FAN_IN)] == Store(tmp_path).read()


def test_only_one_merges_a_day_at_a_time(tmp_path: Path) -> None:
    Store(tmp_path).append(_sample(index) for index in range(3))
    (day,) = tmp_path.iterdir()
    with located(day).alone() as first, located(day).alone() as second:
        assert (first, second) == (True, False)


def test_what_a_dead_writer_left_is_cleared_away_in_time(tmp_path: Path) -> None:
    old, new = tmp_path / ".0-a.parquet.tmp", tmp_path / ".0-b.parquet.tmp"
    for file in (old, new):
        file.touch()
    os.utime(old, (1, 1))
    located(tmp_path).sweep()
    assert (old.exists(), new.exists()) == (False, True)


def test_a_file_gets_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    inodes = []

    def fill(path: Path) -> None:
        path.write_bytes(b"half")
        assert not list(tmp_path.glob("*.parquet"))
        inodes.append(path.stat().st_ino)

    written = files.write(located(tmp_path), 0, (1, 2), fill)
    assert Path(str(written)).stat().st_ino == inodes[0]


def test_a_file_that_was_not_finished_leaves_nothing(tmp_path: Path) -> None:
    def fill(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        files.write(located(tmp_path), 0, (1, 2), fill)
    assert not list(tmp_path.iterdir())


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nan"):
        Store(tmp_path).append([_sample(0, float("nan"))])


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    Store(tmp_path).append([_sample(0)])
    (file,) = tmp_path.glob("*/*.parquet")
    file.write_bytes(b"PAR1 cut")
    with pytest.raises(StoreError, match=file.name):
        Store(tmp_path).read()


def test_a_writer_killed_at_random_leaves_whole_batches_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the processes that are started find this file.
    monkeypatch.syspath_prepend(str(home.root()))
    context = multiprocessing.get_context("spawn")
    chance = random.Random(7)
    for _ in range(3):
        writers = [
            context.Process(target=_write_forever, args=(str(tmp_path), merge), daemon=True)
            for merge in (False, True)
        ]
        for writer in writers:
            writer.start()
        _wait_for_a_file(tmp_path)
        time.sleep(chance.uniform(0.1, 0.8))
        for writer in writers:
            writer.kill()
            writer.join()
        values = [sample.value for sample in Store(tmp_path).read()]
        assert values
        assert len(values) == len(set(values))
        assert len(values) % _ROWS == 0


def _wait_for_a_file(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not list(path.glob("*/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_store_that_gave_its_memory_back_reads_on(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append([_sample(1)])
    for _ in range(2):
        assert store.read() == [_sample(1)]
        store.release()


def test_a_process_that_merges_for_long_keeps_its_size(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LONG, str(tmp_path)],
        cwd=home.root(),
        capture_output=True,
        text=True,
        check=True,
    )
    sizes = [float(each) for each in done.stdout.split()]
    assert max(sizes[1:]) - sizes[0] < 20, sizes
