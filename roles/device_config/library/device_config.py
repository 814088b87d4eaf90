"""Documentation of module device_config; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: device_config
short_description: Change configurations, guarded and in waves
version_added: "0.1.0"
author: Forerunner
description:
  - Compares by meaning what devices run with what the inventory renders, or a plan holds; applies
    what differs wave by wave, reads it back, checks the devices' health, and confirms.
  - Each device holds a timer that puts back what it ran, byte for byte, unless it is confirmed,
    even when the change cut the way to it or the controller was killed. FRR's is its agent's;
    other platforms have that of their NAPALM driver, and those that have none are refused.
  - The first device that goes wrong halts the rollout; those that are left fail as not touched.
  - Runs once, on the controller. What became of each device stands in C(hosts) and, for role
    device_results, in the fact C(device_results).
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  plan_file:
    description: A plan to apply exactly; without it the inventory is rendered.
    type: path
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
  allow_unreachable:
    description: Go on with the others when a device does not answer.
    type: bool
    default: true
  allow_exposed:
    description: Change devices that no order can protect the network from; last, each alone.
    type: bool
    default: false
  allow_unguarded:
    description: Write to platforms whose driver has no commit timer (nxos, iosxr).
    type: bool
    default: false
  controller:
    description: Router at which the controller enters; empty where management is out of band.
    type: str
    default: ""
  demands:
    description: Traffic that must get through in every wave; source, target and load in bit/s.
    type: list
    elements: dict
    default: []
  dead_man_s:
    description: >-
      Seconds after which a device puts back what it ran unless it is confirmed; rounded up to
      minutes on junos and ios.
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
  most_errors:
    description: New errors on an interface that are borne.
    type: int
    default: 10
  wave_growth:
    description: How many times as many parts a wave may hold as the one before.
    type: float
    default: 2
  wave_devices:
    description: Devices in a wave at the most; 0 for no limit.
    type: int
    default: 0
  save_when:
    description:
      - When what a device runs is saved for its next start; never while a link of it is drained.
    type: str
    choices: [changed, always, never]
    default: changed
  concurrency:
    description: Sessions at a time.
    type: int
    default: 50
  timeout:
    description: >-
      Seconds for reading one device; a change through NAPALM may take twice that beside its timer.
    type: float
    default: 60
attributes:
  check_mode:
    description: Reads and compares, and writes nothing.
    support: full
  diff_mode:
    description: The lines that differ, by device and section; secrets are replaced.
    support: full
"""

EXAMPLES = r"""
- name: Configure the routers
  device_config:
    devices: "{{ ansible_play_hosts_all }}"
    network: "{{ network_data }}"
    token: "{{ hostvars['localhost']['ansible_facts']['change_gate_token'] }}"
    agent_key_file: "{{ lab_directory }}/keys/agent"
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
waves:
  description: Devices in the order of writing, wave by wave.
  type: list
  returned: always
"""
