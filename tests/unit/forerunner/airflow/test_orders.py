"""Airflow's form for an order of SIMs."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from forerunner.airflow.orders import TakeSimOrderOperator
from forerunner.errors import InvalidData


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
