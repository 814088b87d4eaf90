"""The cases nearest to incidents, in a few lines for a message."""

from collections.abc import Sequence

from analytics.search.command import would_run
from analytics.search.corpus import Corpus, open_corpus
from forerunner import home
from forerunner.events import SEVERITIES, Incident

_INCIDENTS, _CASES, _TITLE, _PAST = 3, 2, 80, 100


def nearest(incidents: Sequence[Incident], corpus: Corpus | None = None) -> str:
    """Return what the worst incidents are most like, and what that would run; plain text.

    Empty where nothing is similar. Nothing is run, and what devices wrote binds nothing.

    Args:
        incidents: Of whatever is to be told.
        corpus: x
    """
    # A storm of incidents must not make the alert of it wait until each is embedded.
    kept = home.var() / "search" / "alerts"
    searched = corpus or open_corpus(directory=kept, incidents=_PAST)
    worst = sorted(incidents, key=lambda x: (-SEVERITIES.index(x.severity), x.begun))
    lines = [line for each in worst[:_INCIDENTS] for line in _lines(each, searched)]
    return "".join(f"\n{line}" for line in ["similar cases:", *lines]) if lines else ""


def _lines(incident: Incident, corpus: Corpus) -> list[str]:
    found = corpus.like(incident, _CASES)
    if not found.similar:
        return []
    head = f"{incident.host} {incident.kind}"
    titles = [" ".join(case.hit.document.title.split())[:_TITLE] for case in found.cases]
    return [
        f"{head}: {title} ({would_run(case)})"
        for title, case in zip(titles, found.cases, strict=True)
    ]
