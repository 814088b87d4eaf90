"""What planning gave, in lines for people."""

from collections.abc import Iterator
from pathlib import Path

from forerunner.configure.plan import PLAYBOOK
from forerunner.configure.planning import Planning


def report(made: Planning, with_differences: bool = True) -> list[str]:
    """Return the lines that say what would change, where, and how to go on.

    Args:
        made: What planning gave.
        with_differences: Give each device's difference too.
    """
    return list(_lines(made, with_differences))


def differences(made: Planning) -> list[dict[str, str]]:
    """Return the differences as Ansible shows them."""
    return [
        {"prepared": f"--- {name} running\n+++ {name} as it would run\n{each.diff}\n"}
        for name, each in made.foretold.items()
        if each.diff
    ]


def _lines(made: Planning, with_differences: bool) -> Iterator[str]:
    for name, result in made.hosts.items():
        yield from result.message.splitlines()
        diff = made.foretold[name].diff if name in made.foretold else ""
        if with_differences and diff:
            yield from diff.splitlines()
    yield from _outcome(made)


def _outcome(made: Planning) -> Iterator[str]:
    if made.opened is not None:
        plan, path = made.opened.plan, _as_typed(made.opened.path)
        yield f"plan {plan.id}" + ("" if made.written else ", which stands already")
        yield f"hash {plan.hash}"
        yield f"apply it with: ansible-playbook playbooks/{PLAYBOOK}.yml -e plan_file={path}"
    elif not made.differing and all(result.succeeded for result in made.hosts.values()):
        yield "no difference: there is nothing to plan"
    elif all(result.succeeded for result in made.hosts.values()):
        yield "no plan was written: this was a check"
    else:
        yield "no plan was written: a device failed"


def _as_typed(path: Path) -> Path:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
