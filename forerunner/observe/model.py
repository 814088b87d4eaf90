"""The model in service, and the moment at which it becomes another one."""

from pathlib import Path

from analytics.failure.model import LinkFailureModel
from analytics.failure.serving import KIND, in_service


class ServedModel:
    """Loads the model, and again once a promotion or a rollback has been written.

    Args:
        path: As `var/models/link_failure.json`.

    Attributes:
        model: The one that was loaded last.

    Raises:
        ForerunnerError: It cannot be loaded; says what makes it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks = (path, path.parent / KIND / "service.json")
        self._seen = self._state()
        self.model = in_service(path)

    def renewed(self) -> LinkFailureModel | None:
        """Return the model if it has become another one since it was loaded.

        Raises:
            ForerunnerError: The new one is not whole; the one that was loaded stays.
        """
        now = self._state()
        if now == self._seen:
            return None
        # Only what is promoted next is worth another try.
        self._seen = now
        found = in_service(self._path)
        if found.to_json() == self.model.to_json():
            return None
        self.model = found
        return found

    def _state(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(_state(path) for path in self._marks)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
