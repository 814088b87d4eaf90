"""Where in the inventory's files a field stands, so that a message can name file and line."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

_STEPS = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def place(inventory: Path, host: str, groups: Iterable[str], field: str) -> str:
    """Return where a host's field is written, as `host_vars/pe1/intent.yml:12`.

    Where several groups of the host set the variable, all are named; where no file does (a
    script, a plugin), the inventory is.

    Args:
        inventory: The inventory's directory.
        host: Inventory name.
        groups: The groups that the host is in, without `all`.
        field: Variable and path in it, as `intent_interfaces[0].mtu`.
    """
    steps = [int(index) if index else key for index, key in _STEPS.findall(field)]
    for level in (
        [inventory / "host_vars" / host],
        [inventory / "group_vars" / group for group in groups],
        [inventory / "group_vars" / "all"],
    ):
        found = [f"{file}:{line}" for file, line in _written(level, steps)]
        if found:
            return " or ".join(found)
    return str(inventory)


def _written(roots: Iterable[Path], steps: list[int | str]) -> Iterator[tuple[Path, int]]:
    for root in roots:
        for file in _files(root):
            line = _line(file, steps)
            if line:
                yield file, line


def _files(root: Path) -> list[Path]:
    single = [path for path in (root.with_name(f"{root.name}.yml"), root) if path.is_file()]
    return single + sorted(path for path in root.glob("**/*.yml") if path.is_file())


def _line(file: Path, steps: list[int | str]) -> int:
    """Return the line of the innermost step that the file has; 0 without the variable."""
    try:
        # Nodes alone: nothing is built, whatever tags the file has.
        node = yaml.compose(file.read_text(), Loader=yaml.SafeLoader)
    except (OSError, yaml.YAMLError):
        return 0
    line = 0
    for step in steps:
        below = _below(node, step)
        if below is None:
            break
        line, node = below
    return line


def _below(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None
