"""The intent of one device, out of its inventory variables: checked, then complete."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from forerunner.errors import InvalidData
from forerunner.render.acceptance import acceptance
from forerunner.render.checks import device_faults
from forerunner.render.defaults import complete
from forerunner.render.errors import RenderError
from forerunner.render.model import PLATFORMS, SECTIONS
from forerunner.render.network import router_sections
from forerunner.render.templates import router_config
from forerunner.schema import check

PREFIX = "intent_"
PLATFORM = f"{PREFIX}platform"
_ACCEPTANCE = {section: acceptance(schema) for section, schema in SECTIONS.items()}
# Role intent's own variables, beside the sections.
OPTIONS = ("platform", "directory", "network", "stand_ins")
NETWORK = "network_data"
# What redaction leaves behind too: text with it is for people, and never for a device.
_STAND_IN = re.compile(r"<secret:([^>\s]*)>")


def is_device(variables: Mapping[str, Any]) -> bool:
    """Return whether a host of the inventory has an intent, so that it is rendered."""
    own = any(variables.get(f"{PREFIX}{section}") for section in ("interfaces", "ospf", "bgp"))
    return bool(platform_of(variables)) or own


def has_intent(name: str, variables: Mapping[str, Any]) -> bool:
    """Return whether anything says what a device is to run: a section, or the network."""
    own = any(variables.get(f"{PREFIX}{section}") for section in SECTIONS)
    return own or _is_described(name, variables)


def platform_of(variables: Mapping[str, Any]) -> str:
    """Return a host's platform: `intent_platform`, else the last word of `ansible_network_os`."""
    named = variables.get(PLATFORM) or variables.get("ansible_network_os") or ""
    return str(named).rpartition(".")[2]


def host_intent(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the complete intent of a device, checked by itself.

    Args:
        name: Inventory name.
        variables: Plain inventory variables of the host: `intent_*` sections, its platform, and
            `network_data` where the network is described as one (a section overrides it).

    Raises:
        InvalidData: Names the host, the field and the fix, for the first of its faults.
    """
    intent, faults = examined(name, variables)
    if intent is None:
        raise faults[0]
    return intent


def examined(
    name: str, variables: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, list[InvalidData]]:
    """Return a device's complete intent and no fault, or None and all that is wrong with it."""
    faults = list(_schema_faults(name, variables))
    if not faults:
        try:
            intent = complete(platform_of(variables), name, _sections(name, variables))
        except InvalidData as fault:
            return None, [fault]
        faults = list(device_faults(name, intent))
    return (None, faults) if faults else (intent, [])


def intended(name: str, variables: Mapping[str, Any], stand_ins: bool = False) -> str:
    """Return the whole configuration that a device is meant to run.

    Args:
        name: Inventory name.
        variables: Plain inventory variables of the host, as for `host_intent`.
        stand_ins: Let `<secret:NAME>` stand for a secret that is not at hand: text for people.

    Raises:
        InvalidData: Names the host, the field and the fix.
        RenderError: A secret is not at hand, or the templates do not fit.
    """
    return configuration(host_intent(name, variables), stand_ins)


def configuration(intent: Mapping[str, Any], stand_ins: bool = False) -> str:
    """Return the configuration of a complete intent; see `intended`."""
    text = router_config(intent["platform"], intent)
    if not stand_ins and (missing := sorted(set(_STAND_IN.findall(text)))):
        raise RenderError(
            f"{intent['hostname']}: secrets are not at hand: {', '.join(missing)}; give them in "
            "the vault or the environment, see docs/intent.md"
        )
    return text


def _schema_faults(name: str, variables: Mapping[str, Any]) -> Iterator[InvalidData]:
    if platform_of(variables) not in PLATFORMS:
        said = f"{platform_of(variables)!r} is no platform; it is one of {', '.join(PLATFORMS)}"
        yield InvalidData(f"host {name}", PLATFORM, said)
    for variable in variables:
        section = variable.removeprefix(PREFIX)
        if variable.startswith(PREFIX) and section not in (*SECTIONS, *OPTIONS):
            known = ", ".join(SECTIONS)
            yield InvalidData(f"host {name}", variable, f"there is no such section; it has {known}")
    for section, schema in SECTIONS.items():
        value = variables.get(f"{PREFIX}{section}")
        if value is None or _ACCEPTANCE[section](value):
            continue
        try:
            check(value, schema, f"host {name}")
        except InvalidData as fault:
            dot = "" if fault.field.startswith("[") or not fault.field else "."
            field = f"{PREFIX}{section}{dot}{fault.field}"
            yield InvalidData(fault.source, field, fault.problem)


def _is_described(name: str, variables: Mapping[str, Any]) -> bool:
    return name in (variables.get(NETWORK) or {}).get("routers", {})


def _sections(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    given = router_sections(name, variables[NETWORK]) if _is_described(name, variables) else {}
    own = {section: variables.get(f"{PREFIX}{section}") for section in SECTIONS}
    return given | {section: value for section, value in own.items() if value is not None}
