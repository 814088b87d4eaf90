"""Action of module config_backup: hands its parameters to forerunner.backup, in this process."""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.backup import Backup, Note, Repository, Terms, back_up, open_seal
from forerunner.errors import ForerunnerError
from forerunner.fleet import devices_from_data
from forerunner.fleet.inventory import device_results, devices_data

ARGUMENT_SPEC = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "vault_password_file": {"type": "path", "required": True},
    "create_vault_password": {"type": "bool", "default": False},
    "reason": {"type": "str", "default": "by hand"},
    "who": {"type": "str", "default": ""},
    "plan": {"type": "str", "default": ""},
    "allow_shrink": {"type": "bool", "default": False},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 60},
}


def _back_up(data: dict[str, dict[str, Any]], given: dict[str, Any], check: bool) -> Backup:
    repository = Repository(Path(given["directory"]))
    seal = open_seal(
        Path(given["vault_password_file"]),
        given["create_vault_password"],
        used=bool(repository.sealed_hosts()),
        check=check,
    )
    who = {"who": given["who"]} if given["who"] else {}
    return back_up(
        devices_from_data(data, "inventory"),
        repository.directory,
        seal,
        Terms(Note(given["reason"], plan=given["plan"], **who), check, given["allow_shrink"]),
        concurrency=given["concurrency"],
        timeout=given["timeout"],
    )


class ActionModule(ActionBase):
    """Back up the running configurations of many devices."""

    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, given = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            data = devices_data((task_vars or {})["hostvars"], given["devices"])
            backup = _back_up(data, given, self._task.check_mode)
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error
        hosts = {name: each.to_dict() for name, each in backup.hosts.items()}
        facts = {"device_results": device_results(backup.hosts)}
        report = {"changed": backup.changed, "commit": backup.commit, "hosts": hosts}
        return {**result, **report, "diff": backup.diff, "ansible_facts": facts}
