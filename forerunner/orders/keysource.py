"""Where the keys of an order's SIMs come from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forerunner.errors import InvalidData
from forerunner.orders.delivery import Delivery
from forerunner.orders.errors import OrderError
from forerunner.orders.site import Site
from forerunner.sims.keys import Keys, TransportKey, generated, read_secret
from forerunner.sims.request import Request
from forerunner.sims.vendor import OutFile

_AES_BYTES, _TRIPLE_DES_BYTES, _OP_BYTES = (16, 24, 32), (16, 24), (16,)


@dataclass(frozen=True)
class KeySource:
    """Where keys come from.

    Attributes:
        op: The operator's OP, for keys that are made here; empty for a random OPc each.
        file: The vendor's; None for keys that are made here.
    """

    op: str = field(repr=False)
    file: OutFile | None

    def keys(self, delivery: Delivery | None) -> Iterator[Keys]:
        """Yield K and OPc, a SIM after the other.

        Args:
            delivery: What the vendor's file had when it was looked through.

        Raises:
            OrderError: It has other SIMs by now.
        """
        return self._read(delivery) if self.file and delivery else generated(self.op)

    def _read(self, delivery: Delivery) -> Iterator[Keys]:
        assert self.file  # noqa: S101 - by the caller
        numbers = iter(delivery.columns["imsi"])
        for sim in self.file.sims():
            if next(numbers, "") != sim.imsi:
                raise OrderError(f"{self.file.path}: it was changed while it was read; start again")
            yield sim.k, sim.opc


def key_source(request: Request, site: Site) -> KeySource:
    """Return where the keys that a request is for come from.

    Raises:
        InvalidData: A file of it does not fit, or no system takes keys as it wants to pass them.
        VaultError: A file of it is a vault that cannot be opened.
    """
    data = request.data
    op = ""
    if "op_file" in data:
        path = Path(data["op_file"])
        op = read_secret(path, "op_file", _OP_BYTES, site.password_file).hex()
    if data.get("key_source") != "vendor":
        return KeySource(op, None)
    passes = data.get("transport") == "pass"
    if passes and not site.takes_encrypted:
        problem = "no system of this site takes encrypted keys; decrypt them"
        raise InvalidData(request.source, "transport", problem)
    index = str(data.get("transport_key_index", ""))
    transport = _transport(request, site)
    return KeySource("", OutFile(Path(data["key_file"]), transport, op, passes, index))


def _transport(request: Request, site: Site) -> TransportKey | None:
    data, name = request.data, "transport_key_file"
    if name not in data:
        return None
    algorithm = data.get("transport_algorithm", "aes")
    sizes = _AES_BYTES if algorithm == "aes" else _TRIPLE_DES_BYTES
    key = read_secret(Path(data[name]), name, sizes, site.password_file)
    try:
        return TransportKey(algorithm, key)
    except ValueError as error:
        raise InvalidData(data[name], name, str(error)) from None
