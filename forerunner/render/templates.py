"""The templates of each platform: `templates/<platform>/<platform>.conf.j2` and its parts."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    UndefinedError,
)

from forerunner import home
from forerunner.render import accounts, addresses
from forerunner.render.errors import RenderError


def router_config(platform: str, host: Mapping[str, Any]) -> str:
    """Render a device's whole configuration.

    Args:
        platform: Name of the directory below templates/, as `frr`.
        host: A complete intent, as `router_data` and `host_intent` return it.

    Raises:
        RenderError: There is no template for the platform, or `host` lacks what it asks for.
    """
    try:
        return template(platform).render(host)
    except UndefinedError as error:
        name = host.get("hostname", "host")
        raise RenderError(f"{name}: template {platform}.conf.j2: {error}") from error


def template(platform: str) -> Template:
    """Return a platform's template, compiled once.

    Raises:
        RenderError: There is none.
    """
    directory = home.root() / "templates" / platform
    try:
        return environment(directory).get_template(f"{platform}.conf.j2")
    except TemplateNotFound as error:
        raise RenderError(f"{directory} has no {error.name}") from None


@lru_cache(maxsize=32)
def environment(directory: Path) -> Environment:
    """Return what compiles the templates of a directory and keeps them."""
    # Configuration is plain text: HTML escaping would corrupt it.
    made = Environment(
        loader=FileSystemLoader(directory),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    made.filters |= addresses.FILTERS | accounts.FILTERS
    return made
