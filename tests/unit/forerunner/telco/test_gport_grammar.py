"""PDBI messages: what is shown reads back, and no value breaks out of its place."""

import string
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.telco import TelcoError
from forerunner.telco.gport import grammar
from forerunner.telco.gport.answers import answer
from forerunner.telco.gport.blocks import Target, runs
from forerunner.telco.gport.grammar import Message, Parameter
from forerunner.telco.gport.messages import Command, text

labels = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,11}", fullmatch=True)
plain = "".join(x for x in map(chr, range(32, 127)) if x != '"')
texts = st.text(alphabet=plain, max_size=20)
values = st.recursive(
    texts,
    lambda inner: st.lists(st.one_of(inner, st.builds(Parameter, labels, inner)), max_size=3).map(
        tuple
    ),
    max_leaves=8,
)
messages = st.builds(
    Message, labels, st.lists(st.builds(Parameter, labels, values), max_size=4).map(tuple)
)


def fault_of(act: Callable[..., object], *given: object) -> str:
    """Return what is said against something; any other error than that is a fault of ours."""
    try:
        act(*given)
    except TelcoError as error:
        return str(error)
    return ""


@given(messages)
def test_what_is_shown_reads_back(message: Message) -> None:
    assert grammar.parse(grammar.show(message), "g1") == message


@given(st.text(max_size=100), st.text(max_size=100))
def test_any_text_is_a_message_or_an_error_that_repeats_nothing_of_it(
    before: str, after: str
) -> None:
    for read in (grammar.parse, answer):
        assert "CANARY" not in fault_of(read, f"{before}CANARY{after}", "g1")


@given(messages, st.integers(0, 200), st.sampled_from('()," \0\n'))
def test_a_message_with_another_character_is_a_message_or_an_error(
    message: Message, at: int, character: str
) -> None:
    shown = grammar.show(message)
    place = at % (len(shown) + 1)
    said = fault_of(grammar.parse, shown[:place] + character + shown[place:], "g1")
    assert not said or said.startswith("g1: a PDBI message cannot be read: ")


@pytest.mark.parametrize("depth", [9, 1000])
def test_parentheses_that_are_too_deep_are_refused(depth: int) -> None:
    with pytest.raises(TelcoError, match="too deep"):
        grammar.parse(f"rsp {'(' * depth}a{')' * depth}", "g1")


WORDS = frozenset(string.ascii_letters + string.digits + "_.:#/*+-")


@given(st.text(max_size=12))
def test_a_value_is_one_word_of_a_request_or_is_not_sent(value: str) -> None:
    command = Command("ent_sub", {"bdn": "46700000000", "edn": "46700000009", "rn": value})
    said = fault_of(text, command, "g1", 3)
    assert bool(said) == (not set(value) <= WORDS)
    assert "nothing was sent" in said or not said
    if not said:
        message = grammar.parse(text(command, "g1", 3), "g1")
        assert grammar.value(message.items, "rn") == value


@pytest.mark.parametrize(
    "value", ["1)\n", '1", sp "2', "1, sp 2", "١٢٣", "1\0dlt_sub (bdn 1)", "1 )", ""]
)
def test_no_number_ends_its_request(value: str) -> None:
    with pytest.raises(TelcoError) as error:
        text(Command("dlt_sub", {"bdn": value, "edn": "46700000009"}), "g1", 3)
    assert not value or value not in str(error.value)


def test_several_numbers_stand_in_one_request() -> None:
    said = text(Command("dlt_sub", {"dns": ["46700000000", "46700000009"]}), "g1", 3)
    assert said == "dlt_sub (iid 3, dn 46700000000, dn 46700000009)"


targets = st.sampled_from([Target(sp="1"), Target(rn="2")])


@given(st.dictionaries(st.integers(9_999_980, 10_000_020), targets, max_size=40))
def test_blocks_cover_exactly_the_numbers_once_and_none_changes_its_length(
    wanted: dict[int, Target],
) -> None:
    blocks = list(runs(sorted(wanted.items())))
    covered = [(at, each.target) for each in blocks for at in range(each.first, each.last + 1)]
    assert covered == sorted(wanted.items())
    assert all(len(str(each.first)) == len(str(each.last)) for each in blocks)
    for one, other in pairwise(blocks):
        follows = other.first == one.last + 1 and other.target == one.target
        assert not follows or len(str(one.first)) < len(str(other.first))
