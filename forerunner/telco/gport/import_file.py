"""The same commands by file: G-Port imports what appears in a directory and says what became of it.

A file that is half written must not be imported, so it gets its name when it is whole. The EPAP's
own documentation says how an import file looks (a command a line), not how its result does: here,
one response a line, numbered as the commands are, and a last line with the counts.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_delay, wait_fixed

from forerunner.files import write_whole
from forerunner.telco.errors import SystemUnreachable, TelcoError
from forerunner.telco.gport.answers import answer
from forerunner.telco.gport.codes import Code
from forerunner.telco.gport.messages import Command, text

IMPORT_SUFFIX, RESULT_SUFFIX = ".pdbi", ".result"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}")
_SUMMARY = re.compile(r"# imported ([0-9]+), rejected ([0-9]+)")
_POLL_S = 0.1


@dataclass(frozen=True)
class ImportResult:
    """What became of an import file.

    Attributes:
        imported: Count of commands that were done, or were done before.
        rejected: The code of each other one, by its line.
    """

    imported: int
    rejected: Mapping[int, int]


async def import_commands(
    directory: Path, name: str, commands: Sequence[Command], system: str, timeout_s: float = 300.0
) -> ImportResult:
    """Put an import file down and return its result, once it is there.

    Args:
        directory: That files are imported from; results appear beside them.
        name: The file's, without suffix; one that was imported before is imported again.
        commands: Updates, in order.
        system: Inventory name, for errors.
        timeout_s: Seconds that the result is waited for.

    Raises:
        SystemUnreachable: The directory cannot be written to, or there is no result in time.
        TelcoError: The name, a command or the result cannot be understood.
    """
    if not _NAME.fullmatch(name):
        raise TelcoError(system, "the name of an import file is letters, digits, _, . and -")
    content = "".join(f"{text(command, system)}\n" for command in commands)
    result = directory / f"{name}{RESULT_SUFFIX}"
    path = directory / f"{name}{IMPORT_SUFFIX}"
    await asyncio.to_thread(_put_down, path, result, content, system)
    if not await _appears(result, timeout_s):
        raise SystemUnreachable(system, f"{name} is not imported yet; see {directory}")
    return parse_result(await asyncio.to_thread(result.read_text, "utf-8", "replace"), system)


def _put_down(path: Path, result: Path, content: str, system: str) -> None:
    try:
        # What came of it at another time says nothing of how numbers stand now.
        result.unlink(missing_ok=True)
        write_whole(path, content)
    except OSError as error:
        problem = f"{path.parent} cannot be written to ({error.strerror}); see import_directory"
        raise SystemUnreachable(system, problem) from error


async def _appears(path: Path, timeout_s: float) -> bool:
    """Wait for a file, and return whether it came."""
    waiting = AsyncRetrying(
        retry=retry_if_result(lambda there: not there),
        wait=wait_fixed(_POLL_S),
        stop=stop_after_delay(timeout_s),
    )
    try:
        return bool(await waiting(asyncio.to_thread, path.exists))
    except RetryError:
        return False


def parse_result(content: str, system: str) -> ImportResult:
    """Return what the result of an import says.

    Raises:
        TelcoError: It is cut off, or is none.
    """
    lines = content.splitlines()
    summary = _SUMMARY.fullmatch(lines[-1]) if lines else None
    if summary is None:
        raise TelcoError(system, "the result of an import is cut off; wait for its last line")
    answers = [answer(line, system) for line in lines[:-1]]
    done = (Code.SUCCESS, Code.NO_UPDATES)
    rejected = {at: each.code for at, each in enumerate(answers, 1) if each.code not in done}
    counts = (len(answers) - len(rejected), len(rejected))
    if counts != (int(summary[1]), int(summary[2])):
        raise TelcoError(system, "the result of an import contradicts itself")
    return ImportResult(counts[0], rejected)
