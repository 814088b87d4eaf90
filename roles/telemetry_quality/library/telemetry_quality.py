"""Documentation of module telemetry_quality; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: telemetry_quality
short_description: Say which device's telemetry cannot be relied on
version_added: "0.1.0"
author: Forerunner
description:
  - Judges what is in the telemetry store of each device - how old its newest sample is, how many of
    its samples are there, how many values were quarantined - and writes C(telemetry.json) and
    C(telemetry.html).
  - No device is asked. One whose telemetry cannot be relied on fails by role device_results.
options:
  devices:
    description: Inventory names of the devices that ought to be in the store.
    type: list
    elements: str
    required: true
  directory:
    description: The telemetry store.
    type: path
    required: true
  report_directory:
    description: Where the report is written, in place of the last one.
    type: path
    required: true
  metric:
    description: Metric of every interface by which a device is judged.
    type: str
    default: if_out_octets
  interval:
    description: Seconds from one of its samples to the next.
    type: float
    default: 1.5
  window:
    description: Seconds that are looked at, up to now.
    type: float
    default: 600
  stale:
    description: Age in seconds of the newest sample from which on a device is stale.
    type: float
    default: 10
  complete:
    description: Share of the samples that must be there.
    type: float
    default: 0.95
attributes:
  check_mode:
    description: Does the same in check mode.
    support: full
"""

EXAMPLES = r"""
- name: See how far each router's telemetry can be relied on
  telemetry_quality:
    devices: "{{ ansible_play_hosts_all }}"
    directory: "{{ lab_var }}/telemetry"
    report_directory: "{{ lab_var }}/reports"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each device; one that cannot be relied on has failed.
  type: dict
  returned: always
report:
  description: The report's page.
  type: str
  returned: always
"""
