"""Documentation of module config_backup; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: config_backup
short_description: Store running configurations in a Git repository
version_added: "0.1.0"
author: Forerunner
description:
  - Fetches the running configuration of many devices at once, over SSH in one process, and
    commits those that differ from what is stored. What changes by itself is masked.
  - What people read has keyed digests in place of secrets; the full text is kept beside it,
    encrypted by ansible-vault.
  - A configuration that is empty, cut short or has lost half of its lines never replaces a good
    one; the device fails, the others are stored.
  - Runs once, on the controller. What became of each device stands in C(hosts) and, for role
    device_results, in the fact C(device_results).
options:
  devices:
    description: Inventory names of the devices.
    type: list
    elements: str
    required: true
  directory:
    description: The repository; made when missing, readable for its owner alone.
    type: path
    required: true
  vault_password_file:
    description: Password of ansible-vault; a file that its owner alone may read.
    type: path
    required: true
  create_vault_password:
    description: Make the password when there is none and nothing is encrypted yet.
    type: bool
    default: false
  reason:
    description: Why; ends up in the commit's subject.
    type: str
    default: by hand
  who:
    description: Who asked for it, the commit's author; by default whoever runs this.
    type: str
    default: ""
  plan:
    description: Identifier of the plan that was just carried out.
    type: str
    default: ""
  allow_shrink:
    description: Believe a configuration that has lost more than half of its lines.
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
    description: Fetches and compares, and stores nothing.
    support: full
  diff_mode:
    description: What differs from the stored configuration, by device.
    support: full
"""

EXAMPLES = r"""
- name: Store the running configurations
  config_backup:
    devices: "{{ ansible_play_hosts_all }}"
    directory: "{{ lab_var }}/backups"
    vault_password_file: ~/.forerunner-vault-password
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status (ok, changed, failed, unreachable) and message of each device.
  type: dict
  returned: always
commit:
  description: The commit that was made; null when nothing differs.
  type: str
  returned: always
"""
