"""Every lost packet is counted once and on the way on which it was lost."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from forerunner.agent.session import SILENCE_S, Line, Session

_A_BIN = 10
_FATES = st.sampled_from(["answered", "lost_forward", "lost_backward"])


def _play(fates: list[str], step_s: float = 0.01) -> list[Line]:
    session, count, lines = Session("a,b"), 0, []
    for index, fate in enumerate([*fates, *["answered"] * (2 * _A_BIN)]):
        number, clock = index // _A_BIN, index * step_s
        sequence = session.sent(number, clock)
        if fate == "answered":
            session.answered(sequence, count, 1000)
        count += fate != "lost_forward"
        lines += session.settle(number, clock)
    return lines


def _sum(lines: list[Line]) -> Counter[str]:
    total: Counter[str] = Counter()
    for line in lines:
        total.update({name: line[name] for name in ("sent", "lost_forward", "lost_backward")})
    return total


@given(st.lists(_FATES, max_size=400).filter(lambda fates: len(fates) % _A_BIN == 0))
def test_any_pattern_of_loss_is_counted_in_its_direction(fates: list[str]) -> None:
    # A clock that hardly moves: nothing is concluded from silence.
    total = _sum(_play(fates, step_s=0.0))
    assert total["lost_forward"] == fates.count("lost_forward")
    assert total["lost_backward"] == fates.count("lost_backward")


@given(st.lists(_FATES, min_size=1, max_size=400))
def test_every_line_adds_up(fates: list[str]) -> None:
    for line in _play(fates):
        assert line["returned"] == line["sent"] - line["lost_forward"]
        assert 0 <= line["lost_backward"] <= line["returned"]


@given(st.lists(_FATES, min_size=1, max_size=400))
def test_silences_included_every_lost_packet_is_counted_once(fates: list[str]) -> None:
    lines = _play(fates)
    lost = sum(line["lost_forward"] + line["lost_backward"] for line in lines)
    counted = [fate for fate in fates if fate != "answered"]
    assert lost == len(counted)


def test_loss_stands_in_the_bin_in_which_it_was_sent() -> None:
    fates = ["answered"] * 10 + ["lost_forward"] * 3 + ["answered"] * 7
    assert [line["lost_forward"] for line in _play(fates)[:2]] == [0, 3]


def test_a_silence_is_lost_only_after_time_on_schedule() -> None:
    session = Session("a,b")
    session.sent(0, 0.0)
    assert session.settle(5, SILENCE_S - 0.01) == []
    (line,) = session.settle(5, SILENCE_S)
    assert (line["lost_forward"], line["returned"]) == (1, 0)


def test_a_refusal_is_a_gap_and_no_loss() -> None:
    session = Session("a,b")
    session.sent(0, 0.0)
    session.refused()
    assert session.settle(5, 1.0) == []


def test_after_a_refusal_loss_counts_again() -> None:
    session = Session("a,b")
    session.sent(0, 0.0)
    session.refused()
    session.answered(session.sent(1, 0.1), 0, 1000)
    session.sent(2, 0.2)
    session.answered(session.sent(3, 0.3), 1, 1000)
    lines = session.settle(4, 0.4)
    assert [line["lost_forward"] for line in lines] == [0, 1, 0]


def test_a_reflector_that_starts_anew_is_no_loss_backward() -> None:
    session = Session("a,b")
    for count in range(100):
        session.answered(session.sent(0, 0.0), count, 1000)
    session.sent(1, 0.1)
    session.answered(session.sent(1, 0.1), 0, 1000)
    line = session.settle(2, 0.2)[-1]
    assert (line["lost_forward"], line["lost_backward"]) == (1, 0)


def test_an_answer_after_its_bin_was_settled_changes_nothing() -> None:
    session = Session("a,b")
    late = session.sent(0, 0.0)
    session.settle(1, 1.0)
    session.answered(late, 0, 1000)
    session.answered(session.sent(1, 1.0), 1, 1000)
    (line,) = session.settle(2, 1.1)
    assert (line["sent"], line["lost_forward"]) == (1, 0)


def test_an_answer_to_nothing_that_was_sent_is_ignored() -> None:
    session = Session("a,b")
    session.sent(0, 0.0)
    session.answered(7, 0, 1000)
    assert session.settle(1, 0.1) == []
