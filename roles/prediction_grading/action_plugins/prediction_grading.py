"""Action of module prediction_grading: hands its parameters to analytics.renewal."""

from collections.abc import Mapping
from typing import Any, ClassVar

from analytics.renewal.standing import standing
from forerunner.fleet.action import ControllerAction
from forerunner.topology import Topology


class ActionModule(ControllerAction):
    """Grade predictions, and see whether the model in service has drifted."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "links": {"type": "list", "elements": "dict", "required": True},
        "since": {"type": "float", "default": 3600.0},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Grade and look; grades are written in a dry run too: they are what happened."""
        found = standing(Topology.from_data(options["links"], "network_links"), options["since"])
        said = "; ".join(found.reasons) or "nothing has drifted"
        return {
            "changed": False,
            "failed": bool(found.reasons),
            "msg": f"{said} (seen: {found.seen})",
            "drift": found.to_dict(),
        }
