"""Many devices at once, against real SSH servers on loopback."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import asyncssh
import pytest

from forerunner.fleet import Device, DeviceResult, Session, connect, run

Handler = Callable[[asyncssh.SSHServerProcess[str]], Awaitable[None]]


async def answer(process: asyncssh.SSHServerProcess[str]) -> None:
    if process.command == "hang":
        await asyncio.sleep(30)
    if process.command == "count":
        process.stdout.write("0\n1\n")
        await process.stdin.read()
        process.exit(0)
        return
    if process.command == "reject":
        process.stdout.write("% Unknown command: reject\n")
        process.exit(1)
        return
    process.stdout.write(f"{process.command}|{await process.stdin.read()}")
    process.exit(0)


@contextmanager
def ssh_server(host_key: Path, authorized: Path) -> Iterator[int]:
    ready, stop, port = Event(), asyncio.Event(), []

    async def serve() -> None:
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[str(host_key)],
            authorized_client_keys=str(authorized),
            process_factory=answer,
        )
        port.append(server.get_port())
        ready.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    loop = asyncio.new_event_loop()
    thread = Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    yield port[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    for name in ("host", "other", "client"):
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(directory / name))
    client = asyncssh.read_private_key(str(directory / "client"))
    client.write_public_key(str(directory / "authorized"))
    return directory


@pytest.fixture(scope="module")
def port(keys: Path) -> Iterator[int]:
    with ssh_server(keys / "host", keys / "authorized") as number:
        yield number


def known_hosts(keys: Path, key: str, port: int, name: str) -> Path:
    public = asyncssh.read_private_key(str(keys / key)).export_public_key().decode()
    path = keys / name
    path.write_text(f"[127.0.0.1]:{port} {public}")
    return path


@pytest.fixture
def device(keys: Path, port: int) -> Device:
    trusted = known_hosts(keys, "host", port, "known_hosts")
    return Device("r1", "127.0.0.1", "netops", keys / "client", trusted, "frr", port)


def changed(device: Device, **fields: object) -> Device:
    plain = {name: getattr(device, name) for name in Device.__dataclass_fields__}
    return Device(**{**plain, **fields})


async def ask(session: Session) -> DeviceResult:
    return DeviceResult("ok", data={"said": await session.execute("show version", "yes")})


def test_work_gets_a_session_and_its_result_comes_back(device: Device) -> None:
    assert run([device], ask)["r1"].data["said"] == "show version|yes"


def test_a_host_key_that_changed_is_unreachable_and_names_the_file(
    device: Device, keys: Path, port: int
) -> None:
    wrong = known_hosts(keys, "other", port, "wrong")
    result = run([changed(device, known_hosts=wrong)], ask)["r1"]
    assert result.status == "unreachable"
    assert str(wrong) in result.message
    assert "not the one that is known" in result.message


def test_a_host_key_that_is_unknown_is_unreachable_and_says_what_to_add(
    device: Device, keys: Path
) -> None:
    empty = keys / "empty"
    empty.write_text("")
    result = run([changed(device, known_hosts=empty)], ask)["r1"]
    assert result.status == "unreachable"
    assert "add the line" in result.message


def test_a_missing_key_file_says_how_to_get_one(device: Device, keys: Path) -> None:
    result = run([changed(device, key_file=keys / "none")], ask)["r1"]
    assert result.status == "unreachable"
    assert "build_lab" in result.message


def test_a_key_that_the_device_does_not_know_is_unreachable(device: Device, keys: Path) -> None:
    result = run([changed(device, key_file=keys / "other")], ask)["r1"]
    assert result.status == "unreachable"
    assert "does not let netops in" in result.message


def test_an_error_text_is_failed_and_holds_what_the_device_said(device: Device) -> None:
    async def work(session: Session) -> DeviceResult:
        return DeviceResult("ok", await session.execute("reject"))

    result = run([device], work)["r1"]
    assert result.status == "failed"
    assert "% Unknown command: reject" in result.message


def test_a_device_that_hangs_is_given_up_and_its_state_called_unknown(device: Device) -> None:
    async def work(session: Session) -> DeviceResult:
        return DeviceResult("ok", await session.execute("hang"))

    began = time.monotonic()
    result = run([device], work, timeout=0.8)["r1"]
    assert time.monotonic() - began < 5
    assert result.status == "unreachable"
    assert "state is not known" in result.message


def test_one_bad_device_never_stops_the_others(device: Device) -> None:
    async def work(session: Session) -> DeviceResult:
        if session.device.name == "r2":
            raise ZeroDivisionError("ours")
        return await ask(session)

    refused = changed(device, name="r3", port=1)
    results = run([changed(device, name="r2"), refused, device], work, concurrency=1)
    assert {name: result.status for name, result in results.items()} == {
        "r2": "failed",
        "r3": "unreachable",
        "r1": "ok",
    }


def test_no_more_sessions_than_allowed_stand_at_a_time(device: Device) -> None:
    standing, most = set[str](), [0]

    async def work(session: Session) -> DeviceResult:
        standing.add(session.device.name)
        most[0] = max(most[0], len(standing))
        await asyncio.sleep(0.05)
        standing.discard(session.device.name)
        return DeviceResult("ok")

    run([changed(device, name=f"r{i}") for i in range(6)], work, concurrency=2)
    assert most[0] == 2


def test_a_stream_hands_out_lines_as_they_come_and_ends_when_it_is_left(device: Device) -> None:
    async def lines() -> list[str]:
        found: list[str] = []
        async with connect(device) as session, session.stream("count") as stream:
            async for line in stream:
                found.append(line)
                if len(found) == 2:
                    break
        return found

    assert asyncio.run(asyncio.wait_for(lines(), 5)) == ["0\n", "1\n"]
