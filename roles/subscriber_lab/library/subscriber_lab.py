"""Documentation of module subscriber_lab; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: subscriber_lab
short_description: Start or stop the lab's subscriber systems
description:
  - Starts each system as one detached service at a loopback address of its own.
  - What runs already is left alone. Fails unless every listener is a process of these services.
options:
  state:
    description: Whether they are to run.
    type: str
    choices: [present, absent]
    default: present
  index:
    description: Number of the lab, 0 to 99.
    type: int
    required: true
  directory:
    description: Where they keep what they hold.
    type: path
    required: true
  systems:
    description: Which of them; others of this lab are stopped.
    type: list
    elements: str
    required: true
  timeout:
    description: Seconds within which each has to listen.
    type: int
    default: 30
attributes:
  check_mode:
    description: Says what would be done.
    support: full
author: Forerunner
"""

EXAMPLES = r"""
- name: Start the HLR
  subscriber_lab:
    index: 0
    directory: var/subscriber_lab
    systems: [hlr]
"""

RETURN = r"""
message:
  description: What was started and stopped, for people.
  returned: success
  type: str
"""
