"""Edits in a real repository: foretold when pushed, planned when merged, each once."""

import os
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from forerunner import proposal
from forerunner.configure.plan import Candidate, write_plan
from forerunner.gate.entry import read_plan
from forerunner.proposal import ProposalError, Settings, hostile

NETWORK = "inventories/lab/group_vars/all/network.yml"
BOMB = "".join(f"{y}: &{y} [{','.join(['*' + x] * 9)}]\n" for x, y in pairwise("abcdefghij"))
TEXT = "routers: [r1]\nkey: \"{{ lookup('env', 'KEY') }}\"\n"


@dataclass
class Workshop:
    """The repository that people push to, and a planner that notes what it is given."""

    directory: Path
    planned: list[str] = field(default_factory=list)
    changes: bool = True
    problem: str = ""

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.directory), *arguments], check=True, env=_QUIET)

    def push(self, branch: str, name: str, text: str) -> None:
        """Commit a file to a branch, which begins at main."""
        self.git("switch", "-q", *(() if branch == "main" else ("-C",)), branch)
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "an edit")
        self.git("switch", "-q", "main")

    def plan(self, inventory: Path, plans: Path, reason: str) -> Path | None:
        text = (inventory / "group_vars" / "all" / "network.yml").read_text()
        self.planned.append(text)
        if self.problem:
            raise ProposalError(self.problem)
        if not self.changes:
            return None
        candidate = Candidate("hostname r1\n", f"hostname r1\npassword hunter2\n{text}")
        return write_plan(plans, {"r1": candidate}, reason, 60).path

    def watch(self) -> list[proposal.Posted]:
        return proposal.watch(Settings(str(self.directory)), self.plan)


_QUIET = os.environ | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@localhost",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@localhost",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path / "var"))
    made = Workshop(tmp_path / "shop")
    made.directory.mkdir()
    made.git("init", "-q", "-b", "main")
    (made.directory / NETWORK).parent.mkdir(parents=True)
    (made.directory / NETWORK).write_text(TEXT)
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "the beginning")
    made.changes = False
    made.watch()
    made.changes, made.planned = True, []
    return made


def test_a_push_is_foretold_once_and_nothing_is_opened(shop: Workshop, tmp_path: Path) -> None:
    shop.push("propose/peer", NETWORK, TEXT + "peers: 2\n")
    (posted,) = shop.watch()
    assert (posted.branch, posted.merged, posted.plan, posted.problem) == (
        "propose/peer", False, "", "",
    )  # fmt: skip
    assert shop.planned == [TEXT + "peers: 2\n"]
    report = Path(posted.report).read_text()
    assert "By Ann: changes devices" in report
    assert "+peers: 2" in report
    assert "hunter2" not in report
    assert not list((tmp_path / "var" / "plans").glob("*"))
    assert shop.watch() == []


def test_what_is_merged_is_a_plan_of_the_hash_that_was_foretold(
    shop: Workshop, tmp_path: Path
) -> None:
    shop.push("propose/peer", NETWORK, TEXT + "peers: 2\n")
    (foretold,) = shop.watch()
    shop.git("merge", "-q", "propose/peer")
    (posted,) = shop.watch()
    plan = read_plan(tmp_path / "var" / "plans" / f"{posted.plan}.json")
    assert (posted.branch, posted.merged) == ("main", True)
    assert (plan.hash, posted.hash) == (foretold.hash, foretold.hash)
    assert (tmp_path / "var" / "plans" / plan.id / "r1.conf").exists()
    assert plan.reason == f"inventory {posted.commit[:12]} by Ann"
    assert shop.watch() == []


def test_nothing_of_a_plan_is_left_beside_the_plans(shop: Workshop, tmp_path: Path) -> None:
    shop.push("propose/peer", NETWORK, TEXT + "peers: 2\n")
    shop.watch()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "var" in path.parts]
    assert not [path for path in kept if b"hunter2" in path.read_bytes()]


def test_an_edit_that_changes_no_device_opens_nothing(shop: Workshop) -> None:
    shop.changes = False
    shop.push("main", NETWORK, TEXT + "note: none\n")
    (posted,) = shop.watch()
    assert (posted.plan, posted.problem) == ("", "")
    assert "changes no device" in Path(posted.report).read_text()


def test_a_problem_is_posted_and_a_merged_one_is_tried_again(shop: Workshop) -> None:
    shop.problem = "r1 rejects a line"
    shop.push("propose/peer", NETWORK, TEXT + "peers: x\n")
    (posted,) = shop.watch()
    assert "r1 rejects a line" in Path(posted.report).read_text()
    assert shop.watch() == []
    shop.git("merge", "-q", "propose/peer")
    assert [each.problem for each in shop.watch()] == ["r1 rejects a line"]
    shop.problem = ""
    assert [bool(each.plan) for each in shop.watch()] == [True]


def test_a_branch_that_is_no_proposal_is_left_alone(shop: Workshop) -> None:
    shop.push("private", NETWORK, TEXT + "peers: 2\n")
    assert shop.watch() == []


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        (NETWORK, TEXT + "x: \"{{ lookup('pipe', 'id') }}\"\n", "new template"),
        (NETWORK, TEXT + 'x: "\\x7b\\x7b 7 * 7 }}"\n', "new template"),
        (NETWORK, TEXT + '"{{ x }}": 1\n', "new template"),
        (NETWORK, TEXT + "x: !unsafe y\n", "new template or tag"),
        (NETWORK, TEXT + "x: !vault {a: b}\n", "new template or tag"),
        (NETWORK, TEXT.replace("KEY", "PATH"), "new template"),
        (NETWORK, TEXT + "ansible_python_interpreter: /tmp/x\n", "how to connect"),
        (NETWORK, TEXT + "a: {b: [{ansible_host: 1.2.3.4}]}\n", "how to connect"),
        (NETWORK, "a: [\n", "cannot be read"),
        (NETWORK, TEXT + "a: &a [*a]\n", "cannot be read"),
        (NETWORK, "a: &a []\n" + BOMB, "holds too much"),
        ("inventories/lab/hosts.sh", "#!/bin/sh\n", "no YAML file"),
        ("inventories/lab/group_vars/all/x", "a: 1\n", "no YAML file"),
    ],
)
def test_what_ansible_would_run_is_not_planned_before_a_person_merges_it(
    shop: Workshop, name: str, text: str, word: str
) -> None:
    shop.push("propose/evil", name, text)
    (posted,) = shop.watch()
    assert word in posted.problem
    assert shop.planned == []


@pytest.mark.parametrize("mode", ["link", "program"])
def test_what_is_no_plain_file_is_not_planned(shop: Workshop, mode: str) -> None:
    shop.git("switch", "-qc", "propose/evil")
    path = shop.directory / "inventories" / "lab" / "x.yml"
    if mode == "link":
        path.symlink_to("/etc/passwd")
    else:
        path.write_text("a: 1\n")
        path.chmod(0o755)
    shop.git("add", "-A")
    shop.git("commit", "-qm", "x")
    (posted,) = shop.watch()
    assert "no plain file" in posted.problem
    assert shop.planned == []


def test_a_program_of_another_inventory_is_none_of_its_business(shop: Workshop) -> None:
    other = shop.directory / "inventories" / "fleet" / "hosts.sh"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    shop.push("main", NETWORK, TEXT + "more: 1\n")
    (posted,) = shop.watch()
    assert (posted.problem, len(shop.planned)) == ("", 1)


def test_what_is_outside_of_inventories_is_never_taken(shop: Workshop, tmp_path: Path) -> None:
    shop.push("propose/evil", "playbooks/plan_config.yml", "- hosts: all\n")
    shop.watch()
    assert not list((tmp_path / "var").rglob("plan_config.yml"))


def test_a_repository_that_cannot_be_read_is_one_clear_error(
    shop: Workshop, tmp_path: Path
) -> None:
    with pytest.raises(ProposalError, match="git fetch"):
        proposal.watch(Settings(str(tmp_path / "none")), shop.plan)
    with pytest.raises(ProposalError, match="has no branch trunk"):
        proposal.watch(Settings(str(shop.directory), branch="trunk"), shop.plan)


def test_a_template_that_moves_nowhere_is_no_fault() -> None:
    before = {"a.yml": TEXT.encode()}
    assert hostile.faults(before, {"a.yml": f"{TEXT}peers: 2\n".encode()}) == []


def test_a_file_that_would_take_minutes_to_read_is_left_to_a_person() -> None:
    (fault,) = hostile.faults({}, {"a.yml": b"a: 1 # x\n" * 120_000})
    assert "sensible size" in fault
