"""Strategy of SIM orders: each system goes on by itself, and no killed worker is waited for."""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.strategy.free import StrategyModule as FreeStrategyModule

DOCUMENTATION = r"""
name: sim_systems
short_description: Each system of a SIM order by itself
version_added: "0.1.0"
description:
  - As strategy C(free), which would wait for ever for a worker that somebody killed; here the play
    ends at once, and the same command goes on with the order.
author: Forerunner
"""


class StrategyModule(FreeStrategyModule):  # type: ignore[misc] # Ansible has no annotations
    """Strategy `free` that notices when a worker is dead."""

    def _process_pending_results(self, *given: Any, **named: Any) -> Any:
        if self._tqm.has_dead_workers():
            problem = "a worker of this play was killed; nobody knows how far it came"
            raise AnsibleError(f"{problem}: run the same command again, it goes on from there")
        return super()._process_pending_results(*given, **named)
