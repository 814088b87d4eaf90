"""Documentation of module model_training; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: model_training
short_description: Learn a model anew, and put it in service where it is better
version_added: "0.1.0"
author: Forerunner
description:
  - Learns the model of link failures from generated faults and from the healthy time that the
    network recorded; its newest quarter is held out. Keeps it as a version, and compares it with
    the one in service on held-out faults of kinds that are never learned from, benign hours and
    recorded time.
  - Promotes it where the lower end of the 95% interval of its gain is above 0 and it is calibrated
    no worse; else it stays a version that is not in service. A running service takes up what is
    promoted.
  - Then learns which interfaces and devices fail within an hour from four weeks of what was polled,
    and keeps or promotes these models likewise; where too few failed in that time it says so.
options:
  links:
    description: The links, as network_links.
    type: list
    elements: dict
    required: true
  directory:
    description: The telemetry store.
    type: path
    required: true
  models:
    description: The registry of models.
    type: path
    required: true
attributes:
  check_mode:
    description: Only says which version is in service.
    support: full
"""

EXAMPLES = r"""
- name: Learn the model anew, and put it in service where it is better
  model_training:
    links: "{{ network_links }}"
    directory: var/telemetry
    models: var/models
"""

RETURN = r"""
version:
  description: Under which the new model is kept.
  type: str
  returned: when it was not a dry run
promoted:
  description: Whether it is in service.
  type: bool
  returned: when it was not a dry run
reason:
  description: Why, with the figures.
  type: str
  returned: when it was not a dry run
before:
  description: Version that was in service; empty when none was.
  type: str
  returned: when it was not a dry run
msg:
  description: A line of each model, what became of it and why.
  type: list
  elements: str
  returned: when it was not a dry run
"""
