"""Documentation of module backup_freshness; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: backup_freshness
short_description: Say which device's backup is stale
version_added: "0.1.0"
author: Forerunner
description:
  - Judges what the backups remember of each device (when the last good one was fetched, changed or
    not, and why it failed since), and writes C(backups.json) and C(backups.html).
  - No device is asked. One that has no good backup, or a stale one, fails by role device_results.
options:
  devices:
    description: Inventory names of the devices that ought to have a backup.
    type: list
    elements: str
    required: true
  directory:
    description: The repository of backups.
    type: path
    required: true
  maximum_age:
    description: Seconds after which a device's last good backup counts as stale.
    type: float
    required: true
  report_directory:
    description: Where the report is written, in place of the last one.
    type: path
    required: true
attributes:
  check_mode:
    description: Does the same in check mode.
    support: full
"""

EXAMPLES = r"""
- name: See how old each router's last good backup is
  backup_freshness:
    devices: "{{ ansible_play_hosts_all }}"
    directory: "{{ lab_var }}/backups"
    maximum_age: 93600
    report_directory: "{{ lab_var }}/reports"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each device; a stale one has failed.
  type: dict
  returned: always
report:
  description: The report's page.
  type: str
  returned: always
"""
