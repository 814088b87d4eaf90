"""The provisioning database application: one writer at a time, sessions that speak PDBI.

Source: Oracle Communications EAGLE Application Processor, Provisioning Database Interface User's
Guide, chapters 2 to 4.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from forerunner.subscriber_lab.gport.faults import Faults
from forerunner.subscriber_lab.gport.retrieval import retrieve
from forerunner.subscriber_lab.gport.store import View
from forerunner.subscriber_lab.gport.updates import Refusal, delete, enter, request, update
from forerunner.telco import TelcoError
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.grammar import Group, Message, Parameter, parse, show, value

SIGNALLING_POINT, OTHER_SIGNALLING_POINT = "46700000001", "46700000002"
ROUTING_NUMBERS = ("123456", "234567", "345678")
"""The network entities that the lab's G-Port knows from the start."""
_TRANSACTION_SIZE = 200
_UPDATES = {"ent_sub": enter, "upd_sub": update, "dlt_sub": delete}
_KNOWN = {
    "ent_sub": ("bdn", "edn", "imsi", "sp", "rn", "pt", "force", "timeout", "split"),
    "upd_sub": ("bdn", "edn", "sp", "rn", "pt", "timeout"),
    "dlt_sub": ("bdn", "edn", "imsi", "timeout"),
    "rtrv_sub": ("bdn", "edn", "imsi", "type", "data", "num"),
}


class Pdba:
    """The database with its two sides.

    Args:
        directory: Where it is kept.

    Attributes:
        faults: What is to go wrong.
        writer: Who has the write transaction.
        reading: What is committed.
        writing: What the writer sees.
    """

    def __init__(self, directory: Path) -> None:
        self.faults = Faults(directory / "faults.json")
        self.writer: Session | None = None
        self.writing, self.reading = (View(directory / "pdb.sqlite") for _ in range(2))
        self._numbers = count(1)
        for each in (SIGNALLING_POINT, OTHER_SIGNALLING_POINT):
            self.writing.put_entity(each, "SP")
        for each in ROUTING_NUMBERS:
            self.writing.put_entity(each, "RN")

    def number(self) -> int:
        """Return the identifier of a new connection."""
        return next(self._numbers)


class Session:
    """One connection.

    Args:
        pdba: The database.
        side: Which of its two sides it is with, 0 or 1.

    Attributes:
        asked: Count of requests.
        endchar: Ends each response.
        gone: Whether it said goodbye.
    """

    def __init__(self, pdba: Pdba, side: int) -> None:
        self._pdba, self._side = pdba, side
        self._id, self._connected, self._single = pdba.number(), False, False
        self._transaction, self._size, self._changes = "", 4, 0
        self.asked, self.endchar, self.gone = 0, "\0", False

    @property
    def active(self) -> bool:
        """Return whether this is the active side."""
        return self._pdba.faults.get("active") == self._side

    def answer(self, text: str) -> Iterator[str]:
        """Yield the responses to a request."""
        self.asked += 1
        try:
            message = parse(text, "request")
        except TelcoError as error:
            reason = (Parameter("reason", error.problem.replace('"', "'")),)
            yield _response("", Code.PARSE_FAILED, reason)
            return
        iid = value(message.items, "iid")
        try:
            for code, data in self._answer(message):
                yield _response(iid, code, data)
        except Refusal as refusal:
            yield _response(iid, refusal.code, refusal.data)

    def end(self) -> None:
        """Undo what is open, as when the connection is gone."""
        if self._pdba.writer is self:
            self._pdba.writing.abort()
            self._pdba.writer = None
        self._transaction = ""

    def _answer(self, message: Message) -> Iterator[tuple[Code, Group]]:
        name = message.name.lower()
        if name == "connect":
            yield Code.SUCCESS, self._connect(message.items)
            return
        if not self._connected:
            raise Refusal(Code.NOT_CONNECTED)
        if name in _UPDATES:
            yield Code.SUCCESS, self._update(name, message.items)
        elif name == "rtrv_sub":
            yield from self._retrieve(message.items)
        elif name == "ent_entity":
            yield Code.SUCCESS, self._enter_entity(message.items)
        else:
            yield Code.SUCCESS, self._steer(name, message.items)

    def _steer(self, name: str, items: Group) -> Group:
        if name == "begin_txn":
            self._begin(value(items, "type"))
        elif name == "end_txn":
            return self._commit()
        elif name == "abort_txn":
            self._inside()
            self.end()
        elif name == "disconnect":
            self.end()
            self.gone = True
        else:
            raise Refusal(Code.PARSE_FAILED, Parameter("reason", "Unknown request"))
        return ()

    def _connect(self, items: Group) -> Group:
        if self._connected:
            raise Refusal(Code.ALREADY_CONNECTED)
        if value(items, "version", "1.0") != "1.0":
            raise Refusal(Code.INVALID_VALUE, Parameter("param", "version"))
        size = value(items, "rspsize", "4")
        if not size.isdigit() or not 1 <= int(size) <= 32:
            raise Refusal(Code.INVALID_VALUE, Parameter("param", "rspsize"))
        self._size, self._connected = int(size), True
        self._single = value(items, "txnmode", "normal") == "single"
        self.endchar = "\n" if value(items, "endchar", "null") == "newline" else "\0"
        side = "active" if self.active else "standby"
        return Parameter("connectId", str(self._id)), Parameter("side", side)

    def _begin(self, kind: str) -> None:
        if kind not in ("read", "write"):
            raise Refusal(Code.INVALID_VALUE, Parameter("param", "type"))
        if self._transaction:
            raise Refusal(Code.ACTIVE_TXN)
        if kind == "write":
            self._take_turn()
        self._transaction, self._changes = kind, 0

    def _take_turn(self) -> None:
        if not self.active:
            raise Refusal(Code(self._pdba.faults.get("standby_code", Code.NO_WRITE_PERMISSION)))
        if self._pdba.writer is not None or self._pdba.faults.spend("busy"):
            raise Refusal(Code.WRITE_UNAVAIL)
        self._pdba.writing.begin()
        self._pdba.writer = self

    def _commit(self) -> Group:
        self._inside()
        changes, kind = self._changes, self._transaction
        if kind == "read":
            self._transaction = ""
            return ()
        if not changes:
            self.end()
            raise Refusal(Code.NO_UPDATES)
        level = self._pdba.writing.commit()
        self._pdba.writer, self._transaction = None, ""
        return (Parameter("dblevel", str(level)),)

    def _inside(self) -> None:
        if not self._transaction:
            raise Refusal(Code.NO_ACTIVE_TXN)

    def _update(self, name: str, items: Group) -> Group:
        if not self._single:
            self._inside()
            if self._transaction == "read":
                raise Refusal(Code.WRITE_IN_READ_TXN)
            self._change(name, items)
            return ()
        self._begin("write")
        try:
            self._change(name, items)
            return self._commit()
        finally:
            self.end()

    def _change(self, name: str, items: Group) -> None:
        found = request(items, _KNOWN[name])
        if self._changes + max(len(found.dns), 1) > _TRANSACTION_SIZE:
            raise Refusal(Code.TXN_TOO_BIG)
        self._changes += _UPDATES[name](self._pdba.writing, found)

    def _retrieve(self, items: Group) -> Iterator[tuple[Code, Group]]:
        if not self._single:
            self._inside()
        view = self._pdba.writing if self._transaction == "write" else self._pdba.reading
        return retrieve(view, request(items, _KNOWN["rtrv_sub"]), self._size * 1024)

    def _enter_entity(self, items: Group) -> Group:
        if self._transaction != "write":
            raise Refusal(Code.WRITE_IN_READ_TXN if self._transaction else Code.NO_ACTIVE_TXN)
        self._pdba.writing.put_entity(value(items, "id").upper(), value(items, "type").upper())
        self._changes += 1
        return ()


def _response(iid: str, code: Code, data: "Group | Mapping[str, str]") -> str:
    numbered = (Parameter("iid", iid),) if iid else ()
    said = (Parameter("data", tuple(data)),) if data else ()
    return show(Message("rsp", (*numbered, Parameter("rc", str(int(code))), *said)))
