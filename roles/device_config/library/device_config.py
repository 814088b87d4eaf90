"""Documentation of module device_config; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: device_config
short_description: Configure devices from the inventory
version_added: "0.1.0"
author: Forerunner
description:
  - Renders the configuration of many devices from C(templates/<platform>/), compares it by
    meaning with what runs, applies what differs and reads it back.
  - A line that the device rejects, or takes in silence as something else, fails the device.
  - The cost of a drained link (the maximum metric) is left as it is and reported; it goes back
    by playbook undrain_link.
  - Runs once, on the controller. What became of each device stands in C(hosts) and, for role
    device_results, in the fact C(device_results).
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  network:
    description: The network as plain data, as the inventory's C(network_data).
    type: dict
    required: true
  allow_change:
    description: Write; without it, and not in check mode, a device that differs fails.
    type: bool
    default: false
  concurrency:
    description: Sessions at a time.
    type: int
    default: 50
  timeout:
    description: Seconds for one device.
    type: float
    default: 60
attributes:
  check_mode:
    description: Renders and compares, and writes nothing.
    support: full
  diff_mode:
    description: The lines that differ, by device and section.
    support: full
"""

EXAMPLES = r"""
- name: Configure the routers
  device_config:
    devices: "{{ ansible_play_hosts_all }}"
    network: "{{ network_data }}"
    allow_change: true
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status, message, difference and drained interfaces of each device.
  type: dict
  returned: always
"""
