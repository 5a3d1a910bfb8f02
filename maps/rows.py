"""Rows of a frame as plain mappings, with None for what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from maps.words import is_given

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


def as_rows(frame: pd.DataFrame) -> list[Row]:
    """
    Return the rows of a frame in order, geometry left out.

    Examples
    --------
    >>> import pandas as pd
    >>> as_rows(pd.DataFrame({"place": ["Camden"], "faces_seen": [float("nan")]}))
    [{'place': 'Camden', 'faces_seen': None}]
    """
    names = [str(name) for name in frame.columns if name != "geometry"]
    columns = [[v if is_given(v) else None for v in frame[name].tolist()] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def total(rows: list[Row], name: str) -> float | None:
    """
    Add up a column over the rows that state it; None where none does.

    Examples
    --------
    >>> total([{"arrests": 2}, {"arrests": None}], "arrests"), total([], "arrests")
    (2, None)
    """
    stated = [row[name] for row in rows if row.get(name) is not None]
    return sum(stated) if stated else None
