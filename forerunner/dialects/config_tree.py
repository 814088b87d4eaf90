"""A configuration as its lines in their sections, compared by meaning rather than by order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

Path = tuple[str, ...]
# Keys in the order in which the configuration has them; a value is the line as it was written,
# which says more than its key where a secret is left out of the comparison.
Paths = dict[Path, str]


@dataclass(frozen=True)
class Grammar:
    """How a platform writes sections down.

    Attributes:
        sections: How a line begins that opens a section at the top.
        subsections: How a line begins that opens a section inside one.
        ends: Lines that close the innermost section.
        ignored: How top lines begin that are nobody's intent.
        nested: Sections are told by their indent, however deep.
        implied: Lines that say no more than their absence.
        blocks: How texts of several lines begin at the margin, to the line that ends each; `""`
            where the delimiter follows the first two words, as in a banner.
        place: Gives the place of a line that no other may take before that line has gone: an
            entry's number, say. Empty for a line without.
        things: How lines begin that are about one thing of their section, which goes as a whole
            by that beginning: `neighbor 10.0.0.1`.
        masked: The part of a line that counts where a secret follows, which the device shows in
            another form than it was given.
        indented: A line at the margin closes every section, whether or not one said so.
        lasting: How sections begin that cannot be taken away as they are: only their lines can.
        wordless: First words of lines that are negated by them alone: `no description`.
    """

    sections: tuple[str, ...]
    subsections: tuple[str, ...]
    ends: tuple[str, ...]
    ignored: tuple[str, ...]
    nested: bool = False
    implied: tuple[str, ...] = ()
    blocks: Mapping[str, str] | None = None
    place: Callable[[str], str] = lambda _: ""
    things: str = ""
    masked: str = ""
    indented: bool = False
    lasting: tuple[str, ...] = ()
    wordless: tuple[str, ...] = ()

    def opens(self, path: Path) -> bool:
        """Return whether the last line of a path opens a section."""
        return path[-1].startswith(self.sections if len(path) == 1 else self.subsections)

    def thing(self, path: Path) -> Path:
        """Return the thing that a line is about, in the outermost section; empty for none."""
        found = re.match(self.things, path[-1]) if self.things and len(path) > 1 else None
        return (path[0], found[0]) if found else ()

    def key(self, line: str) -> str:
        """Return what counts of a line."""
        found = re.match(self.masked, line) if self.masked else None
        return found[0].strip() if found else line


def parse(text: str, grammar: Grammar) -> Paths:
    """Return each line of a configuration as a path: its sections, then itself."""
    paths: Paths = {}
    sections: Path = ()
    depths: list[int] = []
    for raw, line in _lines(text, grammar):
        if line in grammar.ends:
            sections = sections[:-1]
            depths = depths[:-1]
            continue
        if grammar.nested:
            depths = [depth for depth in depths if depth < _depth(raw)]
            sections = sections[: len(depths)]
        else:
            sections = _enclosing(raw, line, sections, grammar)
        path = (*sections, grammar.key(line))
        if line not in grammar.implied and (sections or not line.startswith(grammar.ignored)):
            paths[path] = line
        if grammar.nested or grammar.opens(path):
            sections = path
            depths.append(_depth(raw))
    return paths


def _lines(text: str, grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Yield the lines that count, as written and in a single spelling; a block as one."""
    lines = iter(text.splitlines())
    for raw in lines:
        line = " ".join(raw.split())
        if not line or line.startswith(("!", "#")):
            continue
        for begin, end in (grammar.blocks or {}).items():
            if raw.startswith(begin):
                line = _block(raw.strip(), end, lines)
        yield raw, line


def _block(first: str, end: str, rest: Iterator[str]) -> str:
    text = first
    # A control character is written with its caret: ^C.
    word = "".join(first.split(" ", 2)[2:])
    delimiter = word[:2] if word.startswith("^C") else word[:1]
    while not (text.endswith(f"\n{end}") if end else text.count(delimiter) > 1):
        line = next(rest, None)
        if line is None:
            break
        text += f"\n{line.rstrip()}"
    return text


def _depth(raw: str) -> int:
    return len(raw) - len(raw.lstrip())


def _enclosing(raw: str, line: str, sections: Path, grammar: Grammar) -> Path:
    # A section that nobody closed ends where the next one begins at the margin.
    begins = grammar.indented or line.startswith(grammar.sections)
    begins = begins and not raw.startswith(" ")
    return () if begins else sections


def missing(want: Paths, have: Paths) -> Paths:
    """Return the lines of `want` that `have` lacks, in the order of `want`."""
    return {path: line for path, line in want.items() if path not in have}


def commands(
    add: Mapping[Path, str],
    remove: Iterable[Path],
    grammar: Grammar,
    going: Iterable[Path] = (),
    remove_first: bool = False,
) -> list[str]:
    """Return the commands that add and then remove lines, entering each section once in a row.

    A line that goes is negated; where a whole section goes, its head alone is, if it can. One of
    those that are `going` later on goes right before another takes its place.
    """
    lines: list[str] = []
    here: Path = ()
    additions = _additions(add, _in_place(going, grammar), grammar)
    parts = [additions, [(path, True) for path in _removals(remove, grammar)]]
    for path, negate in chain.from_iterable(reversed(parts) if remove_first else parts):
        lines += _enter(here, path[:-1])
        here = path if grammar.opens(path) and not negate else path[:-1]
        lines.append(_negated(path[-1], grammar) if negate else add[path])
    return lines


def _in_place(going: Iterable[Path], grammar: Grammar) -> dict[Path, list[Path]]:
    """Return what goes by the place that it holds: by the place's own name, where it begins so."""
    held: dict[Path, list[Path]] = {}
    for path in going:
        if place := grammar.place(path[-1]):
            at = (*path[:-1], place)
            held.setdefault(at, []).append(at if path[-1].startswith(place) else path)
    return held


def _additions(
    add: Iterable[Path], held: dict[Path, list[Path]], grammar: Grammar
) -> Iterator[tuple[Path, bool]]:
    """Yield what is added, and before it, to be negated, what holds its place."""
    added = list(add)
    # Entering a section for one of its lines makes the section.
    entered = {path[:length] for path in added for length in range(1, len(path))}
    for path in added:
        yield from ((gone, True) for gone in held.pop((*path[:-1], grammar.place(path[-1])), ()))
        if path not in entered:
            yield path, False


def _removals(paths: Iterable[Path], grammar: Grammar) -> list[Path]:
    gone = {path: None for path in paths if not _lasts(path, grammar)}
    return [path for path in gone if not _inside(path, gone)]


def _lasts(path: Path, grammar: Grammar) -> bool:
    return bool(grammar.lasting) and path[-1].startswith(grammar.lasting)


def too_much(have: Paths, want: Paths, grammar: Grammar) -> Iterable[Path]:
    """Return what `have` has beyond `want`; a thing that goes altogether as its beginning alone."""
    named = {grammar.thing(path) for path in have if len(path) == 2}
    whole = named - {grammar.thing(path) for path in want} - {()}
    gone = missing(have, want)
    return {thing if (thing := grammar.thing(path)) in whole else path: "" for path in gone}


def next_commands(have: Paths, want: Paths, grammar: Grammar) -> list[str]:
    """Return the commands that add what is missing; once nothing is, those that take away."""
    add = missing(want, have)
    if add:
        return commands(add, (), grammar, missing(have, want))
    return commands({}, too_much(have, want, grammar), grammar)


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
    if "\n" in line:
        # A text of several lines goes by what it is called.
        line = " ".join(line.split()[:2])
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
    return "  " * (len(path) - 1) + path[-1].replace("\n", "\n  ")


def _place(path: Path, removed: Paths) -> list[tuple[str, bool, str]]:
    # Sections in order; in one of them what goes stands before what replaces it.
    prefixes = [path[: length + 1] for length in range(len(path))]
    return [(each[-1].rpartition(" ")[0], each not in removed, each[-1]) for each in prefixes]


def merged(have: Paths, want: Paths, chosen: Callable[[Path], bool]) -> Paths:
    """Return `have` with the chosen lines as `want` has them, and no others changed."""
    kept = {path: line for path, line in have.items() if path in want or not chosen(path)}
    added = {path: line for path, line in missing(want, have).items() if chosen(path)}
    heads = {path[:n]: path[n - 1] for path in added for n in range(1, len(path))}
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
