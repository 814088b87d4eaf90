"""The telemetry store: samples as Parquet files, read through DuckDB."""

from forerunner.store.errors import StoreError
from forerunner.store.store import Store

__all__ = ["Store", "StoreError"]
