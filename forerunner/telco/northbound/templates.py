"""The messages' templates, which engineers edit: templates/<system>/*.j2."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from forerunner import home


@cache
def template(system: str, name: str) -> Template:
    """Return a template, compiled.

    Args:
        system: Directory below templates/.
        name: File there, without its ending.
    """
    # The values of JSON go through tojson.
    environment = Environment(
        autoescape=select_autoescape(enabled_extensions=("xml.j2",)),
        loader=FileSystemLoader(home.root() / "templates" / system),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{name}.j2")
