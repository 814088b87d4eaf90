"""Documentation of module topology_check; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: topology_check
short_description: Compare what routers see of each other with the inventory's links
version_added: "0.1.0"
author: Forerunner
description:
  - Asks many routers at once for their OSPF neighbours and database, the addresses of their
    interfaces and, by SNMPv3, their ARP tables, and compares what they see with the links that the
    inventory states. Writes C(topology.json) and C(topology.html), and keeps what was seen where it
    differs from what was seen before.
  - Runs once, on the controller, and counts as no change. A router whose links are not as stated
    fails, by role device_results.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  links:
    description: The links as the inventory states them.
    type: list
    elements: dict
    required: true
  router_ids:
    description: OSPF router identifier by router; one that cannot be asked is known by it.
    type: dict
    default: {}
  snmp_file:
    description: SNMPv3 user that may read ARP tables, as role telemetry takes it.
    type: path
  report_directory:
    description: Where the report is written, in place of the last one.
    type: path
    required: true
  history_directory:
    description: Where the topologies that were seen are kept.
    type: path
    required: true
  concurrency:
    description: Devices at a time.
    type: int
    default: 50
  timeout:
    description: Seconds for one device.
    type: float
    default: 60
attributes:
  check_mode:
    description: Does the same in check mode.
    support: full
"""

EXAMPLES = r"""
- name: Compare what routers see of each other with the inventory
  topology_check:
    devices: "{{ ansible_play_hosts_all }}"
    links: "{{ network_links }}"
    report_directory: "{{ lab_var }}/reports"
    history_directory: "{{ lab_var }}/topology"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
differences:
  description: Kind, subject, routers and message of each difference.
  type: list
  elements: dict
  returned: always
hosts:
  description: Status and message of each device.
  type: dict
  returned: always
report:
  description: The report's page.
  type: str
  returned: always
"""
