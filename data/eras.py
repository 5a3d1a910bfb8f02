"""The reviewed table of counting eras: when a force counted faces alike."""

from __future__ import annotations

import itertools
from importlib.resources import files
from typing import TYPE_CHECKING

import pandas as pd

from data.errors import SchemaError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("force", "era", "first_date", "last_date", "label", "note")
"""Columns of the table, in order; an empty ``last_date`` leaves an era open."""


def load_eras(path: Path | None = None) -> pd.DataFrame:
    """
    Read the counting eras, checked.

    Parameters
    ----------
    path
        A CSV in the form of ``data/eras.csv``; the embedded table by default.

    Returns
    -------
    eras
        The columns `COLUMNS`, by force and first date; ``last_date`` is null for an open era.

    Raises
    ------
    SchemaError
        If columns, dates or the order of eras are wrong; the message names the line.

    Examples
    --------
    >>> load_eras()["era"].tolist()
    ['met-2020', 'met-2023', 'met-2023-12', 'met-2024-07', 'met-2024-09']
    """
    name = "data/eras.csv" if path is None else path.name
    source = files("data") / "eras.csv" if path is None else path
    with source.open(encoding="utf-8") as stream:
        eras = pd.read_csv(stream, dtype="str", keep_default_na=False)
    if tuple(eras.columns) != COLUMNS:
        msg = f"{name} must have the columns {list(COLUMNS)}; it has {list(eras.columns)}."
        raise SchemaError(msg)
    eras["last_date"] = eras["last_date"].replace("", None)
    _require_valid(eras, name)
    return eras.sort_values(["force", "first_date"], ignore_index=True)


def _require_valid(eras: pd.DataFrame, name: str) -> None:
    doubled = eras["era"][eras["era"].duplicated()].tolist()
    if doubled:
        msg = f"{name} gives the era {doubled[0]!r} twice. An era's name stands for one span."
        raise SchemaError(msg)
    for line, era in enumerate(eras.to_dict("records"), start=2):
        if not all(era[column] for column in ("force", "era", "first_date", "label", "note")):
            msg = f"{name}, line {line}: only last_date may be empty. Fill the other columns."
            raise SchemaError(msg)
        _require_date(era["first_date"], f"{name}, line {line}, first_date")
        if pd.notna(era["last_date"]):
            _require_date(era["last_date"], f"{name}, line {line}, last_date")
    _require_apart(eras, name)


def _require_date(text: str, where: str) -> None:
    try:
        good = pd.Timestamp(text).date().isoformat() == text
    except ValueError:
        good = False
    if not good:
        msg = f"{where}: {text!r} is not a date written YYYY-MM-DD."
        raise SchemaError(msg)


def _require_apart(eras: pd.DataFrame, name: str) -> None:
    """Refuse eras of one force that overlap: a deployment counts under one of them only."""
    for force, spans in eras.sort_values("first_date").groupby("force"):
        rows = spans.to_dict("records")
        for before, after in itertools.pairwise(rows):
            ends = before["last_date"]
            if pd.isna(ends) or ends >= after["first_date"]:
                msg = (
                    f"{name}: the eras {before['era']!r} and {after['era']!r} of {force} "
                    "overlap. End the first before the second begins."
                )
                raise SchemaError(msg)
        last = rows[-1]
        if pd.notna(last["last_date"]) and last["last_date"] < last["first_date"]:
            msg = f"{name}: the era {last['era']!r} ends before it begins."
            raise SchemaError(msg)
