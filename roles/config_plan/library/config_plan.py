"""Documentation of module config_plan; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: config_plan
short_description: Foretell what configuring devices would do, and write it down as a plan
version_added: "0.1.0"
author: Forerunner
description:
  - Renders the configuration of many devices from C(templates/<platform>/) and tries it. FRR
    devices each get a shadow, FRR of the same version that runs what the device runs, and the
    passes that configure a device run on it. Devices of other platforms compare it themselves,
    through their NAPALM driver.
  - Writes a plan with the exact text for each device that would change, bound to its hash and to
    what the device runs now; none when nothing differs or a device failed.
  - A line that would be rejected, or taken in silence as something else, fails its device.
  - Writes to no device. Runs once, on the controller, as root where there are FRR devices.
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  network:
    description: The network as plain data, as the inventory's C(network_data).
    type: dict
    required: true
  directory:
    description: Where plans are kept.
    type: path
    required: true
  reason:
    description: Why, in one sentence for people; stands in the plan.
    type: str
    default: by hand
  valid_for:
    description: Seconds within which the plan may be applied.
    type: float
    default: 86400
  skip_unreachable:
    description: Plan for the others when a device cannot be reached.
    type: bool
    default: false
  concurrency:
    description: Sessions at a time.
    type: int
    default: 50
  shadows:
    description: Shadows at a time; as many as there are processors when 0.
    type: int
    default: 0
  timeout:
    description: Seconds for one device.
    type: float
    default: 60
attributes:
  check_mode:
    description: Foretells all the same, and writes no plan.
    support: full
  diff_mode:
    description: What each device would run afterwards against what it runs now.
    support: full
"""

EXAMPLES = r"""
- name: Plan the routers' configuration
  config_plan:
    devices: "{{ ansible_play_hosts_all }}"
    network: "{{ network_data }}"
    directory: var/plans
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each device.
  type: dict
  returned: always
plan:
  description: Identifier and hash of the plan; empty when there is none.
  type: dict
  returned: always
report:
  description: What would change, where, and the command that applies it, in lines for people.
  type: list
  returned: always
"""
