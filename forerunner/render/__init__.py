"""From the inventory's intent to each device's configuration.

`intended(name, variables)` is the door: plain inventory variables of a host in, its whole
configuration out.
"""

from forerunner.render.batch import Rendered, keep, render
from forerunner.render.errors import RenderError
from forerunner.render.intent import configuration, host_intent, intended, is_device
from forerunner.render.network import check_network, router_data
from forerunner.render.sources import place
from forerunner.render.templates import router_config
from forerunner.render.variables import meant, plain_variables

__all__ = [
    "RenderError",
    "Rendered",
    "check_network",
    "configuration",
    "host_intent",
    "intended",
    "is_device",
    "keep",
    "meant",
    "place",
    "plain_variables",
    "render",
    "router_config",
    "router_data",
]
