"""The frames of action plugins that work on many devices in one task, on the controller.

What differs between such plugins is what they are given and what they do; how an error reads,
where the devices come from and how each comes by its own result is the same for all.
"""

import gc
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from forerunner.errors import ForerunnerError
from forerunner.fleet.device import Device, DeviceResult, devices_from_data
from forerunner.fleet.inventory import device_results, devices_data

_COMMON = {
    "devices": {"type": "list", "elements": "str", "required": True},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 60},
}


@dataclass(frozen=True)
class Batch:
    """What a batch gave.

    Attributes:
        hosts: What became of each device.
        report: What else the task returns; `hosts` in it replaces status and message.
    """

    hosts: Mapping[str, DeviceResult]
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What the task was given.

    Attributes:
        devices: By inventory name.
        options: The module's options, checked.
        hostvars: Ansible's variables of every host.
        check: Whether this is a dry run.
    """

    devices: Mapping[str, Device]
    options: Mapping[str, Any]
    hostvars: Mapping[str, Mapping[str, Any]]
    check: bool

    @property
    def limits(self) -> dict[str, Any]:
        """Return `concurrency` and `timeout` of `fleet.run`."""
        return {name: self.options[name] for name in ("concurrency", "timeout")}


class ControllerAction(ActionBase):  # type: ignore[misc] # Ansible has no annotations
    """An action that is one call into the tested Python; a subclass says which."""

    _requires_connection = False
    OPTIONS: ClassVar[Mapping[str, Any]] = {}
    """What the module takes, as Ansible's argument_spec."""

    @abstractmethod
    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Do it and return the task's result.

        Args:
            options: The module's options, checked.
            hostvars: Ansible's variables of every host.

        Raises:
            ForerunnerError: It could not be done at all.
        """

    @property
    def dry(self) -> bool:
        """Return whether this is a dry run."""
        return bool(self._task.check_mode)

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what became of each; a device's failure is in the result, not the task's."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _, options = self.validate_argument_spec(self.options())
        # What this process inherited is nobody's garbage: looking through all of Ansible again and
        # again for some would take a tenth of a large batch's time.
        gc.freeze()
        try:
            return {**result, **self.act(options, (task_vars or {})["hostvars"])}
        except ForerunnerError as error:
            raise AnsibleActionFail(str(error)) from error

    def options(self) -> dict[str, Any]:
        """Return all that the module takes."""
        return dict(self.OPTIONS)


class BatchAction(ControllerAction):
    """An action that does one thing on all devices of a play.

    It takes `devices`, `concurrency` and `timeout` besides its own options.
    """

    @abstractmethod
    def work(self, given: Given) -> Batch:
        """Do it and say what became of each device.

        Raises:
            ForerunnerError: It could not be done at all.
        """

    def options(self) -> dict[str, Any]:
        """Return all that the module takes."""
        return {**_COMMON, **self.OPTIONS}

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:
        """Reach the devices, do it, and return what became of each."""
        devices = devices_from_data(devices_data(hostvars, options["devices"]), "inventory")
        batch = self.work(Given(devices, options, hostvars, self.dry))
        hosts = {name: each.to_dict() for name, each in batch.hosts.items()}
        facts = {"device_results": device_results(batch.hosts)}
        return {"changed": False, "hosts": hosts, **batch.report, "ansible_facts": facts}
