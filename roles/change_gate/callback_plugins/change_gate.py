"""Gives the leases back when a playbook ends, however it ends; expiry covers a killed one."""

import gc
import os
from importlib import import_module
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: change_gate
type: aggregate
short_description: Give the leases of devices back when a playbook ends
version_added: "0.1.0"
author: Forerunner
description:
  - Ends every admission that module change_gate got in this process.
  - Loads the Python modules that C(FORERUNNER_LOAD) names before the gate is asked.
  - Takes what is loaded at the start out of the collecting of garbage, which else takes a tenth of
    the time of a short playbook.
requirements:
  - enable it in ansible.cfg
"""


class CallbackModule(CallbackBase):
    """Ends the admissions of this process."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "change_gate"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._passed = False

    def v2_playbook_on_start(self, *_: Any, **__: Any) -> None:
        """Leave what is loaded by now out of all collecting of garbage, here and in every fork."""
        gc.freeze()

    def v2_playbook_on_task_start(self, task: Any, *_: Any, **__: Any) -> None:
        """Note that the gate is asked; a playbook that stands by loads now what it needs then.

        Every task is a fork of this process, and has what is loaded here.
        """
        if task.action != "change_gate":
            return
        self._passed = True
        for name in filter(None, os.environ.get("FORERUNNER_LOAD", "").split(",")):
            import_module(name)

    def v2_playbook_on_stats(self, *_: Any, **__: Any) -> None:
        """Give back what is held; playbooks that ask for nothing pay nothing."""
        if not self._passed:
            return
        from forerunner.database import Database
        from forerunner.errors import ForerunnerError
        from forerunner.gate import Holder, close_all

        try:
            close_all(Holder.of_process(), Database())
        except ForerunnerError as error:
            self._display.warning(f"the leases run out by themselves: {error}")
