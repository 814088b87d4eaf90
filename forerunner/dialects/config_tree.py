"""A configuration as its lines in their sections, compared by meaning rather than by order."""

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str, ...]
# Keys in the order in which the configuration has them; the values say nothing.
Paths = dict[Path, None]


@dataclass(frozen=True)
class Grammar:
    """How a platform writes sections down.

    Attributes:
        sections: How a line begins that opens a section at the top.
        subsections: How a line begins that opens a section inside one.
        ends: Lines that close the innermost section.
        ignored: How top lines begin that are nobody's intent.
        indented: A line at the margin closes every section, whether or not one said so.
    """

    sections: tuple[str, ...]
    subsections: tuple[str, ...]
    ends: tuple[str, ...]
    ignored: tuple[str, ...]
    indented: bool = False

    def opens(self, path: Path) -> bool:
        """Return whether the last line of a path opens a section."""
        return path[-1].startswith(self.sections if len(path) == 1 else self.subsections)


def parse(text: str, grammar: Grammar) -> Paths:
    """Return each line of a configuration as a path: its sections, then itself."""
    paths: Paths = {}
    sections: Path = ()
    for raw in text.splitlines():
        line = " ".join(raw.split())
        if not line or line.startswith(("!", "#")):
            continue
        if line in grammar.ends:
            sections = sections[:-1]
            continue
        sections = _enclosing(raw, line, sections, grammar)
        if sections or not line.startswith(grammar.ignored):
            paths[*sections, line] = None
        if grammar.opens((*sections, line)):
            sections = (*sections, line)
    return paths


def _enclosing(raw: str, line: str, sections: Path, grammar: Grammar) -> Path:
    # A section that nobody closed ends where the next one begins at the margin.
    begins = grammar.indented or line.startswith(grammar.sections)
    begins = begins and not raw.startswith(" ")
    return () if begins else sections


def missing(want: Paths, have: Paths) -> Paths:
    """Return the lines of `want` that `have` lacks, in the order of `want`."""
    return {path: None for path in want if path not in have}


def commands(add: Iterable[Path], remove: Iterable[Path], grammar: Grammar) -> list[str]:
    """Return the commands that add and then remove lines, entering each section once in a row.

    A line that goes is negated; where a whole section goes, its head alone is.
    """
    lines: list[str] = []
    here: Path = ()
    gone = dict.fromkeys(remove)
    added = list(add)
    steps = [(path, False) for path in added if not _entered(path, added)]
    steps += [(path, True) for path in gone if not _inside(path, gone)]
    for path, negate in steps:
        lines += _enter(here, path[:-1])
        here = path if grammar.opens(path) and not negate else path[:-1]
        lines.append(_negated(path[-1]) if negate else path[-1])
    return lines


def next_commands(have: Paths, want: Paths, grammar: Grammar) -> list[str]:
    """Return the commands that add what is missing; once nothing is, those that take away."""
    add = missing(want, have)
    if add:
        return commands(add, (), grammar)
    return commands((), missing(have, want), grammar)


def _inside(path: Path, gone: Iterable[Path]) -> bool:
    return any(path[:length] in gone for length in range(1, len(path)))


def _entered(head: Path, paths: Iterable[Path]) -> bool:
    # Entering a section for one of its lines makes the section.
    return any(path[: len(head)] == head and len(path) > len(head) for path in paths)


def _enter(here: Path, target: Path) -> list[str]:
    if here == target:
        return []
    # Leaving upwards first: vtysh would else look a top command up inside the section.
    return ["exit"] * len(here) + list(target)


def _negated(line: str) -> str:
    return line.removeprefix("no ") if line.startswith("no ") else f"no {line}"


def difference(running: Paths, intended: Paths) -> str:
    """Return what differs, for people: each changed section with its changed lines below it."""
    removed, added = missing(running, intended), missing(intended, running)
    changed = {**removed, **added}
    shown: list[str] = []
    here: Path = ()
    for path in sorted(changed, key=lambda path: _place(path, removed)):
        shown += [f"  {_indented(head)}" for head in _heads(here, path) if head not in changed]
        here = path
        shown.append(f"{'-' if path in removed else '+'} {_indented(path)}")
    return "\n".join(shown)


def _heads(here: Path, path: Path) -> list[Path]:
    heads = [path[:length] for length in range(1, len(path))]
    return [head for head in heads if here[: len(head)] != head]


def _indented(path: Path) -> str:
    return "  " * (len(path) - 1) + path[-1]


def _place(path: Path, removed: Paths) -> list[tuple[str, bool, str]]:
    # Sections in order; in one of them what goes stands before what replaces it.
    prefixes = [path[: length + 1] for length in range(len(path))]
    return [(each[-1].rpartition(" ")[0], each not in removed, each[-1]) for each in prefixes]
