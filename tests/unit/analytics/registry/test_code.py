"""A model says which code made it."""

import subprocess
from pathlib import Path

from analytics.registry.code import code_version


def git(place: Path, *words: str) -> str:
    identity = ("-c", "user.name=ann", "-c", "user.email=ann@example.net")
    done = subprocess.run(
        ["git", "-C", str(place), *identity, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_checkout_is_named_by_its_commit_and_whether_it_differs(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("1")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    git(tmp_path, "tag", "--annotate", "v1", "--message", "v1")
    clean = code_version(tmp_path)
    (tmp_path / "a.py").write_text("2")

    assert len(clean) == 12
    assert git(tmp_path, "rev-parse", "HEAD").startswith(clean)
    assert code_version(tmp_path) == f"{clean}-dirty"


def test_what_is_installed_is_named_by_its_version(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "inside").mkdir()

    assert code_version(tmp_path / "inside").startswith("forerunner ")
    assert code_version(tmp_path).startswith("forerunner ")
