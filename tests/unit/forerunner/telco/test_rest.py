"""REST: what a server can answer, where it can send us, and what files of ours can be."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from forerunner.errors import InvalidData
from forerunner.telco import Change, SubscriberSystem, SystemUnreachable, TelcoError
from tests.unit.forerunner.telco.served import Act, ask_hss, secret_file, sim

NAMES = ("imsi", "msisdn", "k", "opc", "apn", "ambr_ul", "ambr_dl", "status")
ONE = sim(1)
KEY = "465b5ce8b199b49faa5f0a2ee238a6bc"


def ask(answer: Any, act: Act, status: int = 200, **changed: Any) -> Any:
    """Return what a client gets of a server that always says the same."""

    async def say(request: web.Request) -> web.Response:
        body = answer(request) if callable(answer) else answer
        return web.Response(status=status, text=body if isinstance(body, str) else json.dumps(body))

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", say)])
    settings = {"fields": {name: name for name in NAMES}}
    settings |= {"states": {"active": "active", "suspended": "suspended"}}
    return ask_hss(app, act, {**settings, **changed})


async def bring(hss: SubscriberSystem) -> list[str]:
    return await hss.bring([Change(None, ONE)])


async def read(hss: SubscriberSystem) -> object:
    return await hss.read([ONE])


async def listed(hss: SubscriberSystem) -> list[object]:
    return [record async for some in hss.everything() for record in some]


@pytest.mark.parametrize(
    "answer",
    ["", "<html>", "[]", {"items": None}, {"items": []}, {"items": [None] * 2}, {"items": [7]}],
)
def test_an_answer_that_does_not_fit_the_question_is_not_believed(answer: Any) -> None:
    with pytest.raises(TelcoError, match="hss1: it answers what cannot be understood"):
        ask(answer, read)


@pytest.mark.parametrize(("status", "error"), [(500, TelcoError), (503, SystemUnreachable)])
def test_a_status_that_is_none_of_success_is_an_error(status: int, error: type[TelcoError]) -> None:
    with pytest.raises(error, match=f"it answers {status}") as said:
        ask({"items": [None]}, read, status=status)
    assert type(said.value) is error


@pytest.mark.parametrize("code", [KEY, f"K {KEY} exists", "a\nb", 7, None, "x" * 32])
def test_nothing_that_may_be_a_key_is_shown_as_a_code(code: object) -> None:
    def answer(request: web.Request) -> object:
        if request.path == "/query":
            return {"items": [None]}
        return {"results": [{"ok": False, "code": code}]}

    assert ask(answer, bring) == ["it refuses it (no code)"]


def test_a_field_that_is_null_is_empty_and_one_that_is_missing_too() -> None:
    record = dict.fromkeys(NAMES, "1") | {"apn": None, "status": "active"}
    record.pop("ambr_ul")
    (found,) = ask({"items": [record]}, read)
    assert (found.get("apn", ""), found.get("ambr_ul", "")) == ("", "")


@pytest.mark.parametrize("imsi", ["001", None, "a"])
def test_a_list_that_does_not_go_on_is_not_read_for_ever(imsi: object) -> None:
    with pytest.raises(TelcoError, match="cannot be understood"):
        ask({"items": [{"imsi": imsi, "msisdn": "1"}]}, listed)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_what_is_asked_goes_nowhere_else(status: int, tmp_path: Path) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", answer)])
    settings = {
        "fields": {name: name for name in NAMES},
        "states": {"active": "active", "suspended": "suspended"},
        "token_file": secret_file(tmp_path / "token", "token"),
    }
    with pytest.raises(TelcoError, match=f"it answers {status}"):
        ask_hss(app, bring, settings)
    assert seen == ["/apply"]


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (b"sesam\xe9", 0o600, "not one line of printable ASCII"),
        (b"one\ntwo", 0o600, "not one line of printable ASCII"),
        (b"", 0o600, "not one line of printable ASCII"),
        (b"sesame", 0o640, "others may read it; run: chmod 600"),
        (None, 0o600, "No such file"),
    ],
)
def test_a_token_file_that_does_not_fit_is_told_and_not_shown(
    tmp_path: Path, content: bytes | None, mode: int, said: str
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
        file.chmod(mode)
    with pytest.raises(InvalidData, match=said) as caught:
        ask({"items": [None]}, read, token_file=str(file))
    assert "sesam" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_are_none_are_no_outage(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    with pytest.raises(InvalidData, match=r"ca_file: .*no certificates can be read"):
        ask({"items": [None]}, read, ca_file=str(file))
