"""What every reader of tables needs: tell dates and figures from headings, and make cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from data.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

LEVELS = " / "
"""Joins the levels of a nested header."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:\d{4}|['\u2019]?\d{2})"
_SEP = r"\s*[/.\-\u2010\u2011\u2013]\s*"
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?"
_ONE_DATE = (
    rf"(?:{_DAY}{_SEP}\d{{1,2}}{_SEP}(?:\d{{4}}|\d{{2}})"
    rf"|\d{{4}}{_SEP}\d{{1,2}}{_SEP}\d{{1,2}}{_TIME}"
    rf"|{_DAY}[\s\-.,/]*(?:of\s+)?{_MONTH}[\s\-.,/]*{_YEAR}"
    rf"|{_MONTH}[\s\-.,/]*{_DAY},?\s+{_YEAR}"
    rf"|{_MONTH}[\s\-.,/]*{_YEAR})"
)
_WEEKDAY = (
    r"(?:(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?[,.]?\s+)?"
)
_DATE = re.compile(
    rf"{_WEEKDAY}{_ONE_DATE}(?:\s*(?:-|\u2013|to|and|&)\s*{_WEEKDAY}{_ONE_DATE})?[*†‡]*",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"[<>~≈£]?\s*\d[\d\s,.'\u2019:hm%]*(?:hrs?|hours?|mins?|minutes?)?[*†‡]*|n/?a|nil|none|-|\u2013|\u2014",
    re.IGNORECASE,
)
_MIN_FIGURES = 3

MAX_RECORDS = 20_000
"""More than all British forces together have published; a longer table is something else."""


class Record(NamedTuple):
    """One record as read: where it stands, the headers over it, its texts."""

    page: int
    row: int
    headers: Sequence[str]
    texts: Sequence[str | None]


def tidy(text: str | None) -> str | None:
    r"""
    Return a text without blank edges, or None where nothing is left.

    Parameters
    ----------
    text
        A cell's text, or None.

    Returns
    -------
    tidied
        Each line stripped, no empty lines at either end; line breaks inside stay.

    Examples
    --------
    >>> tidy(" High St, \n Ilford ")
    'High St,\nIlford'
    >>> tidy("  ") is None
    True
    """
    if text is None:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return "\n".join(line.strip() for line in text.split("\n")).strip() or None


def looks_like_date(text: str | None) -> bool:
    r"""
    Tell whether a whole cell reads as a date, a month of a year, or two dates.

    This only finds tables and where their records begin; what the date is, the value
    parser decides.

    Parameters
    ----------
    text
        A cell's text, or None.

    Returns
    -------
    dated
        True for ``"06/04/23"``, ``"6th April 2023"``, ``"2024-07-11"``, ``"Aug 2024"``.

    Examples
    --------
    >>> looks_like_date("06/04/\n23"), looks_like_date("Thursday 6th April 2023")
    (True, True)
    >>> looks_like_date("Date (DD/MM/YY)"), looks_like_date("5h03m"), looks_like_date(None)
    (False, False, False)
    """
    return text is not None and _DATE.fullmatch(" ".join(text.split())) is not None


def is_amount(text: str | None) -> bool:
    """
    Tell a figure that cannot stand for two records at once from a text, a date or a setting.

    Parameters
    ----------
    text
        A cell's text, or None.

    Returns
    -------
    amount
        True for counts and durations; False for shares below one, such as a threshold.

    Examples
    --------
    >>> is_amount("5460"), is_amount("5h03m"), is_amount("0.64"), is_amount("06/04/23")
    (True, True, False, False)
    """
    if text is None or looks_like_date(text) or not text[0].isdigit() or text.startswith("0."):
        return False
    return _FIGURE.fullmatch(text.strip()) is not None


def is_data_row(texts: Sequence[str | None]) -> bool:
    """
    Tell a row of data from a row of headings.

    Parameters
    ----------
    texts
        The row's cells.

    Returns
    -------
    data
        True when a cell beside others reads as a date, or most cells are figures.

    Examples
    --------
    >>> is_data_row(["Camden", "06/04/23", "5h03m"])
    True
    >>> is_data_row(["Place", "Date (DD/MM/YY)", "True Alerts1"])
    False
    """
    filled = [text for text in texts if text]
    if len(filled) < 2:  # noqa: PLR2004 - a lone date is a heading such as "April 2024"
        return False
    if any(
        all(map(looks_like_date, text.split("\n"))) or looks_like_date(text) for text in filled
    ):
        return True
    figures = sum(_FIGURE.fullmatch(text.strip()) is not None for text in filled)
    return figures >= _MIN_FIGURES and 2 * figures >= len(filled)


def repeats_header(texts: Sequence[str | None], headers: Sequence[str]) -> bool:
    """
    Tell whether a row only says its columns' headers again, or one level of them.

    Parameters
    ----------
    texts
        The row's cells.
    headers
        The headers of the same columns.

    Returns
    -------
    repeats
        True when two or more cells hold text and each is found in its column's header.

    Examples
    --------
    >>> repeats_header(["Place", "Date"], ["Place", "Date (DD/MM/YY)"])
    True
    >>> repeats_header(["Camden", "06/04/23"], ["Place", "Date (DD/MM/YY)"])
    False
    """
    pairs = [(_bare(t), _bare(h)) for t, h in zip(texts, headers, strict=False) if t]
    return len(pairs) > 1 and all(text in header for text, header in pairs)


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def require_few(count: int, *, name: str) -> None:
    """
    Raise where a document has too many rows to be a record of deployments.

    Parameters
    ----------
    count
        Rows seen so far.
    name
        The document's name, for the message.

    Raises
    ------
    SourceError
        If there are more than `MAX_RECORDS`.
    """
    if count > MAX_RECORDS:
        msg = (
            f"{name} has more than {MAX_RECORDS:,} rows, so it is no list of deployments. "
            "Give only the part with the table."
        )
        raise SourceError(msg)


def as_cells(records: Iterable[Record]) -> pd.DataFrame:
    """
    Return records as one row per cell, with the columns `data.documents.CELL_COLUMNS`.

    Parameters
    ----------
    records
        Records in document order.

    Returns
    -------
    cells
        Page, row and position of the column from 1; header; text (null when empty).
    """
    import pandas as pd

    from data.documents import CELL_COLUMNS

    rows = [
        (record.page, record.row, position, header, text)
        for record in records
        for position, (header, text) in enumerate(
            zip(record.headers, record.texts, strict=True), start=1
        )
        if header or text  # a spacer column has neither, from top to bottom
    ]
    cells = pd.DataFrame.from_records(rows, columns=list(CELL_COLUMNS))
    numbers = dict.fromkeys(CELL_COLUMNS[:3], "int64")
    return cells.astype({**numbers, "header": "str", "text": "str"})
