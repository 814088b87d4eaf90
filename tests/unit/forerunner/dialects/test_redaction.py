"""What people read of configurations: no noise and no secret, on every platform."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.dialects.noise import without_noise
from forerunner.dialects.redaction import hide, keyed_digest, redact

GOLDEN = Path(__file__).parents[3] / "golden"
PLATFORMS = ("frr", "ios", "iosxr", "eos", "junos", "nxos")
PLAIN_WORD = st.text("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", min_size=9, max_size=24)


def digest(secret: str) -> str:
    return keyed_digest(b"golden", secret)


def readable(platform: str, text: str) -> str:
    return redact(without_noise(platform, text), digest)


def golden(platform: str, name: str) -> str:
    return (GOLDEN / platform / "backup" / name).read_text()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_configuration_is_readable_without_noise_and_secrets(platform: str) -> None:
    assert readable(platform, golden(platform, "running.txt")) == golden(platform, "readable.cfg")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_canary_is_left(platform: str) -> None:
    running = golden(platform, "running.txt")
    assert "CANARY" in running
    assert "CANARY" not in readable(platform, running)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_another_time_of_asking_is_no_difference(platform: str) -> None:
    running = golden(platform, "running.txt")
    later = running.replace("14:03:11", "23:59:59").replace("01:02:03", "11:12:13")
    later = later.replace("17180154", "17180155").replace("4242 bytes", "4243 bytes")
    assert readable(platform, later) == readable(platform, running)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_changed_secret_shows_as_a_change(platform: str) -> None:
    running = golden(platform, "running.txt").splitlines()
    before = readable(platform, "\n".join(running))
    for number, line in enumerate(running):
        if "CANARY" in line:
            changed = [
                *running[:number],
                line.replace("CANARY", "OTHER", 1),
                *running[number + 1 :],
            ]
            assert readable(platform, "\n".join(changed)) != before, line


@pytest.mark.parametrize("platform", PLATFORMS)
def test_redacting_what_is_redacted_changes_nothing(platform: str) -> None:
    once = golden(platform, "readable.cfg")
    assert redact(once, digest) == once


@pytest.mark.parametrize(
    "line",
    [
        "service password-encryption",
        "ip community-list standard CUSTOMERS permit 65010:100",
        " neighbor 192.0.2.2 send-community both",
        "snmp-server group readers v3 priv read ALL",
        "snmp-server host 192.0.2.52 version 3 priv poller",
        "snmp-server host 192.0.2.50 use-vrf management",
        "ntp server 192.0.2.80 key 1",
        "key chain core\n key 1\n  accept-lifetime 0 infinite",
        "      certificate web.crt key web.key",
        " standby 1 authentication md5 key-chain core",
        " ip ospf message-digest",
        "    community CUSTOMERS members 65010:100;",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert redact(line, digest) == line


def test_a_comment_that_a_person_wrote_is_no_noise() -> None:
    text = "! do not touch before Time zone change\nhostname r1\n"
    assert without_noise("ios", text) == text


@given(PLAIN_WORD, st.sampled_from(["enable secret 0 {}", " neighbor 10.0.0.2 password {}"]))
def test_no_secret_survives_whatever_it_is(secret: str, line: str) -> None:
    assert secret not in redact(line.format(secret), lambda _: "0" * 12)


def test_a_difference_shows_that_a_secret_changed_and_not_which() -> None:
    shown = hide("- neighbor 10.0.0.2 password before\n+ neighbor 10.0.0.2 password after")
    one, two = shown.splitlines()
    assert (one[0], two[0], one[1:] == two[1:]) == ("-", "+", False)
    assert "before" not in shown
    assert "after" not in shown


def test_without_the_key_a_guess_cannot_be_checked() -> None:
    assert keyed_digest(b"one", "public") != keyed_digest(b"two", "public")
