"""Milenage against the test sets of 3GPP TS 35.207/35.208."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forerunner.telco.milenage import Milenage, kasme, opc_from_op

NAMES = ("k", "rand", "sqn", "amf", "op", "opc", "f1", "f1*", "f2", "f5", "f3", "f4", "f5*")
LINES = Path(__file__).with_name("milenage_sets.txt").read_text().splitlines()[1:]
SETS = [dict(zip(NAMES, line.split(), strict=True)) for line in LINES]
KEY = st.binary(min_size=16, max_size=16)


@pytest.mark.parametrize("given_set", SETS, ids=range(1, 7))
def test_every_function_gives_what_the_test_set_says(given_set: dict[str, str]) -> None:
    known = {name: bytes.fromhex(value) for name, value in given_set.items()}
    milenage = Milenage(known["k"], opc_from_op(known["k"], known["op"]))
    mac, mac_s = milenage.f1(known["rand"], known["sqn"], known["amf"])
    res, ak = milenage.f2_f5(known["rand"])

    assert opc_from_op(known["k"], known["op"]) == known["opc"]
    assert (mac, mac_s, res, ak) == tuple(known[x] for x in ("f1", "f1*", "f2", "f5"))
    assert milenage.f3(known["rand"]) == known["f3"]
    assert milenage.f4(known["rand"]) == known["f4"]
    assert milenage.f5_star(known["rand"]) == known["f5*"]


@given(KEY, KEY, KEY, st.integers(0, 2**48 - 1))
def test_a_sim_and_its_network_understand_each_other(k, opc, rand, sqn) -> None:  # type: ignore[no-untyped-def]
    milenage = Milenage(k, opc)
    vector = milenage.vector(rand, sqn, b"\x80\x00")

    assert milenage.sqn_of(rand, vector.autn) == sqn
    assert milenage.sqn_of_auts(rand, milenage.auts(rand, sqn)) == sqn
    assert len(kasme(vector.ck, vector.ik, b"\x00\xf1\x10", vector.autn[:6])) == 32


@given(KEY, KEY, KEY, st.integers(0, 127))
def test_one_wrong_bit_of_a_key_is_another_sim(k, opc, rand, bit) -> None:  # type: ignore[no-untyped-def]
    wrong = (int.from_bytes(k, "big") ^ 1 << bit).to_bytes(16, "big")
    right, other = Milenage(k, opc).vector(rand, 32, b"\0\0"), Milenage(wrong, opc)

    assert other.sqn_of_auts(rand, Milenage(k, opc).auts(rand, 32)) is None
    assert other.vector(rand, other.sqn_of(rand, right.autn), b"\0\0").autn != right.autn


def test_keys_and_answers_are_not_shown() -> None:
    vector = Milenage(b"k" * 16, b"o" * 16).vector(b"r" * 16, 32, b"\0\0")
    assert "xres" not in repr(vector)
    assert "ck" not in repr(vector)
