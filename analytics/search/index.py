"""Documents that can be found by what they mean: added, taken away, kept and searched."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.search.documents import Document, Filters
from analytics.search.embedding import Embedding, Vectors
from analytics.search.fusion import Evidence, confidence, fused
from analytics.search.kept import read_vectors, write_vectors
from analytics.search.lexical import BM25, Cosine
from analytics.search.text import chunks, plain

SIMILAR = 0.5
"""Below this confidence nothing similar was found; docs/predictions/search.md says how it came."""


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
    """Documents by name, and the embedded pieces of each text.

    Adding embeds texts that are new and nothing else; weights of words depend on the whole
    collection and are counted anew at the next search, which takes milliseconds.

    Args:
        embedding: What turns a text into a vector.
        kept: Embedded pieces by the digest of their text, as `load` finds them.
    """

    def __init__(self, embedding: Embedding, kept: Mapping[str, Vectors] | None = None) -> None:
        self.embedding = embedding
        self._documents: dict[str, Document] = {}
        self._vectors = dict(kept or {})

    def __len__(self) -> int:
        return len(self._documents)

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, or put them in the place of those of their names.

        Returns:
            How many were embedded.
        """
        embedded = 0
        for each in documents:
            if each.digest not in self._vectors:
                self._vectors[each.digest] = self._embed(each.whole)
                embedded += 1
            self._documents[each.id] = each
        self._forget()
        return embedded

    def remove(self, names: Iterable[str]) -> int:
        """Take documents away, and return how many of them were there."""
        there = [name for name in set(names) if self._documents.pop(name, None) is not None]
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
        """Write the embedded pieces of its documents, and of no other text, into a directory."""
        used = {each.digest: self._vectors[each.digest] for each in self._documents.values()}
        write_vectors(directory, self.embedding.name, used)

    @classmethod
    def load(cls, directory: Path, embedding: Embedding) -> "Index":
        """Return an index without documents that knows the pieces which `save` wrote."""
        return cls(embedding, read_vectors(directory, embedding.name))

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
        rows = [self._vectors[each.digest] for each in self._documents.values()]
        asked = self.embedding.embed(chunks(said))
        cosines = asked @ np.concatenate(rows).T
        starts = np.concatenate([[0], np.cumsum([len(each) for each in rows])[:-1]])
        nearest = np.maximum.reduceat(cosines, starts.astype(int), axis=1)
        found: NDArray[np.float64] = nearest.mean(axis=0).astype(float)
        return found
