"""Writers, a merger and a roller of one store, killed again and again; then all of it is read."""

import multiprocessing
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
from rich.console import Console

from forerunner.bench import rows as form
from forerunner.bench.rows import Extent, Row
from forerunner.model import Sample
from forerunner.store import RollUps, Store, Wanted

_KILLS = {"full": 50, "short": 3}
_ROWS = 200
_SEED = 20261127
_NOON = 1_700_049_600.0
_LONGEST_S = 0.6


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `half_files` and `duplicates`."""
    kills, directory = _KILLS[extent], form.fresh("telemetry", "kills")
    chance = random.Random(_SEED)
    try:
        for number in range(kills):
            _killed(directory, number, chance.uniform(0.05, _LONGEST_S))
        half, doubled, lost, total = _judged(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    console.print(f"{kills} kills, {total} samples: {half} half, {doubled} doubled, {lost} lost")
    after = f"after {kills} kills of a writer, a merger and a roller, {total} samples"
    given = {
        "half_files": (f"files that are none, {after}", half),
        "duplicates": (
            f"samples or minutes twice, or acknowledged and lost, {after}",
            doubled + lost,
        ),
    }
    return [
        Row(name, what, value, goal="== 0", n=kills, seed=str(_SEED))
        for name, (what, value) in given.items()
    ]


def _killed(directory: Path, number: int, after_s: float) -> None:
    """Let them work for a while and kill all at once."""
    context = multiprocessing.get_context("spawn")
    acts: tuple[Callable[[str, int], None], ...] = (_write, _merge, _roll)
    working = [
        context.Process(target=act, args=(str(directory), number), daemon=True) for act in acts
    ]
    for each in working:
        each.start()
    acknowledged = _acknowledged(directory, number)
    while not acknowledged.exists() and working[0].is_alive():
        time.sleep(0.01)
    time.sleep(after_s)
    for each in working:
        each.kill()
        each.join()


def _write(path: str, number: int) -> None:
    store, batch = Store(path), 0
    with _acknowledged(Path(path), number).open("w") as told:
        while True:
            first = (number * 10_000 + batch) * _ROWS
            store.append(_sample(first + row) for row in range(_ROWS))
            told.write(f"{first}\n")
            told.flush()
            batch += 1


def _merge(path: str, _number: int) -> None:
    while True:
        Store(path).compact()
        time.sleep(0.02)


def _roll(path: str, _number: int) -> None:
    while True:
        RollUps(path).roll_up()
        time.sleep(0.05)


def _sample(index: int) -> Sample:
    return Sample(_NOON + index / 1000, "r1", "to-r2", "of_the_benchmark", float(index))


def _judged(directory: Path) -> tuple[int, int, int, int]:
    """Return how many files are half, samples double or lost, and how many there are."""
    half = sum(not _whole(each) for each in directory.rglob("*.parquet"))
    values = Counter(each.value for each in Store(directory).read())
    told = [line for each in directory.glob("*.told") for line in each.read_text().split()]
    meant = {float(int(first) + row) for first in told for row in range(_ROWS)}
    RollUps(directory).roll_up()
    minutes = RollUps(directory).read("minute", Wanted())
    starts = Counter(each.time for each in minutes)
    doubled = sum(count - 1 for count in (*values.values(), *starts.values()))
    astray = abs(sum(each.count for each in minutes) - len(values))
    return half, doubled, len(meant - values.keys()) + astray, len(values)


def _whole(file: Path) -> bool:
    try:
        duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(file)])
    except duckdb.Error:
        return False
    return True


def _acknowledged(directory: Path, number: int) -> Path:
    return directory / f"{number}.told"
