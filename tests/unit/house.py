"""The rules of the house that no linter knows: sizes, roles, imports, the lock."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MODULE_LINES, FUNCTION_LINES = 300, 25
DAG_LINES, PLAYBOOK_LINES, TASK_FILE_LINES = 80, 30, 60
# Assembled, so that this file does not find itself.
STUB = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"]) + ")")
PYTHON_ROOMS = ("analytics", "forerunner", "dags", "roles")
IMPORTS = {"dags": {"airflow", "forerunner"}, "roles": {"ansible", "analytics", "forerunner"}}
ANSIBLE_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "path": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
    "raw": (object,),
}


def python_faults(path: Path, text: str) -> Iterator[str]:
    """Yield what is too long, unfinished or imported from the wrong room in a Python file."""
    limit = DAG_LINES if path.parts[0] == "dags" else MODULE_LINES
    yield from _too_long(path, text, limit)
    yield from _unfinished(path, text)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines"
    allowed = IMPORTS.get(path.parts[0])
    if allowed:
        strangers = _imported(tree) - allowed - sys.stdlib_module_names
        yield from (f"{path}: imports {name}" for name in sorted(strangers))


def yaml_faults(path: Path, text: str) -> Iterator[str]:
    """Yield what is too long or unfinished in a playbook or a role's task file."""
    if path.parts[0] == "playbooks":
        yield from _too_long(path, text, PLAYBOOK_LINES)
    elif "tasks" in path.parts:
        yield from _too_long(path, text, TASK_FILE_LINES)
    yield from _unfinished(path, text)


def role_faults(
    role: str, defaults: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Yield where a role's argument_specs and its defaults say different things."""
    for name in sorted(defaults.keys() | options.keys()):
        if not name.startswith((f"{role}_", f"__{role}_")):
            yield f"{role}: {name} does not carry the role's name"
    for name in sorted(defaults.keys() - options.keys()):
        if not name.startswith("__"):
            yield f"{role}: {name} has a default but no argument_spec"
    for name, option in options.items():
        yield from _option_faults(role, name, option, defaults)


def _option_faults(
    role: str, name: str, option: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Iterator[str]:
    if not option.get("description"):
        yield f"{role}: {name} has no description"
    if option.get("required") and name in defaults:
        yield f"{role}: {name} is required, yet it has a default"
    if "default" in option and option["default"] != defaults.get(name):
        yield f"{role}: {name} has one default in argument_specs and another in defaults"
    if name not in defaults:
        return
    value, kind = defaults[name], option.get("type", "str")
    templated = isinstance(value, str) and "{{" in value
    boolean_as_number = isinstance(value, bool) and kind in ("int", "float")
    if templated or value is None:
        return
    if boolean_as_number or not isinstance(value, ANSIBLE_TYPES[kind]):
        yield f"{role}: {name} is to be {kind}, but its default is {value!r}"


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def _too_long(path: Path, text: str, limit: int) -> Iterator[str]:
    lines = len(text.splitlines())
    if lines > limit:
        yield f"{path}: {lines} lines, {limit} at the most"


def _unfinished(path: Path, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if STUB.search(line):
            yield f"{path}:{number}: unfinished: {line.strip()}"
