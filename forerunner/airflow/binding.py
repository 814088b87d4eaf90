"""Tying a task's process to the worker that supervises it."""

import ctypes
import os
import signal

_PDEATHSIG = 1


def bind_to_supervisor() -> None:
    """Have the kernel end this process when its supervisor dies, however it dies.

    Without it, a task whose worker was shot goes on, and Airflow, which no longer hears of it,
    starts it a second time.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    supervisor = os.getppid()
    ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The kernel says nothing about a death before the call.
    if os.getppid() != supervisor:
        os.kill(os.getpid(), signal.SIGKILL)
