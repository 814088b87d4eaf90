"""`python -m forerunner.render`: write inventories/schema.json, made from the model."""

from forerunner import home
from forerunner.render.editor import text


def main() -> None:
    """Write the file that editors read."""
    path = home.root() / "inventories" / "schema.json"
    path.write_text(text())
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
