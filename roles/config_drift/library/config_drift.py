"""Documentation of module config_drift; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: config_drift
short_description: Find what differs from the inventory's intent
version_added: "0.1.0"
author: Forerunner
description:
  - Renders the configuration of many devices from C(templates/<platform>/) and compares it by
    meaning (sections and lines, not their order) with what runs. Nothing is written to a device,
    and nothing counts as changed.
  - Writes C(drift.json) and C(drift.html), without secrets, and a plan that brings the drifted
    devices back.
  - A drained link is not drift.
  - Runs once, on the controller. A device that drifted fails, by role device_results.
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
  report_directory:
    description: Where the report is written, in place of the last one.
    type: path
    required: true
  plan_directory:
    description: Where the plan is written; without it there is none.
    type: path
  plan_valid_for:
    description: Seconds within which the plan may be applied.
    type: float
    default: 3600
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
    description: Does the same in check mode.
    support: full
"""

EXAMPLES = r"""
- name: Compare what the routers run with what is meant
  config_drift:
    devices: "{{ ansible_play_hosts_all }}"
    network: "{{ network_data }}"
    report_directory: "{{ lab_var }}/reports"
    plan_directory: "{{ lab_var }}/plans"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: State (in line, drifted, unreachable, failed), message and difference by device.
  type: dict
  returned: always
plan:
  description: File of the plan that brings the drifted devices back; empty without one.
  type: str
  returned: always
report:
  description: The report's page.
  type: str
  returned: always
"""
