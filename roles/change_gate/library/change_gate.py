"""Documentation of module change_gate; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: change_gate
short_description: Pass the gate before anything is written
version_added: "0.1.0"
author: Forerunner
description:
  - Evaluates every guard (kill switch, blast radius, freeze and maintenance windows, approval,
    rate limit, circuit breaker, device leases) and takes the leases, in one transaction.
  - Leaves the token as fact C(change_gate_token); every writing module needs it.
  - Fails with all reasons, before the first connection to a device.
options:
  policy:
    description: What the operator lets pass, as the inventory's C(change_policy).
    type: dict
    required: true
  playbook:
    description: Name of the playbook without its ending; a plan must be for it.
    type: str
    required: true
  plan_file:
    description: A JSON file that holds a plan; checked against its schema, never templated.
    type: path
  plan_hash:
    description: The hash that I(plan_file) must have, for one that was shown and approved.
    type: str
  plan_within_s:
    description: Seconds to wait for I(plan_file), for a playbook that is started beforehand.
    type: float
    default: 0
  devices:
    description: Devices that the play writes to, when there is no plan.
    type: list
    elements: str
    required: true
  variables:
    description: What the play is given, when there is no plan; an approval binds to it.
    type: dict
    default: {}
  dead_man_s:
    description: Seconds after which the devices restore themselves unless it is confirmed.
    type: float
    default: 20
  load_bps:
    description: What the devices, or the link, carry in bit/s; measured when it is not given.
    type: float
  links:
    description: Links of the network, for what the devices carry.
    type: list
    elements: dict
    default: []
  telemetry_directory:
    description: The telemetry store that knows it.
    type: path
attributes:
  check_mode:
    description: Takes nothing, and warns of what would be refused.
    support: full
"""

EXAMPLES = r"""
- name: Pass the gate
  change_gate:
    policy: "{{ change_policy }}"
    playbook: drain_link
    devices: [r1, r3]
    variables: {link: "r1:r3"}
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
state:
  description: The word refused.
  type: str
  returned: when it is refused
message:
  description: Every reason, and how to proceed.
  type: str
  returned: when it is refused
"""
