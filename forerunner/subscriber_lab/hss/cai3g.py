"""The lab's SOAP flavour: CAI3G before the records that the REST interface stands before, too.

Written apart from the client, so that a mistake of one shows. Its fault codes are those of public
examples: 1001 for a session that is none, 4006 with a code of the HSS's own for everything else.
"""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from aiohttp import web

from forerunner.subscriber_lab.northbound.store import Store

PATH = "/CAI3G1.2/services/CAI3G1.2"
TYPE = "EPSSubscription@http://forerunner.lab/hss/"
USER = "provisioning"
NO_SESSION, EXTERNAL, UNDEFINED, REFUSED = "1001", "4006", "13001", "13005"

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_CAI3G = "http://schemas.ericsson.com/cai3g1.2/"
_HIDDEN = ("k", "opc")
_SESSIONS = 1000


class Fault(Exception):
    """What is refused: the interface's own code, and one of the HSS's."""

    def __init__(self, code: str, inner: str = "") -> None:
        super().__init__(code)
        self.code, self.inner = code, inner


class Cai3g:
    """The interface.

    Args:
        store: What is held.
        password: Of its user.
    """

    def __init__(self, store: Store, password: str) -> None:
        self._store, self._password = store, password
        self._sessions: list[str] = []

    def application(self) -> web.Application:
        """Return the server's application."""
        app = web.Application()
        app.add_routes([web.post(PATH, self._asked)])
        return app

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        try:
            root = ET.fromstring(await request.read())  # noqa: S314 - of the lab's own clients
            body = root.find(f"{{{_SOAP}}}Body")
            if body is None or not len(body):
                raise Fault(EXTERNAL)
            said, status = self._answered(root, body[0]), 200
        except Fault as fault:
            said, status = _fault(fault), 500
        text = f'<S:Envelope xmlns:S="{_SOAP}"><S:Body>{said}</S:Body></S:Envelope>'
        return web.Response(text=text, status=status, content_type="text/xml")

    def _answered(self, root: ET.Element, operation: ET.Element) -> str:
        name = operation.tag.partition("}")[2]
        if name == "Login":
            return self._login(operation)
        session = root.findtext(f".//{{{_CAI3G}}}SessionId", "")
        if session not in self._sessions:
            raise Fault(NO_SESSION)
        if name == "Logout":
            self._sessions.remove(session)
            return f'<LogoutResponse xmlns="{_CAI3G}"/>'
        if operation.findtext(f"{{{_CAI3G}}}MOType") != TYPE:
            raise Fault(EXTERNAL, REFUSED)
        acts = {"Create": self._create, "Set": self._set, "Get": self._get, "Delete": self._delete}
        return acts[name](operation)

    def _login(self, operation: ET.Element) -> str:
        user, given = (operation.findtext(f"{{{_CAI3G}}}{x}", "") for x in ("userId", "pwd"))
        if user != USER or not hmac.compare_digest(given.encode(), self._password.encode()):
            raise Fault("1002")
        session = secrets.token_hex(16)
        self._sessions = [*self._sessions[-_SESSIONS:], session]
        return (
            f'<LoginResponse xmlns="{_CAI3G}"><sessionId>{session}</sessionId>'
            "<baseSequenceId>1</baseSequenceId></LoginResponse>"
        )

    def _create(self, operation: ET.Element) -> str:
        return self._written("add", _attributes(operation), "CreateResponse")

    def _set(self, operation: ET.Element) -> str:
        self._held(operation)
        return self._written("put", _attributes(operation), "SetResponse")

    def _written(self, act: str, record: Mapping[str, str], answer: str) -> str:
        item = {"act": act, "imsi": record.get("imsi", ""), "record": dict(record)}
        if not self._store.apply([item])[0]["ok"]:
            raise Fault(EXTERNAL, REFUSED)
        return f'<{answer} xmlns="{_CAI3G}"/>'

    def _get(self, operation: ET.Element) -> str:
        held = self._held(operation)
        fields = "".join(
            f"<{name}>{escape(str(value))}</{name}>"
            for name, value in held.items()
            if name not in _HIDDEN
        )
        name, _, namespace = TYPE.partition("@")
        attributes = f'<get{name} xmlns="{namespace}">{fields}</get{name}>'
        return (
            f'<GetResponse xmlns="{_CAI3G}"><MOAttributes>{attributes}</MOAttributes></GetResponse>'
        )

    def _delete(self, operation: ET.Element) -> str:
        held = self._held(operation)
        self._store.apply([{"act": "remove", "imsi": held["imsi"]}])
        return f'<DeleteResponse xmlns="{_CAI3G}"/>'

    def _held(self, operation: ET.Element) -> dict[str, Any]:
        key = operation.find(f"{{{_CAI3G}}}MOId")
        if key is None or not len(key):
            raise Fault(EXTERNAL, REFUSED)
        held = self._store.find(key[0].tag.partition("}")[2], [key[0].text or ""])[0]
        if held is None:
            raise Fault(EXTERNAL, UNDEFINED)
        return held


def _attributes(operation: ET.Element) -> dict[str, str]:
    attributes = operation.find(f"{{{_CAI3G}}}MOAttributes")
    if attributes is None or not len(attributes):
        raise Fault(EXTERNAL, REFUSED)
    return {each.tag.partition("}")[2]: each.text or "" for each in attributes[0]}


def _fault(fault: Fault) -> str:
    inner = f"<respCode>{fault.inner}</respCode>" if fault.inner else ""
    return (
        "<S:Fault><faultcode>S:Server</faultcode><faultstring>see detail</faultstring><detail>"
        f'<Cai3gFault xmlns="{_CAI3G}"><faultcode>{fault.code}</faultcode>'
        f"<details><UserProvisioningFault>{inner}</UserProvisioningFault></details>"
        "</Cai3gFault></detail></S:Fault>"
    )
