"""The door to platforms that this engine does not speak: netmiko and NAPALM, in threads.

A session behind it does what any other does, so a batch may hold both kinds. Host keys are as
strict here: netmiko accepts any by default, and so do most of NAPALM's drivers that use it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from forerunner.errors import ForerunnerError
from forerunner.fleet.connection import check_files
from forerunner.fleet.device import Device
from forerunner.fleet.errors import NoAnswer, Rejected, Unreachable
from forerunner.fleet.session import Answer, Session

Result = TypeVar("Result")

# netmiko's names of the platforms that Ansible and NAPALM call otherwise.
NETMIKO_TYPES = {
    "eos": "arista_eos",
    "ios": "cisco_ios",
    "iosxr": "cisco_xr",
    "junos": "juniper_junos",
    "nxos": "cisco_nxos",
    "linux": "linux",
}
# NAPALM's names of the same.
NAPALM_DRIVERS = {"nxos": "nxos_ssh"}
# How its drivers are told to come over SSH, where they would rather not.
NAPALM_OPTIONS: Mapping[str, Mapping[str, Any]] = {"eos": {"transport": "ssh"}}


class NoDoor(ForerunnerError):
    """Neither the engine nor netmiko or NAPALM speaks with a platform, or they are missing."""


class VendorSession(Session):
    """A session that netmiko holds; what blocks waits in a thread of the session's own."""

    def __init__(self, device: Device, thread: ThreadPoolExecutor, connection: Any) -> None:
        self.device = device
        self._thread, self._vendor = thread, connection

    async def ask(self, command: str, stdin: str = "") -> Answer:
        """Give a command; several lines are configuration.

        Raises:
            Unreachable: The session broke off.
        """
        if stdin:
            raise ValueError("a shell has no input beside its commands")
        lines = command.splitlines()
        try:
            if len(lines) > 1:
                said = await _in(self._thread, self._configure, lines)
            else:
                said = await _in(self._thread, self._show, command)
        except ValueError as no:
            # netmiko's way of saying that the device refused a line.
            return Answer(str(no), "", 1)
        except Exception as error:
            raise Unreachable(self.device.name, f"{error}".strip().split("\n")[0]) from error
        refused = said.lstrip().startswith(("%", "error:", "syntax error"))
        return Answer(said, "", 1 if refused else 0)

    def close(self) -> None:
        """End the session; the thread ends behind it."""
        self._thread.submit(self._vendor.disconnect)
        self._thread.shutdown(wait=False)

    def _show(self, command: str) -> str:
        return str(self._vendor.send_command(command, read_timeout=_READ_S))

    def _configure(self, lines: list[str]) -> str:
        body = [line for line in lines if line not in ("configure terminal", "end")]
        return str(self._vendor.send_config_set(body, error_pattern=_REFUSAL, read_timeout=_READ_S))


_READ_S = 60
_REFUSAL = r"(?m)^(?:%|error:|syntax error)"
# The errors of netmiko, paramiko, NAPALM and PyEZ, by name: none of them need be installed.
_NOT_LET_IN = {"AuthenticationException", "NetmikoAuthenticationException", "ConnectAuthError"}
_LOST = {"NetmikoTimeoutException", "ConnectionException", "SSHException", "OSError", "EOFError",
         "ReadException", "ReadTimeout", "WriteException", "ConnectError",
         "ConnectClosedError"}  # fmt: skip


async def open_door(device: Device, timeout_s: float) -> VendorSession:
    """Open a session through netmiko.

    Raises:
        NoDoor: netmiko does not know the platform, or is not installed.
        NoAnswer: Nobody answers; trying again may help.
        Unreachable: A key or a host key is not accepted.
    """
    check_files(device)
    handler = _handler(device)
    thread = ThreadPoolExecutor(1, thread_name_prefix=f"door-{device.name}")
    try:
        connection = await _in(thread, lambda: handler(**_netmiko_options(device, timeout_s)))
    except Exception as error:
        thread.shutdown(wait=False)
        raise _refusal(device, error) from error
    return VendorSession(device, thread, connection)


class Driver:
    """An open NAPALM driver; what blocks waits in a thread of its own, one call at a time."""

    def __init__(self, device: Device, driver: Any, thread: ThreadPoolExecutor) -> None:
        self.device = device
        self._driver, self._thread = driver, thread

    async def do(self, work: Callable[[Any], Result]) -> Result:
        """Do work with the driver and return what it gave.

        Who is cancelled does not wait for the device; the next call does, in the thread.

        Args:
            work: Is given the driver, as `lambda driver: driver.compare_config()`.

        Raises:
            Rejected: The driver refused; the message holds what it said.
            Unreachable: The session broke off.
        """
        try:
            return await _in(self._thread, work, self._driver)
        except Exception as error:
            raise _refusal(self.device, error) from error


@asynccontextmanager
async def open_napalm(device: Device, timeout_s: float = 60.0) -> AsyncIterator[Driver]:
    """Open a device's NAPALM driver: public key only, strict host key.

    Args:
        device: The device.
        timeout_s: Seconds until its answers count as lost.

    Raises:
        NoDoor: NAPALM has no driver for the platform, or is not installed.
        Rejected: The driver refused; the message holds what it said.
        Unreachable: No session.
    """
    check_files(device)
    options = {"port": device.port, **_strict(device), **NAPALM_OPTIONS.get(device.platform, {})}
    driver = _driver(device)(device.address, device.user, "", timeout_s, options)
    thread = ThreadPoolExecutor(1, thread_name_prefix=f"napalm-{device.name}")
    opened = Driver(device, driver, thread)
    try:
        await opened.do(partial(_open, device))
        yield opened
    finally:
        # Nobody waits for it: the event loop must go on, whatever the device does meanwhile.
        thread.submit(_close, driver)
        thread.shutdown(wait=False)


async def with_napalm(
    device: Device, work: Callable[[Any], Result], timeout_s: float = 60.0
) -> Result:
    """Do one piece of work with an open NAPALM driver; see `open_napalm` and `Driver.do`."""
    async with open_napalm(device, timeout_s) as driver:
        return await driver.do(work)


def _open(device: Device, driver: Any) -> None:
    with TemporaryDirectory() as directory:
        _make_strict(getattr(driver, "device", None), device, Path(directory) / "ssh_config")
        driver.open()


def _make_strict(junos: Any, device: Device, file: Path) -> None:
    """Have PyEZ, which Junos's driver is made of, compare host keys: it takes any by default."""
    if hasattr(junos, "_hostkey_verify"):
        file.write_text(f"Host *\n  UserKnownHostsFile {device.known_hosts.resolve()}\n")
        # Its driver does not hand these on.
        vars(junos).update(_hostkey_verify=True, _look_for_keys=False, _ssh_config=str(file))


def _close(driver: Any) -> None:
    # What never opened, or is lost, has nothing to close.
    with suppress(Exception):
        driver.close()


async def _in(thread: ThreadPoolExecutor, call: Callable[..., Result], *arguments: Any) -> Result:
    return await asyncio.get_running_loop().run_in_executor(thread, call, *arguments)


def _handler(device: Device) -> Callable[..., Any]:
    try:
        from netmiko import ConnectHandler
        from netmiko.ssh_dispatcher import CLASS_MAPPER
    except ImportError as error:
        raise NoDoor(f"{device.name}: {error}; install extra `vendors`") from error
    if _netmiko_type(device) not in CLASS_MAPPER:
        raise NoDoor(f"{device.name}: neither the engine nor netmiko knows {device.platform!r}")
    return ConnectHandler


def _driver(device: Device) -> Callable[..., Any]:
    try:
        from napalm import get_network_driver
        from napalm.base.exceptions import ModuleImportError
    except ImportError as error:
        raise NoDoor(f"{device.name}: {error}; install extra `vendors`") from error
    try:
        driver: Callable[..., Any] = get_network_driver(
            NAPALM_DRIVERS.get(device.platform, device.platform)
        )
    except ModuleImportError as error:
        raise NoDoor(f"{device.name}: NAPALM has no driver for {device.platform!r}") from error
    return driver


def _netmiko_type(device: Device) -> str:
    return NETMIKO_TYPES.get(device.platform, device.platform)


def _netmiko_options(device: Device, timeout_s: float) -> dict[str, Any]:
    return {
        "device_type": _netmiko_type(device),
        "host": device.address,
        "port": device.port,
        "username": device.user,
        "conn_timeout": timeout_s,
        "auth_timeout": timeout_s,
        "banner_timeout": timeout_s,
        **_strict(device),
    }


def _strict(device: Device) -> dict[str, Any]:
    return {
        "use_keys": True,
        "key_file": str(device.key_file),
        "allow_agent": False,
        "ssh_strict": True,
        "system_host_keys": False,
        "alt_host_keys": True,
        "alt_key_file": str(device.known_hosts),
    }


def _refusal(device: Device, error: Exception) -> Exception:
    """Return what an error of netmiko, NAPALM or paramiko means here."""
    if isinstance(error, ForerunnerError):
        return error
    cause = " ".join(str(error).split())[:300] or type(error).__name__
    where = f"{device.address} port {device.port}"
    kinds = {each.__name__ for each in type(error).__mro__}
    if strange := next(filter(_host_key_refused, _chain(error)), None):
        said = " ".join(str(strange).split())[:300]
        return Unreachable(device.name, f"its host key is not the one that is known: {said}")
    if kinds & _NOT_LET_IN:
        return Unreachable(device.name, f"{where} does not let {device.user} in: {cause}")
    if kinds & _LOST:
        return NoAnswer(device.name, f"{where}: {cause}")
    return Rejected(device.name, cause)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from: a driver may say no more than that it failed."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _host_key_refused(error: BaseException) -> bool:
    said, kinds = str(error).lower(), {each.__name__ for each in type(error).__mro__}
    return "host key" in said or "known_hosts" in said or "BadHostKeyException" in kinds
