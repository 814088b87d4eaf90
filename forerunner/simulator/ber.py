"""As much of BER as an SNMP agent needs. Source: ITU-T X.690; RFC 3416 for the tags."""

from collections.abc import Iterator

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_SUCH_INSTANCE, END_OF_VIEW = b"\x81\x00", b"\x82\x00"
_LONG = 0x80


class NoMessage(ValueError):
    """Bytes that are no message."""


def tlv(tag: int, content: bytes) -> bytes:
    """Return a value with its tag and length."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def number(tag: int, value: int) -> bytes:
    """Return a number with its tag; an unsigned one where its kind has no sign."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    """Return the content of an object identifier, as `1.3.6.1`."""
    first, second, *rest = map(int, text.split("."))
    return b"".join(map(_base128, (first * 40 + second, *rest)))


def read(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Return tag and content of the value that stands somewhere, and where the next one stands.

    Raises:
        NoMessage: It is cut.
    """
    try:
        tag, size, begin = data[at], data[at + 1], at + 2
        if size & _LONG:
            begin += size & ~_LONG
            size = int.from_bytes(data[at + 2 : begin], "big")
    except IndexError:
        raise NoMessage("it is cut") from None
    if begin + size > len(data):
        raise NoMessage("it is cut")
    return tag, data[begin : begin + size], begin + size


def values(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of all values that stand one after the other.

    Raises:
        NoMessage: One is cut.
    """
    at = 0
    while at < len(content):
        tag, value, at = read(content, at)
        yield tag, value


def _base128(value: int) -> bytes:
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(_LONG | value & 0x7F)
    return bytes(reversed(found))
