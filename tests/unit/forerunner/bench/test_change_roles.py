"""No role is left out of those that are run twice, unless it says why."""

from forerunner import home
from forerunner.bench.change.roles import EXCUSED, PLAYS


def test_every_role_is_run_twice_or_excused() -> None:
    roles = {path.parent.parent.name for path in home.root().glob("roles/*/tasks/main.yml")}
    assert {play.role for play in PLAYS} | set(EXCUSED) == roles
    assert {play.role for play in PLAYS} & set(EXCUSED) == set()


def test_every_playbook_of_them_is_there() -> None:
    missing = [x for x in PLAYS if not (home.root() / "playbooks" / f"{x.name}.yml").exists()]
    assert missing == []
