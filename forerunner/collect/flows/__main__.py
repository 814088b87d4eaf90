"""The collectors' service: `python -m forerunner.collect.flows CONFIG`."""

import logging
import sys
from pathlib import Path

from forerunner.collect.flows.config import Config
from forerunner.collect.flows.supervisor import run
from forerunner.errors import ForerunnerError


def main() -> int:
    """Run it until it is stopped, and return the exit status."""
    form = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form)
    try:
        run(Config.read(Path(sys.argv[1])))
    except ForerunnerError as error:
        print(f"forerunner flows: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
