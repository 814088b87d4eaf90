"""Documentation of module subscriber_chunk; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: subscriber_chunk
short_description: Do one step of a SIM order on one subscriber system
version_added: "0.1.0"
author: Forerunner
description:
  - Looks at a system, brings an order to it, proves it or takes it back, chunk by chunk, one
    connection and one task for all of them. What was done already is passed over.
  - Before a chunk is written the ledger says so, and it is read back afterwards; after a death at
    any place the same task goes on.
  - What stops it is noted with the order and does not fail the task, for the order must still be
    taken back; role C(sim_order) lets each system fail as itself at the end.
options:
  system:
    description: Inventory name of the system.
    type: str
    required: true
  kind:
    description: What it is.
    type: str
    required: true
  settings:
    description: How it is reached and what its profiles are; see the system's own role.
    type: dict
    required: true
  order:
    description: The order's request_id.
    type: str
    required: true
  action:
    description: The step.
    type: str
    choices: [check, apply, prove, undo, reconcile, repair]
    required: true
  shard:
    description: Which part of the order, as C(2/8); empty for all of it.
    type: str
    default: ""
  token:
    description: What role C(change_gate) left; without one that is alive nothing is written.
    type: str
    default: ""
  rate:
    description: SIMs a second at the most; 0 for as many as it takes.
    type: float
    default: 0
  window:
    description: Maintenance windows, as the gate's policy has them; none for any time.
    type: list
    elements: dict
    default: []
  timezone:
    description: The zone of the windows.
    type: str
    default: UTC
  patience:
    description: Seconds for which a system that does not answer is tried again.
    type: float
    default: 60
  password_file:
    description: Vault password file that the ledger's keys are sealed by.
    type: path
    required: true
  directory:
    description: Where C(reconcile) leaves what differs, which C(repair) puts right.
    type: path
    default: ""
  run:
    description: For C(repair), its name, which no other repair has.
    type: str
    default: ""
  strays_stay:
    description: For C(repair), why what nobody has ordered stays; empty where it is removed.
    type: str
    default: it stays
attributes:
  check_mode:
    description: Looks; writes nothing.
    support: full
  diff_mode:
    description: There is none; C(forerunner orders) shows an order.
    support: none
"""

EXAMPLES = r"""
- name: Bring an order to the HLR
  subscriber_chunk:
    system: hlr1
    kind: hlr
    settings: "{{ hlr_subscriber_settings }}"
    order: 2026-11-lot-7
    action: apply
    token: "{{ hostvars['localhost']['ansible_facts']['change_gate_token'] }}"
    password_file: var/vault_password
"""

RETURN = r"""
message:
  description: How far the order is on the system, or what stopped it.
  type: str
  returned: always
work:
  description: How many chunks stand in which state.
  type: dict
  returned: always
"""
