"""Draining a link before it fails, and returning it once it is well."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from forerunner import gate
from forerunner.database import Database
from forerunner.drain.errors import DrainError
from forerunner.drain.operation import operate
from forerunner.drain.report import Report
from forerunner.drain.request import Request

__all__ = ["DrainError", "Report", "Request", "operate", "run"]


def run(parameters: Mapping[str, Any], check: bool = False) -> dict[str, Any]:
    """Do what module `link_drain` is asked for and return its result.

    Args:
        parameters: The module's parameters; see `Request.from_data`.
        check: Say what would be done, and touch nothing.

    Raises:
        ForerunnerError: It cannot be begun; says why and what to do.
    """
    request = Request.from_data(parameters)
    # Who runs a plan through forerunner.runner records it; the ledger is not even loaded then.
    if check or (request.plan is not None and os.environ.get("FORERUNNER_RUN")):
        return _operated(request, check).to_dict()
    from forerunner.drain.record import recorded  # noqa: PLC0415

    return recorded(request, lambda: _operated(request)).to_dict()


def _operated(request: Request, check: bool = False) -> Report:
    report = asyncio.run(operate(request, check))
    if request.token and report.state in ("failed", "unreachable"):
        # The routers' timers may still run: nobody else is to change them before those are over.
        gate.close(request.token, Database(), unsettled=True)
    return report
