"""Documents that can be found by what they mean: added, taken away, kept and searched."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.search.documents import Document, Filters
from analytics.search.embedding import WIDTH, Embedding, Vectors
from analytics.search.fusion import Evidence, confidence, fused
from analytics.search.lexical import BM25, Cosine
from analytics.search.text import chunks, plain
from forerunner.errors import InvalidData
from forerunner.files import write_whole

SIMILAR = 0.5
"""Below this confidence nothing similar was found; docs/predictions/search.md says how it came."""

_DOCUMENTS, _VECTORS = "documents.json", "vectors.npz"
_FORM = 1


@dataclass(frozen=True)
class Hit:
    """A document that was found.

    Attributes:
        document: The document.
        score: How well it fits among what was searched; no unit, comparable in one answer alone.
        evidence: By each way of comparing, its score; `pieces`, `embedding`, `bm25`, `pairs`.
    """

    document: Document
    score: float
    evidence: Mapping[str, float]


@dataclass(frozen=True)
class Answer:
    """What a search gave.

    Attributes:
        hits: The best first; there whether or not anything is similar.
        confidence: Of the best one being relevant, 0 to 1.
    """

    hits: Sequence[Hit]
    confidence: float

    @property
    def similar(self) -> bool:
        """Return whether anything is similar; where not, the hits are merely the least unlike."""
        return bool(self.hits) and self.confidence >= SIMILAR


class Index:
    """Documents by name with their embedded pieces.

    Adding embeds what is new or changed and nothing else; weights of words depend on the whole
    collection and are counted anew at the next search, which takes milliseconds.

    Args:
        embedding: What turns a text into a vector.
    """

    def __init__(self, embedding: Embedding) -> None:
        self.embedding = embedding
        self._documents: dict[str, Document] = {}
        self._vectors: dict[str, Vectors] = {}

    def __len__(self) -> int:
        return len(self._documents)

    @property
    def documents(self) -> Mapping[str, Document]:
        """Return the documents by name."""
        return dict(self._documents)

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, or put them in the place of those of their names.

        Returns:
            How many were embedded.
        """
        embedded = 0
        for each in documents:
            known = self._documents.get(each.id)
            if known is None or known.digest != each.digest:
                self._vectors[each.id] = self._embed(each.whole)
                embedded += 1
            self._documents[each.id] = each
        self._forget()
        return embedded

    def remove(self, names: Iterable[str]) -> int:
        """Take documents away, and return how many of them were there."""
        there = [name for name in set(names) if self._documents.pop(name, None) is not None]
        for name in there:
            del self._vectors[name]
        self._forget()
        return len(there)

    def search(self, query: str, limit: int = 10, filters: Filters | None = None) -> Answer:
        """Return the documents most like a text, of those that pass the filters."""
        wanted = filters or Filters()
        every = list(self._documents.values())
        passing = np.array([wanted.passes(each) for each in every], bool)
        if not passing.any():
            return Answer((), 0.0)
        found = self._evidence(query)[passing]
        scores = fused(found)
        chosen = [each for each, passes in zip(every, passing, strict=True) if passes]
        order = np.argsort(-scores, kind="stable")[:limit]
        hits = [Hit(chosen[at], float(scores[at]), found.of(int(at))) for at in order]
        return Answer(hits, confidence(found))

    def save(self, directory: Path) -> None:
        """Write the index into a directory, as JSON and plain arrays."""
        directory.mkdir(parents=True, exist_ok=True)
        names = list(self._documents)
        lengths = np.array([len(self._vectors[name]) for name in names], np.int64)
        rows = [self._vectors[name] for name in names]
        stacked = np.concatenate(rows) if rows else np.zeros((0, WIDTH), np.float32)
        with (directory / f"{_VECTORS}.part").open("wb") as file:
            np.savez(file, lengths=lengths, vectors=stacked)
        (directory / f"{_VECTORS}.part").replace(directory / _VECTORS)
        plain_data = {
            "form": _FORM,
            "embedding": self.embedding.name,
            "documents": [asdict(each) for each in self._documents.values()],
            "digests": [each.digest for each in self._documents.values()],
        }
        write_whole(directory / _DOCUMENTS, json.dumps(plain_data) + "\n")

    @classmethod
    def load(cls, directory: Path, embedding: Embedding) -> "Index":
        """Return what `save` wrote; empty where nothing was, or another model embedded it.

        Raises:
            InvalidData: The files do not belong together or are damaged.
        """
        index, path = cls(embedding), directory / _DOCUMENTS
        if not path.is_file():
            return index
        try:
            data = json.loads(path.read_text())
            if (data["form"], data["embedding"]) != (_FORM, embedding.name):
                return index
            documents = [Document.from_dict(each, str(path)) for each in data["documents"]]
            pieces = _split(directory / _VECTORS)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidData(str(path), "index", f"{error!r}; remove {directory}") from error
        digests = [each.digest for each in documents]
        if digests != data.get("digests") or len(pieces) != len(documents):
            raise InvalidData(str(path), "digests", f"do not fit the rest; remove {directory}")
        index._documents = {each.id: each for each in documents}
        index._vectors = dict(zip(index._documents, pieces, strict=True))
        return index

    def _embed(self, text: str) -> Vectors:
        return self.embedding.embed(chunks(plain(text)))

    def _forget(self) -> None:
        self.__dict__.pop("_lexical", None)

    @cached_property
    def _lexical(self) -> tuple[Cosine, BM25, Cosine]:
        texts = [plain(each.whole) for each in self._documents.values()]
        return Cosine().fit(texts), BM25().fit(texts), Cosine("word", 1, 2).fit(texts)

    def _evidence(self, query: str) -> Evidence:
        said = plain(query)
        pieces, bm25, pairs = (each.score(said) for each in self._lexical)
        return Evidence(pieces, self._nearness(said), bm25, pairs)

    def _nearness(self, said: str) -> NDArray[np.float64]:
        """Return the cosine of each document's nearest piece, averaged over the query's pieces."""
        rows = list(self._vectors.values())
        asked = self.embedding.embed(chunks(said))
        cosines = asked @ np.concatenate(rows).T
        starts = np.concatenate([[0], np.cumsum([len(each) for each in rows])[:-1]])
        nearest = np.maximum.reduceat(cosines, starts.astype(int), axis=1)
        found: NDArray[np.float64] = nearest.mean(axis=0).astype(float)
        return found


def _split(path: Path) -> list[Vectors]:
    with np.load(path, allow_pickle=False) as held:
        lengths, vectors = held["lengths"], held["vectors"]
    if vectors.shape != (int(lengths.sum()), WIDTH) or not np.isfinite(vectors).all():
        raise ValueError(f"{path.name} does not hold vectors of {WIDTH}")
    return [np.asarray(each) for each in np.split(vectors, np.cumsum(lengths)[:-1])]
