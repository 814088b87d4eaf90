"""What a run may be given: names of playbooks, hosts and plain values, checked."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from forerunner import home
from forerunner.errors import ForerunnerError, InvalidData

PLAYBOOK = re.compile(r"[a-z][a-z_]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_TEXT = re.compile(r"[A-Za-z0-9_./:@,=+~ -]{0,1024}")

Value = str | int | float | bool


class UnknownPlaybook(ForerunnerError):
    """A playbook was named that the project does not have."""


def playbook_path(name: str) -> Path:
    """Return the file of a playbook.

    Args:
        name: Its name without directory and ending, as `drain_link`.

    Raises:
        UnknownPlaybook: The name is not well formed, or there is no such file.
    """
    directory = home.root() / "playbooks"
    path = directory / f"{name}.yml"
    if not PLAYBOOK.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(x.stem for x in directory.glob("*.yml"))) or "none"
        raise UnknownPlaybook(f"playbook {name!r} is not in {directory}; there are: {known}")
    return path


def check_variables(variables: Mapping[str, Value]) -> dict[str, Value]:
    """Return the variables when none of them could be taken for a template.

    Extra variables are trusted templates to ansible-core 2.19: `{{ ... }}` in one would be run.
    So only plain values pass; data travels as a file, and its path as the variable.

    Raises:
        InvalidData: Names the variable that may not pass.
    """
    for name, value in variables.items():
        if not _NAME.fullmatch(name):
            raise InvalidData("variables", name, "a name is small letters, digits and _")
        if not _is_plain(value):
            problem = "only numbers, booleans and short plain text pass; put data into a file"
            raise InvalidData("variables", name, problem)
    return dict(variables)


def check_limit(limit: Sequence[str]) -> str | None:
    """Return the hosts as Ansible's `--limit`, None when every host is meant.

    Raises:
        InvalidData: One of them is no host name.
    """
    for index, host in enumerate(limit):
        if not _HOST.fullmatch(host):
            raise InvalidData("limit", f"[{index}]", f"{host!r} is no host name")
    return ",".join(limit) or None


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return bool(_TEXT.fullmatch(value))
    return isinstance(value, (bool, int, float))
