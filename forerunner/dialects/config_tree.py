"""A configuration as its lines in their sections, compared by meaning rather than by order."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

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
        lasting: How sections begin that cannot be taken away: only their lines can.
        wordless: First words of lines that are negated by them alone: `no description`.
    """

    sections: tuple[str, ...]
    subsections: tuple[str, ...]
    ends: tuple[str, ...]
    ignored: tuple[str, ...]
    indented: bool = False
    lasting: tuple[str, ...] = ()
    wordless: tuple[str, ...] = ()

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


def commands(
    add: Iterable[Path], remove: Iterable[Path], grammar: Grammar, remove_first: bool = False
) -> list[str]:
    """Return the commands that add and then remove lines, entering each section once in a row.

    A line that goes is negated; where a whole section goes, its head alone is, if it can.
    """
    lines: list[str] = []
    here: Path = ()
    parts = [_additions(add), _removals(remove, grammar)]
    for path, negate in chain.from_iterable(reversed(parts) if remove_first else parts):
        lines += _enter(here, path[:-1])
        here = path if grammar.opens(path) and not negate else path[:-1]
        lines.append(_negated(path[-1], grammar) if negate else path[-1])
    return lines


def _additions(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    added = list(paths)
    # Entering a section for one of its lines makes the section.
    entered = {path[:length] for path in added for length in range(1, len(path))}
    return [(path, False) for path in added if path not in entered]


def _removals(paths: Iterable[Path], grammar: Grammar) -> list[tuple[Path, bool]]:
    gone = {path: None for path in paths if not (len(path) == 1 and _lasts(path, grammar))}
    return [(path, True) for path in gone if not _inside(path, gone)]


def _lasts(path: Path, grammar: Grammar) -> bool:
    return bool(grammar.lasting) and path[0].startswith(grammar.lasting)


def next_commands(have: Paths, want: Paths, grammar: Grammar) -> list[str]:
    """Return the commands that add what is missing; once nothing is, those that take away."""
    add = missing(want, have)
    if add:
        return commands(add, (), grammar)
    return commands((), missing(have, want), grammar)


def _inside(path: Path, gone: Iterable[Path]) -> bool:
    return any(path[:length] in gone for length in range(1, len(path)))


def _enter(here: Path, target: Path) -> list[str]:
    if here == target:
        return []
    # Leaving upwards first: vtysh would else look a top command up inside the section.
    return ["exit"] * len(here) + list(target)


def _negated(line: str, grammar: Grammar) -> str:
    word = line.split(" ", 1)[0]
    if word in grammar.wordless:
        return f"no {word}"
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


def merged(have: Paths, want: Paths, chosen: Callable[[Path], bool]) -> Paths:
    """Return `have` with the chosen lines as `want` has them, and no others changed."""
    kept = {path: None for path in have if path in want or not chosen(path)}
    added = {path: None for path in want if path not in have and chosen(path)}
    heads = {path[:length]: None for path in added for length in range(1, len(path))}
    return {**kept, **heads, **added}


def text(paths: Paths, grammar: Grammar) -> str:
    """Write lines down as a configuration, one that `parse` reads as the same lines."""
    return "".join(f"{line}\n" for line in _written(paths, 0, grammar))


def _written(paths: Iterable[Path], depth: int, grammar: Grammar) -> list[str]:
    sections: dict[Path, list[Path]] = {}
    for path in paths:
        inside = sections.setdefault(path[: depth + 1], [])
        if len(path) > depth + 1:
            inside.append(path)
    lines: list[str] = []
    for head, inside in sections.items():
        lines.append(" " * depth + head[-1])
        lines += _written(inside, depth + 1, grammar)
        if grammar.opens(head):
            lines.append(" " * depth + grammar.ends[depth])
    return lines
