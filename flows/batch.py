"""Tables of places or plans given as a file, answered row by row in the same order."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pandas as pd


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
        the last with text are not rows.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks a required column.
    """
    from data.delimited import decode

    try:
        text = decode(path.read_bytes(), name=path.name)
    except OSError as error:
        msg = f"{path} cannot be opened: {error.strerror}. Check its name and where you are."
        raise SourceError(msg) from error
    lines = _lines(text)
    names = [cell.strip().lower() for cell in lines[0]] if lines else []
    lacking = [name for name in required if name not in names]
    if lacking:
        msg = (
            f"{path.name} lacks the column {', '.join(lacking)}; its first row is "
            f"{', '.join(names) or 'empty'}. Put the names of the columns in the first row."
        )
        raise SourceError(msg)
    return _frame(lines[1:], names, [*required, *optional])


def _lines(text: str) -> list[list[str]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
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


def write_rows(rows: pd.DataFrame, path: Path) -> None:
    """
    Write answers as CSV; cells that a spreadsheet would run as formulas are neutralised.

    Parameters
    ----------
    rows
        Any plain frame.
    path
        File to write.
    """
    from data.exports import to_csv
    from data.schema import Table
    from data.schemas import CORE_DEPLOYMENTS, OUT_DEPLOYMENTS, OUT_PLACES

    tables = (OUT_PLACES, CORE_DEPLOYMENTS, OUT_DEPLOYMENTS)
    stated = {column.name: column for table in tables for column in table.columns}
    columns = tuple(stated[name] for name in rows.columns)
    path.write_bytes(to_csv(rows, Table("answers", "Answers, row by row.", columns)))
