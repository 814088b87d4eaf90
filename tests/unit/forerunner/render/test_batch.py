"""Many devices at once: files that only their owner reads, messages with file and line."""

from pathlib import Path
from typing import Any

import pytest

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.render import keep, place, plain_variables, render
from forerunner.render.editor import text as schema_text

SECRET = "CANARY-auth-password"


@pytest.fixture
def variables() -> dict[str, Any]:
    user = {"name": "u", "auth_password": SECRET, "priv_password": "CANARY-priv-password"}
    return {"intent_platform": "eos", "intent_snmp": {"users": [user]}}


def test_a_second_run_changes_nothing_and_the_files_are_their_owner_s(
    tmp_path: Path, variables: dict[str, Any]
) -> None:
    texts = render({"leaf1": variables}, ["leaf1"]).texts
    directory = tmp_path / "rendered"
    first, second = keep(texts, directory, check=False), keep(texts, directory, check=False)
    written = directory / "leaf1.conf"
    assert (list(first), second) == (["leaf1"], {})
    assert SECRET in written.read_text()
    assert (written.stat().st_mode & 0o777, directory.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_difference_holds_no_secret(tmp_path: Path, variables: dict[str, Any]) -> None:
    texts = render({"leaf1": variables}, ["leaf1"]).texts
    (diff,) = keep(texts, tmp_path, check=False).values()
    assert "+hostname leaf1" in diff
    assert "CANARY" not in diff


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert list(keep({"r1": "hostname r1\n"}, tmp_path / "x", check=True)) == ["r1"]
    assert not (tmp_path / "x").exists()


def inventory(root: Path) -> Path:
    for path, text in {
        "host_vars/pe1/intent.yml": "---\nintent_interfaces:\n  - name: Gi0/1\n    mtu: 9\n",
        "group_vars/edge/intent.yml": "---\nintent_ospf:\n  process_id: 1\n  router_id: x\n",
        "group_vars/core.yml": "---\nintent_ospf: {router_id: y}\n",
        "group_vars/all/intent.yml": "---\nintent_ntp: !vault |\n  unread\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("groups", "field", "expected"),
    [
        (["edge"], "intent_interfaces[0].mtu", "host_vars/pe1/intent.yml:4"),
        (["edge"], "intent_interfaces[0].acl_in", "host_vars/pe1/intent.yml:3"),
        (["edge"], "intent_ospf.router_id", "group_vars/edge/intent.yml:4"),
        (["core"], "intent_ospf.router_id", "group_vars/core.yml:2"),
        (["edge"], "intent_ntp.servers", "group_vars/all/intent.yml:2"),
        (["edge"], "intent_bgp", ""),
    ],
)
def test_a_field_is_found_in_its_file_and_line(
    tmp_path: Path, groups: list[str], field: str, expected: str
) -> None:
    assert place(inventory(tmp_path), "pe1", groups, field) == str(tmp_path / expected)


def test_where_two_groups_say_it_both_are_named(tmp_path: Path) -> None:
    found = place(inventory(tmp_path), "pe1", ["core", "edge"], "intent_ospf.router_id")
    assert found.count(" or ") == 1


def test_a_problem_names_file_line_host_field_and_fix() -> None:
    given = {"pe1": {"intent_platform": "ios", "intent_interfaces": [{"name": "Gi0/1", "mtu": 9}]}}
    done = render(given, ["pe1"], lambda host, field: "host_vars/pe1/intent.yml:4")
    expected = "host_vars/pe1/intent.yml:4: pe1: intent_interfaces[0].mtu: 9 is less than"
    assert done.problems["pe1"][0].startswith(expected)


class Hostvars(dict[str, dict[str, Any]]):
    """As Ansible's: raw_get gives templates, an item gives values."""

    raw: dict[str, Any]

    def raw_get(self, name: str) -> dict[str, Any]:
        return self.raw


def test_ansible_is_asked_for_values_only_where_there_are_templates() -> None:
    hostvars = Hostvars(r1={"intent_ntp": {"servers": []}, "intent_users": "never asked"})
    hostvars.raw = {"intent_ntp": "{{ ours }}", "intent_users": [], "lab_index": "{{ bad }}"}
    assert plain_variables(hostvars, ["r1"]) == {
        "r1": {"intent_ntp": {"servers": []}, "intent_users": []}
    }


def test_a_value_that_is_no_json_is_refused_by_name() -> None:
    hostvars = Hostvars(r1={"intent_system": {"domain": object()}})
    hostvars.raw = hostvars["r1"]
    with pytest.raises(InvalidData, match="host r1: intent_system: a object is no plain data"):
        plain_variables(hostvars, ["r1"])


def test_the_editors_schema_is_what_the_model_makes_of_it() -> None:
    assert (home.root() / "inventories" / "schema.json").read_text() == schema_text()
