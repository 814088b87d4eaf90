#!/usr/bin/python
"""Start or stop a fleet of simulated devices on loopback."""

DOCUMENTATION = r"""
---
module: simulated_fleet
short_description: Start or stop a fleet of simulated devices on loopback
description:
  - Starts one detached service that answers SSH for many devices, each at an address and with a
    host key of its own, and writes the inventory that inventories/fleet reads.
  - A fleet that runs as it is asked for is left alone; another one is replaced. Fails unless every
    listener is a process of this service.
options:
  state:
    description: Whether the fleet is to run.
    type: str
    choices: [started, stopped]
    default: started
  directory:
    description: For the fleet's keys, its inventory and its log.
    type: path
    required: true
  size:
    description: How many devices, 1 to 4000.
    type: int
    default: 20
  index:
    description: Which fleet of this machine, 0 to 99.
    type: int
    default: 0
  platforms:
    description: What the devices speak, in turns.
    type: list
    elements: str
    choices: [ios, frr, eos, junos]
    default: [ios, frr]
  faults:
    description: How many devices have which fault.
    type: dict
    default: {}
  latency_s:
    description: Seconds that every device takes to answer a command.
    type: float
    default: 0
  slow_s:
    description: Seconds that a slow device takes instead.
    type: float
    default: 3
  processes:
    description: Server processes that share the devices.
    type: int
    default: 2
  timeout:
    description: Seconds until every device has to listen.
    type: int
    default: 60
author:
  - Forerunner
"""

EXAMPLES = r"""
- name: Stop the fleet
  simulated_fleet:
    state: stopped
    directory: var/fleet
"""

RETURN = r"""
state:
  description: The state that the fleet is in.
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
    "size": {"type": "int", "default": 20},
    "index": {"type": "int", "default": 0},
    "platforms": {
        "type": "list",
        "elements": "str",
        "choices": ["ios", "frr", "eos", "junos"],
        "default": ["ios", "frr"],
    },
    "faults": {"type": "dict", "default": {}},
    "latency_s": {"type": "float", "default": 0.0},
    "slow_s": {"type": "float", "default": 3.0},
    "processes": {"type": "int", "default": 2},
    "timeout": {"type": "int", "default": 60},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        from forerunner.errors import ForerunnerError
        from forerunner.simulator import task
    except ImportError as error:
        module.fail_json(msg=f"{error}; run it with the environment that `make` sets up")
    try:
        module.exit_json(**task.start_or_stop(module.params, module.check_mode))
    except ForerunnerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
