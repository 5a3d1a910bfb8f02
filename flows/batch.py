"""Tables of places or plans given as a file, answered row by row in the same order."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pandas as pd

    from data.schema import Column


def read_rows(
    path: Path, *, required: Collection[str], optional: Collection[str]
) -> pd.DataFrame:
    """
    Read a CSV whose every row wants an answer.

    Parameters
    ----------
    path
        A delimited text file in UTF-8, UTF-16 or Windows-1252, with a header.
    required, optional
        Columns it must and may have; case and spaces around a name do not matter. Others are
        not read.

    Returns
    -------
    rows
        The required and optional columns, as text; null where empty or absent. Rows after
        the last with text are not rows. Where the header names one column, a line is one
        cell, commas and all: people list places without quoting them.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks a required column or has one twice, or if a row has
        more cells than there are columns.
    """
    from data.delimited import decode

    try:
        text = decode(path.read_bytes(), name=path.name)
    except OSError as error:
        msg = f"{path} cannot be opened: {error.strerror}. Check its name and where you are."
        raise SourceError(msg) from error
    lines = _lines(text, path.name)
    names = [cell.strip().lower() for cell in lines[0]] if lines else []
    lacking = [name for name in required if name not in names]
    if lacking:
        msg = (
            f"{path.name} lacks the column {', '.join(lacking)}; its first row is "
            f"{', '.join(names) or 'empty'}. Put the names of the columns in a first row of "
            f"their own: {','.join(required)}."
        )
        raise SourceError(msg)
    _require_once(names, [*required, *optional], path.name)
    if len(names) == 1:
        lines = [[",".join(line)] for line in lines]
    _require_columns(lines, len(names), path.name)
    return _frame(lines[1:], names, [*required, *optional])


def _require_once(names: Sequence[str], wanted: Collection[str], file: str) -> None:
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        msg = (
            f"{file} has the column {', '.join(twice)} more than once. Rename the ones not "
            "meant, so that there is one."
        )
        raise SourceError(msg)


def _require_columns(lines: Sequence[Sequence[str]], most: int, file: str) -> None:
    for number, line in enumerate(lines, start=1):
        if any(cell.strip() for cell in line[most:]):
            msg = (
                f"{file}, row {number} has {len(line)} cells, but there are {most} columns. "
                "Put double quotes around a cell that holds a comma."
            )
            raise SourceError(msg)


def _lines(text: str, file: str) -> list[list[str]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        lines = list(reader)
    except csv.Error as error:
        msg = f"{file}, line {reader.line_num + 1} cannot be read ({error}). Close its quotes."
        raise SourceError(msg) from error
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    return lines


def _frame(lines: list[list[str]], names: list[str], wanted: list[str]) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for name in wanted:
        at = names.index(name) if name in names else None
        columns[name] = [
            line[at].strip() or None if at is not None and at < len(line) else None
            for line in lines
        ]
    return pd.DataFrame(columns, dtype="str")


def require_writable(path: Path, *, beside: Path | None = None) -> None:
    """
    Refuse a file that answers cannot be written to, before any work is done for it.

    Parameters
    ----------
    path
        File to write.
    beside
        File that is read, which answers must not overwrite.

    Raises
    ------
    SourceError
        If the path is a folder or that file, its folder does not exist, or it may not be
        written.
    """
    if path.is_dir():
        why = "is a folder. Name a file in it"
    elif beside is not None and path.exists() and beside.exists() and path.samefile(beside):
        why = "is the file that is read, and would be lost. Name another"
    elif not path.parent.is_dir():
        why = "lies in a folder that does not exist. Make the folder first"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        why = "may not be written. Name another file, or ask for the right to write it"
    else:
        return
    msg = f"--csv {path} {why}."
    raise SourceError(msg)


def write_rows(rows: pd.DataFrame, path: Path, *, more: Sequence[Column] = ()) -> None:
    """
    Write answers as CSV; cells that a spreadsheet would run as formulas are neutralised.

    Parameters
    ----------
    rows
        Any plain frame.
    path
        File to write.
    more
        Columns that no table of ours has.
    """
    from data.exports import to_csv
    from data.schema import Table
    from data.schemas import CORE_DEPLOYMENTS, OUT_DEPLOYMENTS, OUT_PLACES

    tables = (OUT_PLACES, CORE_DEPLOYMENTS, OUT_DEPLOYMENTS)
    stated = {column.name: column for table in tables for column in table.columns}
    stated |= {column.name: column for column in more}
    columns = tuple(stated[name] for name in rows.columns)
    path.write_bytes(to_csv(rows, Table("answers", "Answers, row by row.", columns)))
