"""NETCONF over SSH, as much of it as a simulated Junos device needs.

Source: RFC 6242, section 4.3 (end-of-message framing).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import asyncssh

from forerunner.simulator.junos import JunosDevice, RpcProblem

SHOW = "show configuration | display set"
_END = "]]>]]>"
_BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
_HELLO = (
    f'<hello xmlns="{_BASE}"><capabilities>'
    "<capability>urn:ietf:params:netconf:base:1.0</capability>"
    "<capability>http://xml.juniper.net/netconf/junos/1.0</capability>"
    f"</capabilities><session-id>1</session-id></hello>{_END}"
)
_NAMESPACE = re.compile(r"\{[^}]*\}")


class NetconfSession(asyncssh.SSHServerSession[str]):
    """One NETCONF session with a device, or one command that shows what it runs.

    Args:
        device: What answers.
        log: File that takes each call.
    """

    def __init__(self, device: JunosDevice, log: Path) -> None:
        self._device, self._log = device, log
        self._channel: asyncssh.SSHServerChannel[str] | None = None
        self._heard, self._command = "", ""

    def connection_made(self, chan: asyncssh.SSHServerChannel[str]) -> None:
        """Remember the channel."""
        self._channel = chan

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the session's lock."""
        del exc
        self._device.leave(self)

    def subsystem_requested(self, subsystem: str) -> bool:
        """Take nothing but NETCONF."""
        return subsystem == "netconf"

    def exec_requested(self, command: str) -> bool:
        """Take the one command that its configuration is read by."""
        self._command = command
        return command == SHOW

    def session_started(self) -> None:
        """Say what the device can, or what it runs."""
        if not self._command:
            self._write(_HELLO)
            return
        self._write("".join(f"{line}\n" for line in self._device.committed))
        cast(asyncssh.SSHServerChannel[str], self._channel).exit(0)

    def data_received(self, data: str, _datatype: int | None) -> None:
        """Answer each message that is whole."""
        self._heard += data
        while _END in self._heard:
            message, _, self._heard = self._heard.partition(_END)
            self._answer(message)

    def _answer(self, message: str) -> None:
        root = ET.fromstring(message.strip().encode())  # noqa: S314 - our own tests'
        for each in root.iter():
            each.tag = _NAMESPACE.sub("", each.tag)
        if root.tag != "rpc":
            return
        (request,) = root
        with self._log.open("a") as log:
            log.write(f"{_line(request)}\n")
        self._reply(root.attrib, self._said(request))
        if request.tag == "close-session":
            cast(asyncssh.SSHServerChannel[str], self._channel).exit(0)

    def _said(self, request: ET.Element) -> str:
        if request.tag == "close-session":
            return "<ok/>"
        try:
            return self._device.call(request, self)
        except RpcProblem as problem:
            return (
                "<rpc-error><error-type>protocol</error-type>"
                "<error-tag>operation-failed</error-tag><error-severity>error</error-severity>"
                f"<error-message>{escape(str(problem))}</error-message></rpc-error>"
            )

    def _reply(self, attributes: Mapping[str, str], said: str) -> None:
        number = attributes.get("message-id", "")
        self._write(f'<rpc-reply xmlns="{_BASE}" message-id="{number}">{said}</rpc-reply>{_END}')

    def _write(self, text: str) -> None:
        cast(asyncssh.SSHServerChannel[str], self._channel).write(text)


def _line(request: ET.Element) -> str:
    """Return a call in one line."""
    words = [request.tag, *(f"{name}={value}" for name, value in request.items())]
    return " ".join([*words, *(x.tag for x in request), *"".join(request.itertext()).split()])
