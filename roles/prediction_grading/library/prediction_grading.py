"""Documentation of module prediction_grading; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: prediction_grading
short_description: Grade predictions by what happened, and see whether the model has drifted
version_added: "0.1.0"
author: Forerunner
description:
  - Grades each prediction whose horizon is over by what its link's probes showed; what a playbook
    may do by itself follows from that.
  - Fails where more than a tenth of the inputs of the model in service are no longer distributed
    as in its training, or where its graded probabilities are off by more than 0.1 and chance.
options:
  links:
    description: The links, as network_links.
    type: list
    elements: dict
    required: true
  since:
    description: Seconds back in which inputs are looked at.
    type: float
    default: 3600
attributes:
  check_mode:
    description: The same; grades are what happened, and no device is asked.
    support: full
"""

EXAMPLES = r"""
- name: Grade predictions by what happened, and see whether the model has drifted
  prediction_grading:
    links: "{{ network_links }}"
"""

RETURN = r"""
drift:
  description: By input and for the calibration, the figures and whether they have drifted.
  type: dict
  returned: always
"""
