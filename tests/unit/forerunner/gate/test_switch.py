"""The kill switch stops at the next write, by whatever way it comes, and fails closed."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from forerunner import gate
from forerunner.database import Database
from forerunner.gate import switch

_WRITER = """
import sys, time
from forerunner import gate
from forerunner.database import Database
while True:
    gate.check(sys.argv[1], "r1", Database())
    print("written", flush=True)
    time.sleep(0.1)
"""


def _touch(site) -> None:
    switch.stop_file().parent.mkdir(exist_ok=True)
    switch.stop_file().touch()


def _by_a_person(site) -> None:
    switch.stop(site.ledger, "zoe", "fire")


def _on_another_host(site) -> None:
    switch.set_row(site.ledger, "ledger", True, "zoe", "fire")


def _by_airflow(site) -> None:
    switch.set_row(site.ledger, "airflow", True, "Airflow", "fire")


def _unreadable(site) -> None:
    # Root reads every file, but no directory as one.
    switch.stop_file().mkdir(parents=True)


WAYS = [_touch, _by_a_person, _on_another_host, _by_airflow, _unreadable]


@pytest.mark.parametrize("stop", WAYS)
def test_nothing_passes_and_a_live_token_writes_no_more(site, stop) -> None:
    token = site.admit("r1").token
    site.check(token, "r1")
    stop(site)
    assert "kill switch" in site.not_admitted(token, "r1")
    assert "kill switch" in site.refused("r2")


def test_a_stop_ends_the_writes_of_another_process_within_five_seconds(site) -> None:
    token = site.admit("r1").token
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, token], stdout=subprocess.PIPE)
    assert writer.stdout
    assert writer.stdout.readline() == b"written\n"
    begun = time.monotonic()
    switch.stop(site.ledger, "zoe", "fire")
    assert writer.wait(10) != 0
    assert time.monotonic() - begun < 5


def test_a_stop_counts_on_this_host_even_without_the_ledger(site) -> None:
    (site.var / "ledger.sqlite").write_text("no database, by far " * 200)
    with pytest.raises(gate.GateError, match="this host is stopped"):
        switch.stop(site.ledger, "zoe", "fire")
    assert "zoe: fire" in str(switch.in_file())


def test_a_stop_counts_on_every_host_even_without_the_file(site) -> None:
    switch.stop_file().mkdir(parents=True)
    with pytest.raises(gate.GateError, match="the ledger stops every host"):
        switch.stop(site.ledger, "zoe", "fire")
    switch.stop_file().rmdir()
    assert "zoe" in site.refused("r1")


def test_without_a_ledger_the_switch_cannot_be_told_and_go_changes_nothing(
    site, tmp_path: Path
) -> None:
    switch.stop(site.ledger, "zoe", "fire")
    gone = Database(f"sqlite:///{tmp_path}/none/ledger.sqlite")
    with pytest.raises(Exception, match="cannot be used"):
        switch.stops(gone)
    with pytest.raises(Exception, match="cannot be used"):
        switch.go(gone, "zoe")
    assert switch.stop_file().exists()


def test_go_lifts_it_and_a_token_of_before_is_good_again(site) -> None:
    token = site.admit("r1").token
    switch.stop(site.ledger, "zoe", "fire")
    site.not_admitted(token, "r1")
    switch.go(site.ledger, "zoe")
    site.check(token, "r1")


def test_what_is_so_already_is_not_noted_again(site) -> None:
    for _ in range(3):
        switch.set_row(site.ledger, "airflow", True, "Airflow", "fire")
    assert [entry.data["kind"] for entry in site.trail()] == ["stop"]
