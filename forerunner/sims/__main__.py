"""`python -m forerunner.sims`: write the schemas that editors read of requests and of pools."""

import json
from collections.abc import Mapping
from typing import Any

from forerunner import home
from forerunner.sims.form import POOLS_SCHEMA, SCHEMA

_MADE = "Made from forerunner/sims/form.py by: python -m forerunner.sims"
SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "sim_request.schema.json": SCHEMA,
    "sim_pools.schema.json": POOLS_SCHEMA,
}
"""By the name of its file."""


def text(schema: Mapping[str, Any]) -> str:
    """Return what a file holds of a schema."""
    return json.dumps({**schema, "description": _MADE}, indent=2, default=dict) + "\n"


def main() -> None:
    """Write the files."""
    for name, schema in SCHEMAS.items():
        path = home.root() / "inventories" / name
        path.write_text(text(schema))
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
