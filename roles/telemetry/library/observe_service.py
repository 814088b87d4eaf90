#!/usr/bin/python
"""Start or stop the service that observes the network."""

DOCUMENTATION = r"""
---
module: observe_service
short_description: Start or stop the service that observes the network
description:
  - Starts one detached process on the controller that polls interface counters over SNMPv3,
    probes every link in both directions, keeps both in the telemetry store and writes
    predictions to the ledger.
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
    description: Devices, links, policy, files and intervals.
    type: dict
    required: true
  timeout:
    description: Seconds to wait until every link is measured, and for the service to end.
    type: int
    default: 30
author:
  - Forerunner
"""

EXAMPLES = r"""
- name: Stop observing
  observe_service:
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
        from forerunner.observe import task
    except ImportError as error:
        module.fail_json(msg=f"{error}; run it with the environment that `make` sets up")
    try:
        module.exit_json(**task.start_or_stop(module.params, module.check_mode))
    except ForerunnerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
