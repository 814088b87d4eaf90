"""PyHSS's APNs, which subscribers point to by number, and records in our words."""

from collections.abc import Mapping

from forerunner.telco.contract import Record
from forerunner.telco.hss.pyhss.api import Api, Object

_UNKNOWN = "?"


class Apns:
    """The APNs of one HSS: they belong to the network, and are never made here.

    Args:
        names: Their names by number.
    """

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names

    @classmethod
    async def of(cls, api: Api) -> "Apns":
        """Ask an HSS for its own."""
        return cls({int(x["apn_id"]): str(x["apn"]) async for y in api.all("apn") for x in y})

    def number(self, name: str) -> int | None:
        """Return the number of the APN of a name; None unless there is just one."""
        found = [number for number, each in self._names.items() if each == name]
        return found[0] if len(found) == 1 else None

    def record(self, held: Object) -> Record:
        """Return a subscriber object as a record, without the keys, which it does not tell."""
        return {
            "imsi": str(held.get("imsi")),
            "msisdn": str(held.get("msisdn") or ""),
            "apn": self._listed(str(held.get("default_apn")), str(held.get("apn_list") or "")),
            "ambr_ul": str(held.get("ue_ambr_ul")),
            "ambr_dl": str(held.get("ue_ambr_dl")),
            "status": "active" if held.get("enabled") else "suspended",
        }

    def _listed(self, default: str, apn_list: str) -> str:
        """Return the names of all APNs of a subscriber, its default first: ours have one."""
        listed = [each.strip() for each in apn_list.split(",")]
        others = [each for each in listed if each != default]
        if default not in listed:
            others.append("")
        return ",".join(self._name(each) for each in (default, *others))

    def _name(self, number: str) -> str:
        return self._names.get(int(number), _UNKNOWN) if number.isdecimal() else _UNKNOWN
