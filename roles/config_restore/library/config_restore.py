"""Documentation of module config_restore; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: config_restore
short_description: Bring devices back to a point in their history
version_added: "0.1.0"
author: Forerunner
description:
  - The same change as M(device_config) makes, guarded and in waves, to configurations out of the
    backups. What is drained stays drained.
  - Takes the other options of M(device_config) as well.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  at:
    description: A commit, a time in ISO 8601, or C(latest).
    type: str
    default: latest
  directory:
    description: The repository of backups.
    type: path
    required: true
  vault_password_file:
    description: Password of ansible-vault under which the full texts were kept.
    type: path
    required: true
  network:
    description: The network as plain data, as the inventory's C(network_data).
    type: dict
    required: true
  token:
    description: What the gate gave; without a live one nothing is written.
    type: str
    default: ""
  agent_key_file:
    description: Private key of the routers' agent account, which guards what is changed.
    type: path
    required: true
  allow_change:
    description: Write; without it, and not in check mode, a device that differs fails.
    type: bool
    default: false
  allow_exposed:
    description: Change devices that no order can protect the network from; last, each alone.
    type: bool
    default: false
  controller:
    description: Router at which the controller enters; empty where management is out of band.
    type: str
    default: ""
  dead_man_s:
    description: Seconds after which a device puts back what it ran unless it is confirmed.
    type: float
    default: 30
  soak_s:
    description: Seconds that a device is watched at the least.
    type: float
    default: 5
  settle_s:
    description: Seconds within which it must be well.
    type: float
    default: 15
  save_when:
    description:
      - When what a device runs is saved for its next start; never while a link of it is drained.
    type: str
    choices: [changed, always, never]
    default: changed
attributes:
  check_mode:
    description: Reads and compares, and writes nothing.
    support: full
  diff_mode:
    description: The lines that differ, by device and section; secrets are replaced.
    support: full
"""

EXAMPLES = r"""
- name: Bring a router back to yesterday
  config_restore:
    devices: [r1]
    at: "2026-11-22T14:00"
    directory: var/backups
    vault_password_file: var/vault-password
    network: "{{ network_data }}"
    token: "{{ hostvars['localhost']['ansible_facts']['change_gate_token'] }}"
    agent_key_file: "{{ lab_directory }}/keys/agent"
    allow_change: true
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
hosts:
  description: Status, message, difference and drained interfaces of each device.
  type: dict
  returned: always
waves:
  description: Devices in the order of writing, wave by wave.
  type: list
  returned: always
versions:
  description: The commit that each device was brought back to, for people.
  type: dict
  returned: always
"""
