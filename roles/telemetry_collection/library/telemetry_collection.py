"""Documentation of module telemetry_collection; the action plugin of its name does the work."""

DOCUMENTATION = r"""
module: telemetry_collection
short_description: Collect what devices and servers say over SSH
version_added: "0.1.0"
author: Forerunner
description:
  - Asks many devices at once - Linux servers by one command over /proc and df, FRR routers by their
    command line, others by NAPALM's getters - and writes what they say to the telemetry store.
  - Nothing is written to a device. One that could not be asked is marked in the store as a gap,
    and fails by role device_results.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  directory:
    description: The telemetry store.
    type: path
    required: true
  concurrency:
    description: Devices at a time.
    type: int
    default: 50
  timeout:
    description: Seconds for one device.
    type: float
    default: 60
attributes:
  check_mode:
    description: Asks nobody and writes nothing in check mode.
    support: full
"""

EXAMPLES = r"""
- name: Collect what the servers say
  telemetry_collection:
    devices: "{{ ansible_play_hosts_all }}"
    directory: "{{ lab_telemetry }}"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each device.
  type: dict
  returned: always
msg:
  description: How many devices were asked, and how many of them answered.
  type: str
  returned: always
"""
