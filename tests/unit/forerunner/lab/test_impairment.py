import pytest

from forerunner.lab.errors import LabError
from forerunner.lab.impairment import CLEAN, Impairment


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"loss": 1.01}, "loss 1.01 must be a share from 0 to 1"),
        ({"loss": -0.1}, "must be a share"),
        ({"loss": float("nan")}, "must be a share"),
        ({"rate": 100.0}, "at least 8000 bit/s"),
        ({"delay_s": -1.0}, "0 to 10 seconds"),
    ],
)
def test_what_no_link_can_do_is_refused(fields: dict[str, float], problem: str) -> None:
    with pytest.raises(LabError, match=problem):
        Impairment(**fields)  # type: ignore[arg-type]


def test_an_impairment_says_what_it_is() -> None:
    assert Impairment(loss=0.05, rate=1e7).describe() == "loss 0.05, rate 1e+07 bit/s"
    assert CLEAN.describe() == "clean"
