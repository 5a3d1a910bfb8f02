"""
The reviewed table of counting eras: when a force counted faces alike.

Ours is ``data/eras.csv``; a project's, in the same columns, is laid over it.
"""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.delimited import DELIMITERS, decode
from data.errors import SchemaError, SourceError
from data.forces import load_forces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = ("force", "era", "first_date", "last_date", "label", "note")
"""Columns of the table, in order; an empty ``last_date`` leaves an era open."""

_EMBEDDED = Path(__file__).with_name("eras.csv")
_OURS = "data/eras.csv"
_BEYOND = "beyond the last column"
_SINCE = "since "

_Line = dict[str, Any]
"""One era with the file and line it stands in."""


def load_eras(path: Path | None = None, *, project: Path | None = None) -> pd.DataFrame:
    """
    Read the counting eras, checked.

    Parameters
    ----------
    path
        A CSV in the form of ``data/eras.csv``; the embedded table by default.
    project
        A project's own eras, laid over those; a file that does not exist adds nothing. A
        line with the name of one of our eras stands in its place. An era of ours that is
        still open ends the day before a later one of the project's begins.

    Returns
    -------
    eras
        The columns `COLUMNS`, by force and first date; ``last_date`` is null for an open era.

    Raises
    ------
    SchemaError
        If columns, forces, dates or the order of eras are wrong; the message names file and
        line.

    Examples
    --------
    >>> load_eras()["era"].tolist()
    ['met-2020', 'met-2023', 'met-2023-12', 'met-2024-07', 'met-2024-09']
    """
    lines = _read(_EMBEDDED, name=_OURS) if path is None else _read(path, name=path.name)
    if project is not None and project.is_file():
        over = _read(project, name=project.name)
        _require_forces(over)
        _require_apart(over)
        lines = _laid_over(lines, over)
        _require_named_once(lines)
    _require_apart(lines)
    lines.sort(key=_force_and_first)
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype="str")


def _force_and_first(line: _Line) -> tuple[str, str]:
    return line["force"], line["first_date"]


def _where(line: _Line) -> str:
    return f"{line['file']}, line {line['line']}"


# --- one file ---------------------------------------------------------------------------


def _read(path: Path, *, name: str) -> list[_Line]:
    """Return the eras of one file, each sound by itself."""
    try:
        text = decode(path.read_bytes(), name=name)
    except SourceError as error:
        raise SchemaError(str(error)) from error
    mark = max(DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, restkey=_BEYOND)
    try:
        _require_columns(reader.fieldnames or (), name)
        lines = [_line(row, name, reader.line_num) for row in reader if any(row.values())]
    except csv.Error as error:
        msg = f"{name}, line {reader.line_num + 1} cannot be read ({error}). Close its quotes."
        raise SchemaError(msg) from error
    _require_named_once(lines)
    for line in lines:
        _require_sound(line)
    return lines


def _require_columns(columns: Sequence[str], name: str) -> None:
    if tuple(column.strip() for column in columns) != COLUMNS:
        msg = (
            f"{name} must have the columns {list(COLUMNS)}; it has {list(columns)}. Its first "
            f"line must be: {','.join(COLUMNS)}."
        )
        raise SchemaError(msg)


def _line(row: dict[str, Any], name: str, number: int) -> _Line:
    if _BEYOND in row:
        msg = (
            f"{name}, line {number} has more cells than there are columns. Put double quotes "
            "around a cell that holds a comma."
        )
        raise SchemaError(msg)
    told = zip(COLUMNS, row.values(), strict=True)
    cells: _Line = {column: (cell or "").strip() or None for column, cell in told}
    return cells | {"file": name, "line": number}


def _require_named_once(lines: Iterable[_Line]) -> None:
    seen: dict[str, _Line] = {}
    for line in lines:
        before = seen.setdefault(line["era"] or "", line)
        if before is not line and line["era"]:
            msg = (
                f"{_where(line)} gives the era {line['era']!r} twice, after "
                f"{_where(before)}. An era's name stands for one span."
            )
            raise SchemaError(msg)


def _require_sound(line: _Line) -> None:
    if not all(line[column] for column in COLUMNS if column != "last_date"):
        msg = f"{_where(line)}: only last_date may be empty. Fill the other columns."
        raise SchemaError(msg)
    for column in ("first_date", "last_date"):
        if line[column]:
            require_iso_date(line[column], f"{_where(line)}, {column}")
    if line["last_date"] and line["last_date"] < line["first_date"]:
        msg = (
            f"{_where(line)}: the era {line['era']!r} ends before it begins. Put first_date "
            "and last_date in order of time."
        )
        raise SchemaError(msg)


def require_iso_date(text: str, where: str) -> None:
    """
    Raise unless a text of a reviewed table is a date.

    Parameters
    ----------
    text
        What stands there.
    where
        File, line and column, for the message.

    Raises
    ------
    SchemaError
        If it is not written YYYY-MM-DD, or no such day exists.
    """
    try:
        good = pd.Timestamp(text).date().isoformat() == text
    except ValueError:
        good = False
    if not good:
        msg = f"{where}: {text!r} is not a date written YYYY-MM-DD."
        raise SchemaError(msg)


def _require_forces(lines: Iterable[_Line]) -> None:
    """Refuse a force nobody knows: a slip in its name would leave its rows without an era."""
    known = {force.name for force in load_forces()}
    for line in lines:
        if line["force"] not in known:
            msg = (
                f"{_where(line)}, force: {line['force']!r} is no force we know. Give its full "
                "name as in the column `force` of deployments.csv."
            )
            raise SchemaError(msg)


# --- two files, and all eras ------------------------------------------------------------


def _laid_over(ours: Sequence[_Line], over: Sequence[_Line]) -> list[_Line]:
    """Lay a project's eras over ours."""
    replaced = {(line["force"], line["era"]) for line in over}
    kept = [line for line in ours if (line["force"], line["era"]) not in replaced]
    return [*(_closed(line, over) for line in kept), *over]


def _closed(line: _Line, over: Iterable[_Line]) -> _Line:
    """End an open era of ours the day before a later one of the project's begins."""
    later = [
        other["first_date"]
        for other in over
        if other["force"] == line["force"] and other["first_date"] > line["first_date"]
    ]
    if line["last_date"] or not later:
        return line
    last = pd.Timestamp(min(later)) - pd.Timedelta(days=1)
    begun = line["label"].removeprefix(_SINCE)
    label = line["label"] if begun == line["label"] else f"{begun} to {last.day} {last:%B %Y}"
    return line | {"last_date": last.date().isoformat(), "label": label}


def _require_apart(lines: Iterable[_Line]) -> None:
    """Refuse eras of one force that overlap: a deployment counts under one of them only."""
    ordered = sorted(lines, key=_force_and_first)
    for before, after in itertools.pairwise(ordered):
        if before["force"] != after["force"]:
            continue
        if not before["last_date"] or before["last_date"] >= after["first_date"]:
            msg = (
                f"{_where(after)}: the eras {before['era']!r} and {after['era']!r} of "
                f"{after['force']} overlap. End the first ({_where(before)}) before the "
                "second begins."
            )
            raise SchemaError(msg)
