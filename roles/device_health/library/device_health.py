"""Documentation of module device_health; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: device_health
short_description: Check what the inventory declares of devices
version_added: "0.1.0"
author: Forerunner
description:
  - Looks, on many devices at once, at what C(device_health_checks) declares of each of them,
    and writes C(health.json) and C(health.html). The declarations are checked against their
    schema before the first connection.
  - FRR is asked through its command line; other platforms through NAPALM's getters. A check that
    nobody can make on a platform fails and says so.
  - Runs once, on the controller, and counts as no change. A device of which a check failed
    fails, by role device_results.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  report_directory:
    description: Where the report is written, in place of the last one.
    type: path
    required: true
  snmp_file:
    description: SNMPv3 user that may read interface counters, as role telemetry takes it.
    type: path
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
    description: Does the same in check mode.
    support: full
"""

EXAMPLES = r"""
- name: Check what is declared of the routers
  device_health:
    devices: "{{ ansible_play_hosts_all }}"
    report_directory: "{{ lab_var }}/reports"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status, message and each check's state (passed, failed, unsupported) by device.
  type: dict
  returned: always
report:
  description: The report's page.
  type: str
  returned: always
"""
