"""The service: answers scrapes until it is told to end."""

import logging
import signal
import sys
import threading
from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import InfoMetricFamily, Metric
from prometheus_client.exposition import start_http_server

from forerunner import supervisor
from forerunner.exporter.changes import read_changes
from forerunner.exporter.collector import Pace, Read, StateCollector
from forerunner.exporter.config import Config
from forerunner.exporter.errors import ExporterError
from forerunner.exporter.gate import Gate
from forerunner.exporter.standing import read_backups, read_incidents, read_observer, read_orders
from forerunner.exporter.telemetry import Telemetry

_FIRST_S = 10.0
_ALIVE_EVERY_S = 1.0
_log = logging.getLogger(__name__)


def main(config: Config, once: bool = False) -> None:
    """Answer scrapes until TERM or INT.

    Args:
        config: What to serve, and where.
        once: Write the metrics to standard output instead, and return.

    Raises:
        InvalidData: Others reach the address, and nobody said that they may.
        ExporterError: The address cannot be listened at.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    supervisor.bind()
    config.check_address("exporter")
    # Who asks once waits for what there is to be read.
    collector = StateCollector(parts(config), Pace(patience_s=30.0) if once else None)
    registry = _registry(collector)
    try:
        if once:
            sys.stdout.write(generate_latest(registry).decode())
        else:
            collector.read_first(_FIRST_S)
            _serve(config, registry)
    finally:
        collector.close()


def parts(config: Config) -> dict[str, Read]:
    """Return how each part of our state is read."""
    gate, telemetry = Gate(), Telemetry(config)
    return {
        "ledger": read_changes,
        "gate": gate.read,
        "orders": read_orders,
        "incidents": read_incidents,
        "telemetry": telemetry.read,
        "observer": lambda: read_observer(config),
        "backups": lambda: read_backups(config),
    }


class _Build:
    """Which version answers."""

    def collect(self) -> list[Metric]:
        text = "Which version answers."
        return [
            InfoMetricFamily("forerunner_build", text, value={"version": version("forerunner")})
        ]


def _registry(collector: StateCollector) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    registry.register(_Build())
    ProcessCollector(registry=registry)
    return registry


def _serve(config: Config, registry: CollectorRegistry) -> None:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        server, thread = start_http_server(config.port, config.address, registry)
    except OSError as error:
        problem = f"{config.address} port {config.port} cannot be listened at: {error.strerror}"
        raise ExporterError(f"{problem}; choose another by state_exporter_port") from error
    _log.info("answering at %s", config.url)
    # Without the thread that answers it is silent, and started again.
    while not ended.wait(_ALIVE_EVERY_S):
        if thread.is_alive():
            supervisor.alive()
    server.shutdown()
    server.server_close()
    thread.join()
    _log.info("ended")
