"""JSON files that another part wrote, with a message that says which one is missing."""

import json
from pathlib import Path
from typing import Any

from forerunner.errors import InvalidData


def read_json(path: Path, what: str) -> Any:
    """Return a file's JSON data.

    Raises:
        InvalidData: It is missing or no JSON; says what it is.
    """
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise InvalidData(str(path), "", f"{what} is missing; is the lab up?") from None
    except (OSError, ValueError) as error:
        raise InvalidData(str(path), "", f"{what} cannot be read: {error}") from error
