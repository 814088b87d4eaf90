"""The lab: real routers in network namespaces, built from the inventory."""

from forerunner.lab.construction import Built, build
from forerunner.lab.convergence import wait_converged
from forerunner.lab.errors import LabError, LabNotUp, NotOurs
from forerunner.lab.lab import Lab
from forerunner.lab.removal import remove

__all__ = [
    "Built",
    "Lab",
    "LabError",
    "LabNotUp",
    "NotOurs",
    "build",
    "remove",
    "wait_converged",
]
