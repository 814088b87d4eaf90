"""The trigger tells of each prediction once, soon, and without holding up the event loop."""

import asyncio
import time

from forerunner.airflow.triggers import PredictionTrigger, Tail
from forerunner.airflow.warm_up import request_file
from forerunner.model import Outcome, Plan
from forerunner.remediate import remediate


def test_only_what_is_new_is_told_and_once(loop) -> None:
    loop.predict(age_s=1000)
    tail = Tail()
    assert tail.read() == []
    first, second = loop.predict(), loop.predict("r2:r3")
    assert tail.read() == [{"prediction": first}, {"prediction": second}]
    assert tail.read() == []


def test_after_a_restart_what_nobody_took_up_is_told(loop) -> None:
    remediate(loop.predict(), "cli")
    waiting = loop.predict("r2:r3")
    tail = Tail()
    assert tail.read() == [{"prediction": waiting}]
    assert tail.read() == []


def test_after_a_restart_what_was_begun_and_has_no_outcome_is_told(loop) -> None:
    begun = loop.predict(age_s=1000)
    ends = ("r1", "r3")
    plan = Plan("p-1", "drain_link", ends, {"link": "r1:r3"}, "why", begun, {}, (), "x", 0.0)
    loop.ledger.add_plan(plan)
    assert Tail().read() == [{"prediction": begun}]
    loop.ledger.add_outcome(Outcome("p-1", "failed", {}, {}, {}, 0, 0, "run"))
    assert Tail().read() == []


def test_warm_up_is_told_once_without_a_prediction(loop) -> None:
    tail = Tail()
    request_file().parent.mkdir(parents=True)
    request_file().touch()
    (event,) = tail.read()
    assert set(event) == {"warm_up"}
    assert tail.read() == []


def test_event_follows_the_prediction_within_a_second_and_the_loop_stays_free(loop) -> None:
    async def watch() -> tuple[dict, float, float]:
        events = PredictionTrigger(poll_s=0.05).run()
        waiting = asyncio.ensure_future(anext(events))
        longest = await _longest_pause(0.5)
        identifier = await asyncio.to_thread(loop.predict)
        written = time.monotonic()
        event = await asyncio.wait_for(waiting, 5)
        assert event.payload == {"prediction": identifier}
        return event.payload, time.monotonic() - written, longest

    _payload, delay, pause = asyncio.run(watch())
    assert delay < 1
    assert pause < 0.3


async def _longest_pause(seconds: float) -> float:
    end, last, longest = time.monotonic() + seconds, time.monotonic(), 0.0
    while time.monotonic() < end:
        await asyncio.sleep(0.01)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    return longest


def test_broken_ledger_does_not_end_the_trigger(loop, monkeypatch) -> None:
    async def watch() -> dict:
        events = PredictionTrigger(poll_s=0.05).run()
        monkeypatch.setenv("FORERUNNER_LEDGER", "sqlite:////dev/null/ledger.sqlite")
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(1.5)
        assert not waiting.done()
        monkeypatch.delenv("FORERUNNER_LEDGER")
        identifier = await asyncio.to_thread(loop.predict)
        event = await asyncio.wait_for(waiting, 10)
        assert event.payload == {"prediction": identifier}
        return event.payload

    asyncio.run(watch())


def test_trigger_is_made_again_from_its_serialization() -> None:
    assert PredictionTrigger(0.25).serialize() == (
        "forerunner.airflow.triggers.PredictionTrigger",
        {"poll_s": 0.25},
    )
