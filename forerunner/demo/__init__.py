"""`make demo`: the same fault twice, without the loop and with it, and a report of both."""

from pathlib import Path


def main() -> Path:
    """Run the demo and return the path of its JSON report."""
    from forerunner.demo import stage  # noqa: PLC0415 (the lab's and Airflow's code is heavy)

    return stage.main()
