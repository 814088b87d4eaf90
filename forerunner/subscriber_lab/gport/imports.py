"""Importing files of PDBI commands that appear in a directory, one after the other."""

import asyncio
from pathlib import Path

from forerunner.files import write_whole
from forerunner.subscriber_lab.gport.pdba import Pdba, Session
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.import_file import IMPORT_SUFFIX, RESULT_SUFFIX

_POLL_S = 0.1
_DONE = (f"rc {int(Code.SUCCESS)}", f"rc {int(Code.NO_UPDATES)}")


async def import_files(pdba: Pdba, directory: Path) -> None:
    """Import what appears in a directory, for ever."""
    while True:
        _import_new(pdba, directory)
        await asyncio.sleep(_POLL_S)


def _import_new(pdba: Pdba, directory: Path) -> None:
    for path in sorted(directory.glob(f"[!.]*{IMPORT_SUFFIX}")):
        result = path.with_suffix(RESULT_SUFFIX)
        if not result.exists() and pdba.writer is None:
            write_whole(result, _import(pdba, path.read_text("latin-1")))


def _import(pdba: Pdba, content: str) -> str:
    """Return the result: each command is a transaction of its own."""
    session = Session(pdba, pdba.faults.get("active"))
    list(session.answer("connect (version 1.0, txnmode single)"))
    commands = [line for line in content.splitlines() if line.strip() and not line.startswith("#")]
    lines = [line for command in commands for line in session.answer(command)]
    done = sum(line.split("(", 1)[1].startswith(_DONE) for line in lines)
    return "\n".join([*lines, f"# imported {done}, rejected {len(lines) - done}"]) + "\n"
