"""Documentation of module telemetry_rollup; the action plugin of the same name does the work."""

DOCUMENTATION = r"""
module: telemetry_rollup
short_description: Roll the telemetry store up, and let what is old go
version_added: "0.1.0"
author: Forerunner
description:
  - Makes of every series each minute and each hour - count, mean, median, 95th percentile, maximum;
    of a counter they are those of its rate. Days whose samples have not changed stay as they are.
  - Removes days of samples, minutes and hours that are older than what is kept. Samples of a day go
    only once both roll-ups of it are there.
options:
  directory:
    description: The telemetry store.
    type: path
    required: true
  keep:
    description: For how many days samples, minutes and hours are kept.
    type: dict
    default: {}
    suboptions:
      samples:
        description: Days of samples.
        type: int
        default: 14
      minute:
        description: Days of minutes.
        type: int
        default: 90
      hour:
        description: Days of hours.
        type: int
        default: 1100
attributes:
  check_mode:
    description: Says how many would be made and removed.
    support: full
"""

EXAMPLES = r"""
- name: Roll the telemetry store up, and let what is old go
  telemetry_rollup:
    directory: var/telemetry
    keep: {samples: 7}
"""

RETURN = r"""
made:
  description: How many files were made, each of one day in minutes or hours.
  type: int
  returned: always
removed:
  description: How many days were removed, of samples, minutes or hours.
  type: int
  returned: always
"""
