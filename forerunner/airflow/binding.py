"""Tying a task's process to the worker that supervises it."""

import signal

from forerunner import service


def bind_to_supervisor() -> None:
    """Have the kernel end this process when its supervisor dies, however it dies.

    Without it, a task whose worker was shot goes on, and Airflow, which no longer hears of it,
    starts it a second time.
    """
    service.bind_to_parent(signal.SIGKILL)
