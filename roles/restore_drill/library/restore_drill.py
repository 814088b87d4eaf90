"""Documentation of module restore_drill; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: restore_drill
short_description: Wipe a router, restore it from its backup, prove its neighbours
version_added: "0.1.0"
author: Forerunner
description:
  - Refused unless the inventory says that the router may be wiped, and its last backup is what it
    runs.
  - The router holds a guard all the while; a drill that dies is a router that restores itself.
  - Takes the other options of M(device_config) as well.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  expendable:
    description: The inventory's word that this router may be wiped.
    type: bool
    default: false
  allow_wipe:
    description: Do it; without it nothing is touched.
    type: bool
    default: false
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
  dead_man_s:
    description: Seconds after which a device puts back what it ran unless it is confirmed.
    type: float
    default: 30
  settle_s:
    description: Seconds within which it must be well.
    type: float
    default: 15
attributes:
  check_mode:
    description: Reads and compares, and writes nothing.
    support: full
  diff_mode:
    description: The lines that differ, by device and section; secrets are replaced.
    support: full
"""

EXAMPLES = r"""
- name: Drill a restore
  restore_drill:
    devices: [r4]
    expendable: true
    allow_wipe: true
    directory: var/backups
    vault_password_file: var/vault-password
    network: "{{ network_data }}"
    token: "{{ hostvars['localhost']['ansible_facts']['change_gate_token'] }}"
    agent_key_file: "{{ lab_directory }}/keys/agent"
  run_once: true
  delegate_to: localhost
"""

RETURN = r"""
hosts:
  description: Status, message, difference and drained interfaces of each device.
  type: dict
  returned: always
seconds:
  description: From the wiped router until it was as well as before.
  type: float
  returned: when it was done
neighbours:
  description: OSPF neighbours in state Full and established BGP peers, before as after.
  type: int
  returned: when it was done
"""
