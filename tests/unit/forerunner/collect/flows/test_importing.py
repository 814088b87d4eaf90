"""Collectors' files become records once; what is no flow is refused; what is missing is a gap."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.collect.flows import Config, import_flows, nfdump
from forerunner.collect.flows.closed import Life, forget_refused, note_life
from forerunner.collect.flows.nfdump import Heard
from forerunner.store.flows import FlowStore, Prefixes, Site

T0 = 1_795_771_200
# Hours of files and days of records, so that what is of a fixed day stays.
KEEP = (1e6, 36_500)
R1, R2 = "198.18.0.11", "198.18.0.12"
GOOD: dict[str, Any] = {
    "first": "2026-11-27T09:20:01.318", "last": "2026-11-27T09:20:03.020", "in_packets": 3,
    "in_bytes": 300, "proto": 17, "src_port": 5000, "dst_port": 5201, "src_tos": 184,
    "src4_addr": "10.2.1.2", "dst4_addr": "10.2.4.2", "ip4_router": R1,
}  # fmt: skip
Nfdump = Callable[[str, list[dict[str, Any]], list[str]], None]


def below(path: Path) -> Config:
    site = Site({R1: "r1", R2: "r2"}, Prefixes({}))
    return Config(site, "127.0.0.1", {"one": 9995}, 10, path / "flows", str(path / "telemetry"))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "flows" / "one").mkdir(parents=True)
    note_life(tmp_path / "flows" / "one", Life(T0 - 60, 10))
    return below(tmp_path)


@pytest.fixture
def nfdump_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that shows a file as nfdump would: its records, or its exporters."""
    program = tmp_path / "nfdump"
    program.write_text(
        '#!/bin/sh\ncase "$3" in -E) cat "$4.exporters";; *) cat "$4.records";; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(nfdump, "PROGRAM", str(program))


def write(config: Config, slot: int, *rows: dict[str, Any] | str, lost: int = 0) -> Path:
    """Write a collector's file of the slot that begins so many seconds after T0."""
    name = datetime.fromtimestamp(T0 + slot, UTC).strftime("nfcapd.%Y%m%d%H%M%S")
    file = config.directory / "one" / name
    file.write_text(str(slot))
    shown = [x if isinstance(x, str) else json.dumps(x, indent=1) for x in rows]
    file.with_name(f"{name}.records").write_text("[\n" + "\n,\n".join(shown) + "\n]\n")
    heard = f"SysID: 1, IP:  {R1}, version: 9, ID:  0, Sequence failures: {lost}, "
    file.with_name(f"{name}.exporters").write_text(f"\n{heard}packets: 2, flows: {len(rows)}\n")
    os.utime(file, (T0 + slot + 10.1,) * 2)
    return file


def stored(config: Config) -> list[tuple[Any, ...]]:
    store = FlowStore(config.telemetry)
    database = store.connect()
    there = store.load(database, T0 - 1000, T0 + 100_000)
    return store.ask(database, "SELECT * FROM records ORDER BY ALL") if there else []


@pytest.mark.usefixtures("nfdump_says")
def test_a_file_is_imported_once(config: Config) -> None:
    write(config, 0, GOOD, GOOD | {"src_port": 5001})

    assert (import_flows(config, *KEEP, dry=True).files, stored(config)) == (1, [])
    first, again = import_flows(config, *KEEP), import_flows(config, *KEEP)

    assert (first.files, first.flows, first.refused) == (1, 2, 0)
    assert (again.files, again.flows) == (0, 0)
    assert len(stored(config)) == 2
    assert stored(config)[0][:4] == (1795771201.318, 1795771203.02, "r1", "10.2.1.2")


@pytest.mark.usefixtures("nfdump_says")
def test_what_the_store_forgot_comes_back_as_it_was(config: Config) -> None:
    write(config, 0, GOOD)
    import_flows(config, *KEEP)
    before = stored(config)
    shutil.rmtree(Path(config.telemetry, "flows", "coverage"))

    assert import_flows(config, *KEEP).files == 1
    assert stored(config) == before
    shutil.rmtree(config.telemetry)
    import_flows(config, *KEEP)
    assert stored(config) == before


@pytest.mark.usefixtures("nfdump_says")
def test_a_collector_that_goes_on_with_a_file_doubles_nothing(config: Config) -> None:
    file = write(config, 0, GOOD)
    import_flows(config, *KEEP)
    write(config, 0, GOOD, GOOD | {"src_port": 5001})
    file.write_text("longer")

    assert import_flows(config, *KEEP).flows == 2
    assert len(stored(config)) == 2


@pytest.mark.usefixtures("nfdump_says")
def test_many_small_files_become_few_and_say_the_same(config: Config) -> None:
    for slot in range(0, 400, 10):
        write(config, slot, GOOD | {"src_port": 5000 + slot}, GOOD)
    import_flows(config, *KEEP)

    found = [*Path(config.telemetry).rglob("date=*/*.parquet")]
    assert [file.name[0] for file in found] == ["1", "1"]
    assert [row[5] for row in stored(config)] == sorted({5000 + x for x in range(0, 400, 10)})
    assert spans(config, 10, 400) == []
    assert import_flows(config, *KEEP).files == 0


HOSTILE: list[tuple[dict[str, Any] | str, str]] = [
    (GOOD | {"ip4_router": "192.0.2.66"}, "nobody that the inventory names"),
    (GOOD | {"ip4_router": None}, "nobody that the inventory names"),
    (GOOD | {"last": "2026-11-27T09:20:00.000"}, "times cannot be"),
    (GOOD | {"first": "2020-01-01T00:00:00.000"}, "times cannot be"),
    (GOOD | {"last": "2046-11-27T09:20:00.000"}, "times cannot be"),
    (GOOD | {"first": "yesterday"}, "ValueError"),
    (GOOD | {"first": 12}, "TypeError"),
    (GOOD | {"in_bytes": 2}, "cannot be as long"),
    (GOOD | {"in_bytes": 10**9}, "cannot be as long"),
    (GOOD | {"in_packets": 0}, "cannot be as long"),
    (GOOD | {"in_packets": -3}, "no number from 0"),
    (GOOD | {"in_packets": True}, "no number from 0"),
    (GOOD | {"in_bytes": 10**30, "in_packets": 10**29}, "no number from 0"),
    (GOOD | {"src_port": 70_000}, "no number from 0 to 65535"),
    (GOOD | {"proto": "{{ lookup('pipe', 'id') }}"}, "no number from 0 to 255"),
    (GOOD | {"src4_addr": "10.2.1.2'; DROP TABLE flows"}, "ValueError"),
    ({x: y for x, y in GOOD.items() if x != "dst4_addr"}, "no dst address"),
    ({x: y for x, y in GOOD.items() if x != "in_bytes"}, "KeyError"),
    ('{\n"first" : "cut off in the mid', "JSONDecodeError"),
    ("{\n" + "[" * 100_000 + "\n}", "Error"),
]


@pytest.mark.usefixtures("nfdump_says")
@pytest.mark.parametrize(("row", "reason"), HOSTILE)
def test_what_is_no_flow_is_kept_apart(
    config: Config, row: dict[str, Any] | str, reason: str
) -> None:
    write(config, 0, row, GOOD)

    done = import_flows(config, *KEEP)

    assert (done.flows, done.refused) == (1, 1)
    (file,) = Path(config.telemetry, "flows", "quarantine").glob("date=*/*")
    (line,) = file.read_text().splitlines()
    assert reason in json.loads(line)["reason"]
    assert len(line) < 2000


@pytest.mark.usefixtures("nfdump_says")
def test_a_file_that_cannot_be_read_is_put_aside_and_a_gap(config: Config) -> None:
    write(config, 0, GOOD)
    bad = write(config, 10, GOOD)
    bad.with_name(f"{bad.name}.records").unlink()
    write(config, 20, GOOD)
    write(config, 30, GOOD)

    done = import_flows(config, *KEEP)

    assert done.damaged == [str(bad.parent / "refused" / bad.name)]
    assert (done.files, not bad.exists()) == (4, True)
    assert spans(config, 10, 40) == [("r1", 10, 30)]


def spans(config: Config, since: int, until: int) -> list[tuple[str, float, float]]:
    found = FlowStore(config.telemetry).gaps(T0 + since, T0 + until, ["r1"])
    return [(gap.exporter, gap.begin - T0, gap.end - T0) for gap in found]


@pytest.mark.usefixtures("nfdump_says")
def test_what_was_put_aside_goes_with_the_records_of_its_time(config: Config) -> None:
    bad = write(config, 0, GOOD | {"src4_addr": "none"}, GOOD)
    import_flows(config, *KEEP)
    aside = bad.parent / "refused" / "nfcapd.current.1"
    aside.parent.mkdir()
    aside.write_text("")
    os.utime(aside, (T0, T0))
    kept = Path(config.telemetry, "flows", "quarantine").glob

    assert (forget_refused([bad.parent], T0 - 1), len([*kept("date=*/*.jsonl")])) == (0, 1)
    assert (forget_refused([bad.parent], T0 + 1), aside.exists()) == (1, False)
    FlowStore(config.telemetry).forget(T0 + 2 * 86_400)
    assert not [*kept("date=*/*.jsonl")]


def test_lives_are_bounded_and_the_newest_stay(config: Config) -> None:
    directory = config.directory / "one"
    lives = directory / "lives"
    lives.write_text(lives.read_text() * 40_000)
    note_life(directory, Life(T0 + 5, 10))

    lines = lives.read_text().splitlines()
    assert (len(lines), json.loads(lines[-1])["begin"]) == (5000, T0 + 5)


def test_a_file_is_not_put_aside_because_nfdump_is_missing(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(config, 0, GOOD)
    monkeypatch.setattr(nfdump, "PROGRAM", str(config.directory / "nowhere"))

    with pytest.raises(nfdump.NotRead, match="apt-get install nfdump"):
        import_flows(config, *KEEP)
    assert file.exists()


@pytest.mark.parametrize("ends", ["kill -9 $$", "kill -11 $$", "exit 127"])
@pytest.mark.usefixtures("nfdump_says")
def test_a_file_that_nfdump_was_not_let_read_stays_and_is_imported_later(
    config: Config, ends: str
) -> None:
    file, program = write(config, 0, GOOD), Path(nfdump.PROGRAM)
    works = program.read_text()
    program.write_text(works.replace('cat "$4.records"', f'cat "$4.records"; {ends}'))

    with pytest.raises(nfdump.NotRead):
        import_flows(config, *KEEP)
    assert file.exists()
    program.write_text(works)
    done = import_flows(config, *KEEP)
    assert (done.files, done.damaged, len(stored(config))) == (1, [], 1)


@pytest.mark.usefixtures("nfdump_says")
def test_what_a_collector_missed_is_a_gap_until_it_surely_hears_again(config: Config) -> None:
    for slot in (0, 10, 20, 50, 60, 70):
        write(config, slot, GOOD, lost=slot)
    # Killed within the slot of 30, started again within that of 50.
    note_life(config.directory / "one", Life(T0 + 53, 10))

    import_flows(config, *KEEP)

    assert spans(config, 10, 80) == [("r1", 30, 70)]
    covered = FlowStore(config.telemetry).coverage(T0, T0 + 80)
    assert {(x.end - T0, x.lost) for x in covered} == {(s + 10, s) for s in (0, 10, 20, 50, 60, 70)}


@pytest.mark.usefixtures("nfdump_says")
def test_a_file_that_is_missing_is_a_gap(config: Config) -> None:
    for slot in (0, 10, 40, 50):
        write(config, slot, GOOD)

    import_flows(config, *KEEP)

    assert spans(config, 10, 60) == [("r1", 20, 50)]


@pytest.mark.usefixtures("nfdump_says")
def test_a_collector_that_was_stopped_covers_only_whole_slots(config: Config) -> None:
    for slot in (0, 10, 20):
        write(config, slot, GOOD)
    stopped = write(config, 30, GOOD)
    os.utime(stopped, (T0 + 33,) * 2)

    import_flows(config, *KEEP)

    assert spans(config, 10, 40) == [("r1", 30, 40)]


@pytest.mark.usefixtures("nfdump_says")
def test_old_files_go_once_they_are_imported(config: Config) -> None:
    file, last = write(config, 0, GOOD), write(config, 10)

    assert (import_flows(config, 0, KEEP[1]).removed, file.exists()) == (0, True)
    assert (import_flows(config, 0, KEEP[1], dry=True).removed, file.exists()) == (1, True)
    assert (import_flows(config, 0, KEEP[1]).removed, file.exists()) == (1, False)
    assert len(stored(config)) == 1
    assert last.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
directory, tests, after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.path.insert(0, tests)
from test_importing import KEEP, below
from forerunner.collect.flows import importing, nfdump
from forerunner.store.places import LocalPlace

nfdump.PROGRAM, importing._BATCH, placed = str(directory / "nfdump"), 10, []
place = LocalPlace.put

def dying(*arguments):
    placed.append(place(*arguments))
    if len(placed) == after:
        os.kill(os.getpid(), signal.SIGKILL)

LocalPlace.put = dying
importing.import_flows(below(directory), *KEEP)
"""


@pytest.mark.usefixtures("nfdump_says")
def test_an_import_that_was_killed_is_done_again_to_the_same_records(
    config: Config, tmp_path: Path
) -> None:
    # A file is three batches and its conclusion.
    for slot in (0, 20):
        write(config, slot, *(GOOD | {"src_port": 5000 + slot + n} for n in range(25)))
    for after in ("1", "2", "3", "4", "3"):
        command = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent), after]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL

    assert import_flows(config, *KEEP).files == 1
    ports = sorted(row[5] for row in stored(config))
    assert ports == sorted({*range(5000, 5025), *range(5020, 5045)})


NAMES = st.sampled_from(
    ["first", "last", "in_packets", "in_bytes", "proto", "src_port", "src4_addr"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.dictionaries(NAMES, VALUES, min_size=1))
def test_no_record_breaks_the_reading(changed: dict[str, Any]) -> None:
    try:
        found = nfdump.flow(GOOD | changed, {R1: "r1"}, T0 + 10.0)
    except (ValueError, TypeError, KeyError):
        return
    assert found.end - found.time >= 0
    assert 1 <= found.packets <= found.bytes < 2**63


@given(st.lists(st.text(max_size=20)))
def test_no_line_breaks_the_cutting_into_objects(lines: list[str]) -> None:
    assert all(text.startswith("{") for text in nfdump.objects(lines))


def test_exporters_are_heard_with_what_was_lost_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        f"SysID: 1, IP:  {R1}, version: 9, ID:  0, Sequence failures: 3, packets: 9, flows: 20",
        f"SysID: 2, IP:  {R1}, version: 9, ID:  7, Sequence failures: 1, packets: 1, flows: 2",
        f"SysID: 3, IP:  {R2}, version: 9, ID:  0 - no flows sent",
        "        Sampler: none",
    ]
    program = tmp_path / "nfdump"
    program.write_text("#!/bin/sh\ncat <<E\n" + "\n".join(lines) + "\nE\n")
    program.chmod(0o755)
    monkeypatch.setattr(nfdump, "PROGRAM", str(program))

    assert nfdump.exporters(tmp_path) == [Heard(R1, 22, 4), Heard(R2, 0, 0)]


def test_the_real_nfdump_says_of_a_file_that_it_is_none(tmp_path: Path) -> None:
    if not shutil.which("nfdump"):
        pytest.skip("nfdump is not installed")
    file = tmp_path / "nfcapd.202611270920"
    file.write_bytes(b"\xa5\x0c no more")

    with pytest.raises(nfdump.BadFile, match="cannot read it"):
        nfdump.exporters(file)
    with pytest.raises(nfdump.BadFile, match="cannot read it"):
        list(nfdump.records(file, {}, T0))
