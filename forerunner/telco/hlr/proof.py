"""Proving a SIM on an HLR: it is asked for vectors as the network would, and they are recomputed.

Source: the OsmoHLR user manual, "Generic Subscriber Update Protocol"; libosmocore, gsm/gsup.h.
"""

import asyncio
import hmac
from collections.abc import Iterator, Sequence

from forerunner.telco.contract import Subscriber
from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.hlr.control import connected
from forerunner.telco.hlr.link import Link, Pace
from forerunner.telco.hlr.settings import Settings
from forerunner.telco.ipa import CCM, GSUP, OSMO, framed
from forerunner.telco.milenage import Milenage

_SEND_AUTH_INFO, _ERROR, _RESULT = 0x08, 0x09, 0x0A
_IMSI, _CAUSE, _TUPLE = 0x01, 0x02, 0x03
_RAND, _IK, _CK, _AUTN, _RES = 0x20, 0x23, 0x24, 0x25, 0x27
_ID_GET, _ID_RESPONSE, _PING, _PONG = 0x04, 0x05, 0x00, 0x01
# Serial number, unit name and unit identifier: what the HLR routes answers by, and insists on.
_IDENTITY = (b"\x00forerunner-proof\x00", b"\x01forerunner-proof\x00", b"\x080/0/0\x00")
_FILLER = 0xF
# Each answer holds five vectors, for which the HLR computes as long as for a write.
_WINDOW = 16

Tuple = dict[int, bytes]


class Prover:
    """Asks for vectors.

    Args:
        settings: How the HLR is reached.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def prove(self, subscribers: Sequence[Subscriber]) -> list[str]:
        """Return the problem of each; empty where it authenticates.

        Raises:
            SystemUnreachable: The HLR does not answer.
        """
        settings = self._settings
        link = await self._introduced()
        places = {_digits(each.imsi): at for at, each in enumerate(subscribers)}
        questions = [_question(each.imsi) for each in subscribers]

        def understand(protocol: int, payload: bytes) -> tuple[int, bytes] | None:
            if protocol != OSMO or payload[:1] != bytes([GSUP]):
                return None
            imsi = dict(_elements(payload[2:])).get(_IMSI, b"")
            return (places[imsi], payload[1:]) if imsi in places else None

        try:
            pace = Pace(_WINDOW, settings.timeout)
            answers = await link.ask(questions, len(questions), understand, pace)
        finally:
            link.close()
        pairs = zip(subscribers, answers, strict=True)
        return [self._judged(subscriber, answer) for subscriber, answer in pairs]

    async def _introduced(self) -> Link:
        """Return a connection on which the HLR knows who asks: before, it has nobody to answer."""
        settings, known = self._settings, asyncio.Event()

        def greet(protocol: int, payload: bytes) -> bytes:
            if protocol != CCM:
                return b""
            if payload[0] == _ID_GET:
                known.set()
                return framed(CCM, bytes([_ID_RESPONSE]) + b"".join(map(_sized, _IDENTITY)))
            return framed(CCM, bytes([_PONG])) if payload[0] == _PING else b""

        link = await connected(settings, settings.host, settings.gsup_port, greet)
        try:
            await asyncio.wait_for(known.wait(), settings.timeout)
        except TimeoutError:
            link.close()
            problem = f"GSUP at port {settings.gsup_port} does not ask who we are"
            raise SystemUnreachable(settings.name, problem) from None
        return link

    def _judged(self, subscriber: Subscriber, answer: bytes) -> str:
        elements = list(_elements(answer[1:]))
        if answer[0] == _ERROR:
            cause = dict(elements).get(_CAUSE, b"\0")[0]
            return f"the HLR gives no vectors (cause {cause})"
        tuples = [dict(_elements(value)) for tag, value in elements if tag == _TUPLE]
        if answer[0] != _RESULT or not tuples:
            raise TelcoError(self._settings.name, "it answers a request for vectors with none")
        milenage = Milenage(bytes.fromhex(subscriber.k), bytes.fromhex(subscriber.opc))
        wrong = next((x for x in (_differing(milenage, each) for each in tuples) if x), "")
        return f"{wrong} of a vector is not what its own keys give" if wrong else ""


def _differing(milenage: Milenage, found: Tuple) -> str:
    """Return what of a vector is another one than the SIM's keys give."""
    rand, autn = found.get(_RAND, b""), found.get(_AUTN, b"")
    if len(rand) != 16 or len(autn) != 16:
        return "RAND or AUTN"
    wanted = milenage.vector(rand, milenage.sqn_of(rand, autn), autn[6:8])
    pairs = {
        "MAC": (wanted.autn, autn),
        "RES": (wanted.xres, found.get(_RES, b"")),
        "CK": (wanted.ck, found.get(_CK, b"")),
        "IK": (wanted.ik, found.get(_IK, b"")),
    }
    return next((x for x, (a, b) in pairs.items() if not hmac.compare_digest(a, b)), "")


def _question(imsi: str) -> bytes:
    digits = _digits(imsi)
    return framed(OSMO, bytes([_SEND_AUTH_INFO, _IMSI, len(digits)]) + digits, GSUP)


def _digits(imsi: str) -> bytes:
    """Return digits as GSUP has them: two an octet, the first in the low half."""
    numbers = [*map(int, imsi), *([_FILLER] if len(imsi) % 2 else [])]
    return bytes(low | high << 4 for low, high in zip(numbers[::2], numbers[1::2], strict=True))


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(data):
        length = data[at + 1]
        yield data[at], data[at + 2 : at + 2 + length]
        at += 2 + length


def _sized(tagged: bytes) -> bytes:
    return len(tagged).to_bytes(2, "big") + tagged
