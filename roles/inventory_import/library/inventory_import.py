"""Documentation of module inventory_import; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: inventory_import
short_description: Write an inventory from what devices run
version_added: "0.1.0"
author: Forerunner
description:
  - Reads the running configuration of many devices at once and writes what it means as the
    inventory's model, C(host_vars/<device>/intent.yml), with the links between them.
  - A device is written only if rendering that comes out the same by meaning; otherwise it fails
    and the lines that the model has no place for are named.
  - What a device says is never a template, and no secret is written.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  directory:
    description: The inventory that is written; made when missing.
    type: path
    required: true
  allow_partial:
    description: Write what was understood even if the device runs more than that.
    type: bool
    default: false
  allow_overwrite:
    description: Replace a file that says something else.
    type: bool
    default: false
  concurrency:
    description: Sessions at a time.
    type: int
    default: 50
  timeout:
    description: Seconds for one device.
    type: float
    default: 60
attributes:
  check_mode:
    description: Reads and understands, and writes nothing.
    support: full
  diff_mode:
    description: What differs from the files that are there.
    support: full
"""

EXAMPLES = r"""
- name: Take the running network over
  inventory_import:
    devices: "{{ ansible_play_hosts_all }}"
    directory: var/imported
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each device.
  type: dict
  returned: always
"""
