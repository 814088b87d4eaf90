"""Milenage: what a SIM and its network compute alike, so that each can tell that it is the other.

Source: 3GPP TS 35.206 (the functions), TS 33.102 (the vector), TS 33.401 annex A.2 (KASME).
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

BLOCK = 16
# TS 35.206, 4.1: how far each function rotates (in octets), and what it adds to the last octet.
_R2, _R3, _R4, _R5 = 0, 4, 8, 12
_C2, _C3, _C4, _C5 = 1, 2, 4, 8
_R1 = 8
_KASME_FC = 0x10


@dataclass(frozen=True, slots=True)
class Vector:
    """What a network challenges a SIM with, and what it expects.

    Attributes:
        rand: The challenge, 16 octets.
        xres: The answer, 8 octets.
        ck: Cipher key, 16 octets.
        ik: Integrity key, 16 octets.
        autn: What proves the network to the SIM: SQN under AK, AMF, MAC; 16 octets.
    """

    rand: bytes
    xres: bytes = field(repr=False)
    ck: bytes = field(repr=False)
    ik: bytes = field(repr=False)
    autn: bytes


def opc_from_op(k: bytes, op: bytes) -> bytes:
    """Return OPc, the operator's variant OP under a SIM's key; 16 octets each."""
    return _xor(_encryptor(k).update(op), op)


class Milenage:
    """The functions of one SIM.

    Args:
        k: Its key, 16 octets.
        opc: Its OPc, 16 octets.
    """

    def __init__(self, k: bytes, opc: bytes) -> None:
        self._aes = _encryptor(k)
        self._opc = opc

    def vector(self, rand: bytes, sqn: int, amf: bytes) -> Vector:
        """Return the vector of a challenge.

        Args:
            rand: 16 octets.
            sqn: Sequence number, of 48 bits.
            amf: Authentication management field, 2 octets.
        """
        number = sqn.to_bytes(6, "big")
        xres, ak = self.f2_f5(rand)
        mac, _ = self.f1(rand, number, amf)
        concealed = _xor(number, ak)
        return Vector(rand, xres, self.f3(rand), self.f4(rand), concealed + amf + mac)

    def sqn_of(self, rand: bytes, autn: bytes) -> int:
        """Return the sequence number in an AUTN; whether its MAC is right is another question."""
        return int.from_bytes(_xor(autn[:6], self.f2_f5(rand)[1]), "big")

    def f1(self, rand: bytes, sqn: bytes, amf: bytes) -> tuple[bytes, bytes]:
        """Return MAC-A, and MAC-S for a resynchronisation; 8 octets each."""
        temp = self._aes.update(_xor(rand, self._opc))
        repeated = (sqn + amf) * 2
        out = self._aes.update(_xor(temp, _rotate(_xor(repeated, self._opc), _R1)))
        out = _xor(out, self._opc)
        return out[:8], out[8:]

    def f2_f5(self, rand: bytes) -> tuple[bytes, bytes]:
        """Return RES, 8 octets, and AK, 6 octets."""
        out = self._out(rand, _R2, _C2)
        return out[8:], out[:6]

    def f3(self, rand: bytes) -> bytes:
        """Return CK, 16 octets."""
        return self._out(rand, _R3, _C3)

    def f4(self, rand: bytes) -> bytes:
        """Return IK, 16 octets."""
        return self._out(rand, _R4, _C4)

    def f5_star(self, rand: bytes) -> bytes:
        """Return AK of a resynchronisation, 6 octets."""
        return self._out(rand, _R5, _C5)[:6]

    def sqn_of_auts(self, rand: bytes, auts: bytes) -> int | None:
        """Return the SIM's sequence number out of AUTS; None when its MAC is not the SIM's.

        Source: TS 33.102, 6.3.3; AMF is zero there.
        """
        sqn = _xor(auts[:6], self.f5_star(rand))
        if not hmac.compare_digest(self.f1(rand, sqn, b"\0\0")[1], auts[6:]):
            return None
        return int.from_bytes(sqn, "big")

    def auts(self, rand: bytes, sqn: int) -> bytes:
        """Return what a SIM answers whose sequence number is another one; 14 octets."""
        number = sqn.to_bytes(6, "big")
        return _xor(number, self.f5_star(rand)) + self.f1(rand, number, b"\0\0")[1]

    def _out(self, rand: bytes, rotation: int, constant: int) -> bytes:
        temp = self._aes.update(_xor(rand, self._opc))
        turned = bytearray(_rotate(_xor(temp, self._opc), rotation))
        turned[-1] ^= constant
        return _xor(self._aes.update(bytes(turned)), self._opc)


def kasme(ck: bytes, ik: bytes, plmn: bytes, concealed_sqn: bytes) -> bytes:
    """Return KASME, 32 octets.

    Args:
        ck: Of the vector.
        ik: Of the vector.
        plmn: The serving network as 3 octets (TS 24.301, 9.9.3.32).
        concealed_sqn: SQN under AK, the first 6 octets of AUTN.
    """
    text = b"".join((
        bytes([_KASME_FC]),
        plmn, len(plmn).to_bytes(2, "big"),
        concealed_sqn, len(concealed_sqn).to_bytes(2, "big"),
    ))  # fmt: skip
    return hmac.digest(ck + ik, text, sha256)


def _encryptor(k: bytes) -> CipherContext:
    # The kernel of TS 35.206 is one block of AES; each block stands for itself.
    return Cipher(algorithms.AES(k), modes.ECB()).encryptor()  # noqa: S305


def _rotate(block: bytes, octets: int) -> bytes:
    return block[octets:] + block[:octets]


def _xor(one: bytes, other: bytes) -> bytes:
    size = len(one)
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(size, "big")
