#!/usr/bin/python
"""Start or stop the receiver of SNMP traps and log lines."""

DOCUMENTATION = r"""
---
module: listen_service
short_description: Start or stop the receiver of SNMP traps and log lines
description:
  - Starts one detached process on the controller that takes SNMP notifications (v2c, v3 with
    authentication and privacy) and log lines over UDP, of devices of the inventory alone, and
    writes what matters of them to the ledger as events. It answers nobody.
  - A service that runs with the same configuration is left alone; one with another is
    restarted. Only the process that was started here is ever stopped.
options:
  state:
    description: Whether the service is to run.
    type: str
    choices: [started, stopped]
    default: started
  directory:
    description: Directory of run-time state.
    type: path
    required: true
  config:
    description: Devices, addresses, files, rules and limits.
    type: dict
    required: true
  timeout:
    description: Seconds to wait until it listens, and for it to end.
    type: int
    default: 30
author:
  - Forerunner
"""

EXAMPLES = r"""
- name: Stop listening
  listen_service:
    state: stopped
    directory: "{{ lab_var }}"
    config: {}
"""

RETURN = r"""
state:
  description: The state that the service is in.
  returned: success
  type: str
message:
  description: The same for people, with the process and the log.
  returned: success
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENTS = {
    "state": {"type": "str", "choices": ["started", "stopped"], "default": "started"},
    "directory": {"type": "path", "required": True},
    "config": {"type": "dict", "required": True},
    "timeout": {"type": "int", "default": 30},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        from forerunner.errors import ForerunnerError
        from forerunner.listen import task
    except ImportError as error:
        module.fail_json(msg=f"{error}; run it with the environment that `make` sets up")
    try:
        module.exit_json(**task.start_or_stop(module.params, module.check_mode))
    except ForerunnerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
