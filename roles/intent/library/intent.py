"""Documentation of module intent; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: intent
short_description: Render the configurations that the inventory means
version_added: "0.1.0"
author: Forerunner
description:
  - Checks the intent of every host of the inventory against the model's schema and against each
    other (addresses, both ends of a link, neighbours, references), then renders the configuration
    of the devices that are asked for from C(templates/<platform>/). No device is contacted.
  - A message names the file and line, the field, and what would be right.
  - Runs once, on the controller. What became of each device stands in C(hosts) and, for role
    device_results, in the fact C(device_results).
options:
  devices:
    description: Inventory names of the hosts; those that are no devices are passed over.
    type: list
    elements: str
    required: true
  network:
    description: The network as plain data, as the inventory's C(network_data), where it has one.
    type: dict
    default: {}
  directory:
    description: Where C(<device>.conf) is written, readable for its owner alone.
    type: path
    required: true
  stand_ins:
    description: Let C(<secret:NAME>) stand for a secret that is not at hand.
    type: bool
    default: false
attributes:
  check_mode:
    description: Checks, renders and compares, and writes nothing.
    support: full
  diff_mode:
    description: What differs from the file that is there, without secrets.
    support: full
"""

EXAMPLES = r"""
- name: Render the configurations
  intent:
    devices: "{{ ansible_play_hosts_all }}"
    directory: var/rendered
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status (ok, changed, failed) and message of each device.
  type: dict
  returned: always
"""
