"""Candidates come out of a seed, every kind before any comes twice."""

from forerunner.bench.change.candidates import RIGHT, WRONG, Case, candidates
from forerunner.bench.change.plan import Trial
from forerunner.dialects import frr
from forerunner.render import router_config, router_data

NETWORK = {
    "links": [
        {"ends": ["r1", "r2"], "subnet": "10.1.12.0/30", "capacity": 1000, "cost": 10},
        {"ends": ["r2", "r3"], "subnet": "10.1.23.0/30", "capacity": 1000, "cost": 10},
    ],
    "ospf": {"hello_interval": 1, "dead_interval": 4, "retransmit_interval": 2},
    "routers": {
        f"r{n}": {
            "loopback": f"10.0.0.{n}",
            "bgp_as": 65000,
            "bgp_prefixes": [f"172.20.{n}.0/24"],
        }
        for n in (1, 2, 3)
    },
    "hosts": {},
}


def made(count: int = 200, seed: int = 1) -> list[Case]:
    return list(candidates(NETWORK, count, seed))


def test_the_same_seed_gives_the_same_candidates_and_another_gives_others() -> None:
    assert made() == made()
    assert [case.text for case in made()] != [case.text for case in made(seed=2)]


def test_a_third_is_meant_wrong_and_every_kind_is_there() -> None:
    cases = made()
    assert sum(case.wrong for case in cases) == 66
    assert {kind for case in cases for kind in case.kinds} == set(RIGHT) | set(WRONG)
    assert all((case.kinds[-1] in WRONG) == case.wrong for case in cases)


def test_every_candidate_differs_from_what_the_router_is_to_run() -> None:
    for case in made():
        meant = router_config("frr", router_data(case.router, NETWORK))
        assert frr.differences(meant, case.text), case.kinds
        assert "{n}" not in case.text


def trial(shadow: str, router: str, shadow_diff: str = "+ a", router_diff: str = "+ a") -> Trial:
    return Trial(0, "r1", (), False, shadow, router, shadow_diff, router_diff, True)


def test_a_verdict_agrees_only_with_the_same_result() -> None:
    assert trial("", "").agrees
    assert trial("no", "refused").agrees
    assert trial("misread", "no such route", shadow_diff="").agrees
    assert not trial("", "refused").agrees
    assert not trial("no", "").agrees
    assert not trial("no", "refused", router_diff="+ b").agrees
    assert not trial("", "", router_diff="+ b").agrees
