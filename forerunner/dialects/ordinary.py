"""What holds for every platform that refuses a line that it cannot read, and says so."""


def misread(config: str) -> list[str]:
    """Return nothing: no line is taken in silence as something else."""
    del config
    return []


def keep_drained(running: str, intended: str) -> tuple[str, tuple[str, ...]]:
    """Return the intended configuration as it is: links are drained on FRR routers alone."""
    del running
    return intended, ()
