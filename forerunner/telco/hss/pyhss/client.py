"""A PyHSS: what `Style` asks of it, on its AuC, subscriber and APN objects.

A SIM is an AuC object and a subscriber object that points to it. The AuC object comes first and
goes last, so that nobody is ever served without keys; what a death leaves between the two is an AuC
object with our mark, which is finished or removed by whoever is asked next.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from forerunner.telco.contract import Record
from forerunner.telco.errors import TelcoError
from forerunner.telco.hss.pyhss.api import Api, Object
from forerunner.telco.hss.pyhss.apns import Apns
from forerunner.telco.hss.pyhss.settings import PyHssSettings
from forerunner.telco.northbound import Act, Entry, Found, each_of, template
from forerunner.telco.standing import differences

MARK = "forerunner"
"""The batch name of AuC objects that we made."""
_REFUSED = "it refuses its {}; see what PyHSS logs, which may hold keys"
_FOREIGN_KEYS = "keys of its IMSI are there that somebody else put there; they are left as they are"
_NO_APN = "its profile's APN is not the name of one APN of the HSS; make it there"
_MSISDN_IN_USE = "its MSISDN is in use there already"
_IMSI_IN_USE = "its IMSI is there already"


class PyHss:
    """The client.

    Args:
        settings: Where it is.
    """

    hidden = frozenset({"k", "opc"})

    def __init__(self, settings: PyHssSettings) -> None:
        self._api = Api(settings)
        self._apns: Apns | None = None
        self._learning = asyncio.Lock()
        self._auc = template("hss", "pyhss_auc.json")
        self._subscriber = template("hss", "pyhss_subscriber.json")
        self._name, self._slots = settings.where.name, asyncio.Semaphore(settings.where.connections)

    async def apply(self, act: Act, entries: Sequence[Entry]) -> list[str]:
        """Do one thing with records, and return the problem of each; empty for none."""
        acts: Mapping[Act, Callable[[Entry], Awaitable[str]]] = {
            "add": self._add, "put": self._put, "free": self._free, "remove": self._remove
        }  # fmt: skip
        return await each_of(entries, acts[act], self._slots)

    async def query(self, imsis: Sequence[str]) -> list[Found]:
        """Return the records of IMSIs, in their order; one of keys alone has an IMSI alone."""
        return await each_of(imsis, self._found, self._slots)

    async def taken(self, msisdns: Sequence[str]) -> list[bool]:
        """Return which MSISDNs have a record.

        One that has two, which nothing there prevents, is shown as having none.
        """
        return await each_of(msisdns, self._in_use, self._slots)

    async def everything(self) -> AsyncIterator[Sequence[Record]]:
        """Yield all records, and of our keys those that no subscriber points to."""
        apns, seen = await self._known(), set[str]()
        async for objects in self._api.all("subscriber"):
            records = [apns.record(each) for each in objects]
            seen.update(each["imsi"] for each in records)
            yield records
        async for objects in self._api.all("auc"):
            ours = [str(each.get("imsi")) for each in objects if each.get("batch_name") == MARK]
            yield [{"imsi": imsi} for imsi in ours if imsi not in seen]

    async def aclose(self) -> None:
        """End the connections."""
        await self._api.aclose()

    async def _found(self, imsi: str) -> Found:
        if held := await self._held(imsi):
            return (await self._known()).record(held)
        # A record with nothing in it is somebody's between before and after, or in the way.
        auc = await self._keys(imsi)
        return None if auc is None else {"imsi": imsi, "status": "" if _ours(auc) else "foreign"}

    async def _in_use(self, msisdn: str) -> bool:
        return await self._api.get(f"subscriber/msisdn/{msisdn}") is not None

    async def _add(self, entry: Entry) -> str:
        return _IMSI_IN_USE if await self._held(entry.imsi) else await self._new(entry)

    async def _put(self, entry: Entry) -> str:
        held = await self._held(entry.imsi)
        if held is None:
            return await self._new(entry)
        record, apn = entry.wanted, await self._apn(entry)
        if apn is None:
            return _NO_APN
        if held.get("msisdn") != record["msisdn"] and await self._in_use(record["msisdn"]):
            return _MSISDN_IN_USE
        auc = await self._own_keys(held, entry.imsi)
        if auc is None:
            return _FOREIGN_KEYS
        if await self._api.patch("auc", auc, self._keys_body(record, new=False)) is None:
            return _REFUSED.format("keys")
        body = self._subscriber.render(record=record, auc_id=auc, apn_id=apn)
        changed = await self._api.patch("subscriber", self._number(held, "subscriber"), body)
        return "" if changed else _REFUSED.format("subscriber")

    async def _new(self, entry: Entry) -> str:
        record, apn = entry.wanted, await self._apn(entry)
        if apn is None:
            return _NO_APN
        # Nothing there keeps two subscribers from having one number.
        if await self._in_use(record["msisdn"]):
            return _MSISDN_IN_USE
        found = await self._keys(entry.imsi)
        if found is not None and not _ours(found):
            return _FOREIGN_KEYS
        auc = await self._with_keys(record, found)
        if auc is None:
            return _REFUSED.format("keys")
        body = self._subscriber.render(record=record, auc_id=auc, apn_id=apn)
        made = await self._api.put("subscriber", body)
        # What was cut off and sent again is refused, though it is there.
        fine = made is not None or await self._is_there(entry, auc)
        return "" if fine else _REFUSED.format("subscriber")

    async def _is_there(self, entry: Entry, auc: int) -> bool:
        held = await self._held(entry.imsi)
        if held is None or held.get("auc_id") != auc:
            return False
        wanted = {x: y for x, y in entry.wanted.items() if x not in self.hidden}
        return not differences((await self._known()).record(held), wanted)

    async def _with_keys(self, record: Record, found: Object | None) -> int | None:
        """Return the number of an AuC object with a SIM's keys; None where it is refused."""
        if found is None:
            made = await self._api.put("auc", self._keys_body(record, new=True))
            found = None if made is not None else await self._keys(record["imsi"])
            if found is None or not _ours(found):
                return made
        number = self._number(found, "auc")
        changed = await self._api.patch("auc", number, self._keys_body(record, new=False))
        return number if changed else None

    async def _free(self, entry: Entry) -> str:
        held = await self._held(entry.imsi)
        if held is None:
            return ""
        number = self._number(held, "subscriber")
        changed = await self._api.patch("subscriber", number, json.dumps({"msisdn": None}))
        return "" if changed else _REFUSED.format("subscriber")

    async def _remove(self, entry: Entry) -> str:
        held = await self._held(entry.imsi)
        if held is not None:
            if await self._own_keys(held, entry.imsi) is None:
                return _FOREIGN_KEYS
            gone = await self._api.delete("subscriber", self._number(held, "subscriber"))
            if not gone and await self._held(entry.imsi) is not None:
                return _REFUSED.format("removal")
        auc = await self._keys(entry.imsi)
        if auc is None or not _ours(auc):
            return ""
        gone = await self._api.delete("auc", self._number(auc, "auc"))
        fine = gone or await self._keys(entry.imsi) is None
        return "" if fine else _REFUSED.format("keys' removal")

    async def _own_keys(self, held: Object, imsi: str) -> int | None:
        """Return the number of a subscriber's AuC object; None where it is not one that we made."""
        number = self._number(held, "auc")
        auc = await self._api.get(f"auc/{number}")
        ours = auc is not None and _ours(auc) and auc.get("imsi") == imsi
        return number if ours else None

    async def _held(self, imsi: str) -> Object | None:
        return await self._api.get(f"subscriber/imsi/{imsi}")

    async def _keys(self, imsi: str) -> Object | None:
        return await self._api.get(f"auc/imsi/{imsi}")

    def _keys_body(self, record: Record, new: bool) -> str:
        return self._auc.render(record=record, new=new, batch_name=MARK)

    def _number(self, data: Object, kind: str) -> int:
        number = data.get(f"{kind}_id")
        if not isinstance(number, int):
            raise TelcoError(self._name, f"it shows an object without {kind}_id; is it a PyHSS?")
        return number

    async def _apn(self, entry: Entry) -> int | None:
        return (await self._known()).number(entry.wanted["apn"])

    async def _known(self) -> Apns:
        async with self._learning:
            if self._apns is None:
                self._apns = await Apns.of(self._api)
            return self._apns


def _ours(auc: Object) -> bool:
    return auc.get("batch_name") == MARK
