"""Frames that conform to `data.schemas`: its columns, in its order, with its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.schema import Table

_DTYPES: dict[str, Any] = {
    "VARCHAR": "str",
    "BIGINT": "Int64",
    "DOUBLE": "float64",
    "BOOLEAN": "boolean",
}


def as_table(rows: Sequence[Mapping[str, Any]], table: Table) -> pd.DataFrame:
    """
    Return rows as a frame with a table's columns, order and types.

    Parameters
    ----------
    rows
        One mapping per row; a column that a row lacks is null there.
    table
        The schema.

    Returns
    -------
    frame
        Indexed from 0; text is ``str``, whole numbers ``Int64``, others ``float64``.

    Examples
    --------
    >>> from data.schemas import CORE_FLAGS
    >>> as_table([{"deployment_id": "met-2023-05-06-2", "flag": "corrected"}], CORE_FLAGS)
          deployment_id       flag detail
    0  met-2023-05-06-2  corrected    NaN
    """
    return pd.DataFrame(
        {
            column.name: pd.Series(
                [row.get(column.name) for row in rows], dtype=_DTYPES[column.dtype]
            )
            for column in table.columns
        }
    )


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Return a frame's rows as mappings, null as None.

    Examples
    --------
    >>> as_rows(pd.DataFrame({"faces_seen": pd.array([3, None], dtype="Int64")}))
    [{'faces_seen': 3}, {'faces_seen': None}]
    """
    columns = {
        str(name): [None if null else value for value, null in zip(values, nulls, strict=True)]
        for name in frame.columns
        for values, nulls in [(frame[name].tolist(), frame[name].isna().tolist())]
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
