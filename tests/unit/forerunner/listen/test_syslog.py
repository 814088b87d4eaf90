"""Log lines of both RFCs are read, rules make events of them, and nothing of a secret is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.listen.rules import Rules
from forerunner.listen.syslog import BadLine, Line, line

NEW = b"<27>1 2026-11-27T09:34:30.003Z r1 zebra 25784 - - Failed to enqueue"
RULES = Rules.from_data(
    [{"match": r"neighbor (?P<interface>\S+) Down", "kind": "syslog.bgp", "severity": "critical"}],
    "error",
    "x",
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (NEW, (3, 3, "zebra", "Failed to enqueue")),
        (b"<0>1 - - - - - -", (0, 0, "", "")),
        (b'<165>1 - r1 app - ID [a@1 b="c\\]d"][e] \xef\xbb\xbftext', (5, 20, "app", "text")),
        (b"<27>Nov 27 09:34:30 zebra[25784]: [EC 1] text\n", (3, 3, "zebra", "[EC 1] text")),
        (b"<30>Nov  7 09:34:38 r1 ospfd[2]: Packet: x\0", (6, 3, "ospfd", "Packet: x")),
        (b"<187>Nov 27 09:34:38 %LINK-3-UPDOWN: x", (3, 23, "", "%LINK-3-UPDOWN: x")),
        (b"<27>bgpd[7]: neighbor Down", (3, 3, "bgpd", "neighbor Down")),
        (b"<187>%LINK-3-UPDOWN: x", (3, 23, "", "%LINK-3-UPDOWN: x")),
        (b"<13>r1 app: x", (5, 1, "app", "x")),
        (b"<13>link is down", (5, 1, "", "link is down")),
        (b"<13>2026-11-27T09:34:30.003+00:00 r1 app[1]: x", (5, 1, "app", "x")),
    ],
)
def test_a_line_is_read_as_its_rfc_has_it(data: bytes, expected: tuple[int, int, str, str]) -> None:
    found = line(data)
    assert (found.severity, found.facility, found.program, found.message) == expected


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"<192>Nov 27 09:34:38 x: y", b"<01>1 - - - - - -", b"<>x", b"<1>1 - -",
     b"<1>1 - r1 app - ID [open text"],
)  # fmt: skip
def test_what_is_no_line_is_refused_and_not_repeated(data: bytes) -> None:
    with pytest.raises(BadLine) as caught:
        line(data)
    assert "open" not in str(caught.value)


@given(st.binary(max_size=3000))
def test_whatever_comes_is_a_short_printable_line_or_none(data: bytes) -> None:
    for each in (data, b"<13>Nov 27 09:34:38 a: " + data, b"<13>1 - - - - - - " + data):
        try:
            found = line(each)
        except BadLine:
            continue
        assert len(found.message) <= 1000
        assert found.message.isprintable() or not found.message


def said(message: str, severity: int = 6) -> Line:
    return Line(severity, 3, "bgpd", message, "")


def test_the_first_rule_that_fits_makes_the_event_and_names_the_part() -> None:
    event = RULES.event("r1", said("%ADJCHANGE: neighbor 10.0.0.4 Down"), 5.0)
    assert event is not None
    assert (event.kind, event.interface, event.severity) == ("syslog.bgp", "10.0.0.4", "critical")
    assert (event.host, event.time, event.details["level"]) == ("r1", 5.0, "informational")


def test_a_bad_line_is_an_event_without_any_rule_and_a_good_one_is_none() -> None:
    bad, good = (RULES.event("r1", said("x", severity), 1.0) for severity in (3, 4))
    assert bad is not None
    assert (bad.kind, bad.severity, good) == ("syslog.message", "error", None)


@pytest.mark.parametrize(
    ("data", "stamp", "of"),
    [(b"<27>bgpd[7]: x", "", "receipt"), (b"<27>Nov 27 09:34:30 bgpd: x", "Nov 27 09:34:30", None)],
)
def test_a_line_without_a_time_is_of_the_time_when_it_came_and_says_so(
    data: bytes, stamp: str, of: str | None
) -> None:
    event = RULES.event("r1", line(data), 5.0)
    assert event is not None
    details = event.details
    assert (event.time, details["stamp"], details.get("stamp_of")) == (5.0, stamp, of)


def test_a_secret_in_a_line_is_not_kept() -> None:
    message = "neighbor 10.0.0.4 Down, snmp-server community s3same RO"
    event = RULES.event("r1", said(message), 1.0)
    assert event is not None
    assert "s3same" not in str(event.to_dict())


def test_a_pattern_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidData, match=r"x: rules\[0\]: match"):
        Rules.from_data([{"match": "(", "kind": "syslog.x", "severity": "info"}], "error", "x")
