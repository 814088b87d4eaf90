"""The ledger on a PostgreSQL server of its own, which is killed in the middle of an order."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from stdnum import luhn

from forerunner.database import Database, LedgerError
from forerunner.lab import Lab
from forerunner.orders.book import Book
from forerunner.orders.record import Orders
from tests.integration.conftest import LAB_INDEX, Begin

pytestmark = pytest.mark.lab

_SIMS = 3000
_USER = "postgres"
# A minute is promised; what is tried each time is shorter.
_AWAY_S = float(os.environ.get("FORERUNNER_TEST_LEDGER_AWAY_S") or 3)


@dataclass
class Server:
    """A PostgreSQL server that only this machine reaches."""

    programs: Path
    data: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{_USER}@{_HOST}:{self.port}/postgres"

    def start(self) -> None:
        """Start it, again while what is left of a killed one still goes."""
        settings = {"listen_addresses": _HOST, "port": self.port, "unix_socket_directories": ""}
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, (self.data / "log").read_text()
            if self.process is None or self.process.poll() is not None:
                with (self.data / "log").open("ab") as log:
                    self.process = subprocess.Popen(
                        command, stdout=log, stderr=log, user=_USER, group=_USER, extra_groups=[]
                    )
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            with Database(self.url).transaction() as execute:
                return execute("SELECT 1") == [(1,)]
        except LedgerError:
            return False


_HOST = f"127.46.{LAB_INDEX}.99"


@pytest.fixture(scope="module")
def server(machine: None) -> Iterator[Server]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    # The server's account may not enter pytest's own directories.
    directory = Path(tempfile.mkdtemp(prefix="forerunner-ledger-"))
    shutil.chown(directory, _USER, _USER)
    make = [str(programs / "initdb"), "-D", str(directory / "data"), "-U", _USER, "-A", "trust"]
    subprocess.run(
        make, check=True, capture_output=True, user=_USER, group=_USER, extra_groups=[], cwd="/"
    )
    with socket.create_server((_HOST, 0)) as free:
        port = free.getsockname()[1]
    made = Server(programs, directory / "data", port)
    try:
        made.start()
        yield made
    finally:
        if made.process:
            made.process.terminate()
            made.process.wait(30)
        shutil.rmtree(directory)


def request(directory: Path, **data: object) -> Path:
    """Write a request."""
    path = directory / f"{data['request_id']}.yml"
    path.write_text(yaml.safe_dump(data))
    return path


def new_sims(directory: Path) -> Path:
    """Write a request for numbers that no other test takes: this ledger knows of none of those."""
    body = "898830300005000000"
    data = {
        "quantity": _SIMS,
        "imsi": "001010005000000",
        "iccid": body + luhn.calc_check_digit(body),
        "msisdn": "882399005000000",
        "key_source": "generated",
        "profile": "basic",
        "proof_sample": 4,
    }
    return request(directory, request_id="lot-of-a-server", operation="create", **data)


def test_an_order_outlasts_its_ledgers_server(
    lab: Lab, server: Server, begin: Begin, tmp_path: Path
) -> None:
    orders = Orders(Book(Database(server.url)))
    process = begin(
        "provision_sims", "-e", f"request={new_sims(tmp_path)}", FORERUNNER_LEDGER=server.url
    )
    deadline = time.monotonic() + 60
    while not (written := _written(orders)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert written, (tmp_path / "playbook.log").read_text()

    server.kill()
    time.sleep(_AWAY_S)
    server.start()

    code = process.wait(120 + _AWAY_S)
    order = orders.get("lot-of-a-server")
    assert (code, order.state, order.total) == (0, "done", _SIMS), (
        tmp_path / "playbook.log"
    ).read_text()
    assert set(orders.work(order.id, "srp1")) == {"proven"}


def test_what_a_server_knows_of_is_taken_out_of_service_again(
    server: Server, begin: Begin, tmp_path: Path
) -> None:
    last = 1010005000000 + _SIMS - 1
    some = {"imsi": f"001010005000000-{last:015}"}
    path = request(tmp_path, request_id="no-lot", operation="terminate", **some)

    code = begin("provision_sims", "-e", f"request={path}", FORERUNNER_LEDGER=server.url).wait(120)

    order = Orders(Book(Database(server.url))).get("no-lot")
    assert (code, order.state, order.total) == (0, "done", _SIMS), (
        tmp_path / "playbook.log"
    ).read_text()


def _written(orders: Orders) -> bool:
    found = orders.find("lot-of-a-server")
    states = orders.work(found.id, found.systems[0]) if found else []
    return "applied" in states and "planned" not in states and set(states) != {"applied"}


def test_a_ledger_that_is_not_to_be_had_names_its_place_and_not_its_password() -> None:
    url = f"postgresql+psycopg://{_USER}:canary@{_HOST}:1/postgres"
    with pytest.raises(LedgerError, match=f"ledger postgresql.*{_HOST}:1") as error:
        Database(url).transaction().__enter__()
    assert "canary" not in str(error.value)
