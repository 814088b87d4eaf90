"""Vendors' files: columns by their names, and all that does not fit by row and field."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forerunner.errors import InvalidData
from forerunner.sims.keys import TransportKey, opc_of
from forerunner.sims.numbers import with_luhn
from forerunner.sims.rejects import Faults, Rejected
from forerunner.sims.vendor import OutFile, VendorSim
from forerunner.sims.vendor_input import write_input

TRANSPORT = b"transport key 16"
OP = "cdc202d5123e20f62b6d676ac72cb318"


def iccid(number: int) -> str:
    return with_luhn(f"8949000000000{number:05}")


def key(number: int) -> str:
    return f"{number:02x}" + "ab" * 15


def row(number: int) -> dict[str, str]:
    return {
        "ICCID": iccid(number),
        "IMSI": f"00101{number:010}",
        "PIN1": "1234",
        "KI": key(number),
        "OPC": key(100 + number),
    }


@pytest.fixture
def out(tmp_path: Path) -> Callable[..., Path]:
    """Write a .out file: `out(columns, rows, header)`."""

    def write(columns="ICCID/IMSI/PIN1/KI/OPC", rows=None, header="Quantity: 3\n") -> Path:
        lines = rows or ["/".join(row(n)[x] for x in columns.split("/")) for n in range(1, 4)]
        path = tmp_path / "lot.out"
        path.write_text(f"* HEADER\nCustomer: X\n{header}*\nvar_out:{columns}\n" + "\n".join(lines))
        return path

    return write


def faults(file: OutFile) -> list[str]:
    found = Faults("request.yml")
    list(file.sims(found.add))
    return [f"{each.row} {each.field}: {each.reason}" for each in found.found]


def test_columns_are_found_by_their_names(out) -> None:
    expected = [VendorSim(f"00101{n:010}", iccid(n), key(n), key(100 + n), 5 + n) for n in (1, 2)]

    for columns in ("ICCID/IMSI/PIN1/KI/OPC", "OPC/PIN1/KI/IMSI/ICCID"):
        found = list(OutFile(out(columns)).sims())
        assert found[:2] == expected
        assert len(found) == 3


def test_other_words_for_a_column_and_for_the_line_are_known(out) -> None:
    path = out()
    path.write_text(path.read_text().replace("var_out:ICCID/IMSI", "Var_Out: Ser_nb/imsi"))

    assert len(list(OutFile(path).sims())) == 3


def test_opc_is_made_of_an_op_in_a_column_or_beside_the_file(out) -> None:
    rows = [f"{iccid(1)}/001010000000001/{key(1)}"]
    beside = OutFile(out("ICCID/IMSI/KI", rows, ""), op=OP)
    (sim,) = beside.sims()
    assert sim.opc == opc_of(key(1), OP)

    within = OutFile(out("ICCID/IMSI/KI/OP", [f"{rows[0]}/{OP}"], ""))
    assert list(within.sims()) == [sim]


@pytest.mark.parametrize("columns", ["ICCID/IMSI/PIN1/KI", "ICCID/IMSI/KI/OPC/OP"])
def test_neither_both_nor_none_of_op_and_opc_is_taken(out, columns: str) -> None:
    (said,) = faults(OutFile(out(columns, ["/".join(["1"] * len(columns.split("/")))], "")))

    assert said.startswith("4 var_out: exactly one is to be given")


def test_opc_and_an_op_beside_the_file_is_one_too_many(out) -> None:
    assert "exactly one" in faults(OutFile(out(), op=OP))[0]


def test_encrypted_keys_are_opened_in_memory(out) -> None:
    cipher = Cipher(algorithms.AES(TRANSPORT), modes.ECB())
    sent = [cipher.encryptor().update(bytes.fromhex(x)).hex().upper() for x in (key(1), key(2))]
    path = out("ICCID/IMSI/EKI/EOPC", [f"{iccid(1)}/001010000000001/{sent[0]}/{sent[1]}"], "")

    (sim,) = OutFile(path, TransportKey("aes", TRANSPORT)).sims()

    assert (sim.k, sim.opc) == (key(1), key(2))
    assert key(1) not in path.read_text()


def test_encrypted_keys_pass_as_they_are_where_that_is_wanted(out) -> None:
    path = out("ICCID/IMSI/EKI/EOPC", [f"{iccid(1)}/001010000000001/{key(1)}/{key(2)}"], "")

    (sim,) = OutFile(path, passes=True).sims()
    assert (sim.k, sim.opc) == (key(1), key(2))
    assert "its keys are encrypted" in faults(OutFile(path))[0]
    lacking = out("ICCID/IMSI/EKI", [f"{iccid(1)}/001010000000001/{key(1)}"], "")
    assert "lacks a column OPC" in " ".join(faults(OutFile(lacking, passes=True)))


def test_another_transport_key_than_the_requests_is_told(out) -> None:
    path = out(header="Transport_Key: 7\n")

    assert "another one than 3 (line 3)" in faults(OutFile(path, key_index="3"))[0]
    assert faults(OutFile(path, key_index="7")) == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"KI": "0" * 32}, "k: it is zeros only"),
        ({"KI": "zz"}, "k: it is no key"),
        ({"OPC": "12"}, "opc: it is no key"),
        ({"KI": key(1)}, "k: another SIM has this key"),
        ({"IMSI": "00101"}, "imsi: an IMSI is"),
        ({"ICCID": iccid(2)[:-1]}, "iccid: an ICCID is"),
        ({"PIN1": "1/2"}, "row: has 6 values, and var_out names 5"),
        ({"PIN1": "\0"}, "line: its line holds a NUL"),
        ({"PIN1": "1" * 5000}, "line: its line is longer"),
    ],
)
def test_what_does_not_fit_is_told_by_row_and_field_and_no_key_is_shown(
    out, broken: dict[str, str], said: str
) -> None:
    rows = ["/".join(row(n).values()) for n in (1, 2, 3)]
    rows[1] = "/".join((row(2) | broken).values())

    found = faults(OutFile(out(rows=rows)))

    assert f"7 {said}" in found[0]
    assert key(1) not in " ".join(found)


def test_all_that_does_not_fit_is_told(out) -> None:
    rows = ["/".join((row(n) | {"IMSI": "x", "KI": "y"}).values()) for n in (1, 2, 3)]

    assert len(faults(OutFile(out(rows=rows)))) == 6


def test_a_file_that_was_cut_is_told(out) -> None:
    path = out()
    path.write_text(path.read_text().rpartition("\n")[0])

    assert faults(OutFile(path)) == [
        "3 quantity: there are 2 rows, and it says another number; is the file whole?"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "0 var_out: no such line"),
        ("var_out:ICCID/IMSI", "lacks a column for k"),
        ("var_out:ICCID/IMSI/KI/K/OPC", "names k more than once"),
        ("var_out:ICCID/IMSI/KI/OPC\n", "there is no row after it"),
        ("x\n" * 600, "among the first 500"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "lot.out"
    path.write_text(text)

    assert said in faults(OutFile(path))[0]


def test_without_somebody_to_report_to_it_is_raised(out, tmp_path: Path) -> None:
    path = out(rows=["/".join((row(1) | {"KI": "secret"}).values())], header="")

    with pytest.raises(Rejected, match="row 5, k: it is no key") as raised:
        list(OutFile(path).sims())
    assert "secret" not in str(raised.value)
    with pytest.raises(InvalidData, match="key_file: cannot be read"):
        list(OutFile(tmp_path / "none").sims())


def test_no_key_stands_in_a_repr(out) -> None:
    file = OutFile(out(), TransportKey("aes", TRANSPORT), OP)
    text = repr(file) + repr(list(OutFile(file.path).sims()))

    assert not [each for each in (key(1), OP, "transport key") if each in text]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_whatever_is_in_a_file_is_told_and_never_a_trace(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "lot.out"
    path.write_bytes(b"var_out:ICCID/IMSI/KI/OPC\n" + raw)

    assert faults(OutFile(path)) or raw.strip()


def test_what_is_ordered_from_a_vendor_can_be_read_back(tmp_path: Path) -> None:
    path = tmp_path / "lot.inp"
    write_input(path, {"Customer": "X", "Transport_Key": "7"}, {"iccid": iccid(1)}, 20, ["IMSI"])

    lines = path.read_text().splitlines()
    assert [x for x in lines if not x.startswith("*")] == [
        "Customer: X",
        "Transport_Key: 7",
        "Quantity: 20",
        "var_in:",
        f"ICCID: {iccid(1)}",
        "var_out:IMSI",
    ]
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("header", "number", "columns"),
    [
        ({"Customer": "X\nQuantity: 9"}, iccid(1), ["IMSI"]),
        ({"Cust:omer": "X"}, iccid(1), ["IMSI"]),
        ({"": "X"}, iccid(1), ["IMSI"]),
        ({}, "894900", ["IMSI"]),
        ({}, iccid(1), ["IMSI/KI"]),
    ],
)
def test_what_would_break_a_line_of_an_order_to_a_vendor_is_refused(
    tmp_path: Path, header, number: str, columns
) -> None:
    with pytest.raises(InvalidData):
        write_input(tmp_path / "lot.inp", header, {"iccid": number}, 20, columns)

    assert not (tmp_path / "lot.inp").exists()
