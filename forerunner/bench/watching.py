"""Waiting for a program's end, and what memory it and all below it had at most."""

import time

import psutil


def watch(process: psutil.Popen, end: float, memory: bool, every_s: float = 0.05) -> float:
    """Wait for a process and return the peak of its tree in MB (PSS); 0 where nobody asks.

    Args:
        process: Started already.
        end: Of `time.perf_counter`; it is killed then.
        memory: Whether to look, which takes some of its time.
        every_s: Seconds between two looks.
    """
    peak = 0.0
    while process.poll() is None:
        if time.perf_counter() > end:
            process.kill()
        if memory:
            peak = max(peak, _tree_mb(process))
        time.sleep(every_s if memory else 0.01)
    return peak


def _tree_mb(process: psutil.Process) -> float:
    """Return the proportional set size of a process and all below it, in MB."""
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_full_info().pss
    except psutil.Error:
        # One ended while it was looked at: the next look counts.
        return 0.0
    return total / 1e6
