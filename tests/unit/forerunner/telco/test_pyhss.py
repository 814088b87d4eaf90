"""PyHSS: what its answers hide, against the lab's flavour of it and scripted ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from forerunner.errors import InvalidData
from forerunner.subscriber_lab.hss.pyhss_api import PyHssApi
from forerunner.subscriber_lab.hss.pyhss_store import PyHssStore
from forerunner.telco import Change, SubscriberSystem, SystemUnreachable, TelcoError
from tests.unit.forerunner.telco.served import PROFILE, Act, ask_hss, secret_file, sim

APN = {"apn": "internet", "apn_ambr_dl": 1, "apn_ambr_ul": 1}
KEY = "let-me-in"
ONE, OTHER = sim(1), sim(2)
NEW = [Change(None, ONE)]


@pytest.fixture
def store(tmp_path: Path) -> PyHssStore:
    made = PyHssStore(tmp_path / "pyhss.sqlite")
    made.create("apn", APN)
    return made


def ask(tmp_path: Path, app: web.Application, act: Act, **changed: Any) -> Any:
    """Return what a client gets."""
    settings = {"style": "pyhss", "token_file": secret_file(tmp_path / "key", KEY)}
    return ask_hss(app, act, {**settings, **changed})


def at(
    tmp_path: Path, store: PyHssStore, act: Act, database: str = "postgresql", **more: Any
) -> Any:
    return ask(tmp_path, PyHssApi(store, KEY, database).application(), act, **more)


def test_a_sim_is_an_auc_object_and_a_subscriber_that_points_to_it(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    assert at(tmp_path, store, lambda hss: hss.bring(NEW)) == [""]
    auc, held = store.one("auc", "imsi", ONE.imsi), store.one("subscriber", "imsi", ONE.imsi)

    assert (auc["ki"], auc["opc"], auc["amf"], auc["sqn"]) == (ONE.k, ONE.opc, "8000", 0)
    assert (held["auc_id"], held["default_apn"], held["apn_list"]) == (auc["auc_id"], 1, "1")
    assert (held["msisdn"], held["ue_ambr_ul"], held["enabled"]) == (ONE.msisdn, 1000, True)


def test_keys_are_never_asked_for_and_never_compared(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    async def both(hss: SubscriberSystem) -> bool:
        await hss.bring(NEW)
        shown = (await hss.read([ONE]))[0]
        return shown == hss.expected(ONE) and not {"k", "opc"} & set(shown or {})

    assert at(tmp_path, store, both)


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_what_it_refuses_is_a_problem_without_the_keys_that_it_says(
    tmp_path: Path, store: PyHssStore, database: str
) -> None:
    # A constraint of the database refuses the keys.
    async def bring(hss: SubscriberSystem) -> list[str]:
        original = store.create

        def refuse(kind: str, data: dict[str, Any]) -> dict[str, Any]:
            return original(kind, {**data, "opc": None} if kind == "auc" else data)

        store.create = refuse  # type: ignore[method-assign,assignment]
        return await hss.bring(NEW)

    (said,) = at(tmp_path, store, bring, database)
    assert "refuses its keys" in said
    assert ONE.k not in said
    with pytest.raises(LookupError):
        store.one("subscriber", "imsi", ONE.imsi)


def test_keys_that_a_death_left_alone_are_finished_or_removed(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    ours = {"imsi": ONE.imsi, "ki": "f" * 32, "opc": "f" * 32, "amf": "8000"}
    store.create("auc", {**ours, "batch_name": "forerunner"})

    assert at(tmp_path, store, lambda hss: hss.taken([ONE])) == ["imsi"]
    assert at(tmp_path, store, listed) == [{"imsi": ONE.imsi}]
    assert at(tmp_path, store, lambda hss: hss.bring(NEW)) == [""]
    assert store.one("auc", "imsi", ONE.imsi)["ki"] == ONE.k
    store.delete("subscriber", 1)
    assert at(tmp_path, store, lambda hss: hss.bring([NEW[0].undone])) == [""]
    assert store.page("auc", 0, 9) == []


async def listed(hss: SubscriberSystem) -> list[Any]:
    return [record async for some in hss.everything() for record in some]


def test_keys_that_somebody_else_put_there_are_left_as_they_are(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    theirs = {"imsi": ONE.imsi, "ki": "f" * 32, "opc": "f" * 32, "amf": "8000"}
    store.create("auc", theirs)

    assert at(tmp_path, store, lambda hss: hss.taken([ONE])) == ["imsi"]
    (said,) = at(tmp_path, store, lambda hss: hss.bring(NEW))
    assert "made by somebody else" in said
    assert at(tmp_path, store, lambda hss: hss.bring([NEW[0].undone]))[0] != ""
    assert store.one("auc", "imsi", ONE.imsi)["ki"] == "f" * 32
    assert at(tmp_path, store, listed) == []


def test_a_subscriber_with_foreign_keys_is_neither_changed_nor_removed(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    theirs = {"ki": "f" * 32, "opc": "f" * 32, "amf": "8000"}
    store.create("auc", {**theirs, "imsi": ONE.imsi})
    store.create("auc", {**theirs, "imsi": OTHER.imsi, "batch_name": "forerunner"})
    held = {"auc_id": 1, "default_apn": 1, "apn_list": "1", "ue_ambr_ul": 1000, "ue_ambr_dl": 2000}
    store.create("subscriber", {**held, "imsi": ONE.imsi})

    for number in (1, 2):
        store.update("subscriber", 1, {"auc_id": number})
        for change in (NEW[0], NEW[0].undone):
            (said,) = at(tmp_path, store, lambda hss, change=change: hss.bring([change]))
            assert "keys of its IMSI are there that somebody else put there" in said
    assert [each["ki"] for each in store.page("auc", 0, 9)] == ["f" * 32] * 2
    assert store.one("subscriber", "imsi", ONE.imsi)["msisdn"] is None


@pytest.mark.parametrize("kind", ["auc", "subscriber"])
def test_what_was_done_and_is_refused_when_it_is_sent_again_is_done(
    tmp_path: Path, store: PyHssStore, kind: str
) -> None:
    def again(act: Callable[..., Any]) -> Callable[..., Any]:
        def twice(of: str, *given: Any) -> Any:
            made = act(of, *given)
            return act(of, *given) if of == kind else made

        return twice

    original = store.create, store.delete
    store.create, store.delete = map(again, original)  # type: ignore[method-assign]
    assert at(tmp_path, store, lambda hss: hss.bring(NEW)) == [""]
    assert at(tmp_path, store, lambda hss: hss.read([ONE])) != [None]
    assert at(tmp_path, store, lambda hss: hss.bring([NEW[0].undone])) == [""]
    assert (store.page("auc", 0, 9), store.page("subscriber", 0, 9)) == ([], [])


def test_no_number_is_given_twice_though_it_would_take_it(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    twin = replace(OTHER, msisdn=ONE.msisdn)
    assert at(tmp_path, store, lambda hss: hss.bring(NEW)) == [""]

    assert at(tmp_path, store, lambda hss: hss.taken([twin])) == ["msisdn"]
    (said,) = at(tmp_path, store, lambda hss: hss.bring([Change(None, twin)]))
    assert "MSISDN is in use" in said
    at(tmp_path, store, lambda hss: hss.bring([Change(None, OTHER)]))
    (said,) = at(tmp_path, store, lambda hss: hss.bring([Change(OTHER, twin)]))
    assert "MSISDN is in use" in said


def test_another_number_leaves_the_keys_and_their_sequence_alone(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    at(tmp_path, store, lambda hss: hss.bring(NEW))
    store.update("auc", 1, {"sqn": 4711})
    renumbered = replace(ONE, msisdn="88239777")

    assert at(tmp_path, store, lambda hss: hss.bring([Change(ONE, renumbered)])) == [""]
    auc = store.one("auc", "imsi", ONE.imsi)
    assert (auc["auc_id"], auc["sqn"]) == (1, 4711)


def test_other_apns_of_a_subscriber_are_seen(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    at(tmp_path, store, lambda hss: hss.bring(NEW))
    ims = store.create("apn", {**APN, "apn": "ims"})["apn_id"]
    shown = {}
    for text in (f"1,{ims}", "1,99", str(ims)):
        store.update("subscriber", 1, {"apn_list": text})
        shown[text] = at(tmp_path, store, lambda hss: hss.read([ONE]))[0]["apn"]

    assert shown == {f"1,{ims}": "internet,ims", "1,99": "internet,?", str(ims): "internet,ims,?"}


@pytest.mark.parametrize("count", [0, 2])
def test_an_apn_that_is_not_the_name_of_one_is_told(tmp_path, store, count: int) -> None:  # type: ignore[no-untyped-def]
    store.delete("apn", 1)
    for _ in range(count):
        store.create("apn", APN)

    (said,) = at(tmp_path, store, lambda hss: hss.bring(NEW))
    assert "APN is not the name of one APN" in said
    assert store.page("auc", 0, 9) == []


def test_a_list_that_moves_while_it_is_read_is_not_believed(tmp_path, store, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    many = [Change(None, sim(number)) for number in range(10, 15)]
    at(tmp_path, store, lambda hss: hss.bring(many))
    monkeypatch.setattr("forerunner.telco.hss.pyhss.api._PAGE", 2)

    async def moved(hss: SubscriberSystem) -> None:
        async for _ in hss.everything():
            store.update("subscriber", 1, {"nam": 2})

    with pytest.raises(TelcoError, match="its list moved"):
        at(tmp_path, store, moved)
    assert len(at(tmp_path, store, listed)) == 5


def test_without_the_key_nothing_is_written(tmp_path, store) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TelcoError, match="does not take its Provisioning-Key"):
        at(tmp_path, store, lambda hss: hss.bring(NEW), token_file="")


def answering(status: int, text: str) -> web.Application:
    """A server that always says the same."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=text)

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", answer)])
    return app


@pytest.mark.parametrize(
    ("status", "text", "error", "said"),
    [
        (400, f'{{"reason": "{"f" * 32}"}}', SystemUnreachable, "its database does not answer"),
        (503, "later", SystemUnreachable, "503"),
        (500, "ffff", TelcoError, "it answers 500 to subscriber/imsi"),
        (200, "<html>", TelcoError, "is it a PyHSS"),
        (200, "[]", TelcoError, "is it a PyHSS"),
    ],
)
def test_an_answer_that_is_none_is_an_error_without_what_it_says(
    tmp_path: Path, status: int, text: str, error: type[TelcoError], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        ask(tmp_path, answering(status, text), lambda hss: hss.read([ONE]))
    assert "fff" not in str(caught.value)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"profiles": {"basic": {"apn": "internet"}}}, "profiles.basic.ambr_ul: is missing"),
        ({"profiles": {"b": {**PROFILE, "ambr_dl": "2G"}}}, "profiles.b.ambr_dl: is no number"),
        ({"profiles": {"b": {**PROFILE, "ambr_dl": "9" * 12}}}, "profiles.b.ambr_dl: is no num"),
        ({"connections": 99}, "connections"),
        ({"style": "mml"}, "style: is none of rest, pyhss, soap"),
    ],
)
def test_settings_that_do_not_fit_are_told_by_their_field(tmp_path, store, changed, field) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidData, match=field):
        at(tmp_path, store, lambda hss: hss.bring(NEW), **changed)
