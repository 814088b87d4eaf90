"""The router's own command line, as the agent speaks to it."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from forerunner.agent import timer
from forerunner.dialects import frr
from forerunner.dialects.errors import IncompleteConfig

READ_S = 10.0
# The kernel takes at most 128 KiB in one argument.
_ARGUMENT_CHARACTERS = 100_000


class VtyshFailed(RuntimeError):
    """The command line did not give a whole configuration."""


def vtysh(arguments: Sequence[str], timeout_s: float) -> "subprocess.CompletedProcess[str]":
    """Run vtysh of this router and return what became of it.

    Raises:
        subprocess.TimeoutExpired: It was ended, for it took too long.
    """
    router = timer.directory()
    options = ["--vty_socket", str(router), "--config_dir", f"{router}/frr"]
    return subprocess.run(
        ["/usr/bin/vtysh", *options, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=timeout_s,
        check=False,
        env={**os.environ, "VTYSH_PAGER": "cat"},
    )


def say(lines: str, timeout_s: float) -> "subprocess.CompletedProcess[str]":
    """Give lines to vtysh, which stops at the first that it rejects."""
    arguments = [word for part in _parts(lines) for word in ("-c", part)]
    return vtysh(arguments, timeout_s)


def push(commands: Sequence[str], timeout_s: float) -> None:
    """Give configuration commands to vtysh, and go on past those that it rejects.

    A file it goes on with, but it does not take a file's lines in their order: what leaves and
    comes back, so as to stand at its place in a list, would stay where it was.
    """
    if not say("\n".join(["configure terminal", *commands]), timeout_s).returncode:
        return
    with tempfile.NamedTemporaryFile("w", dir=timer.directory() / "agent") as file:
        file.write("".join(f"{line}\n" for line in commands))
        file.flush()
        vtysh(["-f", file.name], timeout_s)


def running_config() -> str:
    """Return the running configuration, noise masked.

    Raises:
        VtyshFailed: It is not whole.
    """
    done = vtysh(["-c", frr.SHOW_RUNNING_CONFIG], READ_S)
    try:
        return frr.running_config(done.stdout)
    except IncompleteConfig as error:
        raise VtyshFailed(f"{error}; {done.stderr.strip()[-200:]}") from error


def _parts(lines: str) -> Iterator[str]:
    part: list[str] = []
    size = 0
    for line in lines.splitlines():
        if part and size + len(line) > _ARGUMENT_CHARACTERS:
            yield "\n".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line) + 1
    if part:
        yield "\n".join(part)
