"""Requests: YAML, JSON and CSV alike, checked whole, and all that does not fit told at once."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.sims.__main__ import SCHEMAS, text
from forerunner.sims.form import OPERATIONS, PROPERTIES, SCHEMA
from forerunner.sims.rejects import Faults, Rejected
from forerunner.sims.request import Request, read_request, request_of

RANGE = {"imsi": "imsi", "iccid": "iccid", "msisdn": "4915100000000-4915100000009"}
CREATE = {
    "request_id": "lot-7",
    "operation": "create",
    "profile": "basic",
    "key_source": "generated",
    **RANGE,
}


def write(directory: Path, data: Any, name: str = "request.yml") -> Path:
    path = directory / name
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def read(directory: Path, data: Any, name: str = "request.yml") -> Request:
    return read_request(write(directory, data, name))


def faults(directory: Path, data: Any) -> list[str]:
    try:
        found = read(directory, data).faults.found
    except Rejected as error:
        found = list(error.rejects)
    return [str(each) for each in found]


def test_the_form_is_a_schema_and_says_what_each_field_is() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert [name for name, x in PROPERTIES.items() if not {"title", "description"} <= {*x}] == []


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_for_editors_are_made_of_the_form(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])

    assert (home.root() / "inventories" / name).read_text() == text(SCHEMAS[name])


def test_examples_of_the_form_fit_it() -> None:
    wrong = [
        (name, example)
        for name, schema in PROPERTIES.items()
        for example in schema.get("examples", [])
        if not Draft202012Validator(schema).is_valid([example] if name == "targets" else example)
    ]

    assert wrong == []


def test_yaml_json_and_csv_say_the_same(tmp_path: Path) -> None:
    sims = [{"imsi": f"00101000000000{n}", "msisdn": f"491510000000{n}"} for n in (1, 2)]
    data = {**CREATE, "iccid": "iccid"}
    del data["imsi"], data["msisdn"], data["iccid"]
    found = [
        read(tmp_path, yaml.safe_dump({**data, "sims": sims}), "a.yml"),
        read(tmp_path, {**data, "sims": sims}, "a.json"),
        read(tmp_path, _csv([{**data, **sim} for sim in sims]), "a.csv"),
    ]

    assert [x.faults.found for x in found] == [[], [], []]
    assert [x.operation for x in found] == ["create"] * 3
    assert len({tuple(x.sims.columns["imsi"]) for x in found}) == 1
    assert len({tuple(x.sims.columns["msisdn"]) for x in found}) == 1


def _csv(rows: list[dict[str, str]]) -> str:
    return "\n".join(",".join(x) for x in [[*rows[0]], *([*row.values()] for row in rows)])


def test_a_form_whose_other_fields_are_empty_is_a_request(tmp_path: Path) -> None:
    data = {**dict.fromkeys(PROPERTIES), **CREATE}

    assert request_of(data, tmp_path / "form.json").data == CREATE


def test_all_that_does_not_fit_the_form_is_told_at_once(tmp_path: Path) -> None:
    wrong = {"operation": "crate", "quantity": 0, "ki": "x", "notify": ["a b"], "targets": "hlr"}

    said = " ".join(faults(tmp_path, wrong))

    for each in ("request_id", "operation", "quantity", "'ki' was unexpected", "notify[0]"):
        assert each in said


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("imsi: 001010000000001", "imsi"),
        ("imsi: 262010000000001", "imsi"),
        ("msisdn: 4915100000000", "msisdn"),
        ("sims: [{imsi: 001010000000001}]", "sims[0].imsi"),
        ("request_id: 2026-12-01", "request_id"),
        ("operation: no", "operation"),
        ("quantity: 1e3", "quantity"),
        ("quantity: true", "quantity"),
        ('imsi: "001010000000001\\n"', "imsi"),
        ('imsi: "\uff10\uff101010000000001"', "imsi"),
        ('request_id: "../etc"', "request_id"),
        ('request_id: "a\\n"', "request_id"),
        ('key_file: "a\\0"', "key_file"),
        ('notify: ["a@b\\n"]', "notify[0]"),
    ],
)
def test_what_yaml_makes_of_a_value_is_no_surprise(tmp_path: Path, text: str, field: str) -> None:
    data = {x: y for x, y in CREATE.items() if x != text.partition(":")[0]}

    found = faults(tmp_path, yaml.safe_dump(data) + text)

    assert [x for x in found if x.startswith(f"{field}: ")] != []


def test_a_bare_number_is_told_to_be_put_in_quotes(tmp_path: Path) -> None:
    text = yaml.safe_dump({x: y for x, y in CREATE.items() if x != "imsi"})

    (said,) = faults(tmp_path, text + "imsi: 001010000000001")

    assert "in quotes" in said


def test_what_looks_like_a_key_is_not_repeated(tmp_path: Path) -> None:
    key = "0123456789abcdef" * 2
    data = {
        **CREATE,
        "profile": key + "!",
        "sims": [key],
        "quantity": key,
        "request_id": f"{key}\n",
    }

    said = " ".join(faults(tmp_path, data))

    assert "sims[0]" in said
    assert key not in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"routing_number": "12"}, "routing_number: is no matter of create"),
        ({"new_imsi": "imsi"}, "new_imsi: is no matter of create"),
        ({"profile": None}, "profile: is needed"),
        ({"key_source": None}, "key_source: is needed"),
        ({"key_source": "vendor"}, "key_file: is needed of a vendor's keys"),
        ({"key_file": "a.out"}, "key_file: is no matter of keys that are made here"),
        ({"sim_type": "esim"}, "smdp_address: is needed of an esim"),
        ({"smdp_address": "a.b"}, "smdp_address: is no matter of a physical SIM"),
        ({"window": "2026-12-02T04:00Z/2026-12-01T22:00Z"}, "window: it ends before it begins"),
        ({"window": "2026-13-02T04:00Z/2026-13-03T22:00Z"}, "window: there is no such date"),
        ({"sims": [{"imsi": "001010000000001"}]}, "imsi: stands with each SIM, too"),
        (
            {"sims": [{"imsi": "001010000000001"}], "imsi": None, "quantity": 2},
            "quantity: is 2, and there are 1 SIMs",
        ),
        ({"sims": [], "sims_file": "a.csv"}, "sims_file: the SIMs stand in sims already"),
        (
            {"key_source": "vendor", "key_file": "a", "transport": "decrypt"},
            "transport_key_file: is needed to decrypt keys",
        ),
        (
            {"key_source": "vendor", "key_file": "a", "transport": "pass", "op_file": "b"},
            "op_file: is no matter of keys that pass on encrypted",
        ),
    ],
)
def test_a_field_that_is_missing_or_would_be_passed_over_is_told(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    data = {x: y for x, y in {**CREATE, **change}.items() if y is not None}

    assert any(x.startswith(said) for x in faults(tmp_path, data)), faults(tmp_path, data)


def test_every_operation_has_a_request_that_fits(tmp_path: Path) -> None:
    own = {"msisdn": RANGE["msisdn"]}
    keys = {"key_source": "generated"}
    more: dict[str, dict[str, Any]] = {
        "create": CREATE,
        "port_in": CREATE,
        "swap_sim": {**own, **keys, "new_imsi": "imsi", "new_iccid": "iccid"},
        "change_msisdn": {**own, "new_msisdn": "mobile"},
        "port_out": {**own, "routing_number": "D018"},
    }
    for operation in OPERATIONS:
        data = {**more.get(operation, own), "request_id": "a", "operation": operation}
        assert faults(tmp_path, data) == [], operation


def test_single_sims_are_checked_by_their_place(tmp_path: Path) -> None:
    data = {x: y for x, y in CREATE.items() if x not in ("imsi", "iccid", "msisdn")}
    sims = [{"imsi": "001010000000001"}, {"imsi": "0010100"}, {"msisdn": "4915100000001"}]

    assert faults(tmp_path, {**data, "sims": sims}) == [
        "row 2, imsi: an IMSI is 14 or 15 digits (E.212)",
        "row 3, imsi: is missing, and other SIMs have it",
        "row 3, msisdn: stands here, and is missing where other SIMs are",
    ]


def test_sims_in_a_file_are_looked_for_beside_the_request(tmp_path: Path) -> None:
    (tmp_path / "lot.csv").write_text("imsi\n001010000000001\n00101\n")
    data = {x: y for x, y in CREATE.items() if x != "imsi"}

    found = read(tmp_path, {**data, "sims_file": "lot.csv"})

    assert len(found.sims) == 2
    assert [str(x) for x in found.faults.found] == [
        f"{tmp_path / 'lot.csv'}: row 3, imsi: an IMSI is 14 or 15 digits (E.212)"
    ]


def test_a_file_of_sims_says_nothing_of_the_order(tmp_path: Path) -> None:
    (tmp_path / "lot.csv").write_text("imsi,operation\n001010000000001,suspend\n")
    data = {x: y for x, y in CREATE.items() if x != "imsi"}

    (said,) = faults(tmp_path, {**data, "sims_file": "lot.csv"})

    assert "row 1, operation: belongs into the request" in said


def test_what_is_ordered_makes_its_hash_and_how_it_is_done_does_not(tmp_path: Path) -> None:
    (tmp_path / "a.out").write_text("x")
    vendor = {**CREATE, "key_source": "vendor", "key_file": "a.out"}
    first = read(tmp_path, vendor).hash

    window = "2026-12-01T22:00Z/2026-12-02T04:00Z"
    assert read(tmp_path, {**vendor, "dry_run": True, "window": window}).hash == first
    assert read(tmp_path, {**vendor, "profile": "gold"}).hash != first
    (tmp_path / "a.out").write_text("y")
    assert read(tmp_path, vendor).hash != first
    (tmp_path / "a.out").unlink()
    with pytest.raises(InvalidData, match="key_file: cannot be read"):
        _ = read(tmp_path, vendor).hash


def test_another_sim_in_a_lot_is_another_request(tmp_path: Path) -> None:
    text = "request_id,operation,imsi\na,suspend,00101000000000"

    assert read(tmp_path, f"{text}1", "a.csv").hash != read(tmp_path, f"{text}2", "a.csv").hash


@pytest.mark.parametrize("name", ["request", "request.txt", "request.csv.exe"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidData, match="a request ends in"):
        read(tmp_path, CREATE, name)


@pytest.mark.parametrize("data", ["", "[]", "a", "1"])
def test_a_document_that_is_no_request_is_told(tmp_path: Path, data: str) -> None:
    assert faults(tmp_path, data) != []


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from([*PROPERTIES, "x"]), _values, max_size=6))
def test_whatever_a_form_sends_is_no_trace(tmp_path: Path, change: dict[str, Any]) -> None:
    faults, found = Faults("form.json"), None
    with faults.gathering():
        found = request_of({**CREATE, **change}, tmp_path / "form.json")

    assert found or faults
    assert all(each.field and each.reason for each in faults.found)
    assert found is None or set(found.data) <= {*PROPERTIES}
