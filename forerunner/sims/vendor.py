"""What comes back from a SIM vendor: the .out file.

It begins with lines `Name: value`, among which `Quantity` may say how many rows there are. The line
`var_out:` names the columns of the rows after it, separated by `/` as they are. Columns are found
by their names, in any order, and what we do not know (PIN, PUK, ADM) is passed over. Keys may be
encrypted by a transport key; then they are decrypted in memory and rest nowhere, or pass on as they
are.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forerunner.sims.keys import Seen, TransportKey, key_problem, opc_of
from forerunner.sims.lines import lines
from forerunner.sims.numbers import NumberKind, problem_of
from forerunner.sims.rejects import Faults, Reject

_HEADER_LINES = 500
_COLUMNS: Mapping[str, frozenset[str]] = {
    "imsi": frozenset({"imsi"}),
    "iccid": frozenset({"iccid", "ser_nb", "sernb", "serial_number"}),
    "k": frozenset({"ki", "k", "eki"}),
    "opc": frozenset({"opc", "eopc"}),
    "op": frozenset({"op"}),
}
_NUMBERS: tuple[NumberKind, ...] = ("imsi", "iccid")
_KEY_INDEX = frozenset({"transportkey", "transportkeyindex", "keyindex"})
_NEVER = "it is not shown; have the vendor write the file again"

Report = Callable[[Reject], None]


@dataclass(frozen=True, slots=True)
class VendorSim:
    """A SIM as its vendor made it.

    Attributes:
        imsi: 14 or 15 digits.
        iccid: 19 or 20 digits.
        k: 32 hexadecimal digits in lower case; never shown.
        opc: As `k`.
        row: Line of the file.
    """

    imsi: str
    iccid: str
    k: str = field(repr=False)
    opc: str = field(repr=False)
    row: int = 0


@dataclass(frozen=True)
class OutFile:
    """A vendor's .out file.

    Args:
        path: Where it lies.
        transport: What its keys are encrypted with; None for in clear, or to be passed on.
        op: The operator's OP, when the file has neither OP nor OPc; empty for none.
        passes: Its keys are encrypted and pass on as they are.
        key_index: The number of the transport key, where the request names it; empty for any.
    """

    path: Path
    transport: TransportKey | None = None
    op: str = field(default="", repr=False)
    passes: bool = False
    key_index: str = ""

    def sims(self, report: Report | None = None) -> Iterator[VendorSim]:
        """Yield its SIMs, one row at a time.

        Args:
            report: Is told what does not fit; the rows go on then.

        Raises:
            Rejected: Something does not fit, and there is nobody to report it to; names row and
                field, and never a key.
            InvalidData: It cannot be read.
        """
        yield from _Reader(self, report or self._refuse).sims()

    def _refuse(self, reject: Reject) -> None:
        faults = Faults(str(self.path))
        faults.add(reject)
        faults.end()


class _Reader:
    """Reads a file from its first line to its last, once."""

    def __init__(self, file: OutFile, report: Report) -> None:
        self._file, self._report = file, report
        self._header: dict[str, tuple[int, str]] = {}
        self._columns: Mapping[str, int] = {}
        self._width = 0
        self._seen = Seen()

    def sims(self) -> Iterator[VendorSim]:
        rows = 0
        for number, text, problem in lines(self._file.path, "key_file"):
            if problem:
                self._tell(number, "line", problem)
            elif self._columns and text.strip():
                rows += 1
                if sim := self._sim(number, text):
                    yield sim
            elif not self._columns and not self._take_header(number, text):
                return
        if not self._columns:
            self._tell(0, "var_out", "no such line names the columns; is it a vendor's .out file?")
        self._check_quantity(rows)

    def _tell(self, number: int, name: str, reason: str) -> None:
        self._report(Reject(number, name, reason, str(self._file.path)))

    def _take_header(self, number: int, text: str) -> bool:
        """Take a line before the rows, and return whether to go on."""
        name, colon, value = text.partition(":")
        plain = "".join(x for x in name.lower() if x.isalnum())
        if colon and plain == "varout":
            return self._take_columns(number, [x.strip().lower() for x in value.split("/")])
        if colon:
            self._header[plain] = (number, value.strip())
        if number >= _HEADER_LINES:
            self._tell(number, "var_out", f"no such line among the first {number}")
        return number < _HEADER_LINES

    def _take_columns(self, number: int, names: Sequence[str]) -> bool:
        found: dict[str, int] = {}
        problems = []
        for ours, theirs in _COLUMNS.items():
            places = [at for at, name in enumerate(names) if name in theirs]
            if len(places) > 1:
                problems.append(f"names {ours} more than once")
            found.update((ours, at) for at in places)
        missing = [name for name in ("imsi", "iccid", "k") if name not in found]
        if missing:
            problems.append(f"lacks a column for {', '.join(missing)}")
        problems += self._key_problems(names, found)
        for problem in problems:
            self._tell(number, "var_out", problem)
        self._columns, self._width = found, len(names)
        return not problems

    def _key_problems(self, names: Sequence[str], found: Mapping[str, int]) -> Iterator[str]:
        opened = self._file.transport is not None
        if ("op" in found) + ("opc" in found) + bool(self._file.op) != 1:
            yield "exactly one is to be given of a column OP, a column OPC, and the op_file"
        if self._file.passes and "opc" not in found:
            yield "lacks a column OPC: it cannot be made of a key that passes on encrypted"
        if {"eki", "eopc"} & {*names} and not opened and not self._file.passes:
            yield "its keys are encrypted; name the transport_key_file, or let them pass"
        number, index = next((x for n, x in self._header.items() if n in _KEY_INDEX), (0, ""))
        if self._file.key_index and index and index != self._file.key_index:
            yield f"its transport key is another one than {self._file.key_index} (line {number})"

    def _sim(self, number: int, text: str) -> VendorSim | None:
        values = [x.strip() for x in (text.split("/") if "/" in text else text.split())]
        if len(values) != self._width:
            problem = f"has {len(values)} values, and var_out names {self._width}"
            self._tell(number, "row", problem)
            return None
        row = {name: values[at] for name, at in self._columns.items()}
        # As it lies on the card: half a byte of filling after 19 digits.
        row["iccid"] = row["iccid"].rstrip("Ff")
        good = True
        for kind in _NUMBERS:
            if problem := problem_of(kind, row[kind]):
                self._tell(number, kind, problem)
                good = False
        keys = [self._key(number, name, row[name]) for name in ("k", "opc", "op") if name in row]
        if not good or not all(keys):
            return None
        if self._seen.add(keys[0]):
            self._tell(number, "k", f"another SIM has this key, too; {_NEVER}")
            return None
        opc = keys[1] if "opc" in row else opc_of(keys[0], (*keys[1:], self._file.op)[0])
        return VendorSim(row["imsi"], row["iccid"], keys[0], opc, number)

    def _key(self, number: int, name: str, text: str) -> str:
        """Return a key in lower case; an empty text for one that does not fit."""
        problem = key_problem(text)
        if not problem and self._file.transport:
            text = self._file.transport.open(text)
            problem = key_problem(text)
        if problem:
            self._tell(number, name, f"{problem}; {_NEVER}")
        return "" if problem else text.lower()

    def _check_quantity(self, rows: int) -> None:
        number, said = self._header.get("quantity", (0, ""))
        if said and (not said.isascii() or not said.isdigit() or int(said[:9]) != rows):
            reason = f"there are {rows} rows, and it says another number; is the file whole?"
            self._tell(number, "quantity", reason)
        elif not rows and self._columns:
            self._tell(0, "var_out", "there is no row after it")
