"""A hiccup of the store or the ledger loses nothing and stops nothing."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from forerunner.collect.poll import COLUMNS, Answer, Target
from forerunner.ledger import Ledger, LedgerError
from forerunner.model import Prediction, Sample
from forerunner.observe.recorder import PredictionWriter, TelemetryWriter
from forerunner.store import Store

_PREDICTION = Prediction("prediction-1", "link_failure", "r1:r3", 0.95, 10, 60, {}, "m", 1.0)


def test_samples_are_kept_while_the_store_refuses(tmp_path: Path) -> None:
    place = tmp_path / "telemetry"
    place.write_text("no directory")
    writer = TelemetryWriter(Store(place))
    writer.add([Sample(1.0, "r1", "", "m", 1.0), Sample(2.0, "r1", "", "m", 2.0)])
    writer.flush()
    place.unlink()
    writer.flush()
    assert [each.value for each in Store(place).read()] == [1.0, 2.0]


def test_what_was_polled_is_kept_while_the_store_refuses(tmp_path: Path) -> None:
    place = tmp_path / "telemetry"
    place.write_text("no directory")
    writer = TelemetryWriter(Store(place))
    values = (*map(float, range(len(COLUMNS) - 1)), 1.0)
    target = Target("r1", "127.0.0.1")
    writer.add_answer(Answer(target, 1.0, True, 9.0, interfaces=("a",), values=values))
    writer.add_answer(Answer(target, 2.0, up=False))
    writer.add([Sample(1.5, "r1", "", "m", 1.0)])
    writer.flush()
    place.unlink()
    writer.flush()
    found = Store(place).read()
    assert len(found) == 3 + len(COLUMNS) + 2 + 1
    assert [x.value for x in found if x.metric == "snmp_up"] == [1.0, 0.0]
    assert [x.value for x in found if x.metric == "if_in_octets"] == [0.0]


def test_a_prediction_is_tried_again_until_the_ledger_takes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    add, refusals = ledger.add_prediction, [1, 2]

    def refuse_first(prediction: Prediction) -> int:
        if refusals:
            refusals.pop()
            raise LedgerError("busy")
        return add(prediction)

    monkeypatch.setattr(ledger, "add_prediction", refuse_first)

    async def run() -> None:
        writer = PredictionWriter(ledger)
        writer.add(_PREDICTION)
        writing = asyncio.create_task(writer.run())
        await asyncio.sleep(1.5)
        writing.cancel()

    asyncio.run(run())
    assert ledger.predictions() == [_PREDICTION]
    ledger.close()


def test_a_prediction_that_was_being_written_at_the_end_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    add, asked, go_on = ledger.add_prediction, threading.Event(), threading.Event()

    def refuse_first(prediction: Prediction) -> int:
        if not asked.is_set():
            asked.set()
            go_on.wait(10)
            raise LedgerError("busy")
        return add(prediction)

    monkeypatch.setattr(ledger, "add_prediction", refuse_first)

    async def run() -> None:
        writer = PredictionWriter(ledger)
        writer.add(_PREDICTION)
        writing = asyncio.create_task(writer.run())
        await asyncio.to_thread(asked.wait, 10)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        threading.Timer(0.1, go_on.set).start()
        writer.flush()

    asyncio.run(run())
    assert ledger.predictions() == [_PREDICTION]
    ledger.close()


def test_the_end_waits_for_a_flush_that_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    append, asked, go_on = store.append_tables, threading.Event(), threading.Event()

    def refuse_first(tables: Sequence[pa.Table]) -> int:
        if not asked.is_set():
            asked.set()
            go_on.wait(10)
            raise OSError("full")
        return append(tables)

    monkeypatch.setattr(store, "append_tables", refuse_first)
    writer = TelemetryWriter(store)
    writer.add([Sample(1.0, "r1", "", "m", 1.0)])
    under_way = threading.Thread(target=writer.flush)
    under_way.start()
    asked.wait(10)
    threading.Timer(0.1, go_on.set).start()
    writer.flush()
    under_way.join()
    assert [each.value for each in Store(tmp_path).read()] == [1.0]


@pytest.mark.parametrize("held", [_PREDICTION, replace(_PREDICTION, target="r1:r2")])
def test_a_prediction_that_the_ledger_holds_does_not_hold_up_the_next(
    tmp_path: Path, held: Prediction
) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    ledger.add_prediction(held)
    following = replace(_PREDICTION, id="prediction-2")

    async def run() -> None:
        writer = PredictionWriter(ledger)
        writer.add(_PREDICTION)
        writer.add(following)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.run(), 1.5)

    asyncio.run(run())
    assert ledger.predictions() == [following, held]
    ledger.close()
