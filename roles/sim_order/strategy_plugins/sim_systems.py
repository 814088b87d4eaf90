"""Strategy of SIM orders: each system goes on by itself, and no killed worker is waited for."""

import os
import sys
from typing import Any

from ansible.plugins.strategy.free import StrategyModule as FreeStrategyModule
from ansible.utils.display import Display

DOCUMENTATION = r"""
name: sim_systems
short_description: Each system of a SIM order by itself
version_added: "0.1.0"
description:
  - As strategy C(free), which would wait for ever for a worker that somebody killed; here the play
    ends at once, and the same command goes on with the order.
author: Forerunner
"""
_FAILED = 1
_KILLED = (
    "a worker of this play was killed, and nobody knows how far it came: run the same command "
    "again, it goes on from there"
)


class StrategyModule(FreeStrategyModule):  # type: ignore[misc] # Ansible has no annotations
    """Strategy `free` that ends when a worker is dead."""

    def _process_pending_results(self, *given: Any, **named: Any) -> Any:
        self._end_if_killed()
        return super()._process_pending_results(*given, **named)

    def _queue_task(self, *given: Any, **named: Any) -> None:
        # One that had told its result is not missed: the next takes its place, and waits for what
        # it had locked.
        self._end_if_killed()
        super()._queue_task(*given, **named)

    def _end_if_killed(self) -> None:
        if not self._tqm.has_dead_workers():
            return
        # Not as an error: to end in order, Ansible would speak through the queue of its workers,
        # which the dead one may have left locked, or with half a word in it.
        Display().error(_KILLED)
        for worker in self._workers:
            if worker is not None and worker.is_alive():
                worker.kill()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_FAILED)
