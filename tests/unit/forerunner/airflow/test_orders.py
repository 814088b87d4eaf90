"""Airflow's form for an order of SIMs."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forerunner.airflow.operators import AnsiblePlaybookOperator
from forerunner.airflow.orders import REQUEST_HASH, NotifyOperator, TakeSimOrderOperator
from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.orders.book import Book
from forerunner.orders.entering import Asked, enter
from forerunner.orders.record import Orders
from forerunner.orders.sealing import Seal


@pytest.mark.parametrize("name", ["/etc/shadow", "../requests.key", "sub/../../lot.out"])
def test_whoever_fills_in_the_form_reads_no_file_but_those_beside_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    params = {"request_id": "lot-1", "operation": "create", "key_file": name}
    pushed: list[str] = []
    context = {"params": params, "ti": SimpleNamespace(xcom_push=lambda **_: pushed.append(""))}

    with pytest.raises(
        InvalidData, match=r"the form: key_file.* lies elsewhere; put the file into"
    ):
        TakeSimOrderOperator(task_id="collect_request").execute(context)  # type: ignore[arg-type]

    assert (list((tmp_path / "orders" / "requests").iterdir()), pushed) == ([], [])


TERMINATE = {"request_id": "lot-1", "operation": "terminate"}


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Fill in a form; return the request's file and what the task leaves for the others."""
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path))
    monkeypatch.delenv("FORERUNNER_LEDGER", raising=False)
    monkeypatch.setattr(AnsiblePlaybookOperator, "execute", lambda *_: {})

    def act(**params: Any) -> tuple[Path, dict[str, Any]]:
        left: dict[str, Any] = {}
        ti = SimpleNamespace(xcom_push=lambda key, value: left.update({key: value}))
        operator = TakeSimOrderOperator(task_id="collect_request")
        operator.execute({"params": params, "ti": ti})  # type: ignore[arg-type]
        return Path(operator.variables["request"]), left

    return act


def test_another_request_of_the_same_name_is_a_file_of_its_own(take: Any) -> None:
    first, left = take(**TERMINATE, sims=[{"imsi": "001010000000001"}])
    before = first.read_text()
    second, other = take(**TERMINATE, sims=[{"imsi": "001010000000002"}])

    assert first != second
    assert first.read_text() == before
    assert left[REQUEST_HASH] != other[REQUEST_HASH]
    assert take(**TERMINATE, sims=[{"imsi": "001010000000001"}])[0] == first
    assert take(**TERMINATE, quantity=-1)[1][REQUEST_HASH] == ""


def test_people_are_told_of_the_order_that_was_asked_for_and_of_no_other_of_its_name(
    take: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, left = take(**TERMINATE, sims=[{"imsi": "001010000000001"}])
    told: list[tuple[list[str], str]] = []
    monkeypatch.setattr("forerunner.airflow.orders.post", lambda *_: False)
    sent = lambda people, _subject, text, _log: told.append((people, text))  # noqa: E731
    monkeypatch.setattr("forerunner.airflow.orders.send", sent)
    orders = Orders(Book(Database()), Seal(b"secret"))
    request = {"notify": ["theirs@example.com"]}
    rest = (request, 0, lambda _: {}, lambda _: iter(()))
    enter(orders, Asked("lot-1", left[REQUEST_HASH], "terminate", ("hlr1",), *rest))
    context: Any = {"params": {"notify": ["ours@example.com"]}}

    for digest in (left[REQUEST_HASH], "none"):
        NotifyOperator(task_id="notify", order="lot-1", order_hash=digest).execute(context)

    assert [people for people, _ in told] == [["theirs@example.com"], ["ours@example.com"]]
    assert "order lot-1: checking" in told[0][1]
    assert "the request was not taken" in told[1][1]
