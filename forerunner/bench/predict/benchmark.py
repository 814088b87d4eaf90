"""Predictions on data that nobody here wrote. Rows in var/bench/predict.json.

What is measured how, and what only informs, is fixed in docs/predictions/ before any run.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from forerunner import home
from forerunner.bench import parts
from forerunner.bench.parts import Goals, Measure, Parts
from forerunner.bench.rows import Extent, Row
from forerunner.errors import InvalidData

OnData = Callable[[Path, Extent, Console], Sequence[Row]]

_GOALS: Mapping[str, tuple[str, str, Goals]] = {
    "day": (
        "forecast",
        "day",
        {
            "abilene_day_mase": "<= 0.82",
            "abilene_day_cover80": "77..83",
            "abilene_day_cover95": "93..97",
        },
    ),
    "hour": (
        "forecast",
        "hour",
        {"abilene_hour_wape": "<= 6.5", "abilene_hour_smape": "<= 10"},
    ),
    "week": ("forecast", "week", {"lte_week_mase": "<= 1.15"}),
    "many": (
        "forecast_many",
        "many",
        {
            "forecast_10k_series_vs_statsforecast": "<= 1",
            "forecast_10k_points_vs_statsforecast": None,
        },
    ),
    "nab": ("anomaly", "nab", {"nab_vus_pr": ">= 0.30", "nab_score": None}),
    "cisco": (
        "anomaly",
        "cisco",
        {
            "cisco_event_f1": ">= 0.90",
            "cisco_false_per_hour": "<= 0.5",
            "cisco_delay_s": "<= 20",
        },
    ),
    "online": ("anomaly", "online", {"online_update_ms": "<= 1"}),
    "optical": ("optical", "optical", {"optical_soft_f1": ">= 0.98"}),
    "microwave": ("failure", "microwave", {"microwave_macro_f1": ">= 0.95"}),
    "link": (
        "link",
        "link",
        {"link_recall": ">= 0.95", "link_brier": "<= 0.05", "link_lead_median_s": ">= 10"},
    ),
    "drift": ("link", "drift", {"drifted_model_bad_acts": "<= 1"}),
    "runbooks": ("search", "runbooks", {"search_runbooks_ndcg": ">= 0.78"}),
    "syslog": ("search", "syslog", {"search_syslog_ndcg": ">= 0.74"}),
    "abstain": ("search", "abstain", {"search_abstain_auc": ">= 0.85"}),
}
"""By part: the module of this room and function that measure it, and its rows' goals."""

PARTS: Mapping[str, Goals] = {part: goals for part, (_, _, goals) in _GOALS.items()}
"""The goals of each part's rows."""


def main(data: Path | None = None, short: bool = False, chosen: Sequence[str] = ()) -> Path:
    """Run the benchmark and write `var/bench/predict.json`; its path is returned.

    Args:
        data: Where the data sets lie, a folder each; by default `../shared/data` beside the
            project.
        short: A piece of each data set; says that it works, not how good it is.
        chosen: Names in `PARTS`; all of them when empty.

    Raises:
        InvalidData: There is no such part, or no such directory.
    """
    where = data or home.root().parent / "shared" / "data"
    if not where.is_dir():
        raise InvalidData("--data", str(where), "is no directory; name the one with the data sets")
    return parts.run("predict", _parts(where), short, chosen)


def _parts(data: Path) -> Parts:
    return {
        part: (_measure(data, f"forerunner.bench.predict.{module}", function), goals)
        for part, (module, function, goals) in _GOALS.items()
    }


def _measure(data: Path, module: str, function: str) -> Measure:
    def call(extent: Extent, console: Console) -> Sequence[Row]:
        measured: OnData = getattr(importlib.import_module(module), function)
        return measured(data, extent, console)

    return call
