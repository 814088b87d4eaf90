"""`python -m analytics grade`; what it needs is loaded only when it is asked for."""

from pathlib import Path
from typing import Annotated

import typer


def grade(
    policy: Annotated[Path | None, typer.Option(help="File with remediation_autonomy.")] = None,
    links: Annotated[Path | None, typer.Option(help="File with network_links.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Grade every prediction by what happened, and say what each playbook may do by itself."""
    from analytics.grade import report

    report.show(policy, links, as_json)
