"""What one run compared is what it repairs and reports, and no other file of an earlier one."""

import json
from pathlib import Path

import pytest

from forerunner.orders.errors import OrderError
from forerunner.orders.reconciliation import NOTED, mend, report
from forerunner.orders.reconciliation import _noted as noted


def drift(system: str, kind: str, identity: str) -> dict[str, object]:
    return {
        "system": system,
        "kind": kind,
        "identity": identity,
        "fields": ["presence"],
        "repair": "again",
        "outcome": "",
    }


@pytest.fixture
def compared(tmp_path: Path) -> dict[str, str]:
    """Two systems: a key and a stray on one, a stray on the other."""
    found = {
        "hlr1": [drift("hlr1", "key", "1"), drift("hlr1", "stray", "2")],
        "gport1": [drift("gport1", "stray", "3")],
    }
    return {
        name: noted(tmp_path, name, {"status": "ok", "message": "", "drifts": some})[
            "ansible_facts"
        ][NOTED]
        for name, some in found.items()
    }


@pytest.mark.parametrize(
    ("strays", "leases", "stay"),
    [
        (0, ["all/repair", "hlr1/repair"], "nobody said how many"),
        (1, ["all/repair", "hlr1/repair"], "more than remove_strays=1"),
        (2, ["all/repair", "hlr1/repair", "gport1/repair"], ""),
    ],
)
def test_strays_go_only_where_no_more_are_found_than_may(
    tmp_path: Path, compared: dict[str, str], strays: int, leases: list[str], stay: str
) -> None:
    facts = mend(compared, tmp_path, strays)["ansible_facts"]

    assert facts["sim_order_leases"] == leases
    assert stay in facts["sim_order_strays_stay"]
    assert bool(stay) == bool(facts["sim_order_strays_stay"])


def test_a_system_that_was_not_compared_in_this_run_is_left_out(
    tmp_path: Path, compared: dict[str, str]
) -> None:
    only = {"hlr1": compared["hlr1"]}

    facts = mend(only, tmp_path, 9)["ansible_facts"]
    said = report(only, ["gport1"], tmp_path, tmp_path)

    assert facts["sim_order_leases"] == ["all/repair", "hlr1/repair"]
    assert said["counts"] == {"key": 1, "stray": 1}
    assert "not compared: gport1" in said["message"]


def test_a_file_that_changed_after_it_was_compared_is_not_repaired_by(
    tmp_path: Path, compared: dict[str, str]
) -> None:
    path = tmp_path / "hlr1.json"
    said = json.loads(path.read_text())
    said["drifts"].append(drift("hlr1", "stray", "4"))
    path.write_text(json.dumps(said))

    with pytest.raises(OrderError, match="not what was compared in this run"):
        mend(compared, tmp_path, 9)


def test_two_repairs_are_not_the_same(tmp_path: Path, compared: dict[str, str]) -> None:
    once, again = (mend(compared, tmp_path, 2)["ansible_facts"] for _ in range(2))

    assert once["sim_order_plan"] == again["sim_order_plan"]
    assert once["sim_order_run"] != again["sim_order_run"]
