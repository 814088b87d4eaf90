"""Documentation of module sim_order; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: sim_order
short_description: Take a SIM order, go on with it, or say what became of it
version_added: "0.1.0"
author: Forerunner
description:
  - The steps of an order that are no system's. Step C(take) checks the request whole and takes its
    numbers in one transaction; C(begin) says what the gate is to be asked for; C(judge) says
    whether it has to be taken back; C(settle) ends the order where it can be ended and names the
    systems that did not make it; C(mend) says what of that is to be put right, for the gate;
    C(report) says what the systems and the ledger do not agree about.
options:
  step:
    description: The step.
    type: str
    choices: [take, begin, judge, settle, mend, report]
    required: true
  order:
    description: The order's request_id; for C(take) where there is no request.
    type: str
    default: ""
  hash:
    description: For C(begin), the hash of the request that is meant; empty for any of the name.
    type: str
    default: ""
  request:
    description: The request's file, YAML, JSON or CSV.
    type: str
    default: ""
  systems:
    description: Kind by inventory name of the systems, in the order of an order.
    type: dict
    default: {}
  pools:
    description: The number pools, each with name, kind, first and last.
    type: list
    elements: dict
    default: []
  profiles:
    description: The names of the service profiles.
    type: list
    elements: str
    default: []
  takes_encrypted:
    description: Whether all systems that hold keys take them as a vendor encrypted them.
    type: bool
    default: false
  directory:
    description: Where rejects and activation codes of orders are written.
    type: path
    default: ""
  chunk:
    description: SIMs that are written to a system together.
    type: int
    default: 1000
  reports:
    description: Where C(report) publishes what differs.
    type: path
    default: ""
  strays:
    description:
      - For C(mend), how many SIMs that nobody has ordered are to be removed at the most; where more
        are found, all of them stay.
    type: int
    default: 0
  run:
    description: For C(report), the repair whose claims are let go now; empty for none.
    type: str
    default: ""
  abandon:
    description: Give the order up; what is written of it is taken back.
    type: bool
    default: false
  shard:
    description: Which part of the order, as C(2/8); empty for all of it.
    type: str
    default: ""
  final:
    description: Whether every step is done.
    type: bool
    default: false
  dry:
    description:
      - For C(begin), leave the ledger as it is; for C(settle), forget the order again, of which
        nothing was written.
    type: bool
    default: false
  quarantine:
    description: Seconds for which a number that left service is not given out again.
    type: float
    default: 0
  password_file:
    description: Vault password file that the keys of the SIMs rest under in the ledger.
    type: path
    required: true
  create_password:
    description: Make the vault password when there is none.
    type: bool
    default: false
attributes:
  check_mode:
    description: Takes the numbers, looks at every system, says what would be, and forgets it.
    support: full
  diff_mode:
    description: There is none; C(forerunner orders) shows an order.
    support: none
"""

EXAMPLES = r"""
- name: Take the order of a file
  sim_order:
    step: take
    request: orders/lot-7.yml
    systems: {hlr1: hlr, hss1: hss}
    pools: "{{ sim_pools }}"
    profiles: [basic]
    directory: var/orders
    password_file: var/vault_password
"""

RETURN = r"""
message:
  description: Where the order stands, and what is to be done where somebody must.
  type: str
  returned: always
state:
  description: One word for it.
  type: str
  returned: by step settle
hosts:
  description: Status and message of each system.
  type: dict
  returned: by step settle
"""
