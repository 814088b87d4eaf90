"""What the lots of a back office are like and where they go, out of the inventory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forerunner.errors import InvalidData
from forerunner.schema import check
from forerunner.telco.northbound.http import SECONDS
from forerunner.telco.northbound.lots import layout
from forerunner.telco.northbound.lots.cells import cell_problem
from forerunner.telco.northbound.lots.layout import Layout
from forerunner.telco.northbound.secret import see_private
from forerunner.telco.northbound.words import NAMES, PROFILES, Words, check_words

if TYPE_CHECKING:
    import asyncssh

_WORD = {"type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}$"}
_TRAILER = {
    "type": "string",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,39}$",
    "description": "a word that begins with a letter, as END",
}
_DIRECTORY = {
    "type": "string",
    "pattern": r"^/?[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$",
    "description": "a directory there, as inbox or /data/in",
}
_SUFFIX = {
    "type": "string",
    "pattern": r"^\.[A-Za-z0-9_.-]{1,31}$",
    "description": "the end of a name, as .csv",
}
_FILE = {"type": "string", "minLength": 1, "description": "path of a file"}


def _some_of(names: Sequence[str], kind: Mapping[str, Any]) -> dict[str, Any]:
    properties = dict.fromkeys(names, kind)
    return {"type": "object", "properties": properties, "additionalProperties": False}


_SFTP = {
    "type": "object",
    "properties": {
        "host": {
            "type": "string",
            "pattern": "^[A-Za-z0-9.:-]+$",
            "description": "a name or an address",
        },
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "user": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$",
            "description": "a user's name",
        },
        "key_file": _FILE,
        "known_hosts": _FILE,
    },
    "required": ["host", "user", "key_file", "known_hosts"],
    "additionalProperties": False,
}
_LOTS = {
    "type": "object",
    "properties": {
        "inbox": _DIRECTORY,
        "outbox": _DIRECTORY,
        "separator": {"enum": [",", ";", "|", "\t"]},
        "header": {"type": "boolean"},
        "trailer": _TRAILER,
        "prefix": _TRAILER,
        "columns": _some_of(layout.COLUMNS, _WORD),
        "actions": _some_of(layout.ACTIONS, _WORD),
        "codes": _some_of(layout.CODES, _WORD),
        "suffixes": _some_of(layout.SUFFIXES, _SUFFIX),
        "poll": SECONDS,
        "wait": SECONDS,
    },
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sftp": _SFTP,
        "lots": _LOTS,
        "fields": NAMES,
        "states": NAMES,
        "profiles": PROFILES,
        "batch": {"type": "integer", "minimum": 1, "maximum": 10000},
        "timeout": SECONDS,
    },
    "required": ["sftp", "fields", "states", "profiles"],
    "additionalProperties": False,
}
_NAMED = ("columns", "actions", "codes", "suffixes")


@dataclass(frozen=True)
class Sftp:
    """Where files go.

    Attributes:
        host: Name or address.
        user: Whom it lets in.
        key_file: Private key of that user.
        known_hosts: File with its host key, in OpenSSH's format.
        port: TCP.
    """

    host: str
    user: str
    key_file: str
    known_hosts: str
    port: int = 22

    def read_files(self, name: str) -> "tuple[asyncssh.SSHKey, asyncssh.SSHKnownHosts]":
        """Return its user's key and the host keys that are known.

        Raises:
            InvalidData: A file is missing or none, or others can read the key; names it.
        """
        import asyncssh  # noqa: PLC0415

        try:
            see_private(name, "sftp.key_file", Path(self.key_file))
            key = asyncssh.read_private_key(self.key_file)
        except (OSError, asyncssh.KeyImportError) as error:
            raise InvalidData(name, "sftp.key_file", _unread(self.key_file, error)) from None
        try:
            return key, asyncssh.read_known_hosts(self.known_hosts)
        except (OSError, ValueError) as error:
            raise InvalidData(name, "sftp.known_hosts", _unread(self.known_hosts, error)) from None


def _unread(path: str, error: Exception) -> str:
    """Return why a file of keys cannot be read, without what is in it."""
    reason = getattr(error, "strerror", None) or "it holds no such keys, or encrypted ones"
    return f"{path}: {reason}"


@dataclass(frozen=True)
class LotSettings:
    """What the inventory says.

    Attributes:
        name: Inventory name of the system.
        sftp: Where files go.
        layout: What they look like.
        words: What it calls our fields and states.
        profiles: What a service profile is to it, by name: values of fields.
        batch: Rows of one lot.
        timeout: Seconds for one answer of the SFTP server.
        poll: Seconds between two looks for a result, at the most.
        wait: Seconds without any progress after which a result is not waited for any longer.
    """

    name: str
    sftp: Sftp
    layout: Layout
    words: Words
    profiles: Mapping[str, Mapping[str, str]]
    batch: int = 500
    timeout: float = 30.0
    poll: float = 1.0
    wait: float = 300.0


def lot_settings_from(name: str, data: Mapping[str, Any], needed: Sequence[str]) -> LotSettings:
    """Return settings that fit.

    Args:
        name: Inventory name of the system.
        data: The settings.
        needed: The fields that it has of a subscriber.

    Raises:
        InvalidData: They do not; names the field.
    """
    check(data, SCHEMA, name)
    check_words(name, data, needed)
    told = dict(data.get("lots", {}))
    times = {each: told.pop(each) for each in ("poll", "wait") if each in told}
    # The order of the columns is that of the inventory.
    fields = {ours: theirs for ours, theirs in data["fields"].items() if ours in needed}
    made = _layout(fields, told)
    _check_different(name, made)
    _check_values(name, data, made.separator)
    rest = {each: data[each] for each in ("batch", "timeout") if each in data}
    words = Words(made.fields, data["states"])
    return LotSettings(name, Sftp(**data["sftp"]), made, words, data["profiles"], **rest, **times)


def _layout(fields: Mapping[str, str], told: Mapping[str, Any]) -> Layout:
    """Return a layout: what is not told is as usual."""
    usual = Layout(fields)
    named = {each: {**getattr(usual, each), **told.get(each, {})} for each in _NAMED}
    return Layout(fields, **{**told, **named})


def _check_different(name: str, made: Layout) -> None:
    """See that no two things that have to be told apart are called the same."""
    sets = {
        "lots.columns": [*made.columns.values(), *made.fields.values()],
        "lots.actions": list(made.actions.values()),
        "lots.codes": list(made.codes.values()),
        "lots.suffixes": list(made.suffixes.values()),
    }
    for field, values in sets.items():
        if len(set(values)) < len(values):
            raise InvalidData(name, field, "two of them are the same; give each its own")
    if made.inbox == made.outbox:
        raise InvalidData(name, "lots.outbox", "is the inbox too; results are looked for apart")


def _check_values(name: str, data: Mapping[str, Any], separator: str) -> None:
    """See that what the inventory says of states and profiles can stand in a lot."""
    values = [(f"states.{key}", value) for key, value in data["states"].items()]
    for profile, given in data["profiles"].items():
        values += [(f"profiles.{profile}.{key}", value) for key, value in given.items()]
    for field, value in values:
        if problem := cell_problem(value, separator):
            raise InvalidData(name, field, f"{problem}; such a value cannot stand in a lot")
