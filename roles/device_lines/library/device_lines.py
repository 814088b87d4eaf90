"""Documentation of module device_lines; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: device_lines
short_description: Push some lines to many devices at once
version_added: "0.1.0"
author: Forerunner
description:
  - Reads every device, adds those of the lines that it lacks, reads back, and saves what it runs
    for the next start, in one session each. For IOS and EOS.
    Nothing is taken away. The lines are data, never a template.
  - What a device refuses is put back, as long as this process lives; no timer of the device does
    it. FRR routers are turned away, for they can be changed under a guard.
  - A device that fails does not stop the others; role C(device_results) lets each fail as itself.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  lines_file:
    description: File with the lines; those of a section stand indented below its head.
    type: path
    required: true
  lines_sha256:
    description: The hash that its content must have, as the gate was told.
    type: str
    default: ""
  token:
    description: What role C(change_gate) left; without one that is alive nothing is written.
    type: str
    default: ""
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
    description: Reads, says what it would add, and writes nothing.
    support: full
  diff_mode:
    description: The lines that differ, by device and section; secrets are replaced.
    support: full
"""

EXAMPLES = r"""
- name: Point all routers to another time server
  device_lines:
    devices: "{{ ansible_play_hosts_all }}"
    lines_file: ntp.txt
    token: "{{ hostvars['localhost']['ansible_facts']['change_gate_token'] }}"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status, message and difference by device.
  type: dict
  returned: always
"""
