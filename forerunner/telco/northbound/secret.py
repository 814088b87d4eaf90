"""Files with secrets of ours, which nobody else may read."""

from dataclasses import dataclass
from pathlib import Path

from forerunner.errors import InvalidData

_SECRET_BYTES = 4096


def see_private(name: str, setting: str, path: Path) -> None:
    """See that nobody else may read a file.

    Args:
        name: Inventory name of the system that it belongs to.
        setting: Name of the setting.
        path: The file.

    Raises:
        InvalidData: Others may.
        OSError: There is no such file.
    """
    if path.stat().st_mode & 0o077:
        raise InvalidData(name, setting, f"others may read it; run: chmod 600 {path}")


@dataclass(frozen=True)
class SecretFile:
    """A file with a password or a token, which nobody else may read.

    Attributes:
        name: Inventory name of the system that it belongs to.
        setting: Name of the setting.
        path: Of the file; empty for none.
    """

    name: str
    setting: str
    path: str = ""

    def read(self) -> str:
        """Return what is in it; empty for none.

        Raises:
            InvalidData: It cannot be read, others may read it, or it is not one line of ASCII.
        """
        if not self.path:
            return ""
        path = Path(self.path)
        try:
            see_private(self.name, self.setting, path)
            text = path.read_bytes()[:_SECRET_BYTES].decode("latin-1").strip()
        except OSError as error:
            raise InvalidData(self.name, self.setting, f"{path}: {error.strerror}") from None
        if not (text and text.isascii() and text.isprintable()):
            problem = f"{path}: it is not one line of printable ASCII"
            raise InvalidData(self.name, self.setting, problem)
        return text
