#!/usr/bin/python
"""Impair a link of the lab in both directions."""

DOCUMENTATION = r"""
---
module: link_impairment
short_description: Impair a link of the lab
description:
  - Lets a link lose, delay or limit packets in both directions, or swallow them all.
  - With I(kind), plays a seeded degradation in real time and leaves the link clean.
  - Without any impairment the link is made clean.
options:
  lab:
    description: Name of the lab.
    type: str
    required: true
  link:
    description: Name of the link, as r1:r3.
    type: str
    required: true
  loss:
    description: Share of packets lost each way, 0 to 1.
    type: float
    default: 0
  delay:
    description: Seconds added each way.
    type: float
    default: 0
  rate:
    description: Bit/s that are left each way; 0 when nothing limits it.
    type: float
    default: 0
  blackhole:
    description: Whether every packet vanishes while the carrier stays up.
    type: bool
    default: false
  kind:
    description: Kind of degradation to play; empty for an impairment that stays.
    type: str
    default: ""
  seed:
    description: Seed of that degradation.
    type: int
    default: 0
author:
  - Forerunner
"""

EXAMPLES = r"""
- name: Lose one packet in twenty
  link_impairment:
    lab: fr0
    link: r1:r3
    loss: 0.05

- name: Play a fault
  link_impairment:
    lab: fr0
    link: r1:r3
    kind: linear
    seed: 3
"""

RETURN = r"""
before:
  description: What the link did before, for people.
  returned: always
  type: str
  sample: clean
after:
  description: What it does now.
  returned: always
  type: str
  sample: loss 0.05
began_at:
  description: Start of the degradation, in seconds since the epoch.
  returned: a degradation was played
  type: float
fault_at:
  description: Start of its black hole, in seconds since the epoch; none when it is benign.
  returned: a degradation was played
  type: float
message:
  description: The same for people.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

ARGUMENTS = {
    "lab": {"type": "str", "required": True},
    "link": {"type": "str", "required": True},
    "loss": {"type": "float", "default": 0},
    "delay": {"type": "float", "default": 0},
    "rate": {"type": "float", "default": 0},
    "blackhole": {"type": "bool", "default": False},
    "kind": {"type": "str", "default": ""},
    "seed": {"type": "int", "default": 0},
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
        module.exit_json(**task.impair_link(module.params, module.check_mode))
    except ForerunnerError as error:
        module.fail_json(msg=str(error))


if __name__ == "__main__":
    main()
