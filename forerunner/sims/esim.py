"""Activation codes of eSIMs, and their QR pictures.

Source: GSMA SGP.22, 4.1 (activation code) and 4.1.1 (matching identifier: 0-9, A-Z and -).
Whoever has a code can load the eSIM, so that each is as secret as a password: it stands in files
that nobody but their owner may read.
"""

import csv
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import segno

from forerunner.errors import InvalidData

_LONGEST = 255
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_OID = re.compile(r"[0-9]+(\.[0-9]+)+")
# Without what is taken for another one when it is read out: 0, 1, I and O.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_ID_LENGTH = 26
_COLUMNS = ("iccid", "activation_code")
_KINDS = ("png", "svg")
_SCALE = 6


@dataclass(frozen=True)
class Provider:
    """Where eSIMs are loaded from.

    Attributes:
        address: Host of the SM-DP+.
        oid: Its object identifier; empty for none.
        confirmation: Whether a code that the customer gets otherwise is asked for.
    """

    address: str
    oid: str = ""
    confirmation: bool = False

    def __post_init__(self) -> None:
        """Check it.

        Raises:
            InvalidData: It would break an activation code, or make it too long.
        """
        if not _HOST.fullmatch(self.address):
            raise InvalidData("SM-DP+", "smdp_address", "is no host name")
        if self.oid and not _OID.fullmatch(self.oid):
            raise InvalidData("SM-DP+", "smdp_oid", "is no object identifier, as 1.3.6.1")
        if len(self.code("-" * _ID_LENGTH)) > _LONGEST:
            problem = f"makes an activation code longer than {_LONGEST} characters"
            raise InvalidData("SM-DP+", "smdp_address", problem)

    @classmethod
    def of_request(cls, data: Mapping[str, Any]) -> Self:
        """Return that of a request for eSIMs, or of an order's record of it."""
        return cls(
            str(data["smdp_address"]),
            str(data.get("smdp_oid", "")),
            bool(data.get("confirmation_code", False)),
        )

    def code(self, matching_id: str) -> str:
        """Return the activation code for an eSIM."""
        rest = ["1"] if self.confirmation else []
        more = [self.oid, *rest] if self.oid or rest else []
        return "$".join(["LPA:1", self.address, matching_id, *more])


def matching_id() -> str:
    """Return a fresh matching identifier, of 130 random bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_ID_LENGTH))


def write_codes(path: Path, provider: Provider, iccids: Iterable[str]) -> None:
    """Write a CSV file with a fresh activation code for each eSIM; one that is there stays.

    Codes are told to customers, and must not be others when an order is gone on with.

    Args:
        path: The file; its directory is made when it is missing.
        provider: Where they are loaded from.
        iccids: One an eSIM.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _write(temporary, ((iccid, provider.code(matching_id())) for iccid in iccids))
        # Whoever comes first wins, and everybody has the same codes.
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    with _created(path) as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())


def read_codes(path: Path) -> Iterator[tuple[str, str]]:
    """Yield ICCID and activation code of each eSIM in a file that `write_codes` wrote."""
    with path.open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            yield row["iccid"], row["activation_code"]


def write_pictures(codes: Path, directory: Path) -> int:
    """Make a PNG and an SVG picture of each activation code, and return how many eSIMs that is.

    Some 150 eSIMs a second; a picture that is there stays.

    Args:
        codes: A file that `write_codes` wrote.
        directory: Where they go, each named after its ICCID.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = 0
    for iccid, code in read_codes(codes):
        paths = [directory / f"{iccid}.{kind}" for kind in _KINDS]
        if all(path.exists() for path in paths):
            continue
        picture = segno.make_qr(code, error="m")
        for path in paths:
            _draw(picture, path)
        made += 1
    return made


def _draw(picture: segno.QRCode, path: Path) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with _created(temporary, "wb") as file:
            picture.save(file, kind=path.suffix.lstrip("."), scale=_SCALE)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _created(path: Path, mode: str = "w") -> Any:
    """Open a new file that its owner alone may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    return os.fdopen(descriptor, mode, newline=None if "b" in mode else "")
