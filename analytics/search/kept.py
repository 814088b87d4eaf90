"""Embedded texts on disk, each under the digest of its text: what fits no text is never used."""

import io
import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.search.embedding import WIDTH, Vectors
from forerunner.files import write_whole

VECTORS = "vectors.npz"
_FORM = 2
_log = logging.getLogger(__name__)


def read_vectors(directory: Path, embedding: str) -> dict[str, Vectors]:
    """Return the embedded pieces of each text by its digest, as `write_vectors` left them.

    Empty where nothing was written, where another model embedded it, or where it is damaged:
    all of it can be embedded anew.

    Args:
        directory: Where they are kept.
        embedding: Name of the model.
    """
    path = directory / VECTORS
    if not path.is_file():
        return {}
    try:
        with np.load(path, allow_pickle=False) as held:
            if "made_by" not in held or held["made_by"].tolist() != [str(_FORM), embedding]:
                return {}
            return _split(held["digests"], held["lengths"], held["vectors"])
    except Exception as error:  # noqa: BLE001
        # Whatever a damaged archive makes its reader raise, nothing is lost but time.
        _log.warning("%s is damaged, all is embedded anew: %r", path, error)
        return {}


def write_vectors(directory: Path, embedding: str, vectors: Mapping[str, Vectors]) -> None:
    """Write embedded pieces as plain arrays in one file: a reader sees all of it, or what was."""
    stacked = np.concatenate([np.zeros((0, WIDTH), np.float32), *vectors.values()])
    content = io.BytesIO()
    np.savez(
        content,
        made_by=np.array([str(_FORM), embedding]),
        digests=np.array(list(vectors), dtype="U64"),
        lengths=np.array([len(each) for each in vectors.values()], np.int64),
        vectors=stacked,
    )
    write_whole(directory / VECTORS, content.getvalue())


def _split(
    digests: NDArray[np.str_], lengths: NDArray[np.int64], vectors: Vectors
) -> dict[str, Vectors]:
    if vectors.shape != (int(lengths.sum()), WIDTH) or not np.isfinite(vectors).all():
        raise ValueError(f"holds no vectors of {WIDTH}")
    pieces = np.split(vectors, np.cumsum(lengths)[:-1])
    return dict(zip(digests.tolist(), pieces, strict=True)) if len(digests) else {}
