"""Documentation of module flow_import; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: flow_import
short_description: Bring what flow collectors have closed to the store
version_added: "0.1.0"
author: Forerunner
description:
  - Reads every file that nfcapd has closed, by nfdump, and writes its records to the telemetry
    store, each once, however often and however far it went before.
  - Refuses what is no flow, and what was exported by nobody that the inventory names.
options:
  config:
    description: What role flow_collection wrote down.
    type: path
    required: true
  keep_files:
    description: Hours that a collector's file is kept once it is imported.
    type: float
    default: 24
  keep_days:
    description: Days that flow records are kept.
    type: int
    default: 90
attributes:
  check_mode:
    description: Says how many files would be imported and removed.
    support: full
"""

EXAMPLES = r"""
- name: Bring what flow collectors have closed to the store
  flow_import:
    config: var/flows/config.json
"""

RETURN = r"""
files:
  description: How many files were imported.
  returned: success
  type: int
flows:
  description: How many flow records they held.
  returned: success
  type: int
refused:
  description: How many records are no flows.
  returned: success
  type: int
damaged:
  description: Files that cannot be read, where they were put.
  returned: success
  type: list
  elements: str
"""
