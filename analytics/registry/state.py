"""Learned state in formats that cannot run code: JSON, and npz without objects."""

import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forerunner.errors import InvalidData


def refuse_pickles(source: str, content: bytes) -> None:
    """Raise unless the bytes are JSON or an npz of plain arrays, by the name's ending.

    Raises:
        InvalidData: Anything else, a pickle or joblib file among it.
    """
    if source.endswith(".json"):
        try:
            json.loads(content)
        except ValueError as error:
            raise InvalidData(source, "", f"is no JSON ({error})") from error
    elif source.endswith(".npz"):
        arrays(source, content)
    else:
        raise InvalidData(source, "", "is neither .json nor .npz; a pickle is never loaded")


def arrays(source: str, content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of an npz.

    Raises:
        InvalidData: It is none, or an array of it holds objects, which only a pickle can.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise InvalidData(source, "", f"is no npz of plain arrays ({error})") from error
