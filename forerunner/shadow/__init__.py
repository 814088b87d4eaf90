"""A shadow of a router: FRR of the same version, loaded with what the router runs, for trying."""

from forerunner.shadow.errors import NoShadow, ShadowError, UnlikeDevice
from forerunner.shadow.likeness import SHOW_LIKENESS, Interface, Likeness, likeness
from forerunner.shadow.router import Shadow, open_shadow

__all__ = [
    "SHOW_LIKENESS",
    "Interface",
    "Likeness",
    "NoShadow",
    "Shadow",
    "ShadowError",
    "UnlikeDevice",
    "likeness",
    "open_shadow",
]
