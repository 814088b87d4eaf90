"""Soft failures at a receiver: which file is read how, and that no later sample is looked at."""

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from forerunner.bench.predict.optical import optical
from forerunner.bench.predict.receivers import hearing, lines
from forerunner.errors import InvalidData
from tests.unit.analytics.cases.soft import line

HEADER = "Timestamp,Type,ID,BER,OSNR,InputPower,OutputPower,Failure\n"


def written(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "optical_failure"
    folder.mkdir()
    (folder / "some.csv").write_text(text)
    return tmp_path


def two_receivers() -> str:
    time, signals, failing = line(1500)
    deaf = np.random.default_rng(1).uniform(1e-8, 2e-8, len(time))
    rows = []
    for at, (moment, (ber, osnr), fails) in enumerate(zip(time, signals, failing, strict=True)):
        mark = "1" if fails else ""
        rows.append(f"{moment:.0f},Devices,deaf,{deaf[at]:.3g},38.6,,,{mark}")
        rows.append(f"{moment:.0f},Devices,far,{ber:.5g},{osnr:.1f},,,{mark}")
        rows.append(f"{moment:.0f},Infrastructure,amp,,,-19.2,0.7,{mark}")
    return HEADER + "\n".join(rows) + "\n"


def test_the_receiver_that_hears_the_line_is_judged_and_both_rows_come(tmp_path: Path) -> None:
    rows = optical(written(tmp_path, two_receivers()), "short", Console(file=StringIO()))

    told, plain = rows
    assert (told.id, told.goal, plain.goal) == ("optical_soft_f1", ">= 0.98", None)
    assert " far, " in told.what
    assert told.n == 450
    assert told.value is not None
    assert plain.value is not None
    assert told.value > plain.value > 0.8


def test_every_file_is_a_line_of_its_own_and_all_are_judged_together(tmp_path: Path) -> None:
    written(tmp_path, two_receivers())
    text = two_receivers().replace(",far,", ",near,")
    (tmp_path / "optical_failure" / "other.csv").write_text(text)

    told, _ = optical(tmp_path, "short", Console(file=StringIO()))

    assert " near, far, " in told.what
    assert told.n == 900


def test_a_receiver_is_chosen_by_what_is_before_the_moment(tmp_path: Path) -> None:
    (some,) = lines(written(tmp_path, two_receivers()))

    assert {each.name for each in some} == {"deaf", "far"}
    assert hearing(some, 3000.0).name == "far"
    with pytest.raises(InvalidData, match="no failures in the training time"):
        hearing(some, 100.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Timestamp,Type,ID\n1,Devices,a\n", r"some.csv:2: BER: is missing; fetch"),
        ("Timestamp,Kind,ID\n1,Devices,a\n", r"some.csv:2: Type: is missing; fetch"),
        (HEADER + "1,Devices,a,much,3,,,\n", r"some.csv:2: BER: is no number; fetch"),
        (HEADER + ",Devices,a,1e-6,3,,,\n", r"some.csv:2: Timestamp: is empty; fetch"),
        (HEADER + "1,Infrastructure,a,,,1,1,\n", r"some.csv: Type: is Devices in no row"),
    ],
)
def test_a_file_of_another_form_is_named_with_the_field(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(InvalidData, match=said):
        lines(written(tmp_path, text))


def test_a_folder_without_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"optical_failure: \*.csv: is missing"):
        lines(tmp_path)
