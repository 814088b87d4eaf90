"""Action of module model_training: hands its parameters to analytics.renewal."""

import getpass
import time
from collections.abc import Mapping
from itertools import starmap
from pathlib import Path
from typing import Any, ClassVar

from analytics.answers.asked import Asked
from analytics.failure.serving import KIND
from analytics.registry import Registry
from analytics.registry.contest import Renewal
from analytics.renewal.recorded import stretches
from analytics.renewal.renew import renew
from analytics.risk.service import renew_all, told
from forerunner.fleet.action import ControllerAction
from forerunner.store import RollUps, Store
from forerunner.topology import Topology

_POLLED_S = 28 * 86_400.0


class ActionModule(ControllerAction):
    """Learn the models of failures anew; promote or keep each."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "links": {"type": "list", "elements": "dict", "required": True},
        "directory": {"type": "path", "required": True},
        "models": {"type": "path", "required": True},
    }

    def act(self, options: dict[str, Any], hostvars: Any) -> Mapping[str, Any]:  # noqa: ARG002
        """Renew; a dry run only says what is in service."""
        book = Registry(Path(options["models"]))
        network = Topology.from_data(options["links"], "network_links")
        serving = book.service(KIND)
        version = serving.current.version if serving else "none"
        if self.dry:
            return {"changed": False, "skipped": True, "msg": f"{KIND}: in service is {version}"}
        store = Store(options["directory"], 2)
        found = renew(
            book, lambda: stretches(store, network, time.time()), getpass.getuser(), self._say
        )
        # Interfaces and devices are learned from what was polled, over weeks.
        asked = Asked(store, network, _POLLED_S, rolled=RollUps(options["directory"], 2))
        risks = renew_all(book, asked, getpass.getuser())
        said = [f"{KIND} {found.version}: {found.reason}", *starmap(told, risks.items())]
        changed = found.version != found.before or any(
            each.promoted for each in risks.values() if isinstance(each, Renewal)
        )
        return {"changed": changed, "msg": said, **vars(found)}

    def _say(self, step: str) -> None:
        self._display.display(f"- {step}")
