"""Command lines and getters give the same metrics as SNMP; what cannot be read is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from forerunner.collect.command_line import FRR_COMMANDS, frr_samples, napalm_samples
from forerunner.collect.server import BadAnswer
from forerunner.store import Store
from forerunner.store.bounds import BOUNDS
from forerunner.store.store import QUARANTINE

GOLDEN = Path(__file__).parents[3] / "golden" / "frr"
OSPF, BGP = FRR_COMMANDS


def answers(**changed: str) -> dict[str, str]:
    sessions = (GOLDEN / "health" / "sessions.json").read_text()
    return {OSPF: (GOLDEN / "neighbours.json").read_text(), BGP: sessions} | changed


def test_neighbours_and_peers_of_a_router_have_the_states_that_snmp_gives_them() -> None:
    found = {(x.metric, x.interface): x.value for x in frr_samples("r1", answers(), 1.0)}
    assert found["ospf_neighbour_state", "10.9.12.2"] == 8.0
    peers = json.loads(answers()[BGP])["ipv4Unicast"]["peers"]
    assert [found["bgp_peer_state", name] for name in peers] == [6.0] * len(peers) != []


@pytest.mark.parametrize(
    ("word", "state"), [("Idle (Admin)", 1.0), ("Active", 3.0), ("OpenSent", 4.0), ("Clearing", 1)]
)
def test_a_peer_that_is_not_established_says_how_far_it_is(word: str, state: float) -> None:
    said = json.dumps({"ipv4Unicast": {"peers": {"10.0.0.2": {"state": word}}}})
    (found,) = (x for x in frr_samples("r1", answers(**{BGP: said}), 1.0) if "bgp" in x.metric)
    assert found.value == state


@pytest.mark.parametrize(
    "said", ["", "% Unknown command: s3cret", "[]", '{"neighbors": {"a": [{"nbrState": "Full"}]}}']
)
def test_what_cannot_be_read_is_refused_and_not_repeated(said: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        frr_samples("r1", answers(**{OSPF: said}), 1.0)
    assert "s3cret" not in str(caught.value)


def test_a_state_without_a_name_is_kept_apart_and_costs_nothing_else(tmp_path: Path) -> None:
    peers = {"10.0.0.2": {"state": "Dreaming"}, "10.0.0.3": {"state": "Established"}}
    said = json.dumps({"ipv4Unicast": {"peers": peers}})
    store = Store(tmp_path)

    store.append(frr_samples("r1", answers(**{BGP: said}), 1.0))

    found = {x.interface: x.value for x in store.read() if x.metric == "bgp_peer_state"}
    assert found == {"10.0.0.3": 6.0}
    (apart,) = Store(tmp_path / QUARANTINE).read()
    assert (apart.interface, apart.metric) == ("10.0.0.2", "bgp_peer_state")


@pytest.fixture
def driver(tmp_path: Path) -> Any:
    """NAPALM's own mock driver, which has no getter but those that are given here."""
    mock = pytest.importorskip("napalm").get_network_driver("mock")
    given = {
        "get_interfaces_counters.1": {
            "Et1": {"rx_octets": 5, "tx_octets": 6, "rx_errors": -1, "tx_errors": 0}
        },
        "get_bgp_neighbors.1": {"global": {"peers": {"10.0.0.2": {"is_up": True}}}},
        "get_environment.1": {
            "cpu": {"0": {"%usage": 20.0}, "1": {"%usage": 40.0}},
            "memory": {"available_ram": 1000, "used_ram": 250},
        },
    }
    for name, data in given.items():
        (tmp_path / name).write_text(json.dumps(data))
    opened = mock("d1", "", "", optional_args={"path": str(tmp_path), "profile": ["mock"]})
    opened.open()
    return opened


def test_getters_give_samples_and_what_a_device_does_not_count_is_left_out(driver: Any) -> None:
    found = {(x.interface, x.metric): x.value for x in napalm_samples("d1", driver, 1.0)}
    assert found == {
        ("Et1", "if_in_octets"): 5.0,
        ("Et1", "if_out_octets"): 6.0,
        ("Et1", "if_out_errors"): 0.0,
        ("10.0.0.2", "bgp_peer_up"): 1.0,
        ("", "cpu_used_share"): pytest.approx(0.3),
        ("", "memory_total_bytes"): 1000.0,
        ("", "memory_available_bytes"): 750.0,
    }
    assert {metric for _, metric in found} <= BOUNDS.keys()


def test_a_getter_that_is_missing_or_fails_does_not_cost_the_others(
    driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> dict[str, Any]:
        raise NotImplementedError

    monkeypatch.setattr(driver, "get_environment", lambda: {"cpu": {"0": {}}})
    monkeypatch.setattr(
        driver, "get_bgp_neighbors", lambda: (_ for _ in ()).throw(NotImplementedError)
    )
    assert {x.interface for x in napalm_samples("d1", driver, 1.0)} == {"Et1"}
    monkeypatch.setattr(driver, "get_interfaces_counters", dict)
    with pytest.raises(BadAnswer, match="no getter"):
        napalm_samples("d1", driver, 1.0)
