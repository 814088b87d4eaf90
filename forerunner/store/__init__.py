"""The telemetry store: samples as Parquet files, read through DuckDB, and their roll-ups."""

from forerunner.store.columns import table_of
from forerunner.store.counters import COUNTERS, measures
from forerunner.store.errors import StoreError
from forerunner.store.quality import Quality, Terms, assess
from forerunner.store.quantiles import Quantiles, quantiles
from forerunner.store.rollup import PERIODS, Keep, Rolled, RollUps
from forerunner.store.store import Store
from forerunner.store.wanted import Wanted

__all__ = [
    "COUNTERS",
    "PERIODS",
    "Keep",
    "Quality",
    "Quantiles",
    "RollUps",
    "Rolled",
    "Store",
    "StoreError",
    "Terms",
    "Wanted",
    "assess",
    "measures",
    "quantiles",
    "table_of",
]
