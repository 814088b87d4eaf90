"""Runs the simulator: `python -m forerunner.subscriber_lab.gport DIRECTORY ADDRESS`."""

import asyncio
import signal
import sys
from pathlib import Path


async def _run(directory: Path, address: str) -> None:
    from forerunner.subscriber_lab.gport import PORTS
    from forerunner.subscriber_lab.gport.imports import import_files
    from forerunner.subscriber_lab.gport.pdba import Pdba
    from forerunner.subscriber_lab.gport.server import Server, tls_context

    pdba = Pdba(directory)
    ended = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    servers = await Server(pdba).listen(address, PORTS, tls_context(directory))
    importing = asyncio.create_task(import_files(pdba, directory / "import"))
    # Without the import of files there is no point in going on.
    importing.add_done_callback(lambda _: ended.set())
    await ended.wait()
    importing.cancel()
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1]), sys.argv[2]))
