"""What goes to a SIM vendor: the .inp file, which orders SIMs.

Lines `Name: value` say what is to be made, `var_in:` the first number of each kind, and `var_out:`
which columns the vendor is to write for each SIM.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from forerunner.errors import InvalidData
from forerunner.files import write_whole
from forerunner.sims.numbers import NumberKind, Span

COLUMNS = ("ICCID", "IMSI", "PIN1", "PUK1", "PIN2", "PUK2", "ADM1", "KI", "OPC")
"""What a vendor is asked for, unless told otherwise."""

_RULE = "*" * 40


def write_input(
    path: Path,
    header: Mapping[str, str],
    first: Mapping[NumberKind, str],
    quantity: int,
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Write an .inp file, readable for its owner alone.

    Args:
        path: The file.
        header: Lines in their order, as `Customer` and `Transport_Key` (its number).
        first: The first number of each kind; each SIM has the next.
        quantity: SIMs.
        columns: What the vendor is to write of each.

    Raises:
        InvalidData: A name or a value would break its line, or a number is none.
    """
    for name, value in (*header.items(), *(("var_out", each) for each in columns)):
        _check_line(str(path), name, value)
    for kind, number in first.items():
        if problem := Span(kind, number, quantity).problem:
            raise InvalidData(str(path), kind, problem)
    write_whole(path, "\n".join(_lines(header, first, quantity, columns)) + "\n")


def _check_line(source: str, name: str, value: str) -> None:
    text = name + value
    if not name or not text.isascii() or not text.isprintable():
        raise InvalidData(source, name[:40], "name and value are to be one line of ASCII")
    if ":" in name or (name == "var_out" and {*value} & {*":/"}):
        raise InvalidData(source, name[:40], "holds : or /, which end a name")


def _lines(
    header: Mapping[str, str],
    first: Mapping[NumberKind, str],
    quantity: int,
    columns: Sequence[str],
) -> list[str]:
    numbers = [f"{kind.upper()}: {number}" for kind, number in first.items()]
    described = [f"{name}: {value}" for name, value in header.items()]
    return [
        *_title("HEADER DESCRIPTION"),
        *described,
        f"Quantity: {quantity}",
        *_title("INPUT VARIABLES"),
        "var_in:",
        *numbers,
        *_title("OUTPUT VARIABLES"),
        f"var_out:{'/'.join(columns)}",
    ]


def _title(text: str) -> list[str]:
    return ["*", f"* {text}", "*", _RULE]
