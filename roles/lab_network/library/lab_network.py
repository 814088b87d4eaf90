#!/usr/bin/python
"""Build or remove the lab, as one batch on the controller."""

DOCUMENTATION = r"""
---
module: lab_network
short_description: Build or remove the lab
description:
  - Builds FRR routers and traffic hosts in network namespaces and waits until OSPF is full
    everywhere, or removes them. All routers in one call, on the controller.
  - Touches nothing that the lab's journal does not name. A lab that a crash cut short is
    removed and built anew; a daemon that died is started again.
options:
  state:
    description: Whether the lab is to be there.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the lab; begins the name of every namespace.
    type: str
    required: true
  management_network:
    description: The /24 on which routers are managed; the root namespace takes .1.
    type: str
    required: true
  directory:
    description: Directory for SSH keys, known_hosts and SNMP users.
    type: path
    required: true
  network:
    description: Links, OSPF timers, routers and traffic hosts of the inventory.
    type: dict
    required: true
  controller:
    description: >-
      Traffic host in whose place this machine stands. It then reaches the routers' loopbacks
      through the network itself; empty for a management network apart.
    type: str
    default: ""
  timeout:
    description: Seconds to wait until OSPF is full everywhere.
    type: int
    default: 30
requirements:
  - Linux and root
  - The Debian packages frr, openssh-server, snmpd, snmp, nftables, iptables, tcpdump
author:
  - Forerunner
"""

EXAMPLES = r"""
- name: Build the lab
  lab_network:
    name: "{{ lab_name }}"
    management_network: "{{ lab_management_network }}"
    directory: "{{ lab_directory }}"
    network: "{{ network_data }}"
"""

RETURN = r"""
actions:
  description: What was made or started; in check mode, what would be.
  returned: state is present
  type: list
  elements: str
  sample: [start ospfd on r1]
converged:
  description: Whether OSPF is full everywhere and every loopback is in every FIB.
  returned: state is present
  type: bool
built_s:
  description: Seconds until every daemon ran.
  returned: state is present
  type: float
converged_s:
  description: Seconds from the start of the build until it had converged.
  returned: state is present
  type: float
message:
  description: The same for people.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENTS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "management_network": {"type": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "network": {"type": "dict", "required": True},
    "controller": {"type": "str", "default": ""},
    "timeout": {"type": "int", "default": 30},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    try:
        from forerunner.errors import ForerunnerError
        from forerunner.lab import task
    except ImportError as error:
        module.fail_json(msg=f"{error}; run it with the environment that `make` sets up")
    try:
        module.exit_json(**task.build_or_remove(module.params, module.check_mode))
    except ForerunnerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
