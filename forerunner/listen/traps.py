"""Reading SNMP notifications by PySNMP, without its sockets: a datagram in, what it says out.

v2c by community, v3 with authentication and privacy only. Nothing is ever answered, so that whoever
sends in another's name makes us send nothing. Source: RFC 3416, RFC 3414 and RFC 3584.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import ntfrcv
from pysnmp.error import PySnmpError
from pysnmp.proto.api import v2c
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message
from pysnmp.proto.secmod.rfc3414 import localkey
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

_UPTIME, _TRAP = "1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"
_MOST_ENGINES = 10_000
# PySNMP keeps half a kilobyte of each message that it takes.
_RENEWED_AFTER = 50_000
_USM, _AUTH_PRIV = 3, 3
_CONTEXT = "rfc3412.receiveMessage:request"
# What a hostile message makes of the library's own assumptions.
_HOSTILE = (
    PySnmpError, PyAsn1Error, ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
Value = int | str


class NoNotification(ValueError):
    """A datagram that is none, or is none from whom it says; the message says why and no more."""


@dataclass(frozen=True)
class User:
    """Who may send by SNMPv3, with SHA and AES; its passwords do not show."""

    name: str
    auth_key: str
    privacy_key: str

    def __repr__(self) -> str:
        """Return the name alone."""
        return f"User({self.name!r})"


@dataclass(frozen=True)
class Notification:
    """What a device told.

    Attributes:
        kind: Object identifier of what it is.
        uptime: Hundredths of seconds since the agent was started; 0 where it does not say.
        request: Number of the message: one that is sent again has the same.
        values: By object identifier, with the index of its instance.
    """

    kind: str
    uptime: int
    request: int
    values: Mapping[str, Value]


class TrapReader:
    """Reads notifications of those who may send them.

    Args:
        users: SNMPv3 users.
        communities: Of SNMPv2c.
    """

    def __init__(self, users: Sequence[User], communities: Sequence[str] = ()) -> None:
        self._keys = {user.name: _master_keys(user) for user in users}
        self._communities = tuple(communities)
        self._found: list[Notification] = []
        self._begin()

    def _begin(self) -> None:
        """Begin with an engine that has seen nobody yet."""
        self._engine = engine.SnmpEngine()
        for number, community in enumerate(self._communities):
            config.add_v1_system(self._engine, f"community-{number}", community)
        ntfrcv.NotificationReceiver(self._engine, self._take)
        self._engines: set[tuple[bytes, str]] = set()
        self._left = _RENEWED_AFTER

    def read(self, data: bytes, address: tuple[str, int]) -> Notification:
        """Return what a datagram says.

        Raises:
            NoNotification: It is none, or not from somebody who may send any.
        """
        self._found.clear()
        self._left -= 1
        if not self._left:
            self._begin()
        dispatcher = self._engine.message_dispatcher
        fresh = self._learn(data)
        try:
            dispatcher.receive_message(self._engine, udp.DOMAIN_NAME, address, data)
        except _HOSTILE:
            self._found.clear()
        if not self._found:
            if fresh is not None:
                self._forget(*fresh)
            raise NoNotification("malformed or not authenticated")
        return self._found.pop()

    def _learn(self, data: bytes) -> tuple[bytes, str] | None:
        """Make a user's keys for the engine that a message names; return both where they are new.

        Each device has an engine of its own, which its keys are made for, and none is known before.
        One that a message only claims is forgotten again: nobody may fill the memory with them.
        """
        who = _claimed(data)
        if who is None or who in self._engines or who[1] not in self._keys:
            return None
        if len(self._engines) >= _MOST_ENGINES:
            return None
        authentication, privacy = self._keys[who[1]]
        config.add_v3_user(
            self._engine,
            who[1],
            config.USM_AUTH_HMAC96_SHA,
            authentication,
            config.USM_PRIV_CFB128_AES,
            privacy,
            securityEngineId=v2c.OctetString(who[0]),
            authKeyType=config.USM_KEY_TYPE_MASTER,
            privKeyType=config.USM_KEY_TYPE_MASTER,
        )
        self._engines.add(who)
        return who

    def _forget(self, engine_id: bytes, name: str) -> None:
        config.delete_v3_user(self._engine, name, v2c.OctetString(engine_id))
        self._engines.discard((engine_id, name))

    def _take(self, *told: Any) -> None:
        snmp_engine, _, _, _, bindings = told[:5]
        context = snmp_engine.observer.get_execution_context(_CONTEXT)
        if int(context["securityModel"]) == _USM and int(context["securityLevel"]) != _AUTH_PRIV:
            # A known user's name without a signature: USM hands it on, for others to refuse.
            return
        values = {str(name): _plain(value) for name, value in bindings}
        kind, uptime = values.pop(_TRAP, ""), values.pop(_UPTIME, 0)
        if kind:
            request = int(v2c.apiPDU.get_request_id(context["pdu"]))
            self._found.append(Notification(str(kind), _integer(uptime), request, values))


def _master_keys(user: User) -> tuple[Any, Any]:
    """Return what an engine's keys are made from; the passwords are hashed only this once."""
    return (
        localkey.hash_passphrase_sha(user.auth_key.encode()),
        localkey.hash_passphrase_sha(user.privacy_key.encode()),
    )


def _claimed(data: bytes) -> tuple[bytes, str] | None:
    """Return the engine and the user that an SNMPv3 message says it is from."""
    try:
        message, _ = decoder.decode(data, asn1Spec=SNMPv3Message())
        given, _ = decoder.decode(
            bytes(message["msgSecurityParameters"]), asn1Spec=UsmSecurityParameters()
        )
        engine_id = bytes(given["msgAuthoritativeEngineId"])
        name = bytes(given["msgUserName"]).decode("ascii")
    except _HOSTILE:
        return None
    # Source: RFC 3411, SnmpEngineID.
    return (engine_id, name) if 5 <= len(engine_id) <= 32 else None


def _integer(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _plain(value: Any) -> Value:
    """Return a value as a number or as text, whatever is in it."""
    if isinstance(value, v2c.IpAddress | v2c.ObjectIdentifier):
        return str(value.prettyPrint())
    if isinstance(value, v2c.OctetString):
        octets = bytes(value)
        text = octets.rstrip(b"\0").decode("utf-8", "replace")
        return text if text.isprintable() else octets.hex()
    try:
        return int(cast("Any", value))
    except (TypeError, ValueError, PyAsn1Error):
        return ""
