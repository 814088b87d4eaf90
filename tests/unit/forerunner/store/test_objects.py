"""A store on an object store keeps the promises of one on a disk, over a wire that is cut."""

import logging
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from forerunner import home
from forerunner.model import Sample
from forerunner.store import (
    Keep,
    RollUps,
    Store,
    StoreError,
    Terms,
    Wanted,
    assess,
    files,
    objects,
    quantiles,
)  # fmt: skip
from forerunner.store.errors import scrubbed
from forerunner.store.objects import ObjectPlace
from forerunner.store.places import Place, located
from tests.unit.forerunner.store.s3_server import BUCKET, CANARY, Wire, s3_server

NOON = 1_700_049_600.0
DAY = 86_400.0
ROWS = 20
_FAN_IN = 6
_numbers = count()


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with s3_server() as made:
        yield made


@pytest.fixture(autouse=True)
def merging_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FAN_IN", _FAN_IN)


@pytest.fixture
def url(wire: Wire) -> str:
    """A prefix of this test's own."""
    return f"s3://{BUCKET}/test-{next(_numbers)}"


def sample(index: int, host: str = "r1") -> Sample:
    return Sample(NOON + index, host, "to-r3", "load", float(index))


def _lived(path: str) -> list[object]:
    """Let a store live through everything that it can do, and return what was seen of it."""
    store, seen = Store(path), list[object]()
    for index in range(files.FAN_IN):
        store.append([sample(index), sample(index, "r2")])
    store.append([sample(3), Sample(NOON + DAY, "r1", "", "if_oper_status", 7.0)])
    seen += [store.read(), store.read(hosts=["r2"], since=NOON + 1, until=NOON + 4)]
    seen += [store.compact(), store.read(), len(store.files())]
    rolled, keep = RollUps(path), Keep(samples=14, minute=30, hour=60)
    seen += [len(rolled.roll_up()), rolled.roll_up(), rolled.read("hour", Wanted())]
    seen += [quantiles(store, Wanted(), [0.5]), Store(located(path) / "quarantine").read()]
    seen.append(assess(path, ["r1", "r9"], Terms(metric="load", interval_s=1), NOON + 32))
    seen.append([each.name for each in rolled.forget(keep, NOON + 20 * DAY, dry=True)])
    store.append([sample(99)])
    seen += [rolled.forget(keep, NOON + 20 * DAY) == [], len(rolled.roll_up())]
    seen.append([each.name for each in rolled.forget(keep, NOON + 20 * DAY)])
    store.append([sample(98)])
    return [*seen, rolled.roll_up(), store.read(), rolled.read("minute", Wanted())]


def test_it_does_all_that_a_store_on_a_disk_does(tmp_path: Path, url: str) -> None:
    assert _lived(str(tmp_path)) == _lived(url)


def test_a_reader_sees_at_once_what_another_process_wrote(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, theirs = Store(url), objects._filesystem.__wrapped__("s3", 0)
    assert reader.read() == []
    for index in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(objects, "_filesystem", lambda *_: theirs)
            Store(url).append([sample(index)])
        assert len(reader.read()) == index + 1


def test_a_reader_whose_files_another_process_merges_meanwhile_looks_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, theirs = Store(url), objects._filesystem.__wrapped__("s3", 0)
    for index in range(files.FAN_IN):
        reader.append([sample(index)])
    found, list_files = reader.files(), reader.files
    looks: list[int] = []

    def late(*given):  # type: ignore[no-untyped-def]
        looks.append(1)
        if len(looks) > 1:
            return list_files(*given)
        with monkeypatch.context() as patch:
            patch.setattr(objects, "_filesystem", lambda *_: theirs)
            assert Store(url).compact() == files.FAN_IN
        return found

    monkeypatch.setattr(reader, "files", late)
    assert [sample(index) for index in range(files.FAN_IN)] == reader.read()
    assert len(looks) == 2


def test_a_damaged_object_is_named(url: str) -> None:
    Store(url).append([sample(0)])
    (file,) = Store(url).files()
    assert isinstance(file, ObjectPlace)
    file._filesystem.pipe_file(file.url, b"PAR1 cut")
    with pytest.raises(StoreError, match=file.name):
        Store(url).read()


def test_a_merge_that_died_before_it_removed_its_sources_doubles_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(files.FAN_IN):
        Store(url).append([sample(index)])
    monkeypatch.setattr(files, "remove", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        Store(url).compact()
    assert len(Store(url).files()) == files.FAN_IN + 1
    assert [sample(index) for index in range(files.FAN_IN)] == Store(url).read()


def test_one_merges_at_a_time_and_who_died_holds_up_nobody_for_ever(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(files.FAN_IN):
        Store(url).append([sample(index)])
    (day,) = files.partitions(located(url), None, None)
    with day.alone() as first, day.alone() as second:
        assert (first, second, Store(url).compact()) == (True, False, 0)
    monkeypatch.setattr(objects, "_LEASE_S", -1.0)
    died = day.alone()
    assert died.__enter__()
    assert Store(url).compact() == files.FAN_IN


@pytest.mark.parametrize("garbled", [b"", b"soon", b"\xff\xfe", b"nan x"])
def test_a_lock_that_cannot_be_read_holds_up_nobody(url: str, garbled: bytes) -> None:
    for index in range(files.FAN_IN):
        Store(url).append([sample(index)])
    (day,) = files.partitions(located(url), None, None)
    day.put(".lock", lambda path: path.write_bytes(garbled))
    assert Store(url).compact() == files.FAN_IN


def test_of_two_who_take_over_a_lease_one_has_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    day = located(url) / "date=2023-11-15"
    day.put(".lock", lambda path: path.write_text("1 dead"))
    other = f"{2e9:.0f} other"

    def meanwhile(_: float) -> None:
        # It had read the old lease, too, and removes what has just been put there.
        (day / ".lock").unlink()
        day.put(".lock", lambda path: path.write_text(other))

    monkeypatch.setattr(objects.time, "sleep", meanwhile)
    with day.alone() as mine:
        assert not mine
    monkeypatch.undo()
    with day.alone() as mine:
        assert not mine


@pytest.mark.parametrize(("kind", "package"), [("gs", "gcsfs"), ("abfs", "adlfs")])
def test_a_package_that_is_missing_is_named(
    kind: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in ("gcsfs", "adlfs"):
        monkeypatch.setitem(sys.modules, each, None)
    objects._filesystem.cache_clear()
    with pytest.raises(StoreError, match=f"speaks to {kind}://.*pip install '{package}'$"):
        Store(f"{kind}://bucket/prefix").read()


@pytest.mark.parametrize("before", ["write", "remove"])
def test_two_who_merge_the_same_double_and_lose_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    store = Store(url)
    for index in range(files.FAN_IN):
        store.append([sample(index)])
    (day,) = files.partitions(located(url), None, None)
    act = getattr(files, before)

    def interrupted(*given):  # type: ignore[no-untyped-def]
        # The lease does not hold: another merges the same while this one is at it.
        monkeypatch.setattr(files, before, act)
        (day / ".lock").unlink()
        assert Store(url).compact() == files.FAN_IN
        return act(*given)

    monkeypatch.setattr(files, before, interrupted)
    if before == "write":
        with pytest.raises(StoreError, match="cannot read"):
            store.compact()
    else:
        assert store.compact() == files.FAN_IN
    assert [sample(index) for index in range(files.FAN_IN)] == Store(url).read()


@pytest.mark.parametrize(
    "bad",
    [
        f"s3://id:{CANARY}@bucket/prefix",
        f"s3://bucket/prefix?secret={CANARY}",
        "https://bucket.example/prefix",
        "file:///var/telemetry",
        "s3://",
        "s3://bucket/a*",
        "simplecache::s3://bucket",
    ],
)
def test_a_url_that_is_none_of_an_object_store_is_refused_and_not_repeated(bad: str) -> None:
    with pytest.raises(StoreError, match="leave credentials to the environment") as refused:
        Store(bad)
    assert CANARY not in str(refused.value)


def test_a_server_that_is_down_is_one_error_without_credentials(
    wire: Wire, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, does = Store(url), list[Callable[[], object]]()
    store.append([sample(0)])
    (file,) = store.files()
    does += [lambda: store.append([sample(1)]), store.read, store.compact]
    does.append(lambda: store.run(f"FROM read_parquet('{file}')", ()))
    wire.cut()
    try:
        with caplog.at_level(logging.DEBUG):
            for do in does:
                with pytest.raises(StoreError, match=BUCKET) as failed:
                    do()
                assert CANARY not in repr(failed.value)
                assert failed.value.__cause__ is None
    finally:
        wire.lay()
    assert CANARY not in caplog.text
    assert store.read() == [sample(0)]


def test_what_a_provider_says_is_told_without_credentials(wire: Wire) -> None:
    error = OSError(f"no: http://me:{CANARY}x@host/ with canary-id and {CANARY}")
    assert scrubbed(error) == "no: http://host/ with *** and ***"


def _write_forever(url: str, told: str, first: int) -> None:
    store = Store(url)
    with Path(told).open("w") as acknowledged:
        for batch in count():
            begin = first + batch * ROWS
            _insist(store, [sample(begin + row) for row in range(ROWS)])
            acknowledged.write(f"{begin}\n")
            acknowledged.flush()


def _insist(store: Store, samples: list[Sample]) -> None:
    while True:
        try:
            store.append(samples)
        except StoreError:
            time.sleep(0.05)
        else:
            return


def _merge_forever(url: str, _told: str, _first: int) -> None:
    files.FAN_IN = _FAN_IN
    while True:
        try:
            Store(url).compact()
        except StoreError:
            time.sleep(0.05)


def test_a_server_killed_in_the_middle_of_writes_loses_and_doubles_nothing(
    wire: Wire, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the processes that are started find this file.
    monkeypatch.syspath_prepend(str(home.root()))
    context = multiprocessing.get_context("spawn")
    acts = [(_write_forever, 0), (_write_forever, 1_000_000), (_merge_forever, 0)]
    working = [
        context.Process(target=act, args=(url, f"{tmp_path}/{at}", first), daemon=True)
        for at, (act, first) in enumerate(acts)
    ]
    for each in working:
        each.start()
    try:
        for _ in range(4):
            _wait_for(tmp_path, more_than=_acknowledged(tmp_path) + _FAN_IN)
            wire.cut()
            time.sleep(0.2)
            wire.lay()
        _wait_for(tmp_path, more_than=_acknowledged(tmp_path) + 2 * _FAN_IN)
    finally:
        for each in working:
            each.kill()
            each.join()
    _judge(url, tmp_path)


def _judge(url: str, told: Path) -> None:
    values = [each.value for each in Store(url).read()]
    begins = [int(line) for each in told.iterdir() for line in each.read_text().split()]
    assert {float(begin + row) for begin in begins for row in range(ROWS)} <= set(values)
    assert len(values) == len(set(values))
    assert len(values) % ROWS == 0
    assert all(_whole(each) for each in Store(url).files())


def _whole(file: Place) -> bool:
    return bool(Store(file.parent.parent).run(f"SELECT count(*) FROM read_parquet('{file}')", ()))


def _acknowledged(told: Path) -> int:
    return sum(len(each.read_text().split()) for each in told.iterdir())


def _wait_for(told: Path, more_than: int) -> None:
    deadline = time.monotonic() + 60
    while _acknowledged(told) <= more_than:
        assert time.monotonic() < deadline
        time.sleep(0.02)
