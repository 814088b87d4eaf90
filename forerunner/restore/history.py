"""What module `config_restore` does: a configuration out of history, through the usual change."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forerunner.backup import Repository, Seal, Version, open_seal
from forerunner.backup.history import full_text, version_at
from forerunner.configure import task
from forerunner.configure.intent import Intended
from forerunner.configure.record import by_hand
from forerunner.fleet import devices_from_data
from forerunner.fleet.inventory import devices_data

PLAYBOOK = "restore_config"


@dataclass(frozen=True)
class History:
    """The backups, and what opens them."""

    repository: Repository
    seal: Seal

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "History":
        """Return the history that a module's parameters name.

        Raises:
            BackupError: The password is missing, or others may read it.
        """
        repository = Repository(Path(given["directory"]))
        return cls(repository, open_seal(Path(given["vault_password_file"]), used=True))

    def at(self, device: str, moment: str) -> tuple[Version, str]:
        """Return a device's version at a moment, and its whole text.

        Raises:
            BackupError: There is none; says which there are.
        """
        version = version_at(self.repository, device, moment)
        return version, full_text(self.repository, self.seal, device, version)


def from_history(
    given: Mapping[str, Any], variables: Mapping[str, Any], dry: bool
) -> dict[str, Any]:
    """Do what module `config_restore` is asked for and return its result.

    Args:
        given: The module's parameters.
        variables: Ansible's `hostvars`.
        dry: Check mode.

    Raises:
        ForerunnerError: It cannot be begun; says why and what to do.
    """
    devices = devices_from_data(devices_data(variables, given["devices"]), "inventory")
    history = History.of(given)
    found = {name: history.at(name, given["at"]) for name in devices}
    commits = {name: version.commit for name, (version, _) in found.items()}
    intent = Intended({name: text for name, (_, text) in found.items()})
    plan = by_hand(PLAYBOOK, devices, {"commits": commits})
    result = task.changed(devices, intent, plan, given, variables, dry)
    return {**result, "versions": {name: x.describe() for name, (x, _) in found.items()}}
