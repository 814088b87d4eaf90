"""Sessions through shells, the door to vendors, retries and faults, on simulated devices."""

import os
from collections.abc import Iterator

import pytest

from forerunner import service
from forerunner.fleet import Device, DeviceResult, Session, batch, opening, run
from forerunner.simulator import Fleet, make_fleet, task

WELL, FAULTS = 4, {"dead": 1, "cut": 1, "dies": 1, "impostor": 1, "silent": 1, "slow": 1}
INDEX = int(os.environ.get("FORERUNNER_TEST_LAB_INDEX") or 90)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Four good devices, two of each platform, and one of every fault."""
    var = tmp_path_factory.mktemp("var")
    made = make_fleet(
        WELL + len(FAULTS), var / "fleet", INDEX, faults=FAULTS, processes=1, slow_s=3.0
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORERUNNER_VAR", str(var))
        task.start(made)
        yield made
        service.stop(task.NAME)


def devices(fleet: Fleet, platform: str | None = None) -> dict[str, Device]:
    """The fleet as the engine sees it; every well one speaks `platform` if that is given."""
    directory = fleet.directory
    return {
        each.name: Device(
            each.name, each.address, "netops", directory / "netops", directory / "known_hosts",
            platform or each.platform, each.port,
        )
        for each in fleet.devices
    }  # fmt: skip


def faulty(fleet: Fleet, behaviour: str) -> str:
    return next(each.name for each in fleet.devices if each.behaviour == behaviour)


async def show(session: Session) -> DeviceResult:
    return DeviceResult("ok", await session.execute("show running-config"))


def well(fleet: Fleet, platform: str) -> list[Device]:
    names = [x.name for x in fleet.devices if x.behaviour == "well" and x.platform == platform]
    return [devices(fleet)[name] for name in names]


def test_a_shell_gives_the_whole_configuration_without_paging_echo_or_prompt(fleet: Fleet) -> None:
    for name, result in run(well(fleet, "ios"), show).items():
        assert result.status == "ok"
        assert result.message.startswith("Building configuration")
        assert result.message.endswith("\nend\n")
        assert f"hostname {name}\n" in result.message
        assert "--More--" not in result.message


def test_lines_are_given_section_by_section_and_read_back(fleet: Fleet) -> None:
    async def push(session: Session) -> DeviceResult:
        lines = ["configure terminal", "interface new1", "description x", "exit",
                 "hostname renamed", "interface new2", "mtu 1400", "end"]  # fmt: skip
        await session.execute("\n".join(lines))
        return await show(session)

    result = run(well(fleet, "ios")[:1], push).popitem()[1]
    assert result.status == "ok", result.message
    assert "interface new1\n description x\n" in result.message
    assert "interface new2\n mtu 1400\n" in result.message


def test_a_refused_line_is_said_and_the_session_leaves_configuration(fleet: Fleet) -> None:
    async def push(session: Session) -> DeviceResult:
        answer = await session.ask(
            "configure terminal\nvlanx 3\nip route 10.9.9.0 255.255.255.0 x\nend"
        )
        return DeviceResult(
            "ok", f"{answer.status} {answer.output}{await session.execute('show version')}"
        )

    result = run(well(fleet, "ios")[1:], push).popitem()[1]
    assert result.message.startswith("1 ")
    assert "% Invalid input" in result.message
    assert "Cisco IOS" in result.message


@pytest.mark.parametrize(
    ("behaviour", "status", "said"),
    [
        ("dead", "unreachable", "port 2222"),
        ("cut", "unreachable", "cut off"),
        ("dies", "unreachable", ""),
        ("impostor", "unreachable", "not the one that is known"),
    ],
)
def test_a_faulty_device_is_unreachable_and_says_why(
    fleet: Fleet, behaviour: str, status: str, said: str
) -> None:
    name = faulty(fleet, behaviour)
    result = run([devices(fleet, "ios")[name]], show, timeout=20)[name]
    assert (result.status, said in result.message) == (status, True), result.message


def test_a_silent_device_costs_its_timeout_and_no_more(fleet: Fleet) -> None:
    name = faulty(fleet, "silent")
    result = run([devices(fleet)[name]], show, timeout=1.5)[name]
    assert result.status == "unreachable"


def test_a_slow_device_is_waited_for(fleet: Fleet) -> None:
    name = faulty(fleet, "slow")
    assert run([devices(fleet)[name]], show, timeout=30)[name].status == "ok"


def test_connecting_is_tried_again_but_never_the_work(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[str] = []
    real = opening.open_connection

    async def count(device: Device, timeout_s: float) -> object:
        attempts.append(device.name)
        return await real(device, timeout_s)

    monkeypatch.setattr(opening, "open_connection", count)
    dead, dying, impostor = (faulty(fleet, each) for each in ("dead", "dies", "impostor"))
    run([devices(fleet, "frr")[name] for name in (dead, dying, impostor)], show, timeout=20)
    assert [attempts.count(name) for name in (dead, dying, impostor)] == [3, 1, 1]


def test_a_platform_that_the_engine_does_not_speak_goes_through_netmiko(fleet: Fleet) -> None:
    name = well(fleet, "ios")[0].name
    result = run([devices(fleet, "cisco_xe")[name]], show)[name]
    assert result.status == "ok", result.message
    assert result.message.startswith("Building configuration")
    assert result.message.rstrip().endswith("end")


def test_the_door_is_as_strict_about_host_keys(fleet: Fleet) -> None:
    name = faulty(fleet, "impostor")
    result = run([devices(fleet, "cisco_xe")[name]], show)[name]
    assert (result.status, "host key" in result.message) == ("unreachable", True), result.message


def test_a_platform_that_nobody_speaks_is_said_to_be(fleet: Fleet) -> None:
    name = well(fleet, "ios")[0].name
    result = run([devices(fleet, "sundial")[name]], show)[name]
    assert (result.status, "'sundial'" in result.message) == ("failed", True), result.message


def test_how_far_a_batch_is_is_said_with_the_names_of_the_bad(fleet: Fleet) -> None:
    progress = batch.Progress(3, print)
    progress.add("r1", DeviceResult("ok"))
    progress.add("r2", DeviceResult("failed", "no"))
    assert progress.line().startswith("2 of 3 devices after 0 s, 1 did not make it; now r2")
    assert "now" not in progress.line()
