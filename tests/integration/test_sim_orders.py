"""SIM orders by their playbooks, on the lab's real HLR and HSS, and on G-Port, MIND and SRP."""

import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import yaml

from forerunner.lab import Lab
from forerunner.orders.record import Orders
from forerunner.orders.task import opened_orders
from forerunner.service import outlived, status, stop
from forerunner.subscriber_lab.place import Place
from forerunner.telco import Change, Subscriber, SubscriberSystem
from forerunner.telco.gport import open_system as open_gport
from forerunner.telco.hlr import open_system as open_hlr
from tests.integration.conftest import LAB_INDEX, Begin

pytestmark = pytest.mark.lab

Playbook = Callable[..., "subprocess.CompletedProcess[str]"]
Ask = Callable[..., Path]
# Near the end of the pool, where no order of these tests comes.
STRAY = "882399009999955"
EXTRA = "001010009999955"
ALL = {"hlr1", "hss1", "gport1", "mind1", "srp1"}


@pytest.fixture(scope="module")
def orders(lab: Lab, lab_environment: dict[str, str]) -> Iterator[Orders]:
    """The ledger's orders, opened as the playbooks open them; needs the lab that stands."""
    directory = Path(lab_environment["FORERUNNER_VAR"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORERUNNER_VAR", str(directory))
        yield opened_orders(str(directory / "vault-password"), create=True)


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Write a request: `ask("lot-1", quantity=20)`."""

    def write(name: str, operation: str = "create", **fields: object) -> Path:
        made = {"imsi": "lab", "iccid": "lab", "msisdn": "lab", "key_source": "generated"}
        new = {**made, "profile": "basic", "proof_sample": 4} if operation == "create" else {}
        path = tmp_path / f"{name}.yml"
        whole = {"request_id": name, "operation": operation, **new, **fields}
        path.write_text(yaml.safe_dump(whole))
        return path

    return write


def sims(orders: Orders, order: str) -> list[Subscriber]:
    """Return the SIMs that an order brings."""
    chunks = (orders.chunk(order, number) for number in range(orders.get(order).chunks))
    return [each.after for chunk in chunks for each in chunk.changes if each.after]


def on_hlr(act: Callable[[SubscriberSystem], object]) -> object:
    """Do something with the HLR, behind everybody's back."""
    return _on(open_hlr("hlr1", {"host": Place(LAB_INDEX, Path()).address("hlr")}), act)


def on_gport(change: Change) -> None:
    """Change a number on G-Port, behind everybody's back."""
    settings = {
        "nodes": [{"host": Place(LAB_INDEX, Path()).address("gport"), "port": 5873}],
        "sp": "46700000001",
        "profiles": {"basic": {}},
    }
    assert _on(open_gport("gport1", settings), lambda gport: gport.bring([change])) == [""]


def _on(opening, act):  # type: ignore[no-untyped-def]
    async def whole() -> object:
        system = await opening
        try:
            return await act(system)
        finally:
            await system.aclose()

    return asyncio.run(whole())


def held_by_hlr(orders: Orders, some: list[Subscriber]) -> int:
    """Return how many SIMs the HLR has exactly as ordered."""

    async def count(hlr: SubscriberSystem) -> int:
        found = await hlr.read(some)
        return sum(each == hlr.expected(sim) for each, sim in zip(found, some, strict=True))

    return int(str(on_hlr(count)))


def test_an_order_is_on_all_systems_proven_and_its_keys_are_nowhere(
    playbook: Playbook, orders: Orders, ask: Ask, lab_environment: dict[str, str]
) -> None:
    done = playbook("provision_sims", "-vvv", "-e", f"request={ask('lot-1', quantity=30)}")

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "order lot-1: done, 30 SIMs on hlr1, hss1, gport1, mind1, srp1" in done.stdout
    assert {orders.work("lot-1", name)[0] for name in ALL} == {"proven"}
    made = sims(orders, "lot-1")
    assert held_by_hlr(orders, made) == 30
    canaries = {key.encode() for sim in made for key in (sim.k, sim.opc)}
    said = (done.stdout + done.stderr).encode()
    kept = _files(Path(lab_environment["FORERUNNER_VAR"]))
    assert made[0].imsi.encode() in b"".join(kept.values())
    leaks = {str(path) for path, text in kept.items() if any(each in text for each in canaries)}
    assert (leaks, any(each in said for each in canaries)) == (set(), False)


def test_an_order_is_on_mind_and_srp_by_lots_too_and_no_key_is_in_them(
    playbook: Playbook, orders: Orders, ask: Ask, lab_environment: dict[str, str]
) -> None:
    lots = ("-e", "mind_account_style=lots", "-e", "srp_profile_style=lots")
    done = playbook("provision_sims", *lots, "-e", f"request={ask('lot-by-lots', quantity=20)}")

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert {orders.work("lot-by-lots", name)[0] for name in ALL} == {"proven"}
    place = Path(lab_environment["FORERUNNER_VAR"]) / "subscriber_lab"
    made = sims(orders, "lot-by-lots")
    keys = {key.encode() for sim in made for key in (sim.k, sim.opc)}
    for system in ("mind", "srp"):
        kept = b"".join(x.read_bytes() for x in (place / system / "lot_files/archive").iterdir())
        assert all(sim.imsi.encode() in kept for sim in made)
        assert not any(key in kept for key in keys)


@pytest.mark.parametrize("style", ["pyhss", "soap"])
def test_an_order_is_on_an_hss_of_another_style_too_and_off_it_again(
    playbook: Playbook, orders: Orders, ask: Ask, lab_environment: dict[str, str], style: str
) -> None:
    chosen = ("-vvv", "-e", f"hss_subscriber_style={style}")
    asked = ask(f"lot-{style}", quantity=20, proof_sample=20)
    done = playbook("provision_sims", *chosen, "-e", f"request={asked}")
    made = sims(orders, f"lot-{style}")
    rows = [{"msisdn": each.msisdn} for each in made]
    asked = ask(f"end-{style}", "terminate", sims=rows)
    off = playbook("provision_sims", *chosen, "-e", f"request={asked}")

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert {orders.work(f"lot-{style}", name)[0] for name in ALL} == {"proven"}
    assert off.returncode == 0, off.stdout[-3000:] + off.stderr[-2000:]
    said = "".join(each.stdout + each.stderr for each in (done, off))
    kept = b"".join(_files(Path(lab_environment["FORERUNNER_VAR"])).values())
    keys = [key for sim in made for key in (sim.k, sim.opc)]
    assert not any(key in said or key.encode() in kept for key in keys)


def _files(directory: Path) -> dict[Path, bytes]:
    """Return all that is kept, without the databases of the systems, which must have the keys."""
    paths = (x for x in directory.rglob("*") if x.is_file() and "subscriber_lab" not in x.parts)
    return {path: path.read_bytes() for path in paths}


def test_the_same_request_again_only_reports(playbook: Playbook, orders: Orders, ask: Ask) -> None:
    before = orders.get("lot-1")
    done = playbook("provision_sims", "-e", f"request={ask('lot-1', quantity=30)}")

    assert done.returncode == 0, done.stdout[-3000:]
    assert "changed=0" in done.stdout.split("PLAY RECAP")[1]
    assert "changed=1" not in done.stdout.split("PLAY RECAP")[1]
    assert orders.get("lot-1").updated == before.updated


def test_a_number_that_a_system_has_rejects_the_order_before_anything_is_written(
    playbook: Playbook, orders: Orders, ask: Ask
) -> None:
    theirs = Change(None, replace(sims(orders, "lot-1")[0], msisdn=STRAY))
    asked = ask("lot-2", quantity=20, msisdn="882399009999940-882399009999959")
    on_gport(theirs)
    done = playbook("provision_sims", "-e", f"request={asked}")
    on_gport(theirs.undone)

    assert done.returncode != 0
    assert "its msisdn is in use there already" in done.stdout + done.stderr
    assert orders.get("lot-2").state == "rejected"
    assert all(set(orders.work("lot-2", name)) <= {"planned", "checked"} for name in ALL)
    assert held_by_hlr(orders, sims(orders, "lot-2")) == 0


def test_a_key_that_was_altered_on_the_hlr_is_found_and_the_order_is_taken_back(
    playbook: Playbook, orders: Orders, ask: Ask
) -> None:
    asked = ask("lot-3", quantity=12, proof_sample=12)
    assert playbook("take_sim_order", "-e", f"request={asked}").returncode == 0
    assert playbook("apply_sim_order", "-e", "order_id=lot-3").returncode == 0
    sim = sims(orders, "lot-3")[5]
    # One bit of the key is another one.
    wrong = replace(sim, k=f"{int(sim.k, 16) ^ 1:032x}")
    assert on_hlr(lambda hlr: hlr.bring([Change(sim, wrong)])) == [""]
    done = playbook("conclude_sim_order", "-e", "order_id=lot-3")

    order = orders.get("lot-3")
    assert done.returncode != 0
    assert "it does not authenticate: MAC of a vector" in order.reason
    # Somebody changed what this order made: it is left as it is, so not all is taken back.
    assert (order.state, set(orders.work("lot-3", "hss1"))) == ("parked", {"undone"})
    assert held_by_hlr(orders, sims(orders, "lot-3")) == 0
    assert on_hlr(lambda hlr: hlr.bring([Change(wrong, None)])) == [""]
    playbook("conclude_sim_order", "-e", "order_id=lot-3")
    assert orders.get("lot-3").state == "undone"


def test_a_killed_worker_ends_the_play_and_the_same_command_goes_on(
    begin: Begin, playbook: Playbook, orders: Orders, ask: Ask, tmp_path: Path
) -> None:
    asked = ("-e", f"request={ask('lot-9', quantity=300)}")
    process = begin("provision_sims", *asked)
    deadline = time.monotonic() + 60
    while not (worker := _writing(process.pid, orders)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert worker, (tmp_path / "playbook.log").read_text()

    worker.kill()

    assert process.wait(60) != 0
    assert "a worker of this play was killed" in (tmp_path / "playbook.log").read_text()
    done = playbook("provision_sims", *asked)
    assert "order lot-9: done, 300 SIMs" in done.stdout, done.stdout + done.stderr


def test_workers_end_at_once_with_their_play_and_the_same_command_goes_on(
    begin: Begin, playbook: Playbook, orders: Orders, ask: Ask, tmp_path: Path
) -> None:
    asked = ("-e", f"request={ask('lot-10', quantity=3)}")
    # So slow that no worker comes to its next attempt meanwhile.
    process = begin("provision_sims", *asked, "-e", "hlr_subscriber_rate=0.02")
    deadline = time.monotonic() + 60
    while not _begun(orders, "lot-10") and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers, (tmp_path / "playbook.log").read_text()

    process.kill()

    # What only waits to be reaped writes nothing any more; init may take its time for that.
    assert outlived(workers, 2) == []
    done = playbook("provision_sims", *asked)
    assert "order lot-10: done, 3 SIMs" in done.stdout, done.stdout + done.stderr


def _begun(orders: Orders, name: str) -> bool:
    found = orders.find(name)
    return found is not None and "begun" in orders.work(name, "hlr1")


def _writing(play: int, orders: Orders) -> psutil.Process | None:
    """Return a worker of a play that writes, or waits until it may."""
    found = orders.find("lot-9")
    if found is None or found.state != "applying":
        return None
    # The one that was started last has the longest to go.
    return next(reversed(psutil.Process(play).children()), None)


def test_an_order_waits_for_an_hlr_that_is_dead_and_goes_on(
    playbook: Playbook, orders: Orders, ask: Ask, lab_environment: dict[str, str]
) -> None:
    asked = ask("lot-4", quantity=8)
    assert playbook("take_sim_order", "-e", f"request={asked}").returncode == 0
    assert status("hlr")
    stop("hlr")
    impatient = ("-e", "order_id=lot-4", "-e", "hlr_subscriber_patience=1")
    halted = playbook("apply_sim_order", *impatient)
    again = playbook("build_lab")
    done = playbook("provision_sims", "-e", "order_id=lot-4")

    recap = halted.stdout.split("PLAY RECAP")[1]
    assert "hlr1" in recap
    assert "unreachable=1" in recap
    assert "-e order_id=lot-4` goes on with it" in halted.stdout + halted.stderr
    assert again.returncode == 0
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert (orders.get("lot-4").state, held_by_hlr(orders, sims(orders, "lot-4"))) == ("done", 8)


def test_sims_are_swapped_and_a_dry_run_leaves_nothing(
    playbook: Playbook, orders: Orders, ask: Ask, tmp_path: Path
) -> None:
    old = sims(orders, "lot-4")[:3]
    rows = [{"msisdn": each.msisdn} for each in old]
    fields = {"sims": rows, "new_imsi": "lab", "new_iccid": "lab", "key_source": "generated"}
    asked = ask("lot-5", "swap_sim", **fields)
    tried = playbook("provision_sims", "-e", f"request={asked}", "--check")
    assert tried.returncode == 0, tried.stdout[-3000:] + tried.stderr[-2000:]
    assert "order lot-5 would be carried out: 3 SIMs" in tried.stdout
    assert orders.find("lot-5") is None
    done = playbook("provision_sims", "-e", f"request={asked}")

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    new = sims(orders, "lot-5")
    assert [each.msisdn for each in new] == [each.msisdn for each in old]
    assert not {each.imsi for each in new} & {each.imsi for each in old}
    assert (held_by_hlr(orders, new), held_by_hlr(orders, old)) == (3, 0)
    shown = json.loads(json.dumps(orders.get("lot-5").request))
    assert shown["operation"] == "swap_sim"


def test_sims_are_suspended_resumed_renumbered_ported_out_and_back(
    playbook: Playbook, orders: Orders, ask: Ask
) -> None:
    some = sims(orders, "lot-4")[4:7]
    rows = {"sims": [{"imsi": each.imsi} for each in some]}
    more: dict[str, dict[str, str]] = {
        "suspend": {}, "resume": {}, "change_msisdn": {"new_msisdn": "lab"},
        "port_out": {"routing_number": "123456"}, "port_in": {},
    }  # fmt: skip
    for operation, fields in more.items():
        asked = ask(f"then-{operation}", operation, **rows, **fields)
        done = playbook("provision_sims", "-e", f"request={asked}")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
        assert orders.get(f"then-{operation}").state == "done"
        wanted = sims(orders, f"then-{operation}")
        assert held_by_hlr(orders, wanted) == 3, operation


def test_what_the_hlr_has_otherwise_than_the_ledger_is_found_and_no_key_of_it_is_told(
    playbook: Playbook, orders: Orders, lab_environment: dict[str, str]
) -> None:
    sim = sims(orders, "lot-1")[0]
    wrong, stray = replace(sim, k="f" * 32), Change(None, replace(sim, msisdn=STRAY))
    agreed = playbook("reconcile_sims")
    on_gport(stray)
    on_hlr(lambda hlr: hlr.bring([Change(sim, wrong)]))
    found = playbook("reconcile_sims")
    on_hlr(lambda hlr: hlr.bring([Change(wrong, sim)]))
    on_gport(stray.undone)

    assert "0 differences" in agreed.stdout, agreed.stdout[-2000:]
    assert "2 differences (1 key, 1 stray)" in found.stdout
    assert found.returncode != 0
    reports = Path(lab_environment["FORERUNNER_VAR"]) / "reports"
    told = json.loads((reports / "sims_all.json").read_text())["drifts"]
    assert [(x["system"], x["kind"], x["fields"]) for x in told if x["kind"] == "key"] == [
        ("hlr1", "key", ["k"])
    ]
    pages = b"".join(path.read_bytes() for path in reports.glob("sims*"))
    assert (b"f" * 32 in pages, sim.k.encode() in pages) == (False, False)


def test_what_differs_is_put_right_and_strays_go_only_where_that_is_said(
    playbook: Playbook, orders: Orders
) -> None:
    some = sims(orders, "lot-1")[:4]
    moved = replace(some[1], routing_number="123456")
    stray = replace(some[0], msisdn=STRAY)
    on_hlr(lambda hlr: hlr.bring([Change(some[0], replace(some[0], k="e" * 32))]))
    on_hlr(lambda hlr: hlr.bring([Change(some[2], None), Change(None, replace(stray, imsi=EXTRA))]))
    on_gport(Change(some[1], moved))
    on_gport(Change(None, stray))
    tried = playbook("reconcile_sims", "-e", "repair=true", "--check")
    left = playbook("reconcile_sims", "-e", "repair=true")
    both = ("-e", "repair=true", "-e", "remove_strays=2")
    few = playbook("reconcile_sims", "-e", "repair=true", "-e", "remove_strays=1")
    task = ("--start-at-task", "Do it on the system, as its own role does")
    forged = playbook("reconcile_sims", *task, *both)
    again = playbook("reconcile_sims", *both)
    end = playbook("reconcile_sims", "-e", "repair=true")

    assert "to be put right: 1 " in tried.stdout, tried.stdout[-3000:] + tried.stderr[-2000:]
    assert "strays, 2: they stay: nobody said how many" in tried.stdout
    assert "strays, 2: they stay: more than remove_strays=1" in few.stdout, few.stdout[-3000:]
    assert "2 differences (2 stray); see" in few.stdout
    assert "5 differences (2 stray, 1 key, 1 missing, 1 routing); see" in tried.stdout
    assert (
        "5 differences (2 stray, 1 key, 1 missing, 1 routing), 3 of them put right" in left.stdout
    )
    assert (tried.returncode != 0, left.returncode != 0) == (True, True)
    assert "2 differences (2 stray), 2 of them put right" in again.stdout, forged.stdout[-3000:]
    assert (again.returncode, end.returncode) == (0, 0), again.stdout[-3000:]
    assert "0 differences" in end.stdout
    assert held_by_hlr(orders, some) == 4
    claims = "SELECT COUNT(*) FROM sim_numbers WHERE kind = 'change' OR order_id LIKE '/%'"
    assert orders.book.execute(claims) == [(0,)]


def test_nothing_is_written_without_the_gate(playbook: Playbook, orders: Orders, ask: Ask) -> None:
    asked = ask("lot-6", quantity=4)
    assert playbook("take_sim_order", "-e", f"request={asked}").returncode == 0
    forged = (
        "-e",
        "order_id=lot-6",
        "--start-at-task",
        "Do it on the system, as its own role does",
    )
    playbook("apply_sim_order", *forged)
    playbook("apply_sim_order", "-e", "order_id=lot-6", "--tags", "none")

    assert all(orders.work("lot-6", name) == ["checked"] for name in ALL)
    assert held_by_hlr(orders, sims(orders, "lot-6")) == 0
    given_up = playbook("provision_sims", "-e", "order_id=lot-6", "-e", "abandon=true")
    assert given_up.returncode != 0
    assert orders.get("lot-6").state == "rejected"
