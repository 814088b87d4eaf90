"""Notifications by the real snmptrap are read; whoever may not send any is counted, never kept."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.asn1.asn1 import ASN1_OID, ASN1_STRING
from scapy.layers.snmp import SNMP, SNMPtrapv2, SNMPvarbind

from forerunner.listen import notices
from forerunner.listen.traps import NoNotification, Notification, TrapReader, User

USER = User("netops", "a-long-auth-key", "a-long-privacy-key")
COLD, LINK_DOWN = "1.3.6.1.6.3.1.1.5.1", "1.3.6.1.6.3.1.1.5.3"
V3 = ["-v3", "-l", "authPriv", "-u", "netops", "-a", "SHA", "-A", "a-long-auth-key"]
V3 += ["-x", "AES", "-X", "a-long-privacy-key", "-e", "0x8000000001020304"]
Send = Callable[..., bytes]


@pytest.fixture
def reader() -> TrapReader:
    return TrapReader([USER], ["sesame"])


@pytest.fixture
def send(tmp_path: Path) -> Iterator[Send]:
    """Let snmptrap send a notification, and return the datagram."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        here.settimeout(5)
        where = f"127.0.0.1:{here.getsockname()[1]}"

        def run(*arguments: str, what: tuple[str, ...] = (COLD,)) -> bytes:
            command = ["snmptrap", "-m", "", *arguments, where, "4711", *what]
            environment = {"PATH": "/usr/bin:/bin", "SNMP_PERSISTENT_DIR": str(tmp_path)}
            subprocess.run(command, check=True, env=environment, capture_output=True)
            return here.recv(65535)

        yield run


def read(reader: TrapReader, data: bytes) -> Notification | None:
    try:
        return reader.read(data, ("192.0.2.1", 162))
    except NoNotification:
        return None


def test_one_by_v2c_and_one_by_v3_are_read(reader: TrapReader, send: Send) -> None:
    for arguments in (["-v2c", "-c", "sesame"], V3, V3):
        found = read(reader, send(*arguments))
        assert found is not None
        assert (found.kind, found.uptime) == (COLD, 4711)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-v2c", "-c", "another"],
        [*V3[:5], "-u", "nobody", *V3[5:]],
        [each.replace("long-auth", "wrong") for each in V3],
        [each.replace("long-privacy", "wrong") for each in V3],
        # A known name without a signature, and with one but in clear.
        ["-v3", "-l", "noAuthNoPriv", "-u", "netops", "-e", "0x8000000001020304"],
        ["-v3", "-l", "authNoPriv", *V3[3:9], "-e", "0x8000000001020304"],
    ],
)
def test_whoever_may_not_send_is_refused_also_after_one_who_may(
    reader: TrapReader, send: Send, arguments: list[str]
) -> None:
    assert read(reader, send(*arguments)) is None
    assert read(reader, send(*V3)) is not None
    assert read(reader, send(*arguments)) is None


def test_engines_that_are_only_claimed_are_not_remembered(reader: TrapReader, send: Send) -> None:
    for number in range(5):
        wrong = [each.replace("long-auth", "wrong") for each in V3[:-1]]
        assert read(reader, send(*wrong, f"0x80000000010203{number:02x}")) is None
    assert reader._engines == set()
    assert read(reader, send(*V3)) is not None


def test_it_reads_on_after_it_has_begun_anew(
    reader: TrapReader, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_left", 2)
    assert [read(reader, send(*V3)) is not None for _ in range(4)] == [True] * 4


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 60), noise=st.binary(max_size=80))
def test_what_is_no_message_is_refused_whatever_it_is(cut: int, noise: bytes) -> None:
    whole = bytes(SNMP(version="v2c", community="sesame", PDU=_trap(COLD)))
    assert read(_READER, whole[: cut % len(whole)] + noise + b"\xff") is None


_READER = TrapReader([USER], ["sesame"])


def _trap(kind: str, *values: Any) -> SNMPtrapv2:
    head = SNMPvarbind(oid=ASN1_OID("1.3.6.1.6.3.1.1.4.1.0"), value=ASN1_OID(kind))
    return SNMPtrapv2(varbindlist=[head, *values])


def test_one_that_is_crafted_is_read_and_its_values_are_data(reader: TrapReader) -> None:
    hostile = "{{ 7*7 }} password hunter2 \x1b[2J"
    value = SNMPvarbind(oid=ASN1_OID("1.3.6.1.4.1.99999.1"), value=ASN1_STRING(hostile))
    many = [value] * 100
    data = bytes(SNMP(version="v2c", community="sesame", PDU=_trap("1.3.6.1.4.1.99999.7", *many)))
    told = read(reader, data)
    assert told is not None
    event = notices.event("r1", told, 1000.0)
    assert (event.kind, event.details["oid"]) == ("trap.other", "1.3.6.1.4.1.99999.7")
    assert "1.3.6.1.4.1.99999.7" in event.text
    shown = str(event.to_dict())
    assert ("\x1b" in shown, "hunter2" in shown) == (False, False)


def test_one_without_its_kind_is_none(reader: TrapReader) -> None:
    pdu = SNMPtrapv2(varbindlist=[SNMPvarbind(oid=ASN1_OID("1.3.6.1.2.1.1.3.0"), value=1)])
    assert read(reader, bytes(SNMP(version="v2c", community="sesame", PDU=pdu))) is None


def test_a_link_down_names_its_interface_and_comes_once_though_it_is_told_twice(
    reader: TrapReader, send: Send
) -> None:
    what = (LINK_DOWN, "1.3.6.1.2.1.2.2.1.1.4", "i", "4", "1.3.6.1.2.1.2.2.1.2.4", "s", "to-r3")
    told = read(reader, send("-v2c", "-c", "sesame", what=what))
    assert told is not None
    first, again = (notices.event("r1", told, now) for now in (1.0, 2.0))
    assert (first.kind, first.interface, first.severity) == ("trap.link_down", "to-r3", "error")
    assert first.id == again.id
    assert notices.event("r2", told, 1.0).id != first.id


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (LINK_DOWN, {"1.3.6.1.2.1.2.2.1.1.4": 4}, ("trap.link_down", "ifIndex 4", "error")),
        (
            "1.3.6.1.2.1.14.16.2.2",
            {"1.3.6.1.2.1.14.10.1.6.10.1.13.2.0": 1},
            ("trap.ospf_neighbour", "10.1.13.2", "warning"),
        ),
        (
            "1.3.6.1.2.1.14.16.2.2",
            {"1.3.6.1.2.1.14.10.1.6.10.1.13.2.0": 8},
            ("trap.ospf_neighbour", "10.1.13.2", "info"),
        ),
        (
            "1.3.6.1.2.1.15.7.2",
            {"1.3.6.1.2.1.15.3.1.2.10.0.0.4": 1},
            ("trap.bgp_fallen", "10.0.0.4", "error"),
        ),
        ("1.3.6.1.6.3.1.1.5.5", {}, ("trap.authentication_failure", "", "warning")),
    ],
)
def test_what_is_known_has_its_name_part_and_severity(
    kind: str, values: dict[str, int], expected: tuple[str, str, str]
) -> None:
    event = notices.event("r1", Notification(kind, 1, 2, values), 3.0)
    assert (event.kind, event.interface, event.severity) == expected


def test_passwords_do_not_show() -> None:
    assert "a-long" not in repr(USER)
