import json
import subprocess
import time
from pathlib import Path

import pytest

from forerunner.lab import Lab
from forerunner.lab.daemons import ask

pytestmark = pytest.mark.lab


def ssh(
    lab: Lab,
    account: str,
    command: str,
    stdin: str = "",
    known_hosts: Path | None = None,
    where: str = "r2",
) -> "subprocess.CompletedProcess[str]":
    options = {
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "StrictHostKeyChecking": "yes",
        "GlobalKnownHostsFile": "/dev/null",
        "UserKnownHostsFile": str(known_hosts or lab.known_hosts),
    }
    flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    place = f"{account}@{lab.management_address(where)}"
    return subprocess.run(
        ["ssh", "-F", "none", "-i", str(lab.key(account)), *flags, place, command],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def cost(lab: Lab) -> str:
    lines = ask(lab, "r2", "show running-config ospfd").split("interface to-r3\n")[1]
    return next(line for line in lines.splitlines() if "ip ospf cost" in line).strip()


def timer(lab: Lab, command: str, stdin: str = "") -> str:
    answer = ssh(lab, "agent", command, stdin)
    assert answer.returncode == 0, answer.stderr
    return str(json.loads(answer.stdout)["state"])


def change(value: int) -> str:
    return f"configure terminal\ninterface to-r3\nip ospf cost {value}"


def test_the_command_line_of_a_router_answers(lab: Lab) -> None:
    answer = ssh(lab, "netops", "show version")

    assert answer.returncode == 0, answer.stderr
    assert "FRRouting" in answer.stdout
    assert "(r2) on Linux" in answer.stdout


def test_a_router_with_another_host_key_is_refused(lab: Lab, tmp_path: Path) -> None:
    lines = lab.known_hosts.read_text().splitlines()
    other = lines[lab.routers.index("r1")].split(maxsplit=1)[1]
    forged = tmp_path / "known_hosts"
    forged.write_text(f"{lab.management_address('r2')} {other}\n")

    answer = ssh(lab, "netops", "show version", known_hosts=forged)

    assert answer.returncode == 255
    assert "Host key verification failed" in answer.stderr


def test_a_configuration_given_over_ssh_is_in_force_and_can_be_saved(lab: Lab) -> None:
    try:
        given = ssh(lab, "netops", change(77))
        assert (given.returncode, cost(lab)) == (0, "ip ospf cost 77")
    finally:
        assert ssh(lab, "netops", change(10)).returncode == 0
    saved = ssh(lab, "netops", "write memory")

    assert "Integrated configuration saved" in saved.stdout, saved.stdout + saved.stderr


@pytest.mark.parametrize("account", ["netops", "agent"])
def test_no_account_is_root_or_gets_a_shell(account: str, lab: Lab) -> None:
    answer = ssh(lab, account, "id -u; touch /tmp/forerunner-was-here")

    assert answer.returncode != 0
    assert not Path("/tmp/forerunner-was-here").exists()


def test_the_agent_s_key_does_not_open_the_command_line(lab: Lab) -> None:
    answer = ssh(lab, "agent", "show version")

    assert answer.returncode == 2
    assert "verbs are" in answer.stderr


def test_a_timer_that_nobody_releases_applies_its_commands(lab: Lab) -> None:
    try:
        assert timer(lab, "hold runs-out 1", change(55)) == "held"
        assert cost(lab) == "ip ospf cost 10"
        time.sleep(2.5)
        assert cost(lab) == "ip ospf cost 55"
        assert timer(lab, "release runs-out") == "restored"
    finally:
        ask(lab, "r2", *change(10).split("\n"))


def test_a_timer_that_is_released_applies_nothing(lab: Lab) -> None:
    assert timer(lab, "hold in-time 1", change(66)) == "held"
    assert timer(lab, "release in-time") == "released"
    time.sleep(2.0)

    assert cost(lab) == "ip ospf cost 10"


def snmpget(lab: Lab, oid: str, auth_key: str | None = None) -> "subprocess.CompletedProcess[str]":
    user = json.loads((lab.directory / "snmp.json").read_text())
    keys = ("-A", auth_key or user["auth_key"], "-X", user["privacy_key"])
    return subprocess.run(
        [
            *("snmpget", "-v3", "-l", "authPriv", "-t", "1", "-r", "1", "-Oqv", "-m", ""),
            *("-u", user["user"], "-a", user["auth_protocol"], "-x", user["privacy_protocol"]),
            *(*keys, lab.management_address("r2"), oid),
        ],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_snmp_answers_who_has_the_keys(lab: Lab) -> None:
    answer = snmpget(lab, ".1.3.6.1.2.1.1.5.0")

    assert answer.stdout.strip().strip('"') == "r2", answer.stderr


def test_snmp_refuses_a_wrong_key(lab: Lab) -> None:
    answer = snmpget(lab, ".1.3.6.1.2.1.1.5.0", auth_key="not-the-right-key")

    assert answer.returncode != 0
    assert answer.stdout == ""


def test_keys_are_for_their_owner_alone(lab: Lab) -> None:
    files = [lab.key("netops"), lab.key("agent"), lab.key("probe"), lab.directory / "snmp.json"]

    assert [oct(path.stat().st_mode & 0o777) for path in files] == ["0o600"] * len(files)


def test_a_traffic_host_lets_its_testers_in_and_no_router_does(lab: Lab) -> None:
    assert "h1" in ssh(lab, "probe", "hostname; id -un", where="h1").stdout
    assert ssh(lab, "probe", "id", where="r2").returncode == 255
    assert ssh(lab, "netops", "id", where="h1").returncode == 255
