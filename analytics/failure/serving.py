"""The model in service: the registry's, byte for byte what was promoted."""

from pathlib import Path

from analytics.failure.model import LinkFailureModel
from analytics.registry import Registry

KIND = "link_failure"


def in_service(path: Path) -> LinkFailureModel:
    """Return the model that is in service where `path` lies, or the one in that file.

    Where the registry beside it has one in service, that is returned, from the very bytes that
    its pin was compared with; a file by itself is for models that were given by hand.

    Args:
        path: As `var/models/link_failure.json`.

    Raises:
        InvalidData: A file was altered, or is no model of this version.
        NotFitted: There is no such file; names the command that makes it.
    """
    book = Registry(path.parent)
    if path.name != f"{KIND}.json" or book.service(KIND) is None:
        return LinkFailureModel.load(path)
    version, states = book.in_service(KIND)
    return LinkFailureModel.from_bytes(states[f"{KIND}.json"], f"{KIND} {version}")
