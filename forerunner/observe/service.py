"""The service: collect, detect, write down; the parts in one event loop, what blocks in threads."""

import asyncio
import logging
import signal
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from forerunner import supervisor
from forerunner.collect.neighbours import Neighbours
from forerunner.collect.poll import Answer, poll_forever
from forerunner.collect.probe import Gap, Handlers, probe_forever
from forerunner.collect.vitals import Reading
from forerunner.errors import ForerunnerError
from forerunner.events import EventBook, EventWriter
from forerunner.ledger import Ledger
from forerunner.model import ProbeBin
from forerunner.observe import marks, status
from forerunner.observe.config import Config
from forerunner.observe.drained import DrainedLinks
from forerunner.observe.model import ServedModel
from forerunner.observe.recorder import PredictionWriter, TelemetryWriter
from forerunner.observe.unusual import Unusual
from forerunner.observe.watch import Watch
from forerunner.store import Store

_DRAINED_EVERY_S = 0.5
_STATUS_EVERY_S = 1.0
_MODEL_EVERY_S = 5.0
_log = logging.getLogger(__name__)


def main(config: Path) -> None:
    """Observe until TERM or INT, then write what is left and return.

    Raises:
        ForerunnerError: Something is missing or wrong; nothing was started.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    supervisor.bind()
    settings = Config.from_file(config)
    service = Service(settings, ServedModel(settings.model), Ledger.open())
    asyncio.run(service.run())


class Service:
    """Everything that runs, and what it shares."""

    def __init__(self, config: Config, served: ServedModel, ledger: Ledger) -> None:
        self._config, self._served = config, served
        self._polled, self._vitals = config.polled(), config.vitals()
        self._neighbours, self._unusual = Neighbours(), Unusual(config.topology)
        self._watches = {
            link.name: Watch(link, served.model, config.policy) for link in config.topology.links
        }
        self._health = status.Health(restarts=supervisor.restarts() or 0)
        self._telemetry = TelemetryWriter(Store(config.telemetry, site=config.site))
        self._ledger = ledger
        self._predictions = PredictionWriter(ledger)
        self._events = EventWriter(EventBook())
        self._drained = DrainedLinks(ledger)

    async def run(self) -> None:
        """Observe until TERM or INT."""
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        await self._read_drained()
        if self._health.restarts:
            await asyncio.to_thread(self._resume)
        self._telemetry.add(marks.begun(self._config.devices, self._health.started))
        _log.info("observing %s", ", ".join(self._watches))
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(part) for part in self._parts()]
                await ended.wait()
                for task in tasks:
                    task.cancel()
        finally:
            self._telemetry.add(marks.ended(self._config.devices, time.time()))
            self._telemetry.flush()
            self._predictions.flush()
            self._events.flush()
            self._config.status.unlink(missing_ok=True)
            _log.info("ended")

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        handlers = Handlers(self._take_bin, self._take_gap)
        config = self._config
        return [
            probe_forever(config.agents(), config.topology, handlers, config.probe_interval_ms),
            poll_forever(self._polled, config.poll_interval_s, self._take_answer),
            poll_forever(self._vitals, config.vitals_interval_s, self._take_reading),
            self._telemetry.run(),
            self._events.run(),
            self._predictions.run(),
            self._follow_ledger(),
            self._follow_model(),
            self._mark_cut(),
            self._report(),
        ]

    def _take_bin(self, probed: ProbeBin) -> None:
        watch = self._watches[probed.link]
        prediction, samples = watch.update(probed)
        if prediction is not None:
            self._predictions.add(prediction)
        self._telemetry.add(samples)
        self._health.gaps.pop(watch.link.ends[0], None)

    def _take_gap(self, gap: Gap) -> None:
        self._health.gaps[gap.host] = gap.reason

    def _take_answer(self, answer: Answer) -> None:
        if answer.up:
            self._health.polled[answer.target.host] = time.time()
        self._telemetry.add_answer(answer)
        self._events.add(self._unusual.answered(answer))

    def _resume(self) -> None:
        """Take up what the service that died had predicted."""
        try:
            written = self._ledger.predictions()
        except (ForerunnerError, SQLAlchemyError, OSError) as error:
            _log.error("what was predicted before is not known: %s", error)
            return
        for each in reversed(written):
            if each.target in self._watches:
                self._watches[each.target].resume(each)

    async def _mark_cut(self) -> None:
        """Mark from when on a predecessor that was killed had stored nothing."""
        # The writer's own is closed now and then.
        given = (Store(self._config.telemetry), self._config.devices, self._health.started)
        try:
            self._telemetry.add(await asyncio.to_thread(marks.cut, *given))
        except ForerunnerError as error:
            _log.error("whether there was a gap before is not known: %s", error)

    def _take_reading(self, reading: Reading) -> None:
        self._telemetry.add(reading.samples())
        self._events.add(self._neighbours.update(reading))
        self._events.add(self._unusual.read(reading))

    async def _follow_ledger(self) -> None:
        while True:
            await asyncio.sleep(_DRAINED_EVERY_S)
            await self._read_drained()

    async def _follow_model(self) -> None:
        while True:
            await asyncio.sleep(_MODEL_EVERY_S)
            try:
                model = await asyncio.to_thread(self._served.renewed)
            except (ForerunnerError, OSError) as error:
                _log.error("the model that was promoted is not taken up: %s", error)
                continue
            if model is not None:
                for watch in self._watches.values():
                    watch.use(model)
                _log.info("predicting by %s", model.name)

    async def _read_drained(self) -> None:
        try:
            drained = await asyncio.to_thread(self._drained.read)
        except (ForerunnerError, SQLAlchemyError, OSError) as error:
            _log.error("the ledger cannot be read: %s", error)
            return
        for name, watch in self._watches.items():
            watch.drained = name in drained
            watch.ours_to_return = drained.get(name, False)

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_STATUS_EVERY_S)
            supervisor.alive()
            self._health.store = self._telemetry.trouble
            described = status.describe(self._health, self._watches.values(), time.time())
            try:
                await asyncio.to_thread(status.write, self._config.status, described)
            except OSError as error:
                _log.error("the status file cannot be written: %s", error)
