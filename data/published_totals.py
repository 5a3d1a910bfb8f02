"""Totals that forces published of deployments we do not hold one by one."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from data.eras import require_iso_date
from data.errors import SchemaError
from geo.later_totals import COLUMNS as NEEDED

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (*NEEDED, "rounded", "source", "note")
"""Columns of the table, in order."""

_DATES = ("first_date", "last_date", "published_on")
_COUNTS = ("deployments", "faces_seen")


def load_totals(path: Path | None = None, *, as_of: str | None = None) -> pd.DataFrame:
    """
    Read the published totals, checked.

    Parameters
    ----------
    path
        A CSV in the form of ``data/published_totals.csv``; the embedded table by default.
    as_of
        ISO date: keep only what was published by then.

    Returns
    -------
    totals
        The columns `COLUMNS`; ``deployments`` and ``faces_seen`` as whole numbers.

    Raises
    ------
    SchemaError
        If columns, dates or numbers are wrong; the message names the line.

    Examples
    --------
    >>> load_totals()["deployments"].tolist()
    [203, 231]
    >>> load_totals(as_of="2025-12-31")["deployments"].tolist()
    [203]
    """
    name = "data/published_totals.csv" if path is None else path.name
    source = files("data") / "published_totals.csv" if path is None else path
    with source.open(encoding="utf-8") as stream:
        totals = pd.read_csv(stream, dtype="str", keep_default_na=False)
    if tuple(totals.columns) != COLUMNS:
        msg = f"{name} must have the columns {list(COLUMNS)}; it has {list(totals.columns)}."
        raise SchemaError(msg)
    for line, row in enumerate(totals.to_dict("records"), start=2):
        _require_row(
            {str(key): str(value) for key, value in row.items()}, f"{name}, line {line}"
        )
    if as_of is not None:
        totals = totals[totals["published_on"] <= as_of].reset_index(drop=True)
    return totals.astype(dict.fromkeys(_COUNTS, "int64"))


def _require_row(row: dict[str, str], where: str) -> None:
    for column in ("force", "source"):
        if not row[column]:
            msg = f"{where}: {column} is empty. A total needs whose it is and where it stands."
            raise SchemaError(msg)
    for column in _DATES:
        require_iso_date(row[column], f"{where}, {column}")
    for column in _COUNTS:
        if not row[column].isdecimal() or int(row[column]) == 0:
            msg = f"{where}, {column}: {row[column]!r} is not a whole number above 0."
            raise SchemaError(msg)
    if row["rounded"] not in {"yes", "no"}:
        msg = f"{where}, rounded: {row['rounded']!r} is neither yes nor no."
        raise SchemaError(msg)
    if not row["first_date"] <= row["last_date"] <= row["published_on"]:
        msg = (
            f"{where}: the dates {row['first_date']}, {row['last_date']} and "
            f"{row['published_on']} are not in order. A span ends after it begins, and is told "
            "of after it ended."
        )
        raise SchemaError(msg)
