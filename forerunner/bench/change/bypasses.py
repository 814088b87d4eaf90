"""Part `gate` of `make bench-change`: does anything get past it, do two ever write at once?"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from forerunner.bench import rows as bench
from forerunner.bench.change.gate import by_flag, by_guard, by_plan, by_token, contention
from forerunner.bench.change.gate.attempt import Attempt, drain, write
from forerunner.bench.change.gate.contention import Section
from forerunner.bench.change.gate.stage import Stage, raised
from forerunner.bench.rows import Extent, Row
from forerunner.errors import ForerunnerError

ROUNDS, SHORT_ROUNDS = 100, 2
# Of so many attempts one is made in the short form.
_SHORT_STEP = 9
_SAID = 400
_TRIES = 3


@dataclass(frozen=True)
class Tried:
    """What came of an attempt.

    Attributes:
        attempt: Its name.
        wrote: Routers whose configuration differed afterwards.
        went_through: Whether it did what it must not.
        by_the_gate: Whether it was the gate that said no, in the words that it should.
        admissions: How often the gate let something through meanwhile.
        said: The end of what the playbook said.
    """

    attempt: str
    wrote: Sequence[str]
    went_through: bool
    by_the_gate: bool
    admissions: int
    said: str


def rows(extent: Extent, console: Console) -> list[Row]:
    """Measure on a lab of its own, which is removed again; raw results go to var/bench/change."""
    short, directory = extent == "short", bench.directory("change")
    with raised(directory / "gate", short) as stage:
        tried = list(_try(stage, _chosen(short), console))
        _keep(directory / "gate-attempts.json", tried)
        overlaps = contention.row(stage, SHORT_ROUNDS if short else ROUNDS, console)
        written = contention.sections(stage.journal)
        (directory / "gate-writes.jsonl").write_text(stage.journal.read_text())
    return [_bypasses(tried), overlaps, *_window(written)]


def _chosen(short: bool) -> list[Attempt]:
    parts = (by_guard, by_flag, by_token, by_plan)
    every = [attempt for part in parts for attempt in part.attempts()]
    return every[::_SHORT_STEP] if short else every


def _try(stage: Stage, attempts: Sequence[Attempt], console: Console) -> Iterator[Tried]:
    """Try what may pass, then what may not.

    Raises:
        ForerunnerError: What may pass is not seen to: nothing would be proven by the rest.
    """
    for attempt in (Attempt("write", write), Attempt("drain_link", drain), by_plan.allowed()):
        # A busy machine may find the loads of links unknown, and rightly drain none.
        found = next((x for _ in range(_TRIES) if (x := _tried(stage, attempt)).went_through), None)
        if found is None:
            raise ForerunnerError(f"{attempt.name} may pass, and wrote nothing {_TRIES} times")
    for attempt in attempts:
        found = _tried(stage, attempt)
        console.print(f"{attempt.name}: {_verdict(found)}")
        yield found


def _verdict(found: Tried) -> str:
    if found.went_through:
        return f"[red]WENT THROUGH to {', '.join(found.wrote)}"
    return "held" if found.by_the_gate else "held, but not by the gate"


def _tried(stage: Stage, attempt: Attempt) -> Tried:
    before, admissions = stage.configurations(), stage.admissions()
    said = attempt.act(stage)
    after = stage.configurations()
    wrote = [name for name in before if before[name] != after[name]]
    if wrote:
        stage.reset()
    return Tried(
        attempt.name,
        wrote,
        attempt.succeeds(before, after),
        attempt.because in said,
        stage.admissions() - admissions,
        said.partition("PLAY RECAP")[0].strip()[-_SAID:],
    )


def _keep(path: Path, tried: Sequence[Tried]) -> None:
    path.write_text(json.dumps([asdict(each) for each in tried], indent=1) + "\n")


def _bypasses(tried: Sequence[Tried]) -> Row:
    through = [each.attempt for each in tried if each.went_through]
    held = [each for each in tried if not each.went_through and each.by_the_gate]
    what = f"attempts of {len(tried)} that changed a router's configuration without a live token"
    what += f" ({len(held)} held by the gate's own word)"
    what += f": {', '.join(through)}" if through else ""
    return Row("gate_bypasses", what, len(through), goal="== 0", n=len(tried))


def _window(written: Sequence[Section]) -> list[Row]:
    """Return how long the gate is asked, and how long a write goes on after its answer."""
    asked = [1e3 * (each["begins"] - each["asks"]) for each in written]
    open_ = [1e3 * (each["ends"] - each["begins"]) for each in written]
    n = len(written)
    window = "from the gate's answer to the device's, 95th percentile: what a stop does not stop"
    return [
        Row("gate_check_ms", "the question before a write, median", bench.median(asked), "ms", n=n),
        Row("gate_window_ms", window, bench.percentile(open_, 0.95), "ms", n=n),
        Row("gate_window_max_ms", "the longest of them", max(open_, default=None), "ms", n=n),
    ]
