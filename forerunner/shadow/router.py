"""A shadow router: FRR in namespaces of its own, which nothing outside can see or is touched by.

It lives as long as the pipe to its first process is open. Whoever made it may die as it will: the
kernel closes the pipe, the first process ends, and with it end all others and the namespaces, with
the files, interfaces and sockets in them.
"""

import asyncio
import re
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from forerunner.dialects import dialect
from forerunner.fleet import Answer, Device, Session, Unreachable
from forerunner.shadow.errors import NoShadow, UnlikeDevice
from forerunner.shadow.likeness import Interface, Likeness
from forerunner.shadow.machine import Machine, check_machine, check_version

# Generous: on a busy machine it is slow, and a shadow that is given up foretells nothing.
BOOT_S = 120.0
COMMAND_S = 60.0
END_S = 5.0

_ALONE = ("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
          "--mount-proc")  # fmt: skip
# A prompt and what was given at it.
_ECHO = re.compile(r"[^\s#(]+(?:\([^\s()]*\))?# (.*)")
_READY, _END_OF_INTERFACES = "ready", "."
# The other ends of the interfaces lie in a namespace inside, so that there is a carrier.
_BOOT = """set -e
frr=$1; shift
mount --make-rprivate /
for place in /run /var/log /etc/frr; do mount -t tmpfs -o mode=755 none $place; done
for place in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o mode=1777 none $place; done
mount -o remount,bind,ro /
cd /tmp
mkdir /run/frr /var/log/frr
echo service integrated-vtysh-config >/etc/frr/vtysh.conf
chown -R frr:frrvty /run/frr /etc/frr /var/log/frr
echo 1 >/proc/sys/net/ipv4/ip_forward
ip netns add far
while IFS= read -r line && [ "$line" != . ]; do printf '%s\\n' "$line"; done | ip -batch -
ip -n far link set group default up
"$frr/zebra" -d -u frr -g frr -A 127.0.0.1 -P 0
for daemon; do "$frr/$daemon" -d -u frr -g frr -A 127.0.0.1 -P 0 & done
wait
echo ready
read -r _
"""
_LOAD = "umask 077; cat >/etc/frr/frr.conf; exec vtysh -b"


class Shadow(Session):
    """A session with a shadow: it answers as the router's own command line would.

    Commands are given to it as arguments, as the router's own SSH server gives them to its command
    line: for some milliseconds other accounts of this machine can see them in a list of processes.

    Args:
        device: The router that it is a shadow of.
        machine: What it runs on.
        process: `unshare`, which holds its namespaces.
    """

    def __init__(self, device: Device, machine: Machine, process: Process) -> None:
        self.device = device
        self._machine, self._process = machine, process

    async def ask(self, command: str, stdin: str = "") -> Answer:
        """Run a command, which may be several lines, and return its answer.

        Of several lines the answer names the one that was rejected, which a router does not.

        Raises:
            Unreachable: It did not end in time.
        """
        if "\n" not in command:
            return await self._run(["vtysh", "-c", command], stdin)
        answer = await self._run(["vtysh", "-E", "-c", command], stdin)
        said, given = [], ""
        for line in answer.output.splitlines(keepends=True):
            if echo := _ECHO.fullmatch(line.rstrip("\n")):
                given = echo[1]
            else:
                said.append(line)
        where = f" (at {given!r})" if answer.status and given else ""
        return Answer("".join(said).rstrip() + where, answer.error, answer.status)

    async def load(self, running: str) -> None:
        """Bring the shadow to what the router runs, as a router that boots does it.

        Raises:
            UnlikeDevice: It does not run the same afterwards; names what differs.
        """
        speech = dialect(self.device.platform)
        said = await self._run(["sh", "-c", _LOAD], running)
        now = speech.running_config(await self.execute(speech.SHOW_RUNNING_CONFIG))
        if left := speech.differences(now, running):
            problem = "its configuration is not one that a shadow comes to run"
            told = f"{problem}: {said.error.strip()[-500:]}; left:\n{left}"
            raise UnlikeDevice(f"{self.device.name}: {told}")

    def close(self) -> None:
        """Begin to end it; `open_shadow` waits until nothing of it is left."""
        assert self._process.stdin is not None  # noqa: S101 - it was made with a pipe
        self._process.stdin.close()

    async def _run(self, command: list[str], stdin: str) -> Answer:
        """Run a command inside, as an account that may talk to the daemons and no more."""
        inside = await asyncio.create_subprocess_exec(
            *_entering(self._process.pid, self._machine), *command,
            stdin=PIPE, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(COMMAND_S):
                output, error = await inside.communicate(stdin.encode())
        except TimeoutError:
            problem = f"its shadow did not answer within {COMMAND_S:g} s"
            raise Unreachable(self.device.name, problem) from None
        finally:
            if inside.returncode is None:
                # Whatever the command started ends with the whole shadow, and only so.
                self._process.kill()
                await inside.wait()
        return Answer(_text(output), _text(error), inside.returncode)


@asynccontextmanager
async def open_shadow(device: Device, like: Likeness, running: str) -> AsyncIterator[Shadow]:
    """Make a shadow of a router, loaded with its running configuration; leaving ends it.

    Args:
        device: The router.
        like: Its daemons and interfaces.
        running: Its running configuration, noise masked.

    Raises:
        NoShadow: This machine cannot make one; says what is missing.
        UnlikeDevice: The shadow would be of another version, or does not run the same.
    """
    machine = check_machine()
    check_version(device.name, machine, running)
    process = await _start(device.name, machine, like)
    shadow = Shadow(device, machine, process)
    try:
        await _booted(device.name, process, like)
        await shadow.load(running)
        yield shadow
    finally:
        shadow.close()
        await _ended(process)


async def _start(name: str, machine: Machine, like: Likeness) -> Process:
    lacking = [each for each in like.daemons if not (machine.frr / each).is_file()]
    if lacking:
        problem = f"it runs {', '.join(lacking)}, which this machine's FRR does not have"
        raise UnlikeDevice(f"{name}: {problem}")
    others = [each for each in like.daemons if each != "zebra"]
    return await asyncio.create_subprocess_exec(
        *_ALONE, "sh", "-c", _BOOT, "sh", str(machine.frr), *others,
        stdin=PIPE, stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip


async def _booted(name: str, process: Process, like: Likeness) -> None:
    """Give the interfaces and wait until the daemons run."""
    assert process.stdin is not None  # noqa: S101 - it was made with both pipes
    assert process.stdout is not None  # noqa: S101
    said: list[str] = []
    try:
        async with asyncio.timeout(BOOT_S):
            wanted = [*_wires(like.interfaces), _END_OF_INTERFACES, ""]
            process.stdin.write("\n".join(wanted).encode())
            await process.stdin.drain()
            async for line in process.stdout:
                said.append(_text(line).strip())
                if said[-1] == _READY:
                    return
    except (TimeoutError, ConnectionError) as error:
        said.append(f"{type(error).__name__} after at most {BOOT_S:g} s")
    raise NoShadow(f"{name}: its shadow does not start: {'; '.join(said)[-500:]}")


def _wires(interfaces: tuple[Interface, ...]) -> Iterator[str]:
    for each in interfaces:
        if each.name != "lo":
            peer = f"peer name {each.name} netns far"
            yield f"link add name {each.name} mtu {each.mtu} type veth {peer}"
        yield f"link set {each.name} {'up' if each.up else 'down'}"
        for address in each.addresses:
            yield f"addr replace {address} dev {each.name}"


def _entering(pid: int, machine: Machine) -> tuple[str, ...]:
    # unshare itself is in all of the namespaces but that of process numbers.
    spaces = ("--mount", "--net", "--uts", "--ipc", f"--pid=/proc/{pid}/ns/pid_for_children")
    account = (f"--setuid={machine.user}", f"--setgid={machine.group}")
    return ("nsenter", f"--target={pid}", *spaces, *account, "--")


async def _ended(process: Process) -> None:
    """Wait for the end of a process, and make it end if it does not."""
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _text(said: bytes) -> str:
    return said.decode(errors="backslashreplace")
