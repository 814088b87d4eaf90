"""What the REST interface of a back office is like, out of the inventory: nothing is standard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forerunner.schema import check
from forerunner.telco.northbound.http import CA_FILE, PATH, SECONDS, URL, Where
from forerunner.telco.northbound.secret import SecretFile
from forerunner.telco.northbound.words import NAMES, PROFILES, Words, check_words

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "url": URL,
        "token_file": {"type": "string", "description": "file with the access token, or empty"},
        "ca_file": CA_FILE,
        "apply_path": PATH,
        "query_path": PATH,
        "list_path": PATH,
        "fields": NAMES,
        "states": NAMES,
        "profiles": PROFILES,
        "batch": {"type": "integer", "minimum": 1, "maximum": 10000},
        "timeout": SECONDS,
    },
    "required": ["url", "fields", "states", "profiles"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Settings:
    """What the inventory says.

    Attributes:
        name: Inventory name of the system.
        url: Scheme, host and port.
        fields: What it calls each field of ours.
        states: What it calls `active` and `suspended`.
        profiles: What a service profile is to it, by name: values of fields.
        token_file: File with the access token; empty for none.
        ca_file: Who may vouch for it; empty for the system's own.
        apply_path: Where changes are posted.
        query_path: Where records are asked for.
        list_path: Where all records are listed.
        batch: Records of one message.
        timeout: Seconds for one answer.
    """

    name: str
    url: str
    fields: Mapping[str, str]
    states: Mapping[str, str]
    profiles: Mapping[str, Mapping[str, str]]
    token_file: str = ""
    ca_file: str = ""
    apply_path: str = "/apply"
    query_path: str = "/query"
    list_path: str = "/records"
    batch: int = 500
    timeout: float = 30.0
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        """Make its vocabulary of its names."""
        object.__setattr__(self, "words", Words(self.fields, self.states))

    @property
    def where(self) -> Where:
        """Where it is."""
        return Where(self.name, self.url, self.ca_file, self.timeout)

    def token(self) -> str:
        """Return the access token; empty for none.

        Raises:
            InvalidData: Its file cannot be read, or others may read it.
        """
        return SecretFile(self.name, "token_file", self.token_file).read()


def settings_from(name: str, data: Mapping[str, Any], needed: Sequence[str]) -> Settings:
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
    return Settings(name, **data)
