"""Dying with the process that started this one, however that dies."""

import ctypes
import multiprocessing
import os
import signal
import sys

_PDEATHSIG = 1


def end_with(parent: int, word: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel end this process when its parent dies, however that dies; on Linux alone.

    Args:
        parent: The parent's process id; where it is not the parent any more, this ends now.
        word: The signal that ends it.

    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PDEATHSIG, word, 0, 0, 0)
    # The kernel says nothing about a death before the call.
    if os.getppid() != parent:
        os.kill(os.getpid(), word)


def end_with_play() -> None:
    """Have the kernel end this worker when its ansible-playbook dies.

    Nobody would hear of what it does afterwards, and the same order may be gone on with already.
    In the process of the play itself it does nothing.
    """
    play = multiprocessing.parent_process()
    if play is not None and play.pid is not None:
        end_with(play.pid)
