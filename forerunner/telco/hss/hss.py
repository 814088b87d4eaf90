"""An HSS as a subscriber system: provisioned in one of its styles, proven over Diameter S6a."""

import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

from forerunner.telco import s6a
from forerunner.telco.contract import Change, Record, Subscriber
from forerunner.telco.hss.settings import Diameter
from forerunner.telco.milenage import Milenage, kasme
from forerunner.telco.northbound import BackOffice, Style

_UNKNOWN = "user unknown"
_KEY = re.compile(r"[0-9a-f]{32}")


class Hss(BackOffice):
    """An HSS.

    Args:
        name: Its inventory name.
        profiles: What a service profile is to it, by name: `apn`, `ambr_ul`, `ambr_dl`.
        style: How its provisioning interface is spoken to.
        diameter: How it is asked as an MME asks.
    """

    def __init__(
        self,
        name: str,
        profiles: Mapping[str, Mapping[str, str]],
        style: Style,
        diameter: Diameter,
    ) -> None:
        super().__init__(name, profiles, _record_of, style)
        self._diameter = diameter

    async def prove(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Authenticate and register each one over S6a, and compare with its keys and profile.

        Raises:
            SystemUnreachable: It does not answer.
        """
        # The Diameter library takes a while to load, and only a proof needs it.
        from forerunner.telco.hss.mme import Mme  # noqa: PLC0415

        async with Mme(self.name, self._diameter) as mme:
            answers = await mme.ask([each.imsi for each in subscribers])
        pairs = zip(subscribers, answers, strict=True)
        return [
            self._wrong_vector(subscriber, vectors) or self._wrong_profile(subscriber, profile)
            for subscriber, (vectors, profile) in pairs
        ]

    def problem_of(self, change: Change) -> str:
        """Return why a change cannot be sent; empty when it can. Keys are looked at too."""
        for end in (change.before, change.after):
            if end and not (_KEY.fullmatch(end.k) and _KEY.fullmatch(end.opc)):
                return "K or OPc is not 32 hexadecimal digits in lower case"
        return super().problem_of(change)

    def _wrong_vector(self, subscriber: Subscriber, answer: Any) -> str:
        """Return what of a vector is another one than the SIM's own keys give."""
        if said := _refusal(answer):
            return f"the HSS gives no vectors ({said})"
        found = _vector(answer)
        if found is None:
            return "the HSS gives no whole vector"
        milenage = Milenage(bytes.fromhex(subscriber.k), bytes.fromhex(subscriber.opc))
        sqn = milenage.sqn_of(found.rand, found.autn)
        wanted = milenage.vector(found.rand, sqn, found.autn[6:8])
        network = s6a.plmn(self._diameter.mcc, self._diameter.mnc)
        key = kasme(wanted.ck, wanted.ik, network, found.autn[:6])
        pairs = {
            "MAC": (wanted.autn, found.autn),
            "XRES": (wanted.xres, found.xres),
            "KASME": (key, found.kasme),
        }
        wrong = [name for name, (a, b) in pairs.items() if not hmac.compare_digest(a, b)]
        return f"{wrong[0]} of a vector is not what its own keys give" if wrong else ""

    def _wrong_profile(self, subscriber: Subscriber, answer: Any) -> str:
        """Return what of a registration's profile is another one than ordered."""
        wanted = self.expected(subscriber) or {}
        if said := _refusal(answer):
            # Some bar a suspended one, others do not let it register at all.
            fine = wanted.get("status") == "suspended" and said == _UNKNOWN
            return "" if fine else f"the HSS does not let it register ({said})"
        barred = s6a.BARRED if wanted.get("status") == "suspended" else s6a.GRANTED
        ordered = {
            "MSISDN": s6a.tbcd(subscriber.msisdn),
            "APN": [wanted.get("apn")],
            "AMBR up": wanted.get("ambr_ul"),
            "AMBR down": wanted.get("ambr_dl"),
            "status": barred,
        }
        given = _profile(answer)
        wrong = [name for name, value in ordered.items() if given[name] != value]
        return f"{wrong[0]} of its profile is not what was ordered" if wrong else ""


def _vector(answer: Any) -> Any:
    """Return the first vector of an answer; None where there is none, or a part of it lacks."""
    vectors = getattr(getattr(answer, "authentication_info", None), "e_utran_vector", None)
    if not vectors:
        return None
    parts = (getattr(vectors[0], name, None) for name in ("rand", "autn", "xres", "kasme"))
    return vectors[0] if all(parts) else None


def _profile(answer: Any) -> Mapping[str, Any]:
    """Return what a registration is told; None for what lacks."""
    data = getattr(answer, "subscription_data", None)
    ambr = getattr(data, "ambr", None)
    apns = getattr(getattr(data, "apn_configuration_profile", None), "apn_configuration", None)
    return {
        "MSISDN": getattr(data, "msisdn", None),
        "APN": [getattr(each, "service_selection", None) for each in apns or ()],
        "AMBR up": str(getattr(ambr, "max_requested_bandwidth_ul", None)),
        "AMBR down": str(getattr(ambr, "max_requested_bandwidth_dl", None)),
        "status": getattr(data, "subscriber_status", None),
    }


def _refusal(answer: Any) -> str:
    if getattr(answer, "result_code", None) == s6a.SUCCESS:
        return ""
    special = getattr(answer, "experimental_result", None)
    code = special.experimental_result_code if special else getattr(answer, "result_code", None)
    return _UNKNOWN if code == s6a.USER_UNKNOWN else f"Diameter result {code}"


def _record_of(subscriber: Subscriber, profile: Mapping[str, str]) -> Record:
    return {
        "imsi": subscriber.imsi,
        "msisdn": subscriber.msisdn,
        "k": subscriber.k,
        "opc": subscriber.opc,
        "apn": profile.get("apn", ""),
        "ambr_ul": profile.get("ambr_ul", ""),
        "ambr_dl": profile.get("ambr_dl", ""),
        "status": subscriber.status,
    }
