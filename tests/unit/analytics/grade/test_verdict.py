"""A prediction is graded by what the link itself showed, and what was not seen is not guessed."""

from analytics.grade import judge
from tests.unit.analytics.grade.conftest import BEGUN, prediction, seen

LATER = BEGUN + 100.0


def test_a_hole_within_the_horizon_is_right_and_gives_the_lead() -> None:
    judged = judge(prediction(), seen(lost=lambda time: 20 if time >= 25 else 0), LATER)

    assert (judged.verdict, judged.settled) == ("right", True)
    assert judged.lead_s is not None
    assert abs(judged.lead_s - 25.0) < 0.11


def test_a_link_that_stayed_healthy_is_a_false_alarm() -> None:
    assert judge(prediction(), seen(), LATER).verdict == "false_alarm"


def test_a_hole_after_the_horizon_does_not_make_it_right() -> None:
    late = seen(90, lost=lambda time: 20 if time >= 61 else 0)

    assert judge(prediction(), late, LATER).verdict == "false_alarm"


def test_what_was_not_probed_is_unknown_and_never_right() -> None:
    for blind in (seen(seconds=0), seen(skip=lambda time: 10 < time < 40), seen(seconds=-90)):
        judged = judge(prediction(), blind, LATER)

        assert (judged.verdict, judged.settled) == ("unknown", True)


def test_a_fault_that_was_seen_is_right_though_the_rest_was_not_probed() -> None:
    cut = seen(seconds=30, lost=lambda time: 20 if time >= 25 else 0)

    assert judge(prediction(), cut, LATER).verdict == "right"


def test_a_verdict_is_open_until_the_horizon_is_over() -> None:
    judged = judge(prediction(), seen(seconds=20), BEGUN + 20)

    assert (judged.verdict, judged.settled) == ("unknown", False)


def test_loss_that_goes_on_is_right_without_a_hole() -> None:
    judged = judge(prediction(), seen(lost=lambda time: 2 if time > 3 else 0), BEGUN + 75)

    assert (judged.verdict, judged.lead_s) == ("right", None)


def test_a_single_burst_is_harmless() -> None:
    burst = seen(lost=lambda time: 10 if 5 <= time < 5.5 else 0)

    assert judge(prediction(), burst, LATER).verdict == "false_alarm"


def test_loss_behind_a_full_queue_is_not_the_links() -> None:
    full = seen(
        lost=lambda time: 4 if 5 <= time < 15 else 0,
        rtt_s=lambda time: 0.02 if 4 <= time < 16 else 0.0003,
    )

    assert judge(prediction(), full, LATER).verdict == "false_alarm"


def test_a_fault_that_was_there_before_has_no_lead() -> None:
    judged = judge(prediction(), seen(lost=lambda time: 20 if time >= -2 else 0), LATER)

    assert (judged.verdict, judged.lead_s) == ("right", 0.0)


def test_a_recovery_is_right_while_the_link_stays_healthy() -> None:
    back = prediction("link_recovery")

    assert judge(back, seen(), LATER).verdict == "right"
    relapse = judge(back, seen(lost=lambda time: 20 if 9 < time < 15 else 0), BEGUN + 20)
    assert (relapse.verdict, relapse.settled) == ("false_alarm", True)
    assert judge(back, seen(seconds=5), LATER).verdict == "unknown"
