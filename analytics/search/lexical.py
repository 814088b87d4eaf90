"""How well texts match in their very words (BM25) and in runs of them (TF-IDF). No I/O."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from analytics.estimator import require_fitted
from analytics.search.text import words

Scores = NDArray[np.float64]
# Were there no word at all, nothing could be learned: these are one for each way of counting, and
# the second of them, which no text of `plain` holds, is one that is never left out as too common.
_SOME_WORDS = "nothing __"


class BM25:
    """Words that are rare in the collection count, the more often the more, long texts less.

    Args:
        k1: How soon repetition of a word stops counting.
        b: How far a text's length counts, 0 to 1.

    Source: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework" (2009).
    """

    unit = "nat"

    def __init__(self, k1: float = 1.2, b: float = 0.75) -> None:
        self.k1, self.b = k1, b

    def fit(self, *data: Any) -> Self:
        """Learn from a sequence of texts."""
        texts: Sequence[str] = data[0]
        counter = CountVectorizer(analyzer=words)
        counts = counter.fit_transform([*texts, _SOME_WORDS]).tocsr()[: len(texts)].astype(float)
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        found = np.asarray((counts > 0).sum(axis=0)).ravel()
        idf = np.log1p((len(texts) - found + 0.5) / (found + 0.5))
        norm = self.k1 * (
            1 - self.b + self.b * lengths / max(1e-9, lengths.sum() / max(1, len(texts)))
        )
        rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
        counts.data = counts.data * (self.k1 + 1) / (counts.data + norm[rows])
        self.vocabulary_, self.idf_ = counter.vocabulary_, idf
        self.weights_ = counts.multiply(idf[None, :]).tocsc()
        return self

    def score(self, query: str) -> Scores:
        """Return a score for each text; 0 where none of the words is in it."""
        require_fitted(self, "weights_")
        places = [self.vocabulary_[x] for x in set(words(query)) if x in self.vocabulary_]
        if not places:
            return np.zeros(self.weights_.shape[0])
        found: Scores = np.asarray(self.weights_[:, places].sum(axis=1)).ravel()
        return found


class Cosine:
    """Cosine of TF-IDF vectors over runs of characters, or over runs of words.

    Args:
        analyzer: `char`, where spelling and endings matter less, or `word`.
        shortest: Characters or words of the shortest run.
        longest: The same of the longest.
    """

    unit = "cosine"

    def __init__(
        self, analyzer: Literal["char", "word"] = "char", shortest: int = 4, longest: int = 8
    ) -> None:
        self.analyzer, self.shortest, self.longest = analyzer, shortest, longest

    def fit(self, *data: Any) -> Self:
        """Learn from a sequence of texts."""
        texts = list(data[0])
        self.vectorizer_ = TfidfVectorizer(
            analyzer=self.analyzer,
            ngram_range=(self.shortest, self.longest),
            sublinear_tf=True,
            stop_words="english" if self.analyzer == "word" else None,
        )
        self.matrix_ = self.vectorizer_.fit_transform([*texts, _SOME_WORDS])[: len(texts)]
        return self

    def score(self, query: str) -> Scores:
        """Return the cosine with each text, 0 to 1."""
        require_fitted(self, "matrix_")
        row = self.vectorizer_.transform([query])
        found: Scores = np.asarray((self.matrix_ @ row.T).todense()).ravel()
        return found
