"""Samples as columns: what is written to the store, a whole batch at a time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from forerunner.model import Sample
from forerunner.store import files
from forerunner.store.errors import StoreError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

NAMES = ("host", "interface", "metric")
_DAY_S = 86_400


def table_of(samples: Iterable[Sample]) -> "pa.Table":
    """Return samples as a table."""
    import pyarrow as pa  # noqa: PLC0415

    given = list(samples)
    columns: dict[str, Any] = {"time": pa.array([each.time for each in given], pa.float64())}
    for name in NAMES:
        columns[name] = pa.array([getattr(each, name) for each in given], pa.string())
    columns["value"] = pa.array([each.value for each in given], pa.float64())
    return pa.table(columns)


def fitting(tables: Sequence["pa.Table"]) -> "pa.Table":
    """Return tables as one with the store's columns alone, names as dictionaries.

    Raises:
        StoreError: A column is missing or of another kind, something is null, or a time is no time
            since the epoch; names the column.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    names = pa.dictionary(pa.int32(), pa.string())
    kinds = {"time": pa.float64(), **dict.fromkeys(NAMES, names), "value": pa.float64()}
    try:
        schema = pa.schema(list(kinds.items()))
        fits = pa.concat_tables([each.select(list(kinds)).cast(schema) for each in tables])
    except (KeyError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise StoreError(f"samples need {', '.join(kinds)}: {error}") from None
    for name in kinds:
        if fits[name].null_count:
            raise StoreError(f"samples: {name} is missing in {fits[name].null_count} of them")
    fine = pc.and_(pc.is_finite(fits["time"]), pc.greater_equal(fits["time"], 0.0))
    if len(fits) and not pc.all(fine).as_py():
        bad = fits.filter(pc.invert(fine)).slice(0, 1).to_pylist()
        raise StoreError(f"samples: a time is no time since the epoch: {bad[0]}")
    return fits.unify_dictionaries().combine_chunks()


def by_day(table: "pa.Table") -> Iterator[tuple[date, "pa.Table"]]:
    """Yield the UTC days of a table that fits, with what lies in each."""
    import numpy as np  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    if not len(table):
        return
    times = table["time"].to_numpy()
    first, last = (float(each) for each in (times.min(), times.max()))
    if first // _DAY_S == last // _DAY_S:
        yield files.day(first), table
        return
    days = np.floor_divide(times, _DAY_S).astype(np.int64)
    for each in np.unique(days):
        yield files.day(float(each) * _DAY_S), table.filter(pa.array(days == each))


def unique(table: "pa.Table") -> "pa.Table":
    """Return a table that fits with each sample once; of two values the larger one."""
    if _surely_unique(table):
        return table
    merged = table.group_by(["time", *NAMES]).aggregate([("value", "max")])
    return merged.rename_columns(["time", *NAMES, "value"])


def _surely_unique(table: "pa.Table") -> bool:
    """Return whether rows are in an order that leaves no room for the same twice.

    Collectors write a poll after the other, each in the same order, and exports write a series
    after the other: either is seen by comparing neighbours, which costs next to nothing.
    """
    times = table["time"].to_numpy()
    series = _series(table)
    later, same = times[1:] > times[:-1], times[1:] == times[:-1]
    above, alike = series[1:] > series[:-1], series[1:] == series[:-1]
    return bool((later | (same & above)).all() or (above | (alike & later)).all())


def _series(table: "pa.Table") -> "np.ndarray[Any, Any]":
    """Return a number for each row that is its series' alone."""
    import numpy as np  # noqa: PLC0415

    number = np.zeros(len(table), np.int64)
    for name in NAMES:
        codes, names = coded(table, name)
        number = number * max(1, len(names)) + codes
    return number


def coded(table: "pa.Table", name: str) -> "tuple[np.ndarray[Any, Any], list[str]]":
    """Return a column of names of a table that fits: the code of each row, and the names."""
    column = table[name].combine_chunks()
    column = column if hasattr(column, "indices") else column.chunk(0)
    return column.indices.to_numpy(), column.dictionary.to_pylist()
