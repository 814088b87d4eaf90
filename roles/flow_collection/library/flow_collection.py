"""Documentation of module flow_collection; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: flow_collection
short_description: Start or stop collecting the routers' flows
version_added: "0.1.0"
author: Forerunner
description:
  - Starts one service on the controller that keeps a NetFlow v9 collector (nfcapd) running for each
    name in O(collectors), and, where O(lab) is given, a flow exporter (softflowd) in each router.
  - A service that runs with the same configuration is left alone; one with another is restarted.
    Only what was started here is ever stopped.
options:
  state:
    description: Whether flows are collected.
    type: str
    choices: [started, stopped]
    default: started
  directory:
    description: Directory of run-time state.
    type: path
    required: true
  telemetry:
    description:
      - The telemetry store, a directory or a URL on an object store; where it is empty, what
        E(FORERUNNER_TELEMETRY) names, or telemetry/ below O(directory).
    type: str
    default: ""
  address:
    description: Address that collectors listen on.
    type: str
    required: true
  collectors:
    description: UDP port by name of the collector.
    type: dict
    required: true
  rotation:
    description: Seconds after which a collector closes its file.
    type: int
    default: 60
  site:
    description: What flows are read by - exporters, network, prefixes, classes, idle_s.
    type: dict
    required: true
  lab:
    description: Lab whose routers are made to export; empty for none.
    type: str
    default: ""
  timeouts:
    description: Seconds after which an exporter of the lab exports, by softflowd's names.
    type: dict
    default: {}
  timeout:
    description: Seconds to wait until every collector listens, and for them to end.
    type: int
    default: 30
attributes:
  check_mode:
    description: Says what would be started or stopped.
    support: full
"""

EXAMPLES = r"""
- name: Collect flows of routers that export by themselves
  flow_collection:
    directory: var
    address: 192.0.2.1
    collectors: {one: 9995}
    site:
      exporters: {pe1: 192.0.2.11}
      network: "{{ network_data }}"
      prefixes: {}
      classes: [{name: voice, dscp: [46]}]
      idle_s: 60
"""

RETURN = r"""
state:
  description: The state that the collection is in.
  returned: success
  type: str
message:
  description: The same for people.
  returned: success
  type: str
"""
