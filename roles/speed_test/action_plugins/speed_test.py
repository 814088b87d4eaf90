"""Action of module speed_test: hands its parameters to forerunner.collect.speed_tests."""

from pathlib import Path
from typing import Any, ClassVar

from forerunner.collect.speed_tests import operation
from forerunner.collect.speed_tests.claims import Claims
from forerunner.collect.speed_tests.conduct import Limits
from forerunner.collect.speed_tests.headroom import Headroom
from forerunner.collect.speed_tests.measuring import Site
from forerunner.collect.speed_tests.wanted import Caps, SpeedTest, wanted_from_data
from forerunner.collect.speed_tests.ways import Ways
from forerunner.errors import InvalidData
from forerunner.fleet import devices_from_data
from forerunner.fleet.action import Batch, BatchAction, Given
from forerunner.fleet.inventory import devices_data
from forerunner.report import publish
from forerunner.store import Store
from forerunner.topology import Topology


def _wanted(given: Given) -> list[SpeedTest]:
    """Return the tests that begin at the hosts of this play."""
    options = given.options
    caps = Caps(options["maximum_rate"], options["maximum_duration"])
    tests = wanted_from_data(options["tests"], options["hosts"], caps, "speed_test_tests")
    chosen = [each for each in tests if each.source in given.devices]
    if not chosen:
        raise InvalidData("speed_test_tests", "", "none begins at a selected host; see --limit")
    return chosen


class ActionModule(BatchAction):
    """Run the speed tests of an inventory."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "tests": {"type": "list", "elements": "dict", "required": True},
        "links": {"type": "list", "elements": "dict", "required": True},
        "directory": {"type": "path", "required": True},
        "report_directory": {"type": "path", "required": True},
        "maximum_rate": {"type": "float", "default": 100e6},
        "maximum_duration": {"type": "float", "default": 30},
        "headroom": {"type": "float", "default": Headroom.share},
        "unknown_load": {"type": "str", "choices": ["allow", "refuse"], "default": "refuse"},
        "load_maximum_age": {"type": "float", "default": 10},
        "port": {"type": "int", "default": Site.port},
        "gap": {"type": "float", "default": 1},
        "wait": {"type": "float", "default": Limits.wait_s},
        "seed": {"type": "int", "default": 0},
    }

    def work(self, given: Given) -> Batch:
        """Plan the tests and, unless this is a dry run, run them and write the report."""
        options, tests = given.options, _wanted(given)
        topology = Topology.from_data(options["links"], "speed_test_links")
        routers = {name: given.hostvars[name]["speed_test_router"] for name in options["hosts"]}
        ways = Ways(topology, routers, operation.drained_costs(topology))
        meant = operation.plan(tests, ways, options["gap"], options["seed"])
        said = operation.described(meant)
        if given.check:
            results = operation.device_results(meant.nowhere, list(given.devices))
            return Batch(results, {"msg": said})
        limits = Limits(options["concurrency"], options["wait"])
        ended = operation.carry_out(meant, _site(given, tests, topology), limits, Claims())
        report = operation.facts(meant, ended)
        page = publish(Path(options["report_directory"]), "speed_tests", report)
        said = [f"{row['name']}: {row['state']}" for row in report["tests"]]
        results = operation.device_results(ended, list(given.devices))
        return Batch(results, {"msg": [*said, f"report: {page}"], "report": str(page)})


def _site(given: Given, tests: list[SpeedTest], topology: Topology) -> Site:
    options = given.options
    names = sorted({end for each in tests for end in (each.source, each.target)})
    known = {name: given.hostvars[name]["speed_test_address"] for name in names}
    store = Store(options["directory"])
    return Site(
        devices_from_data(devices_data(given.hostvars, names), "inventory"),
        {name: operation.probe_address(name, value) for name, value in known.items()},
        topology,
        operation.known_loads(store, topology, options["load_maximum_age"]),
        Headroom(options["headroom"], options["unknown_load"]),
        store,
        options["port"],
        options["timeout"],
        options["load_maximum_age"],
    )
