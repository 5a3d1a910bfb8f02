"""Frames to Arrow tables and back, with the very types of their schema."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.errors import SchemaError
from data.tables import as_table

if TYPE_CHECKING:
    import pyarrow as pa

    from data.schema import Column, Table

_SHOWN = 3
"""Offending rows that a message names."""

_NUMBERS = (int, float, np.integer, np.floating)

_SURE = {("VARCHAR", "str"), ("BIGINT", "Int64"), ("BIGINT", "int64"), ("BOOLEAN", "boolean")}
"""Pairs of a schema's and a pandas type in which no value can be wrong."""


def to_arrow(frame: pd.DataFrame, table: Table) -> pa.Table:
    """
    Give a frame the types of its table, strictly.

    Parameters
    ----------
    frame
        Exactly the table's columns in any order, and perhaps ``geometry``.
    table
        Its schema.

    Returns
    -------
    arrow
        The columns in order; a spatial table has ``geometry`` besides, as WKB.

    Raises
    ------
    SchemaError
        If columns are missing or unknown, a value is of another type or infinite, a
        required one is null, or a key is doubled.

    Notes
    -----
    Text that looks like a number is refused, and so is a whole number with a fraction: what
    reads a cell decides what it means, not the store.
    """
    import pyarrow as pa

    _require_columns(frame, table)
    _require_whole_keys(frame, table)
    arrays = {column.name: _array(frame, table, column) for column in table.columns}
    if table.spatial:
        arrays["geometry"] = _shapes(frame)
    return pa.table(arrays)


def to_pandas(arrow: pa.Table, table: Table) -> pd.DataFrame:
    """
    Give an Arrow table the pandas types of its schema.

    Parameters
    ----------
    arrow
        A table with the schema's columns.
    table
        The schema.

    Returns
    -------
    frame
        Text as ``str``, counts as ``Int64`` so that null stays null.
    """
    return as_table(arrow.to_pylist(), table)


def _require_columns(frame: pd.DataFrame, table: Table) -> None:
    missing = [name for name in table.names if name not in frame.columns]
    allowed = {*table.names, *(("geometry",) if table.spatial else ())}
    extra = sorted(set(map(str, frame.columns)) - allowed)
    if missing or extra:
        msg = f"{table.name} lacks the columns {missing} and has unknown ones {extra}."
        raise SchemaError(msg)


def _require_whole_keys(frame: pd.DataFrame, table: Table) -> None:
    for column in table.columns:
        if not column.nullable and frame[column.name].isna().any():
            rows = _name_rows(frame, table, frame[column.name].isna())
            msg = f"{table.name}.{column.name} must not be null; it is in {rows}."
            raise SchemaError(msg)
    if table.key:
        doubled = frame.duplicated(list(table.key), keep="first")
        if doubled.any():
            rows = _name_rows(frame, table, doubled)
            msg = f"{table.name}: the key {list(table.key)} is doubled in {rows}."
            raise SchemaError(msg)


def _array(frame: pd.DataFrame, table: Table, column: Column) -> pa.Array:
    import pyarrow as pa

    kinds: dict[str, Any] = {
        "VARCHAR": pa.string(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(),
    }
    values = frame[column.name]
    wrong = _wrong(values, column)
    if wrong.any():
        rows = _name_rows(frame, table, wrong)
        first = values[wrong].iloc[0]
        msg = f"{table.name}.{column.name} must be {column.dtype}; got {first!r} in {rows}."
        raise SchemaError(msg)
    return pa.array(values, type=kinds[column.dtype], from_pandas=True)


def _wrong(values: pd.Series, column: Column) -> pd.Series:
    """Mark the values, null apart, that are not of the column's type."""
    good = {
        "VARCHAR": _is_text,
        "BIGINT": _is_whole,
        "DOUBLE": _is_finite,
        "BOOLEAN": _is_truth,
    }
    test = good[column.dtype]
    marks = [not (pd.isna(value) or test(value)) for value in values]
    return pd.Series(marks, index=values.index, dtype=bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool | np.bool_)


def _is_finite(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        return False
    return math.isfinite(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, _NUMBERS) and _is_finite(value) and float(value).is_integer()


def _shapes(frame: pd.DataFrame) -> pa.Array:
    """Return the geometry as WKB; all null where the frame has none."""
    import pyarrow as pa
    import shapely

    from geo.crs import STORED

    if "geometry" not in frame.columns:
        return pa.nulls(len(frame), pa.binary())
    crs = getattr(frame["geometry"], "crs", None)
    if crs is None or crs != STORED:
        msg = (
            f"`geometry` must be in {STORED} to be stored; got {crs}. Use `geo.crs.to_stored`."
        )
        raise SchemaError(msg)
    return pa.array(shapely.to_wkb(frame["geometry"].to_numpy()), type=pa.binary())


def _name_rows(frame: pd.DataFrame, table: Table, which: pd.Series) -> str:
    """Name the rows marked, by their key, up to three and a count."""
    columns = list(table.key or table.names[:2])
    marked = frame.loc[which.to_numpy(dtype=bool), columns]
    named = [" ".join(str(value) for value in row) for row in marked.head(_SHOWN).to_numpy()]
    more = f" and {len(marked) - _SHOWN} more" if len(marked) > _SHOWN else ""
    return ", ".join(named) + more
