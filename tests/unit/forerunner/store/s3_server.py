"""A real S3 server on this machine, and a wire to it that can be cut in the middle of anything."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from forerunner.store import objects

BUCKET = "telemetry"
CANARY = "canary-7f3a-secret"


class Wire:
    """A relay to a server: cut, it takes every connection with it, as the server's death would."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.lay()

    def lay(self) -> None:
        """Let connections pass."""
        if self._door.fileno() < 0:
            self._door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """End all connections where they are, and take no more."""
        # Who waits in accept() keeps the port until he is woken.
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for each in list(self._open):
            _shut(each)

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                here, _ = door.accept()
                there = socket.create_connection(self._to)
            except OSError:
                return
            self._open |= {here, there}
            for ends in ((here, there), (there, here)):
                threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while some := source.recv(4096):
                sink.sendall(some)
        for each in (source, sink):
            _shut(each)
            self._open.discard(each)


def _shut(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


@contextmanager
def s3_server() -> Iterator[Wire]:
    """Run a server with an empty bucket, which the environment names, and give the wire to it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    wire = Wire(server.get_host_and_port())
    given = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{wire.port}",
        "AWS_ACCESS_KEY_ID": "canary-id",
        "AWS_SECRET_ACCESS_KEY": CANARY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        objects._filesystem.cache_clear()
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir(BUCKET)
        yield wire
    objects._filesystem.cache_clear()
    wire.cut()
    server.stop()
