"""Documentation of module link_drain; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: link_drain
short_description: Empty a link before it fails, or return it to service
version_added: "0.1.0"
author: Forerunner
description:
  - Raises the OSPF cost of both ends of a link to the maximum metric (RFC 6987), so that traffic
    leaves it while it still forwards what is on the wire, or takes that back.
  - Refuses what would cut the network or overload another link, before it touches anything.
  - Arms a restore timer on both routers first, applies, reads back, and verifies that the paths
    have moved, that OSPF is Full and that the links that carry the traffic now are clean by
    probing. What is not verified is taken back.
  - Runs once, on the controller. What became of each router stands in C(hosts) and, for role
    device_results, in the fact C(device_results).
options:
  state:
    description: The state that the link is to be in.
    type: str
    choices: [drained, in_service]
    required: true
  link:
    description: Name of the link, as r1:r3. Taken from the plan when I(plan_file) is given.
    type: str
  plan_file:
    description: A JSON file that holds a plan; checked against its schema, never templated.
    type: path
  token:
    description:
      - Token of the gate, as role change_gate leaves it. The gate is asked with it before anything
        is written, and again just before each write; taking back needs none.
    type: str
    default: ""
  links:
    description: All links of the network, as the inventory's C(network_links).
    type: list
    elements: dict
    required: true
  routers:
    description: Inventory names of all routers; those at the ends are written to.
    type: list
    elements: str
    required: true
  limit:
    description: The hosts that the play may write to, as C(ansible_play_hosts_all).
    type: list
    elements: str
    required: true
  policy:
    description: What the operator allows, as the inventory's C(remediation_policy).
    type: dict
    required: true
  agent_user:
    description: The routers' account that probes links and keeps restore timers.
    type: str
    required: true
  agent_key_file:
    description: Private key of that account.
    type: path
    required: true
  snmp_file:
    description: JSON file of the SNMPv3 user that reads interface counters.
    type: path
    required: true
  telemetry_directory:
    description: The telemetry store; its counters are used while they are fresh.
    type: path
    required: true
  directory:
    description: Where the armed restore timers are noted for the next run.
    type: path
    required: true
  restore_after:
    description: Seconds after which the routers take an unconfirmed change back.
    type: float
    default: 20
  settle_timeout:
    description: Seconds within which routing must have settled.
    type: float
    default: 5
  probe_duration:
    description: Seconds of probing on the links that carry the traffic afterwards.
    type: float
    default: 0.7
  probe_loss_maximum:
    description: Share of these probes (0 to 1) that a clean link may lose.
    type: float
    default: 0.02
  return_unhealthy:
    description:
      - Return a link without a look at its health. Otherwise it is refused while the telemetry
        store shows losses within the policy's C(healthy_for_s), or, where the store holds nothing
        fresh, when a short probe of the link loses packets.
    type: bool
    default: false
attributes:
  check_mode:
    description: Reads and assesses like a run, and touches nothing.
    support: full
  diff_mode:
    description: The OSPF cost of each end, before and after.
    support: full
"""

EXAMPLES = r"""
- name: Drain a link
  link_drain:
    state: drained
    link: r1:r3
    links: "{{ network_links }}"
    routers: "{{ groups['routers'] }}"
    limit: "{{ ansible_play_hosts_all }}"
    policy: "{{ remediation_policy }}"
    agent_user: agent
    agent_key_file: "{{ lab_directory }}/keys/agent"
    snmp_file: "{{ lab_directory }}/snmp.json"
    telemetry_directory: "{{ lab_var }}/telemetry"
    directory: "{{ lab_var }}/drain"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
state:
  description: One of verified, undone, failed, unreachable, refused and check.
  type: str
  returned: always
message:
  description: What happened, in one sentence.
  type: str
  returned: always
hosts:
  description: Status (ok, changed, failed, unreachable) and message of both ends.
  type: dict
  returned: always
before:
  description: Costs by direction, prefixes routed over the link and Full interfaces, by router.
  type: dict
  returned: always
after:
  description: The same afterwards.
  type: dict
  returned: always
expected:
  description: Expected utilisation (0 to 1) of every other direction.
  type: dict
  returned: when the link is to be drained
phases_s:
  description: Seconds that each phase took.
  type: dict
  returned: always
plan:
  description: Identifier of the plan; null when a person asked.
  type: str
  returned: always
ended_at:
  description: When it was known what became of the link, in seconds since the epoch.
  type: float
  returned: always
"""
