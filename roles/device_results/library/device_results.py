"""Documentation of module device_results; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: device_results
short_description: Let a device fail, or be unreachable, as itself
version_added: "0.1.0"
author: Forerunner
description:
  - A batch task does the work of many devices and reports for one host. This module gives each
    device that did not make it its own result, so that the recap, the exit code and the list of
    hosts to retry are right.
options:
  status:
    description: What became of the device.
    type: str
    choices: [ok, changed, failed, unreachable]
    required: true
  message:
    description: Why.
    type: str
    default: ""
attributes:
  check_mode:
    description: Does the same in check mode.
    support: full
"""

EXAMPLES = r"""
- name: Report what became of the device
  device_results:
    status: unreachable
    message: "r1: no SSH session with 198.18.0.11 port 22 within 10 s"
"""

RETURN = r"""
msg:
  description: The message.
  type: str
  returned: always
"""
