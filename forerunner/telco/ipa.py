"""IPA framing, in which Osmocom's servers speak: a length, a protocol, an extension, a payload.

Source: the OsmoHLR manual, "Control interface" and "GSUP"; libosmocore, gsm/protocol/ipaccess.h.
"""

import struct

OSMO = 0xEE
CCM = 0xFE
CTRL, GSUP = 0x00, 0x05

_HEADER = struct.Struct(">HB")


def framed(protocol: int, payload: bytes, extension: int | None = None) -> bytes:
    """Return a payload in its frame.

    Args:
        protocol: `OSMO` or `CCM`.
        payload: Without the extension's octet.
        extension: Of protocol `OSMO`.
    """
    body = payload if extension is None else bytes([extension]) + payload
    return _HEADER.pack(len(body), protocol) + body


class Frames:
    """Takes octets as they come and gives whole frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def add(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return protocol and payload (with an extension's octet) of the frames that are whole."""
        self._rest += data
        found: list[tuple[int, bytes]] = []
        at = 0
        while len(self._rest) - at >= _HEADER.size:
            length, protocol = _HEADER.unpack_from(self._rest, at)
            end = at + _HEADER.size + length
            if end > len(self._rest):
                break
            found.append((protocol, bytes(self._rest[at + _HEADER.size : end])))
            at = end
        del self._rest[:at]
        return found
