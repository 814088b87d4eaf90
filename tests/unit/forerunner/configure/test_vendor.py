"""What NAPALM's drivers do each in their own way."""

from pathlib import Path

import pytest

from forerunner.configure import vendor
from forerunner.fleet import Device, Rejected


@pytest.mark.parametrize(
    ("platform", "seconds", "timer"),
    [
        ("eos", 30.0, 30), ("eos", 30.2, 31), ("ios", 30.0, 60), ("junos", 60.0, 60),
        ("junos", 61.0, 120), ("nxos", 30.0, None), ("iosxr", 30.0, None),
    ],
)  # fmt: skip
def test_a_timer_is_rounded_up_to_what_the_driver_takes(
    platform: str, seconds: float, timer: int | None
) -> None:
    assert vendor.revert_in(platform, seconds) == timer


class JunosCandidate:
    """Answers as Junos's driver does: sets, deletes, and refuses to delete what is not there."""

    def __init__(self, running: str) -> None:
        self.running = running.splitlines()
        self.candidate = list(self.running)

    def get_config(self, retrieve: str, format: str) -> dict[str, str]:  # noqa: A002 - NAPALM's
        assert format == "set"
        return {retrieve: "\n".join(getattr(self, retrieve)) + "\n"}

    def load_merge_candidate(self, config: str) -> None:
        for line in config.splitlines():
            verb, _, rest = line.partition(" ")
            one = f"{line.rpartition(' ')[0]} " if " description " in line else f"{line} "
            if verb == "delete":
                one = f"set {rest} "
                assert any(f"{x} ".startswith(one) for x in self.candidate), "statement not found"
            self.candidate = [x for x in self.candidate if not f"{x} ".startswith(one)]
            self.candidate += [] if verb == "delete" else [line]

    def discard_config(self) -> None:
        self.candidate = list(self.running)

    def compare_config(self) -> str:
        return "" if self.candidate == self.running else "[edit]"


JUNOS = Device("j1", "192.0.2.1", "netops", Path("key"), Path("known"), "junos")
RUNNING = "set system host-name a\nset interfaces ge-0/0/0 description old\nset snmp name x\n"


def test_junos_is_told_what_changes_and_what_goes_in_one_candidate() -> None:
    target = "set system host-name a\nset interfaces ge-0/0/0 description new\n"
    driver = JunosCandidate(RUNNING)

    diff = vendor.load(JUNOS, driver, target, "change")

    assert diff == "[edit]"
    assert driver.candidate == target.splitlines()


def test_a_candidate_that_is_not_what_was_meant_is_refused() -> None:
    driver = JunosCandidate(RUNNING)
    # It adds a word to whatever it is told.
    take, driver.load_merge_candidate = (  # type: ignore[method-assign]
        driver.load_merge_candidate,
        lambda config: take(config.strip() + "y\n"),
    )

    with pytest.raises(Rejected, match="its candidate is not what was meant"):
        vendor.load(JUNOS, driver, RUNNING + "set snmp contact x\n", "change")
    assert driver.candidate == driver.running
