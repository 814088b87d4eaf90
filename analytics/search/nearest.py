"""The cases nearest to incidents, in a few lines for a message."""

from collections.abc import Iterable, Sequence

from analytics.search.command import would_run
from analytics.search.corpus import Corpus, Found, open_corpus
from analytics.search.text import plain
from forerunner import home
from forerunner.events import SEVERITIES, Incident

_SEARCHED, _CASES, _TITLE, _PAST = 10, 2, 80, 100
_LONGEST = 1500


def nearest(incidents: Sequence[Incident], corpus: Corpus | None = None) -> str:
    """Return what each of the incidents is most like, and what that would run; plain text.

    Alike ones are searched once, the worst first; how many were left out is told, and where there
    is nothing similar, that. Nothing is run, and what devices wrote binds nothing.

    Args:
        incidents: Of whatever is to be told; at least one.
        corpus: What is searched; by default runbooks and the newest incidents of the ledger.
    """
    # A storm of incidents must not make the alert of it wait until each is embedded.
    kept = home.var() / "search" / "alerts"
    searched = corpus or open_corpus(directory=kept, incidents=_PAST)
    themselves = frozenset(each.id for each in incidents)
    alike = _alike(incidents)
    found = [(x, searched.like(x[0], _CASES, themselves)) for x in alike[:_SEARCHED]]
    lines = [line for x, cases in found if cases.similar for line in _lines(x, cases)]
    unlike = [_head(x) for x, cases in found if not cases.similar]
    lines += [f"nothing similar: {', '.join(unlike)}"] if unlike else []
    return "".join(f"\n{line}" for line in _bounded(lines, max(0, len(alike) - _SEARCHED)))


def _alike(incidents: Iterable[Incident]) -> list[list[Incident]]:
    """Return the incidents of each kind and text, the worst first."""
    groups: dict[tuple[str, str], list[Incident]] = {}
    for each in sorted(incidents, key=lambda x: (-SEVERITIES.index(x.severity), x.begun)):
        groups.setdefault((each.kind, plain(each.text)), []).append(each)
    return list(groups.values())


def _head(alike: Sequence[Incident]) -> str:
    more = f" and {len(alike) - 1} alike" if len(alike) > 1 else ""
    return f"{alike[0].host} {alike[0].kind}{more}"


def _lines(alike: Sequence[Incident], found: Found) -> list[str]:
    titles = [" ".join(case.hit.document.title.split())[:_TITLE] for case in found.cases]
    return [
        f"{_head(alike)}: {title} ({would_run(case)})"
        for title, case in zip(titles, found.cases, strict=True)
    ]


def _bounded(lines: Sequence[str], unsearched: int) -> list[str]:
    """Return the lines that there is room for, and what was left out."""
    shown, left = ["similar cases:"], _LONGEST
    for at, line in enumerate(lines):
        left -= len(line) + 1
        if left < 0:
            shown.append(f"and {len(lines) - at} more lines; see: python -m analytics search")
            break
        shown.append(line)
    if unsearched:
        shown.append(f"not searched: {unsearched} more that are unlike these")
    return shown
