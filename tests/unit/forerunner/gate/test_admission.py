"""What passes the gate, what it refuses, and what a token is good for."""

import multiprocessing
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forerunner import gate
from forerunner.database import Database, LedgerError
from forerunner.errors import InvalidData
from forerunner.gate import GatePolicy, Holder, approvals, switch
from forerunner.model import Plan


def test_a_plan_passes_and_its_token_admits_writes_to_its_devices(site) -> None:
    admission = site.admit("r1", "r3")
    assert admission.fences == {"r1": 1, "r3": 1}
    site.check(admission.token, "r1")
    site.check(admission.token, "r3")
    site.check(admission.token, "r1")


@pytest.mark.parametrize("entrance", ["cli", "airflow", "prediction", "git"])
def test_every_entrance_gets_the_same_answer(site, entrance: str) -> None:
    assert site.admit("r1", entrance=entrance).fences == {"r1": 1}
    assert "no device" in site.refused(entrance=entrance)


def test_the_ledger_does_not_hold_the_token(site) -> None:
    admission = site.admit("r1")
    found = [path.read_bytes() for path in site.var.rglob("*") if path.is_file()]
    assert found
    assert not any(admission.token.encode() in each for each in found)


@pytest.mark.parametrize("token", ["", "forged", "0" * 43])
def test_a_token_that_nobody_gave_admits_nothing(site, token: str) -> None:
    site.admit("r1")
    assert "run the playbook again" in site.not_admitted(token, "r1")
    assert site.trail()[-1].data["kind"] == "write refused"


def test_somebody_elses_token_admits_only_their_devices(site) -> None:
    mine, theirs = site.admit("r1"), site.admit("r2")
    assert "is not for it" in site.not_admitted(theirs.token, "r1")
    site.check(mine.token, "r1")


@pytest.mark.parametrize(
    ("held", "wanted"), [("hlr1/lot", "hlr1/lot/1-of-2"), ("hlr1/lot/1-of-2", "hlr1/lot"),
                         ("hlr1", "hlr1/lot"), ("hlr1/lot/1-of-2", "hlr1/lot/1-of-2")]
)  # fmt: skip
def test_a_lease_of_a_part_stands_for_the_whole(site, other, held: str, wanted: str) -> None:
    site.admit(held)
    assert f"{held} is ann's" in site.refused(wanted, holder=Holder.of_process(other.pid))


def test_parts_beside_each_other_are_leased_side_by_side(site, other) -> None:
    site.admit("hlr1/lot/1-of-2", "hlr1/lot-2")
    site.admit("hlr1/lot/2-of-2", "hlr1/lot-22", "hlr11", holder=Holder.of_process(other.pid))


def test_a_token_ends_with_its_lease(site) -> None:
    admission = site.admit("r1")
    site.now += 60 + 20 + 10 - 1
    site.check(admission.token, "r1")
    site.now += 20 + 10 + 1
    assert "has run out" in site.not_admitted(admission.token, "r1")


def test_a_lease_outlives_the_timer_of_the_last_write_and_the_time_to_restore(site, other) -> None:
    admission = site.admit("r1")
    site.now += 80
    site.check(admission.token, "r1")
    them = Holder.of_process(other.pid)
    site.now += 20 + 10 - 1
    assert "r1 is ann's" in site.refused("r1", holder=them)
    site.now += 2
    assert site.admit("r1", holder=them).fences == {"r1": 2}
    assert "another change has taken over" in site.not_admitted(admission.token, "r1")


def test_a_closed_admission_admits_nothing_and_frees_its_devices(site, other) -> None:
    admission = site.admit("r1")
    gate.close(admission.token, site.ledger)
    gate.close(admission.token, site.ledger)
    assert "has ended" in site.not_admitted(admission.token, "r1")
    assert site.admit("r1", holder=Holder.of_process(other.pid)).fences == {"r1": 2}


def test_devices_with_an_open_end_stay_leased_after_a_close(site, other) -> None:
    admission = site.admit("r1", "r3")
    site.check(admission.token, "r1")
    gate.close(admission.token, site.ledger, unsettled=True)
    them = Holder.of_process(other.pid)
    assert "r1 is ann's" in site.refused("r1", holder=them)
    site.admit("r3", holder=them)


def test_all_that_a_process_holds_is_given_back_at_its_end(site, other) -> None:
    them = Holder.of_process(other.pid)
    site.admit("r1", holder=them)
    kept = site.admit("r2")
    gate.close_all(them, site.ledger)
    assert site.admit("r1").fences == {"r1": 2}
    site.check(kept.token, "r2")


def test_the_same_change_takes_over_from_a_dead_process_and_voids_its_token(site, other) -> None:
    plan = site.plan("r1")
    dead = site.admit(plan=plan, holder=Holder.of_process(other.pid))
    again = replace(plan, id="plan-again")
    assert "r1 is ann's" in site.refused(plan=again)
    other.kill()
    other.wait()
    assert "r1 is ann's" in site.refused("r1", "r2")
    assert site.admit(plan=again).fences == {"r1": 2}
    assert "another change has taken over" in site.not_admitted(dead.token, "r1")


def test_a_process_of_another_host_is_never_taken_for_dead(site) -> None:
    plan = site.plan("r1")
    site.admit(plan=plan, holder=Holder("elsewhere", os.getpid(), 1.0))
    assert "on elsewhere" in site.refused(plan=plan)


def test_a_number_that_another_process_got_later_is_a_dead_holder() -> None:
    mine = Holder.of_process()
    assert not mine.is_dead()
    assert replace(mine, started=mine.started - 60).is_dead()


def test_all_reasons_are_told_at_once(site, other) -> None:
    site.admit("r4", holder=Holder.of_process(other.pid))
    switch.stop(site.ledger, "zoe", "fire")
    plan = replace(site.plan("r1", "r2", "r3", "r4"), expires=site.now - 5)
    message = site.refused(plan=plan, approval_playbooks=["drain_link"])
    for words in (
        "zoe: fire",
        "4 devices",
        "expired 5 s ago",
        "nobody has approved",
        "r4 is ann's",
    ):
        assert words in message
    assert len(site.trail()[-1].data["reasons"]) == 6


def test_zero_devices_are_a_refusal(site) -> None:
    assert "for no device" in site.refused()


def test_the_blast_radius_caps_devices_and_load(site) -> None:
    site.admit("r1", "r2", "r3")
    assert "maximum_devices is 3" in site.refused("r1", "r2", "r3", "r4")
    site.admit("r1", load_bps=9e6, maximum_load_mbit_s=9)
    assert "carry 10 Mbit/s" in site.refused("r1", load_bps=9.6e6, maximum_load_mbit_s=9)


def test_an_unknown_load_passes_only_where_the_policy_says_so(site) -> None:
    site.admit("r1", maximum_load_mbit_s=9)
    message = site.refused("r1", maximum_load_mbit_s=9, unknown_load="refuse")
    assert "not known" in message
    site.admit("r1", unknown_load="refuse")


def test_an_approval_is_for_one_hash_by_another_until_a_moment(site) -> None:
    needs = {"approval_entrances": ["cli"]}
    plan = site.plan("r1")
    assert "nobody has approved" in site.refused(plan=plan, **needs)
    approvals.approve(plan, "ann", 60, site.ledger)
    assert "ann asks and approves" in site.refused(plan=plan, **needs)
    site.admit(plan=plan, approval_by_another=False, **needs)
    approvals.approve(plan, "ben", 60, site.ledger)
    site.admit(plan=plan, **needs)
    changed = replace(plan, variables={"candidates": {"r1": "f" * 64}})
    assert "nobody has approved" in site.refused(plan=changed, **needs)
    site.now += 61
    assert "ben's approval has ended" in site.refused(plan=plan, **needs)


def test_an_approval_can_be_asked_for_by_playbook(site) -> None:
    assert "gate approve" in site.refused("r1", approval_playbooks=["drain_link"])
    site.admit("r1", approval_playbooks=["restore_config"])


def test_automated_changes_are_counted_and_a_persons_are_not(site) -> None:
    for _ in range(3):
        site.admit("r1", entrance="prediction")
    assert "3 automated changes in 600 s" in site.refused("r1", entrance="git")
    site.admit("r1", entrance="cli")
    site.now += 601
    site.admit("r1", entrance="prediction")


def test_failures_in_a_row_open_the_breaker_and_one_is_tried_after_the_pause(site) -> None:
    site.automated("failed", site.now - 20)
    site.admit("r1", entrance="prediction")
    site.automated("undone", site.now - 10)
    assert "a pause of 590 s" in site.refused("r1", entrance="prediction")
    site.admit("r1", entrance="airflow")
    site.now += 591
    site.admit("r1", entrance="prediction")
    site.automated("failed", site.now)
    assert "the last 3" in site.refused("r1", entrance="prediction")


def test_one_prediction_that_fails_again_and_again_counts_once(site) -> None:
    for _ in range(5):
        site.automated("failed", site.now - 10, "p-1")
    assert site.admit("r1", entrance="prediction").token


def test_a_success_or_a_person_closes_the_breaker(site) -> None:
    for _ in range(2):
        site.automated("failed", site.now - 10)
    site.automated("refused", site.now - 5)
    assert "circuit breaker" in site.refused("r1", entrance="prediction")
    switch.go(site.ledger, "zoe")
    site.admit("r1", entrance="prediction")
    site.automated("failed", site.now)
    site.automated("verified", site.now)
    site.automated("failed", site.now)
    site.admit("r1", entrance="prediction")


def test_a_ledger_that_cannot_be_used_admits_nothing(site) -> None:
    token = site.admit("r1").token
    (site.var / "ledger.sqlite").write_text("no database, by far " * 200)
    with pytest.raises(LedgerError):
        site.check(token, "r1")
    with pytest.raises(LedgerError):
        site.admit("r1")


def test_what_would_be_refused_is_foretold_and_nothing_is_taken(site) -> None:
    policy = GatePolicy.from_data(site.policy)
    asked = gate.Request("cli", "ann", 20.0)
    assert gate.foretell(site.plan("r1"), asked, policy, site.ledger) == []
    (refusal,) = gate.foretell(site.plan(), asked, policy, site.ledger)
    assert refusal.guard == "scope"
    assert site.trail() == []


def _contend(url: str, policy: dict, names: list[str], passed, over) -> None:
    plan = Plan("p", "drain_link", tuple(names), {"all": names}, "", None, {}, (), "", 9e12)
    asked = gate.Request("cli", "x", 1.0)
    try:
        gate.admit(plan, asked, GatePolicy.from_data(policy), Database(url))
        passed.put(names)
    except gate.Refused:
        pass
    over.wait(30)


def test_of_plans_that_overlap_and_come_together_one_passes(site) -> None:
    context = multiprocessing.get_context("fork")
    passed, over = context.SimpleQueue(), context.Barrier(6)
    url = f"sqlite:///{site.var / 'ledger.sqlite'}"
    processes = [
        context.Process(target=_contend, args=(url, site.policy, ["r1", name], passed, over))
        for name in ("r2", "r3", "r4", "r5", "r6", "r7")
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * 6
    passed.get()
    assert passed.empty()


steps = st.lists(
    st.tuples(
        st.sampled_from(["admit", "check", "close", "wait"]),
        st.integers(0, 2),
        st.sets(st.sampled_from(["r1", "r2", "r3"]), min_size=1),
        st.sampled_from([1.0, 29.0, 31.0, 100.0]),
    ),
    max_size=12,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_no_two_tokens_are_good_for_one_device_and_fences_only_grow(site, script) -> None:
    if site.trail():
        site.sql("DELETE FROM gate_leases")
    holders = [Holder("elsewhere", number, 1.0) for number in range(3)]
    tokens: dict[int, list[str]] = {0: [], 1: [], 2: []}
    fences: dict[str, int] = {}
    for act, who, devices, seconds in script:
        if act == "wait":
            site.now += seconds
        elif act == "close" and tokens[who]:
            gate.close(tokens[who].pop(), site.ledger)
        elif act == "admit":
            try:
                made = site.admit(*sorted(devices), holder=holders[who])
            except gate.Refused:
                continue
            tokens[who].append(made.token)
            assert all(fence > fences.get(name, 0) for name, fence in made.fences.items())
            fences |= made.fences
        for device in ("r1", "r2", "r3"):
            assert len(good(site, tokens, device)) <= 1


def good(site, tokens: dict[int, list[str]], device: str) -> list[str]:
    found = []
    for token in (each for held in tokens.values() for each in held):
        try:
            site.check(token, device)
        except gate.NotAdmitted:
            continue
        found.append(token)
    return found


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("maximum_devices", 0, "maximum_devices: 0 is less than"),
        ("maximum_devices", "3", "maximum_devices: '3' is not of type"),
        ("timezone", "Berlin", "no IANA time zone"),
        ("windows_bind", ["shell"], r"windows_bind\[0\]"),
        ("maintenance_windows", [{"days": ["mon"], "start": "25:00", "end": "1:00"}], "start"),
        ("freezes", [{"start": "2026-02-30T00:00", "end": "2026-03-01T00:00", "reason": "x"}],
         r"freezes\[0\]\.start"),
        ("freezes", [{"start": "2026-03-02T00:00", "end": "2026-03-01T00:00", "reason": "x"}],
         "is not after"),
        ("maximum_device", 3, "is no field of a policy; there are maximum_devices"),
    ],
)  # fmt: skip
def test_a_policy_with_a_wrong_field_is_one_clear_error(
    site, field: str, value: object, words: str
) -> None:
    with pytest.raises(InvalidData, match=f"^change_policy.*{words}"):
        GatePolicy.from_data(site.policy | {field: value})


def test_a_policy_without_a_field_names_it(site) -> None:
    del site.policy["restore_s"]
    with pytest.raises(InvalidData, match="restore_s"):
        GatePolicy.from_data(site.policy)
