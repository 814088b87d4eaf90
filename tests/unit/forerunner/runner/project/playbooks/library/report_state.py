"""A module that reports a state, as the modules of this project's roles do."""

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: report_state
short_description: Report a state
description: [Returns a state, and the token that it was given.]
author: [Forerunner]
options:
  token: {type: str, description: [Anything.]}
"""


def main() -> None:
    """Report."""
    module = AnsibleModule({"token": {"type": "str"}})
    state = "leaked" if module.params["token"] else "verified"
    module.exit_json(changed=False, state=state, after={"token": module.params["token"]})


if __name__ == "__main__":
    main()
