"""A link returns when it has been well for long enough: never under a flap."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from analytics.decide import Refusal
from forerunner.drain import health
from forerunner.drain.health import assess_return
from forerunner.drain.request import Request
from forerunner.fleet import Session
from forerunner.model import Sample
from forerunner.store import Store

NOW = 100_000.0
OFFERED = 10


def returning(parameters: dict[str, Any], **fields: Any) -> Request:
    return Request.from_data({**parameters, "state": "in_service", **fields})


def watch(
    parameters: dict[str, Any], lost: dict[float, int], since: float = 25.0, until: float = 1.0
) -> None:
    """Write both directions' intervals; `lost` is what r1>r3 lost so many seconds ago."""
    ages = [age / 10 for age in range(int(since * 10), int(until * 10) - 1, -1)]
    Store(Path(parameters["telemetry_directory"])).append(
        Sample(NOW - age, host, interface, metric, float(value))
        for age in ages
        for host, interface, gone in (("r1", "to-r3", lost.get(age, 0)), ("r3", "to-r1", 0))
        for metric, value in (("probe_sent", OFFERED), ("probe_lost", gone))
    )


def assess(request: Request) -> Refusal | str | None:
    # Only where the store does not know is the session asked for anything.
    return asyncio.run(assess_return(request, cast(Session, None), NOW))


def reason(request: Request) -> str:
    assessed = assess(request)
    assert isinstance(assessed, Refusal)
    assert assessed.cause == "not_healthy"
    return assessed.reason


def test_a_link_that_was_watched_and_well_returns(parameters: dict[str, Any]) -> None:
    watch(parameters, {})
    assert assess(returning(parameters)) is None


def test_a_packet_now_and_then_is_no_illness(parameters: dict[str, Any]) -> None:
    watch(parameters, {15.0: 1, 9.0: 1, 4.0: 2})
    assert assess(returning(parameters)) is None


def test_a_flap_a_moment_ago_keeps_the_link_drained(parameters: dict[str, Any]) -> None:
    watch(parameters, {4.0: 10})
    said = reason(returning(parameters))
    assert "r1>r3 lost 10 of" in said
    assert "4 s ago; wait 16 s more" in said
    assert "-e link_drain_return_unhealthy=true" in said


def test_a_flap_before_the_span_is_forgiven(parameters: dict[str, Any]) -> None:
    watch(parameters, {22.0: 10})
    assert assess(returning(parameters)) is None


def test_a_lossy_second_keeps_the_link_drained(parameters: dict[str, Any]) -> None:
    watch(parameters, {age / 10: 1 for age in range(91, 98)})
    assert "lost 7 of" in reason(returning(parameters))


def test_a_light_loss_that_lasts_keeps_the_link_drained(parameters: dict[str, Any]) -> None:
    watch(parameters, {age / 10: 1 for age in range(20, 190, 3)})
    assert "r1>r3 lost 57 of" in reason(returning(parameters))


def test_a_short_watch_is_not_enough(parameters: dict[str, Any]) -> None:
    watch(parameters, {}, since=6.0)
    assert "was watched for" in reason(returning(parameters))


def test_losses_count_though_nobody_watches_any_more(parameters: dict[str, Any]) -> None:
    watch(parameters, {12.0: 10}, until=8.0)
    assert "12 s ago" in reason(returning(parameters))


def test_a_person_may_return_an_unwell_link(parameters: dict[str, Any]) -> None:
    watch(parameters, {4.0: 10})
    assert "not looked at" in str(assess(returning(parameters, return_unhealthy=True)))


@pytest.mark.parametrize("stale", [False, True])
def test_without_fresh_telemetry_the_link_itself_is_asked(
    parameters: dict[str, Any], monkeypatch: pytest.MonkeyPatch, stale: bool
) -> None:
    if stale:
        watch(parameters, {}, until=8.0)
    asked: list[str] = []

    async def probed(request: Request, session: Session) -> str:
        asked.append(request.link.name)
        return "known from a probe"

    monkeypatch.setattr(health, "_probed", probed)
    assert assess(returning(parameters)) == "known from a probe"
    assert asked == ["r1:r3"]
