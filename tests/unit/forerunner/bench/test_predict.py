"""The frame of the benchmark of predictions: every row that was promised, whatever is missing."""

import json
from pathlib import Path

import pytest

from forerunner.bench import predict
from forerunner.errors import InvalidData

PROMISED = {
    "abilene_day_mase",
    "abilene_day_cover80",
    "abilene_day_cover95",
    "abilene_hour_wape",
    "abilene_hour_smape",
    "lte_week_mase",
    "nab_vus_pr",
    "nab_score",
    "cisco_event_f1",
    "cisco_false_per_hour",
    "cisco_delay_s",
    "optical_soft_f1",
    "microwave_macro_f1",
    "search_runbooks_ndcg",
    "search_syslog_ndcg",
    "search_abstain_auc",
    "link_recall",
    "link_brier",
    "link_lead_median_s",
    "forecast_10k_series_vs_statsforecast",
    "forecast_10k_points_vs_statsforecast",
    "online_update_ms",
    "drifted_model_bad_acts",
}
ON_DATA = ("day", "hour", "week", "nab", "cisco", "optical", "microwave", "runbooks", "syslog")


def test_no_row_is_left_out_and_what_is_missing_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_VAR", str(tmp_path / "var"))
    (tmp_path / "data").mkdir()

    report = json.loads(predict.main(tmp_path / "data", short=True, chosen=ON_DATA).read_text())

    rows = {row["id"]: row for row in report["rows"]}
    assert set(rows) < PROMISED
    assert {row["value"] for row in rows.values()} == {None}
    assert all(row["what"].startswith("not measured: ") for row in rows.values()), rows


def test_every_promised_row_has_a_part() -> None:
    assert {row for part in predict.PARTS for row in predict.PARTS[part]} == PROMISED


def test_a_directory_that_is_none_is_named() -> None:
    with pytest.raises(InvalidData, match=r"--data: /nowhere|/nowhere"):
        predict.main(Path("/nowhere"))
