"""A pulse for a router's flow exporter: run by `/usr/bin/python3 -I -S` in its namespace.

softflowd 1.1.0 sets libpcap no timeout, so that the kernel hands packets over only once a block of
256 KiB is full: on a quiet router a flow would wait for minutes. Five datagrams of 60 KB that the
router sends itself are more than a block. They go over `lo`, on which no other router hears them.
"""

import socket
import time

_BURST = 5
_BYTES = 60_000
_PERIOD_S = 1.0


def main() -> None:
    """Fill a block every second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mirror:
        mirror.bind(("127.0.0.1", 0))
        mirror.setblocking(False)
        while True:
            for _ in range(_BURST):
                mirror.sendto(bytes(_BYTES), mirror.getsockname())
                _drain(mirror)
            time.sleep(_PERIOD_S)


def _drain(mirror: socket.socket) -> None:
    try:
        mirror.recv(_BYTES)
    except OSError:
        return


if __name__ == "__main__":
    main()
