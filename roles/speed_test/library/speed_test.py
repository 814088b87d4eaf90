"""Documentation of module speed_test; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: speed_test
short_description: Test speed, loss, delay and jitter between probe hosts
version_added: "0.1.0"
author: Forerunner
description:
  - Runs iperf3 (TCP and UDP) and ping between probe hosts over SSH, in the order of a schedule in
    which no two tests at once share a link; links are claimed in the ledger against other runs.
  - Puts what was measured into the telemetry store and writes C(speed_tests.json) and
    C(speed_tests.html). A host whose test gave nothing fails by role device_results; nothing of
    that test is stored. A test that a link has no room for is skipped with the reason.
  - Every probe host has the variables C(speed_test_router) and C(speed_test_address).
options:
  devices:
    description: Inventory names of the hosts whose tests are run, those that send.
    type: list
    elements: str
    required: true
  hosts:
    description: Inventory names of all probe hosts.
    type: list
    elements: str
    required: true
  tests:
    description: What is to be tested.
    type: list
    elements: dict
    required: true
    suboptions:
      source:
        description: Probe host that sends.
        type: str
        required: true
      target:
        description: Probe host that answers.
        type: str
        required: true
      protocol:
        description: By iperf3, or loss, round trip and jitter by ping.
        type: str
        choices: [tcp, udp, ping]
        required: true
      rate:
        description: Bit/s that are sent at the most; not of a ping.
        type: int
      duration:
        description: Whole seconds.
        type: int
        required: true
  links:
    description: Links between the routers, with their capacities and OSPF costs.
    type: list
    elements: dict
    required: true
  directory:
    description: The telemetry store, where loads are read and results go.
    type: path
    required: true
  report_directory:
    description: Where speed_tests.json and speed_tests.html are written.
    type: path
    required: true
  maximum_rate:
    description: Bit/s that no test may exceed.
    type: float
    default: 100000000
  maximum_duration:
    description: Seconds that no test may exceed.
    type: float
    default: 30
  headroom:
    description: Share of a link's capacity up to which it may be filled, the test included.
    type: float
    default: 0.8
  unknown_load:
    description: What becomes of a test where the load of a link is not known.
    type: str
    choices: [allow, refuse]
    default: refuse
  load_maximum_age:
    description: Age in seconds beyond which a measured load says nothing.
    type: float
    default: 10
  port:
    description: TCP and UDP port of iperf3's servers.
    type: int
    default: 5201
  gap:
    description: Seconds between two tests that share a link.
    type: float
    default: 1
  wait:
    description: Seconds that a test waits for links that another run holds.
    type: float
    default: 300
  seed:
    description: Of the orders in which tests are tried to be packed.
    type: int
    default: 0
  concurrency:
    description: Tests at a time.
    type: int
    default: 20
  timeout:
    description: Seconds for a session with a probe host.
    type: float
    default: 10
attributes:
  check_mode:
    description: Says when each test would run, and sends nothing.
    support: full
"""

EXAMPLES = r"""
- name: Test between the probe hosts
  speed_test:
    devices: "{{ ansible_play_hosts_all }}"
    hosts: "{{ groups['probe_hosts'] }}"
    tests:
      - {source: h1, target: h2, protocol: udp, rate: 5000000, duration: 5}
    links: "{{ network_links }}"
    directory: "{{ lab_telemetry }}"
    report_directory: "{{ lab_var }}/reports"
  run_once: true
  delegate_to: localhost
  delegate_facts: true
"""

RETURN = r"""
hosts:
  description: Status and message of each host; one whose test gave nothing has failed.
  type: dict
  returned: always
report:
  description: The report's page.
  type: str
  returned: unless it is a dry run
"""
