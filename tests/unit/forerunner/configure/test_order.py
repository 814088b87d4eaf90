"""What a change of lines risks, and in which parts it is applied."""

from analytics.decide import Duties, Refusal, WavePolicy
from forerunner.configure.order import Meant, Order
from forerunner.dialects import frr
from forerunner.topology import Topology

LINKS = [
    {"ends": ["r1", "r2"], "subnet": "10.0.1.0/30", "capacity": 1, "cost": 1},
    {"ends": ["r2", "r3"], "subnet": "10.0.2.0/30", "capacity": 1, "cost": 1},
    {"ends": ["r3", "r1"], "subnet": "10.0.3.0/30", "capacity": 1, "cost": 1},
]
TOPOLOGY = Topology.from_data(LINKS)


def config(router: str, hello: int = 1, cost: int = 1, extra: str = "") -> str:
    ways = (x for link in TOPOLOGY.links for x in link.directions if x.host == router)
    blocks = (
        f"interface {x.interface}\n description link\n ip ospf hello-interval {hello}\n"
        f" ip ospf cost {cost}\nexit\n"
        for x in ways
    )
    return "".join(blocks) + f"router ospf\n{extra}exit\n"


def order(
    targets: dict[str, str], outside: dict[str, str] | None = None, controller: str | None = None
) -> Order:
    meant = {name: Meant(config(name), target) for name, target in targets.items()}
    duties = Duties(TOPOLOGY, controller)
    return Order(meant, outside or {}, duties, WavePolicy())


def names(found: Order) -> list[list[str]]:
    waves = found.waves()
    assert not isinstance(waves, Refusal), waves
    return [[part.name for part in wave.parts] for wave in waves]


def test_timers_of_a_link_change_at_both_ends_as_one_part() -> None:
    found = order({name: config(name, hello=2) for name in ("r1", "r2", "r3")}, controller="r1")

    assert sorted(name for wave in names(found) for name in wave) == ["r1:r2", "r2:r3", "r3:r1"]
    # Two links of a ring at once would cut a router off.
    assert [len(wave) for wave in names(found)] == [1, 1, 1]


def test_one_end_alone_is_refused_when_the_other_would_disagree() -> None:
    waves = order({"r1": config("r1", hello=2)}, {"r2": config("r2"), "r3": config("r3")}).waves()

    assert isinstance(waves, Refusal)
    assert waves.cause == "one_end_only"


def test_one_end_alone_may_come_into_agreement_with_the_other() -> None:
    others = {"r2": config("r2", hello=2), "r3": config("r3", hello=2)}

    assert names(order({"r1": config("r1", hello=2)}, others)) == [["r1"]]


def test_one_end_alone_is_refused_when_nobody_knows_what_the_other_runs() -> None:
    assert isinstance(order({"r1": config("r1", hello=2)}).waves(), Refusal)


def test_what_is_no_links_own_may_break_the_device() -> None:
    found = order({"r2": config("r2", extra=" passive-interface default\n")}, controller="r1")
    waves = found.waves()

    assert not isinstance(waves, Refusal)
    assert [part.breaks for wave in waves for part in wave.parts] == [None]


def test_a_part_brings_over_its_own_lines_alone() -> None:
    target = {name: config(name, hello=2, cost=9) for name in ("r1", "r2", "r3")}
    found = order(target)
    waves = found.waves()
    assert not isinstance(waves, Refusal)
    parts = {part.name: part for wave in waves for part in wave.parts}

    link = found.target(parts["r1:r2"], "r1", config("r1"))
    rest = found.target(parts["r1"], "r1", config("r1"))

    assert "interface to-r2\n-   ip ospf hello-interval 1\n+   ip ospf hello-interval 2" in (
        difference := frr.differences(config("r1"), link)
    )
    assert ("to-r3" in difference, "cost" in difference) == (False, False)
    assert "hello" not in frr.differences(config("r1"), rest)
    assert frr.differences(config("r1"), rest).count("cost 9") == 2


def test_all_parts_together_reach_the_target() -> None:
    target = {name: config(name, hello=2, cost=9, extra=" x\n") for name in ("r1", "r2", "r3")}
    found = order(target)
    waves = found.waves()
    assert not isinstance(waves, Refusal)
    running = config("r1")

    for part in (part for wave in waves for part in wave.parts if "r1" in part.devices):
        running = found.target(part, "r1", running)

    assert frr.differences(running, target["r1"]) == ""


def test_a_device_whose_lines_are_not_read_is_at_risk_as_a_whole() -> None:
    meant = {"r1": Meant(config("r1"), config("r1", hello=2), whole=True)}
    waves = Order(meant, {"r2": config("r2")}, Duties(TOPOLOGY), WavePolicy()).waves()

    assert not isinstance(waves, Refusal)
    ((part,),) = (wave.parts for wave in waves)
    assert (part.devices, part.agreements, part.breaks) == (("r1",), frozenset(), None)


def test_what_no_link_leads_to_goes_last_and_each_alone() -> None:
    targets = {name: config(name, extra=" x\n") for name in ("x1", "x2", "x3", "r1", "r2")}

    found = names(order(targets))

    assert found[-3:] == [["x1"], ["x2"], ["x3"]]
    assert sorted(name for wave in found[:-3] for name in wave) == ["r1", "r2"]
