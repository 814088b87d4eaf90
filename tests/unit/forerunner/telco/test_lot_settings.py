"""Settings of lots: what is wrong is named, and the lab's inventory says what its servers take."""

from typing import Any

import pytest
import yaml

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.subscriber_lab import mind, srp
from forerunner.telco.northbound import back_office
from forerunner.telco.northbound.lots import lot_settings_from

NEEDED = ("imsi", "msisdn", "tariff", "status")
SFTP = {"host": "127.46.99.4", "user": "lots", "key_file": "key", "known_hosts": "known"}
GOOD: dict[str, Any] = {
    "sftp": SFTP,
    "fields": {each: each.upper() for each in (*reversed(NEEDED), "spare")},
    "states": {"active": "ON", "suspended": "OFF"},
    "profiles": {"basic": {"tariff": "PREPAID S"}},
}


def test_what_is_not_told_is_as_usual() -> None:
    made = lot_settings_from("mind1", {**GOOD, "lots": {"codes": {"absent": "404"}}}, NEEDED)

    assert made.layout.codes == {"done": "OK", "absent": "404"}
    assert (made.sftp.port, made.batch, made.layout.inbox) == (22, 500, "inbox")


def test_columns_stand_in_the_order_of_the_inventory() -> None:
    made = lot_settings_from("mind1", GOOD, NEEDED)

    assert [*made.layout.fields] == [*reversed(NEEDED)]


@pytest.mark.parametrize(
    ("part", "value", "named"),
    [
        ("sftp", {**SFTP, "host": "a b"}, "sftp.host"),
        ("sftp", {**SFTP, "user": "-oProxyCommand=x"}, "sftp.user"),
        ("sftp", {"host": "a", "user": "b", "key_file": "c"}, "sftp"),
        ("lots", {"inbox": "../in"}, "lots.inbox"),
        ("lots", {"inbox": "a/../b"}, "lots.inbox"),
        ("lots", {"outbox": "inbox"}, "lots.outbox"),
        ("lots", {"separator": "1"}, "lots.separator"),
        ("lots", {"trailer": "12"}, "lots.trailer"),
        ("lots", {"actions": {"add": "A;B"}}, "lots.actions.add"),
        ("lots", {"actions": {"add": "PUT"}}, "lots.actions"),
        ("lots", {"actions": {"erase": "E"}}, "lots.actions"),
        ("lots", {"codes": {"done": "NOT_FOUND"}}, "lots.codes"),
        ("lots", {"columns": {"row": "IMSI"}}, "lots.columns"),
        ("lots", {"suffixes": {"part": ".csv"}}, "lots.suffixes"),
        ("lots", {"suffixes": {"lot": "/../x"}}, "lots.suffixes.lot"),
        ("lots", {"wait": 0}, "lots.wait"),
        ("states", {"active": "ON", "suspended": "=OFF"}, "states.suspended"),
        ("profiles", {"basic": {"tariff": "A;B"}}, "profiles.basic.tariff"),
        ("profiles", {"basic": {"tariff": "A\nB"}}, "profiles.basic.tariff"),
        ("fields", {"imsi": "IMSI"}, "fields"),
        ("states", {"active": "ON"}, "states"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(part: str, value: object, named: str) -> None:
    with pytest.raises(InvalidData) as caught:
        lot_settings_from("mind1", {**GOOD, part: value}, NEEDED)

    assert (caught.value.source, caught.value.field) == ("mind1", named)


def opened(**settings: Any) -> Any:
    message = ("mind", "account.json")
    return back_office("mind1", settings, NEEDED, lambda *_: {}, message)


def test_of_the_other_style_nothing_is_looked_at() -> None:
    url = "http://127.46.99.4:8443"
    rest = {key: value for key, value in GOOD.items() if key != "sftp"}

    assert opened(**GOOD, style="lots", url="none", token_file="").name == "mind1"
    assert opened(**rest, style="rest", url=url, sftp={}, lots={}).name == "mind1"
    with pytest.raises(InvalidData, match="style: is none"):
        opened(**GOOD, style="soap")


def test_a_style_without_what_it_needs_is_refused() -> None:
    with pytest.raises(InvalidData, match="sftp"):
        opened(**{**GOOD, "sftp": {}}, style="lots")
    with pytest.raises(InvalidData, match="url"):
        opened(**GOOD, style="rest")


@pytest.mark.parametrize(
    ("name", "needed", "server"),
    [
        ("mind/mind_account", ("imsi", "iccid", "msisdn", "tariff", "status"), mind),
        ("srp/srp_profile", ("imsi", "msisdn", "policy", "quota", "status"), srp),
    ],
)
def test_the_labs_inventory_says_what_its_server_takes(
    name: str, needed: tuple[str, ...], server: Any
) -> None:
    role = name.partition("/")[2]
    file = home.root() / f"inventories/lab/group_vars/{name}.yml"
    given = yaml.safe_load(file.read_text())
    data = {part: given[f"{role}_{part}"] for part in ("lots", "fields", "states", "profiles")}
    layout = lot_settings_from("x", {**data, "sftp": SFTP}, needed).layout

    assert {key: getattr(layout, key) for key in server.LOTS} == server.LOTS
    assert tuple(layout.fields.values()) == server.FIELDS
