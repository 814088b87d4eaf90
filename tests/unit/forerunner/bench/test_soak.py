"""A soak passes only what stays flat, whatever spikes."""

import random
import subprocess
import sys

import pytest

from forerunner.bench.soak import Look, judged, main, slope_an_hour
from forerunner.errors import InvalidData

_MINUTES = 30.0


def _looks(leak_mb: float = 0.0, handles_more: int = 0, died: bool = False) -> list[Look]:
    """Looks of a half hour: a start that grows, noise, spikes, and what is asked for."""
    chance, found = random.Random(5), []
    for at in range(0, int(_MINUTES * 60), 5):
        share = at / (_MINUTES * 60)
        start_mb = min(at, 120) / 4
        spike_mb = 60.0 if at % 150 == 0 else 0.0
        mb = 150 + start_mb + chance.gauss(0, 1.5) + spike_mb + leak_mb * share
        handles = 40 + (at % 35 == 0) + round(handles_more * share)
        found.append(Look(at, mb, mb + 20, handles, 12, 8 if died and share > 0.5 else 7, True))
    return found


def _met(looks: list[Look]) -> dict[str, bool | None]:
    return {row.id: row.met for row in judged(looks, _MINUTES)}


def test_what_is_flat_but_for_its_start_and_spikes_passes() -> None:
    met = _met(_looks())
    assert [met[x] for x in ("soak_growth_mb", "soak_handles_growth", "soak_deaths")] == [True] * 3
    assert met["soak_mb_an_hour"] is None


@pytest.mark.parametrize(
    ("looks", "row"),
    [
        (_looks(leak_mb=4.0), "soak_growth_mb"),
        (_looks(handles_more=4), "soak_handles_growth"),
        (_looks(died=True), "soak_deaths"),
    ],
)
def test_what_grows_or_dies_does_not(looks: list[Look], row: str) -> None:
    assert [name for name, met in _met(looks).items() if met is False] == [row]


def test_the_slope_is_the_median_of_all_slopes_however_many() -> None:
    line = [(at / 3600, 3.0 * at / 3600 + (50 if at % 7 == 0 else 0)) for at in range(4000)]
    assert slope_an_hour(line) == pytest.approx(3.0, abs=0.5)


def test_what_is_too_short_to_say_anything_is_refused() -> None:
    with pytest.raises(InvalidData, match="minutes"):
        main(0.5)


def test_memory_is_what_was_taken_and_not_what_a_file_holds() -> None:
    # A process of its own: what this one freed before would be taken again, or kept twice.
    act = (
        "import os; from forerunner.bench.soak import anonymous_mb as now;"
        "before = now(os.getpid()); taken = b'1' * 40_000_000; print(now(os.getpid()) - before)"
    )
    taken = subprocess.run([sys.executable, "-c", act], capture_output=True, text=True, check=True)
    assert float(taken.stdout) == pytest.approx(40, abs=5)
