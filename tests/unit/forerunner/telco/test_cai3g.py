"""CAI3G: sessions, faults and what XML can do, against the lab's flavour and scripted ones."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from forerunner.errors import InvalidData
from forerunner.subscriber_lab.hss.cai3g import PATH, TYPE, UNDEFINED, USER, Cai3g, Fault
from forerunner.subscriber_lab.northbound.store import Store
from forerunner.telco import Change, SubscriberSystem, SystemUnreachable, TelcoError
from forerunner.telco.hss.soap.messages import NoMessage, read
from tests.unit.forerunner.telco.served import PROFILE, Act, ask_hss, secret_file, sim

NAMES = ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status")
PASSWORD = "pass<word>&"
ONE = sim(1)
NEW = [Change(None, ONE)]


@pytest.fixture
def office(tmp_path: Path) -> Cai3g:
    return Cai3g(Store(tmp_path / "records.sqlite", "imsi", "msisdn"), PASSWORD)


def ask(tmp_path: Path, app: web.Application, act: Act, **changed: Any) -> Any:
    """Return what a client gets."""
    settings = {
        "style": "soap",
        "user": USER,
        "password_file": secret_file(tmp_path / "password", PASSWORD),
        "cai3g": {"type": TYPE, "absent": [UNDEFINED], **changed.pop("cai3g", {})},
        "fields": {name: name for name in NAMES},
        "states": {"active": "active", "suspended": "barred"},
    }
    return ask_hss(app, act, {**settings, **changed})


def test_many_at_once_log_in_once_and_out_at_the_end(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    many = [Change(None, sim(number)) for number in range(20)]
    sessions: list[list[str]] = []

    async def bring(hss: SubscriberSystem) -> list[str]:
        said = await hss.bring(many)
        sessions.append(list(office._sessions))
        return said

    assert ask(tmp_path, office.application(), bring) == [""] * 20
    assert [len(each) for each in sessions] == [1]
    assert office._sessions == []


def test_a_session_that_is_over_is_opened_anew(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    async def both(hss: SubscriberSystem) -> list[str]:
        await hss.read([ONE])
        office._sessions.clear()
        return await hss.bring(NEW)

    assert ask(tmp_path, office.application(), both) == [""]


def test_a_session_that_is_never_one_is_told_and_not_tried_for_ever(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    office._login = lambda _: "<LoginResponse><sessionId>other</sessionId></LoginResponse>"
    with pytest.raises(SystemUnreachable, match=r"hss1: it cannot now \(1001\)"):
        ask(tmp_path, office.application(), lambda hss: hss.read([ONE]))


def test_whoever_is_not_let_in_is_told_without_the_password(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    office._password = "another"
    with pytest.raises(TelcoError, match="does not let provisioning in") as said:
        ask(tmp_path, office.application(), lambda hss: hss.read([ONE]))
    assert PASSWORD not in str(said.value)


def test_keys_are_never_compared_and_states_have_its_words(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    async def both(hss: SubscriberSystem) -> bool:
        await hss.bring(NEW)
        shown = (await hss.read([ONE]))[0]
        return shown == hss.expected(ONE) and not {"k", "opc"} & set(shown or {})

    assert ask(tmp_path, office.application(), both)
    assert office._store.find("imsi", [ONE.imsi])[0]["k"] == ONE.k


def test_what_a_profile_says_is_text_and_never_xml(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    apn = "a</mo:apn><mo:status>&lt;"
    profiles = {"basic": {**PROFILE, "apn": apn}}
    assert ask(tmp_path, office.application(), lambda hss: hss.bring(NEW), profiles=profiles) == [
        ""
    ]
    held = office._store.find("imsi", [ONE.imsi])[0]
    assert (held["apn"], held["status"]) == (apn, "active")


def test_what_cannot_stand_in_xml_is_refused_by_its_field(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    profiles = {"basic": {**PROFILE, "apn": "a\0b"}}
    with pytest.raises(InvalidData, match=r"profiles\.basic\.apn: holds what is no printable"):
        ask(tmp_path, office.application(), lambda hss: hss.bring(NEW), profiles=profiles)


def test_an_hss_that_refuses_with_a_sessions_number_ends_no_session(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    office._create = lambda _: (_ for _ in ()).throw(Fault("4006", "1005"))
    assert ask(tmp_path, office.application(), lambda hss: hss.bring(NEW)) == [
        "it refuses it (1005/4006)"
    ]


def test_a_code_of_being_busy_is_waited_for(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemUnreachable, match="4006"):
        ask(
            tmp_path,
            office.application(),
            lambda hss: hss.read([ONE]),
            cai3g={"absent": ["99"], "busy": [UNDEFINED]},
        )


def test_a_read_that_is_refused_is_neither_a_record_nor_none(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    for act in (lambda hss: hss.read([ONE]), lambda hss: hss.taken([ONE])):
        with pytest.raises(TelcoError, match=rf"does not say what it holds \({UNDEFINED}/4006\)"):
            ask(tmp_path, office.application(), act, cai3g={"absent": ["99"]})


def test_somebody_elses_record_is_not_believed(tmp_path, office) -> None:  # type: ignore[no-untyped-def]
    async def swapped(hss: SubscriberSystem) -> None:
        await hss.bring([*NEW, Change(None, sim(2))])
        office._held = lambda _: office._store.find("imsi", [sim(2).imsi])[0]
        await hss.read([ONE])

    with pytest.raises(TelcoError, match="somebody else's record"):
        ask(tmp_path, office.application(), swapped)


@pytest.mark.parametrize("text", ["", "no", "<a/>", "<S:Envelope", "{}"])
def test_an_answer_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=text)

    app = web.Application()
    app.add_routes([web.post(PATH, answer)])
    with pytest.raises(TelcoError, match="no SOAP message"):
        ask(tmp_path, app, lambda hss: hss.read([ONE]))


ENVELOPE = '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>{}</S:Body></S:Envelope>'


@pytest.mark.parametrize("name", ["{}", "x:{}"])
def test_codes_of_a_fault_are_found_with_and_without_a_namespace(name: str) -> None:
    code, inner, text = (name.format(each) for each in ("faultcode", "respCode", "respDescription"))
    fault = (
        '<S:Fault xmlns:x="urn:x"><faultcode>S:Server</faultcode><detail><x:Cai3gFault>'
        f"<{code}>4006</{code}><x:details><{inner}>13001</{inner}><{text}>a key</{text}>"
        "</x:details></x:Cai3gFault></detail></S:Fault>"
    )
    assert read(ENVELOPE.format(fault).encode()).codes == ("13001", "4006")


def test_a_fault_without_any_code_is_one() -> None:
    assert read(ENVELOPE.format("<S:Fault/>").encode()).codes == ("0",)


def test_nothing_in_a_document_is_expanded_or_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    bomb = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};&e{n - 1};">' for n in range(1, 25))
    kinds = (f'<!ENTITY e SYSTEM "{secret.as_uri()}">', f'<!ENTITY e0 "ha">{bomb}')
    for kind, name in zip(kinds, ("e", "e24"), strict=True):
        text = f"<!DOCTYPE x [{kind}]>" + ENVELOPE.format(f"<a><b>&{name};</b></a>")
        with pytest.raises(NoMessage):
            read(text.encode())
