"""Documentation of module sla_check; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: sla_check
short_description: Say which path keeps to what its class is promised
version_added: "0.1.0"
author: Forerunner
description:
  - Judges loss, latency, jitter and throughput of paths by the newest samples in the telemetry
    store, notes each promise that is violated or unknown as an event, and writes C(sla.json) and
    C(sla.html).
  - Nothing is measured. A host at which a path begins that is not known to keep its promises fails
    by role device_results.
options:
  devices:
    description: Inventory names of the hosts whose paths are judged, those at which they begin.
    type: list
    elements: str
    required: true
  paths:
    description: Of which path which class is promised.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description: Probe host at which it begins.
        type: str
        required: true
      target:
        description: Probe host at which it ends.
        type: str
        required: true
      sla_class:
        description: Name of its class.
        type: str
        required: true
  classes:
    description: What classes of service are promised, as C(intent_sla_classes).
    type: list
    elements: dict
    required: true
  directory:
    description: The telemetry store.
    type: path
    required: true
  report_directory:
    description: Where sla.json and sla.html are written.
    type: path
    required: true
  samples:
    description: How many of the newest samples count.
    type: int
    default: 3
  violations:
    description: How many of these must be bad for a violation.
    type: int
    default: 2
  stale:
    description: Age in seconds of the newest sample from which on nothing is known.
    type: float
    default: 2700
attributes:
  check_mode:
    description: Does the same in check mode, but for the events, which are not noted.
    support: full
"""

EXAMPLES = r"""
- name: See which path keeps to what its class is promised
  sla_check:
    devices: "{{ ansible_play_hosts_all }}"
    paths:
      - {source: h1, target: h2, sla_class: gold}
    classes:
      - {name: gold, loss: 0.001, latency_ms: 10}
    directory: "{{ lab_telemetry }}"
    report_directory: "{{ lab_var }}/reports"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each host; one whose paths do not keep to it has failed.
  type: dict
  returned: always
events:
  description: How many promises are violated or unknown.
  type: int
  returned: always
report:
  description: The report's page.
  type: str
  returned: always
"""
