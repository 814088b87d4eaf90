"""Running and intended lead to a remediation, that to the intended, and a rollback back again.

The idea is hier_config's circular test. FRR does it on real routers too
(tests/integration/test_import.py); the other platforms do it here on written models of them alone.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forerunner import home
from forerunner.configure.passes import PASSES
from forerunner.dialects import IncompleteConfig, dialect

GOLDEN = home.root() / "tests" / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/running.cfg"))
Device = Callable[[str, str], Any]


def bring(device: Any, platform: str, intended: str) -> None:
    speech = dialect(platform)
    for _ in range(PASSES):
        device.carry_out(speech.changes(device.text(), intended))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_remediation_leads_there_and_rollback_back(case: Path, device: Device) -> None:
    platform = case.parent.name
    speech = dialect(platform)
    running = speech.running_config((case / "running.cfg").read_text())
    intended = (case / "expected.cfg").read_text()
    on = device(platform, running)
    assert speech.differences(running, intended) != ""

    bring(on, platform, intended)
    assert speech.differences(on.text(), intended) == ""
    bring(on, platform, running)
    assert speech.differences(on.text(), running) == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_what_is_as_intended_needs_no_command(case: Path) -> None:
    speech = dialect(case.parent.name)
    intended = (case / "expected.cfg").read_text()
    assert speech.changes(intended, intended) == []


@pytest.mark.parametrize("platform", ["eos", "frr", "ios", "iosxr", "linux"])
def test_a_configuration_without_its_end_is_refused(platform: str) -> None:
    (text, *_) = [path.read_text() for path in (GOLDEN / platform).glob("*/running.cfg")]
    with pytest.raises(IncompleteConfig, match="cut short"):
        dialect(platform).running_config(text.rstrip().removesuffix("### end").removesuffix("end"))


@pytest.mark.parametrize("platform", ["eos", "ios", "iosxr", "junos", "linux", "nxos"])
@pytest.mark.parametrize(
    ("answer", "said"), [("\n", "empty|no file"), ("hello\nend\n", " is no|cut")]
)
def test_what_is_no_configuration_is_refused(platform: str, answer: str, said: str) -> None:
    with pytest.raises(IncompleteConfig, match=said):
        dialect(platform).running_config(answer)


def test_an_entry_that_takes_another_s_number_comes_after_that_has_gone() -> None:
    running = "ip access-list extended A\n 10 permit ip any any\n"
    intended = "ip access-list extended A\n 10 deny ip any any\n"
    expected = ["ip access-list extended A", "no 10", "10 deny ip any any"]
    assert dialect("ios").changes(running, intended) == expected


def test_a_route_policy_is_replaced_as_a_whole_and_goes_by_its_name() -> None:
    running = "route-policy P\n  pass\nend-policy\n"
    intended = running.replace("pass", "drop")
    speech = dialect("iosxr")
    assert speech.changes(running, intended) == ["route-policy P\n  drop\nend-policy"]
    assert speech.changes(running, "") == ["no route-policy P"]


def test_a_password_that_the_device_shows_otherwise_is_no_difference() -> None:
    given = "snmp-server user u G v3 auth sha clear-text priv aes 128 clear-text\n"
    shown = "snmp-server user u G v3 localized f5 auth sha 0abc priv aes 0def\n"
    assert dialect("eos").differences(shown, given) == ""
    assert "clear-text" not in dialect("eos").differences("", given)


def test_junos_deletes_as_far_up_as_nothing_below_is_meant() -> None:
    running = "set system host-name a\nset system login user bob class x\n"
    running += 'set system login user bob authentication encrypted-password "$6$y"\n'
    running += "set system login user amy class x\n"
    intended = "set system host-name a\nset system login user amy class x\n"
    assert dialect("junos").changes(running, intended) == ["delete system login user bob"]


def test_a_file_s_text_is_never_the_shell_s() -> None:
    script = dialect("linux").configure(["### /etc/issue.net\n$(reboot) `id` '\n", "### /etc/gone"])
    assert "reboot" not in script
    assert script.splitlines()[-1] == "rm -f /etc/gone"
