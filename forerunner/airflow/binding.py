"""Tying a task's process to the worker that supervises it."""

import os

from forerunner.parent import end_with


def bind_to_supervisor() -> None:
    """Have the kernel end this process when its supervisor dies, however it dies.

    Without it, a task whose worker was shot goes on, and Airflow, which no longer hears of it,
    starts it a second time.
    """
    end_with(os.getppid())
