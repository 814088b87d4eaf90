"""A back office that refuses, steals and keeps: what becomes of each end of a change."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from forerunner.telco import Change, Subscriber, TelcoError
from forerunner.telco.contract import Record
from forerunner.telco.northbound import Act, BackOffice, Entry, Found, NoAnswer
from tests.unit.forerunner.telco.served import sim

ONE, OTHER = sim(1), sim(2)


class Memory:
    """A style that keeps records, and takes a number from whoever has it where it is put."""

    hidden: frozenset[str] = frozenset()

    def __init__(self, *held: Subscriber) -> None:
        self.records = {each.imsi: record_of(each, {}) for each in held}
        self.refused: set[tuple[Act, str]] = set()
        self.mute: set[str] = set()
        self.acts: list[tuple[Act, str]] = []

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        return [self._one(act, each) for each in entries]

    def _one(self, act: Act, entry: Entry) -> str:
        self.acts.append((act, entry.imsi))
        if (act, entry.imsi) in self.refused:
            return "it refuses it"
        if act in ("free", "remove"):
            self.records.pop(entry.imsi, None)
            return ""
        number = entry.wanted["msisdn"]
        owner = next((x for x, y in self.records.items() if y["msisdn"] == number), None)
        if act == "add" and (entry.imsi in self.records or owner):
            return "it is there already"
        if owner:
            del self.records[owner]
        self.records[entry.imsi] = entry.wanted
        return ""

    async def query(self, imsis: Sequence[str]) -> list[Found]:
        return [NoAnswer("busy") if x in self.mute else self.records.get(x) for x in imsis]

    async def taken(self, msisdns: Sequence[str]) -> list[bool]:
        return [any(y["msisdn"] == x for y in self.records.values()) for x in msisdns]

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        yield list(self.records.values())

    async def aclose(self) -> None:
        pass


def record_of(subscriber: Subscriber, _profile: object) -> Record:
    names = ("imsi", "msisdn", "status")
    return {name: getattr(subscriber, name) for name in names}


def bring(style: Memory, *changes: Change) -> list[str]:
    return asyncio.run(BackOffice("mind1", {"basic": {}}, record_of, style).bring(changes))


def test_a_number_that_somebody_else_has_is_never_taken_from_them() -> None:
    style = Memory(OTHER)
    said = bring(style, Change(None, replace(ONE, msisdn=OTHER.msisdn)))

    assert said == ["it is there already"]
    assert list(style.records) == [OTHER.imsi]
    assert ("put", ONE.imsi) not in style.acts


def test_a_new_sim_is_not_brought_where_the_old_one_stays() -> None:
    swapped = replace(ONE, imsi=sim(7).imsi)
    for how in ("refused", "mute", "foreign"):
        style = Memory(replace(ONE, status="suspended") if how == "foreign" else ONE)
        style.refused = {("remove", ONE.imsi)} if how == "refused" else set()
        style.mute = {ONE.imsi} if how == "mute" else set()
        (said,) = bring(style, Change(ONE, swapped))
        assert said
        assert list(style.records) == [ONE.imsi], how


def test_a_number_that_could_not_be_freed_is_not_put() -> None:
    style = Memory(ONE)
    style.refused = {("free", ONE.imsi)}
    renumbered = replace(ONE, msisdn="88239777")

    assert bring(style, Change(ONE, renumbered)) == ["it refuses it"]
    assert [act for act, _ in style.acts] == ["free"]


def test_what_stands_as_it_is_to_be_is_neither_removed_nor_put() -> None:
    renumbered = replace(ONE, msisdn="88239777")
    style = Memory(ONE)
    change = Change(ONE, renumbered)

    assert bring(style, change) == [""]
    style.acts.clear()
    assert bring(style, change, Change(OTHER, None)) == ["", ""]
    assert style.acts == []


def test_where_keys_are_hidden_what_stands_is_put_again() -> None:
    style = Memory(ONE)
    style.hidden = frozenset({"k"})
    assert bring(style, Change(ONE, ONE)) == [""]
    assert style.acts == [("put", ONE.imsi)]


def test_a_profile_that_is_none_is_a_problem_of_that_sim_alone() -> None:
    style = Memory()
    said = bring(style, Change(None, replace(ONE, profile="gold")), Change(None, OTHER))

    assert "its service profile is none" in said[0]
    assert said[1] == ""
    assert list(style.records) == [OTHER.imsi]


def test_whoever_does_not_say_what_it_holds_is_not_read() -> None:
    style = Memory(ONE)
    style.mute = {ONE.imsi}
    with pytest.raises(TelcoError, match="mind1: busy"):
        asyncio.run(BackOffice("mind1", {"basic": {}}, record_of, style).read([ONE]))
