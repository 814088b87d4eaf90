"""Action of module config_backup: hands its parameters to forerunner.backup, in this process."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from forerunner.backup import Note, Repository, Seal, Terms, back_up, open_seal
from forerunner.fleet.action import Batch, BatchAction, Given


def _seal(repository: Repository, options: Mapping[str, Any], check: bool) -> Seal:
    return open_seal(
        Path(options["vault_password_file"]),
        options["create_vault_password"],
        used=bool(repository.sealed_hosts()),
        check=check,
    )


class ActionModule(BatchAction):
    """Back up the running configurations of many devices."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "directory": {"type": "path", "required": True},
        "vault_password_file": {"type": "path", "required": True},
        "create_vault_password": {"type": "bool", "default": False},
        "reason": {"type": "str", "default": "by hand"},
        "who": {"type": "str", "default": ""},
        "plan": {"type": "str", "default": ""},
        "allow_shrink": {"type": "bool", "default": False},
    }

    def work(self, given: Given) -> Batch:
        """Fetch, judge and store."""
        options = given.options
        repository = Repository(Path(options["directory"]))
        seal = _seal(repository, options, given.check)
        who = {"who": options["who"]} if options["who"] else {}
        note = Note(options["reason"], plan=options["plan"], **who)
        terms = Terms(note, given.check, options["allow_shrink"])
        done = back_up(given.devices, repository.directory, seal, terms, **given.limits)
        report = {"changed": done.changed, "commit": done.commit, "diff": done.diff}
        return Batch(done.hosts, report)
