"""How well a search finds what is relevant, and tells where nothing is.

The protocol stands in docs/predictions/search.md. Rows for `forerunner.bench.predict`.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.metrics import roc_auc_score

from analytics.search.documents import Document, Filters
from analytics.search.embedding import MiniLM, Vectors
from analytics.search.index import Index
from analytics.search.lexical import BM25, Scores
from forerunner.bench import intervals
from forerunner.bench.rows import Extent, Row
from forerunner.errors import InvalidData

_TOP = 10
_SHORT = 40
_RRF = 60
_SECTION = re.compile(r"^## +(\w+)[^\n]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Query:
    """A question with its answers.

    Attributes:
        text: What is asked.
        relevant: Names of the documents that answer; never empty.
        without: Names of documents that may not be found.
        reported: Whether it is in the half that a row's value stands on.
    """

    text: str
    relevant: frozenset[str]
    without: frozenset[str]
    reported: bool


@dataclass(frozen=True)
class Task:
    """Documents, queries and the searches that are compared."""

    documents: Sequence[Document]
    queries: Sequence[Query]
    index: Index
    embedding: MiniLM


class _Remembering(MiniLM):
    """Embeds each text once."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([_once(self, text) for text in texts])

    def fresh(self, text: str) -> Vectors:
        row: Vectors = super().embed([text])[0]
        return row


@cache
def _once(embedding: _Remembering, text: str) -> Vectors:
    return embedding.fresh(text)


def runbooks(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Measure nDCG@10 from what an alert means to how it is diagnosed and mitigated."""
    return _rows("search_runbooks_ndcg", _runbook_task(data, extent), console)


def syslog(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Measure nDCG@10 from a raw line of syslog to lines of other systems of the same event."""
    return _rows("search_syslog_ndcg", _syslog_task(data, extent), console)


def abstain(data: Path, extent: Extent, console: Console) -> list[Row]:
    """Measure how well the confidence tells queries of which the relevant was left out."""
    tasks = {"runbooks": _runbook_task(data, extent), "syslog": _syslog_task(data, extent)}
    told = {name: [_both(task, each) for each in task.queries] for name, task in tasks.items()}
    areas = {}
    for name, task in tasks.items():
        kept = [x for x, query in zip(told[name], task.queries, strict=True) if query.reported]
        areas[name] = _area(np.array(kept))
        console.print(f"{name}: {areas[name]:.3f}")
    pairs = np.array(
        [x for name, task in tasks.items() for x, q in zip(told[name], task.queries, strict=True)
         if q.reported]
    )  # fmt: skip
    low, high = intervals.bootstrap(len(pairs), lambda at: _area(pairs[at]))
    each = ", ".join(f"{name} {area:.3f}" for name, area in areas.items())
    what = f"area under ROC, relevant left out or not; 95% {low:.3f} to {high:.3f}; {each}"
    return [Row("search_abstain_auc", what, _area(pairs), goal=">= 0.85", n=2 * len(pairs))]


def _rows(name: str, task: Task, console: Console) -> list[Row]:
    searches = {"forerunner": _ours(task), **_peers(task)}
    gains = {
        who: np.array([_gain(found(each), each.relevant) for each in task.queries])
        for who, found in searches.items()
    }
    reported = np.array([each.reported for each in task.queries])
    for who, gained in gains.items():
        console.print(f"{who}: {gained[reported].mean():.3f}, of all {gained.mean():.3f}")
    ours = gains.pop("forerunner")
    low, high = intervals.of_mean(ours[reported])
    value, best = float(ours[reported].mean()), max(gains, key=lambda x: gains[x][reported].mean())
    peer = float(gains[best][reported].mean())
    said = ", ".join(f"{who} {gained[reported].mean():.3f}" for who, gained in gains.items())
    what = f"nDCG@10, other half; 95% {low:.3f} to {high:.3f}; all {ours.mean():.3f}; {said}"
    goal = ">= 0.78" if "runbooks" in name else ">= 0.74"
    return [
        Row(name, what, value, "", goal, best, peer, value / peer, int(reported.sum()), "0")
    ]  # fmt: skip


def _ours(task: Task) -> Callable[[Query], list[str]]:
    def found(query: Query) -> list[str]:
        answer = task.index.search(query.text, _TOP, Filters(without=query.without))
        return [hit.document.id for hit in answer.hits]

    return found


def _peers(task: Task) -> Mapping[str, Callable[[Query], list[str]]]:
    bm25 = BM25().fit([each.text for each in task.documents])
    vectors = task.embedding.embed([each.text for each in task.documents])

    def near(query: Query) -> Scores:
        return np.asarray(vectors @ task.embedding.embed([query.text])[0], float)

    def words(query: Query) -> Scores:
        return bm25.score(query.text)

    def both(query: Query) -> Scores:
        allowed = _allowed(task, query)
        ranks = [_ranks(np.where(allowed, way(query), -np.inf)) for way in (near, words)]
        return 1 / (_RRF + 1 + ranks[0]) + 1 / (_RRF + 1 + ranks[1])

    ways = {"BM25": words, "MiniLM": near, "reciprocal rank of both": both}
    return {name: _best(task, way) for name, way in ways.items()}


def _best(task: Task, way: Callable[[Query], Scores]) -> Callable[[Query], list[str]]:
    def found(query: Query) -> list[str]:
        scores = np.where(_allowed(task, query), way(query), -np.inf)
        return [task.documents[at].id for at in np.argsort(-scores, kind="stable")[:_TOP]]

    return found


def _allowed(task: Task, query: Query) -> Scores:
    return np.array([each.id not in query.without for each in task.documents])


def _ranks(scores: Scores) -> Scores:
    return np.argsort(np.argsort(-scores, kind="stable"), kind="stable").astype(float)


def _both(task: Task, query: Query) -> tuple[float, float]:
    """Return the confidence with what is relevant, and without it."""
    sets = (query.without, query.without | query.relevant)
    one, other = (task.index.search(query.text, 1, Filters(without=x)).confidence for x in sets)
    return one, other


def _area(pairs: Scores) -> float:
    truth = np.repeat([1, 0], len(pairs))
    return float(roc_auc_score(truth, np.concatenate([pairs[:, 0], pairs[:, 1]])))


def _gain(found: Sequence[str], relevant: frozenset[str]) -> float:
    discount = 1 / np.log2(np.arange(2, _TOP + 2))
    gained = sum(discount[at] for at, name in enumerate(found) if name in relevant)
    return float(gained / discount[: len(relevant)].sum())


def _reported(text: str) -> bool:
    return bool(hashlib.sha256(text.encode()).digest()[0] % 2)


@lru_cache(maxsize=2)
def _runbook_task(data: Path, extent: Extent) -> Task:
    read = list(_read_runbooks(data / "openshift_runbooks"))[
        : _SHORT if extent == "short" else None
    ]
    documents = [Document(path, "runbook", "", text) for path, _, _, text in read]
    queries = [
        Query(asked, frozenset({path}), frozenset(), _reported(name))
        for path, name, asked, _ in read
    ]
    return _task(documents, queries, data / "openshift_runbooks")


@lru_cache(maxsize=2)
def _syslog_task(data: Path, extent: Extent) -> Task:
    del extent  # There are few of them.
    root = data / "napalm_logs"
    documents = []
    for path in sorted(root.rglob("syslog.msg")):
        system, event = path.relative_to(root).parts[:2]
        fields = {"os": system, "event": event}
        documents.append(Document(str(path), "syslog", "", path.read_text(), 0.0, fields))
    return _task(documents, list(_syslog_queries(documents)), root)


def _syslog_queries(documents: Sequence[Document]) -> Iterator[Query]:
    for asked in documents:
        own = {x.id for x in documents if x.fields["os"] == asked.fields["os"]}
        same = {x.id for x in documents if x.fields["event"] == asked.fields["event"]}
        if same - own:
            yield Query(asked.text, frozenset(same - own), frozenset(own), _reported(asked.text))


def _read_runbooks(root: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, alert, what it means, and diagnosis with mitigation; its name is masked."""
    for path in sorted(root.glob("*.md")):
        name = path.stem.rsplit("__", 1)[-1]
        parts = dict(_SECTION.findall(path.read_text()))
        answer = f"{parts.get('Diagnosis', '')}\n{parts.get('Mitigation', '')}"
        masked = re.compile(re.escape(name), re.IGNORECASE)
        asked, text = (masked.sub(" ", x).strip() for x in (parts.get("Meaning", ""), answer))
        if asked and text:
            yield str(path), name, asked, text


def _task(documents: Sequence[Document], queries: Sequence[Query], source: Path) -> Task:
    if not any(each.reported for each in queries):
        raise InvalidData(str(source), "files", "hold no query with an answer; see SOURCE.txt")
    embedding = _Remembering()
    index = Index(embedding)
    index.add(documents)
    return Task(documents, queries, index, embedding)
