"""Nobody unknown is heard, nobody too loudly, and what was not heard is counted."""

from pathlib import Path
from typing import Any

import pytest

from forerunner.errors import InvalidData
from forerunner.listen.config import Config
from forerunner.listen.door import Door, Limits, Storm

DATA: dict[str, Any] = {
    "hosts": {"r1": ["192.0.2.1"], "r2": ["192.0.2.2", "2001:DB8::2"]},
    "address": "127.0.0.1",
    "trap_port": 0,
    "log_port": 0,
    "snmp": "/nowhere/snmp.json",
    "communities": "",
    "rules": [],
    "least": "error",
    "rate": 10,
    "burst": 20,
    "status": "/nowhere/status.json",
}


def door() -> Door:
    return Door({"192.0.2.1": "r1", "192.0.2.2": "r2"}, Limits(rate=2, burst=5, largest=100))


def test_only_whom_the_inventory_knows_is_let_in_and_only_what_is_small() -> None:
    entry = door()
    assert entry.admit("192.0.2.1", 100, 0.0) == "r1"
    assert entry.admit("192.0.2.1", 101, 0.0) is None
    assert entry.admit("192.0.2.9", 10, 0.0) is None
    assert entry.counts.refused == {"oversized": 1, "unknown source": 1}


def test_a_storm_of_one_device_is_cut_and_told_of_once_a_minute_and_no_other_suffers() -> None:
    entry = door()
    heard = [entry.admit("192.0.2.1", 10, 0.01 * at) for at in range(500)]
    assert len([each for each in heard if each]) == 5 + 9
    assert entry.admit("192.0.2.2", 10, 5.0) == "r2"
    assert entry.storms(5.0) == [Storm("r1", 486)]
    entry.admit("192.0.2.1", 10, 5.0)
    entry.admit("192.0.2.1", 10, 5.0)
    assert entry.storms(6.0) == []
    assert entry.storms(66.0) == [Storm("r1", entry.counts.dropped["r1"] - 486)]


def test_a_device_is_heard_again_once_it_is_quiet() -> None:
    entry = door()
    for _ in range(20):
        entry.admit("192.0.2.1", 10, 0.0)
    assert entry.admit("192.0.2.1", 10, 0.1) is None
    assert entry.admit("192.0.2.1", 10, 1.0) == "r1"


def test_unknown_senders_take_no_memory() -> None:
    entry = door()
    for number in range(1000):
        entry.admit(f"198.51.100.{number}", 10, 0.0)
    assert len(entry._buckets) == 0
    assert entry.counts.refused == {"unknown source": 1000}


def test_every_address_of_a_device_leads_to_it() -> None:
    found = Config.from_data(DATA, "x").hosts
    assert found == {"192.0.2.1": "r1", "192.0.2.2": "r2", "2001:db8::2": "r2"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hosts": {"r1": ["192.0.2.1"], "r2": ["192.0.2.1"]}}, r"hosts\.r2: .* r1's too"),
        ({"hosts": {"r1": ["r1.example"]}}, r"hosts\.r1: 'r1.example' is no address"),
        ({"hosts": {}}, "hosts"),
        ({"least": "loud"}, "least"),
        ({"rules": [{"match": "x", "kind": "trap.x", "severity": "info"}]}, "kind"),
        ({"typo": 1}, "typo"),
    ],
)
def test_a_wrong_configuration_is_named_by_its_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        Config.from_data(DATA | change, "x")


def test_a_wrong_file_of_communities_is_refused_without_repeating_it(tmp_path: Path) -> None:
    file = tmp_path / "communities.json"
    file.write_text('["sesame", 7]')
    config = Config.from_data(DATA | {"communities": str(file)}, "x")
    with pytest.raises(InvalidData) as caught:
        config.community_names()
    assert "sesame" not in str(caught.value)
