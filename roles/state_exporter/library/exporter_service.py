#!/usr/bin/python
"""Start or stop the service that tells Prometheus of our own state."""

DOCUMENTATION = r"""
---
module: exporter_service
short_description: Start or stop the service that tells Prometheus of our own state
description:
  - Starts one detached process on the controller that answers scrapes with what was predicted,
    planned, done and refused, and with how old telemetry and backups are.
  - A service that runs with the same configuration is left alone; one with another is
    restarted. Only the process that was started here is ever stopped.
options:
  state:
    description: Whether the service is to run.
    type: str
    choices: [started, stopped]
    default: started
  config:
    description: Address, port, devices, directories and ages.
    type: dict
    required: true
  timeout:
    description: Seconds to wait until it answers, and for the service to end.
    type: int
    default: 30
author:
  - Forerunner
"""

EXAMPLES = r"""
- name: Stop telling Prometheus of our own state
  exporter_service:
    state: stopped
    config: {}
"""

RETURN = r"""
state:
  description: The state that the service is in.
  returned: success
  type: str
message:
  description: The same for people, with the address, the process and the log.
  returned: success
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENTS = {
    "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
    "config": {"type": "dict", "required": True},
    "timeout": {"type": "int", "default": 30},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        from forerunner.errors import ForerunnerError
        from forerunner.exporter import task
    except ImportError as error:
        module.fail_json(msg=f"{error}; run it with the environment that `make` sets up")
    try:
        module.exit_json(**task.start_or_stop(module.params, module.check_mode))
    except ForerunnerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
