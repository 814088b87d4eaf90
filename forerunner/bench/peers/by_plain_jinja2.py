"""Plain jinja2: the same templates on complete data, nothing checked, one file a device."""

import json
import sys
from pathlib import Path

from forerunner.render.templates import template


def main() -> None:
    """Render what is given and write it."""
    given = Path(sys.argv[1])
    out = given.with_name("plain")
    out.mkdir(exist_ok=True)
    for name, intent in json.loads(given.read_text()).items():
        text = template(intent["platform"]).render(intent)
        (out / f"{name}.conf").write_text(text)


if __name__ == "__main__":
    main()
