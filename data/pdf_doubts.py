"""Refuse what a PDF's tables do not tell for certain, rather than guess at it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.grids import is_amount, looks_like_date
from data.pdf_grid import text_of, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.pdf_grid import Row
    from data.pdf_pages import Page
    from data.pdf_tables import PdfRecord

_MIN_STACKED = 3  # columns whose cells hold as many lines as there are dates
_BESIDE_SHARE = 0.5  # of a page's records with text beside the table


def require_no_doubt(pages: Sequence[Page], records: Sequence[PdfRecord], *, name: str) -> None:
    """
    Raise where records may be missing or misread.

    Parameters
    ----------
    pages
        Pages as laid out.
    records
        The records read from them.
    name
        The document's name, for the message.

    Raises
    ------
    SourceError
        If a page between those with records is a picture, letters have no characters, or
        text stands beside a table whose outer columns are not closed.
    """
    numbers = [record.page for record in records]
    for page in pages:
        if page.scanned and min(numbers) < page.number < max(numbers):
            msg = (
                f"{name}, page {page.number} is a scan, a picture without text, so its records "
                "would be missing. Run the document through text recognition (OCR), or ask the "
                "publisher for the spreadsheet."
            )
            raise SourceError(msg)
    for record in records:
        if any("(cid:" in text for text in record.texts if text):
            msg = (
                f"{name}, page {record.page}: its letters carry no characters, so the text "
                "cannot be read. Ask the publisher for the spreadsheet, or use text "
                "recognition (OCR)."
            )
            raise SourceError(msg)
    for page in pages:
        _require_nothing_beside(page, [r for r in records if r.page == page.number], name)


def _require_nothing_beside(page: Page, records: Sequence[PdfRecord], name: str) -> None:
    beside = []
    for record in records:
        boxes = [
            box for spots in record.spots for number, box in spots if number == page.number
        ]
        top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
        beside.append(text_of(within(page.free, (-1e9, top, 1e9, bottom))))
    if sum(text is not None for text in beside) > _BESIDE_SHARE * max(len(records), 1):
        said = next(text for text in beside if text)
        msg = (
            f"{name}, page {page.number}: {said[:60]!r} stands beside the ruled table, so a "
            "column may lie outside its rules. Give the table as a spreadsheet or CSV."
        )
        raise SourceError(msg)


def require_own_figures(row: Row, *, page: int, name: str) -> None:
    """
    Raise where one cell gives a figure for several records.

    Parameters
    ----------
    row
        A row of the body.
    page
        Its page.
    name
        The document's name, for the message.

    Raises
    ------
    SourceError
        If a cell that spans several rows holds a count or a duration.
    """
    for column in row.shared:
        if is_amount(row.texts[column]):
            msg = (
                f"{name}, page {page}: one cell says {row.texts[column]!r} for several "
                "records, which does not tell each one's share. Give the table as a "
                "spreadsheet with a figure, or nothing, in each row."
            )
            raise SourceError(msg)


def unstack(row: Row, *, page: int, name: str) -> list[Row]:
    """
    Part records that stand in one row because no rules are drawn between them.

    Parameters
    ----------
    row
        A row of the body.
    page
        Its page.
    name
        The document's name, for the message.

    Returns
    -------
    rows
        The row itself, or one for each of its dates where every cell holds as many lines.

    Raises
    ------
    SourceError
        If a cell holds another number of lines, so that they cannot be matched.
    """
    split = [text.split("\n") if text else [] for text in row.texts]
    dates = max((len(p) for p in split if all(map(looks_like_date, p))), default=0)
    alike = sum(len(parts) == dates for parts in split)
    if dates < 2 or alike < _MIN_STACKED:  # noqa: PLR2004 - one date is one record
        return [row]
    if any(len(parts) not in {0, dates} for parts in split):
        msg = (
            f"{name}, page {page}: no rules part {dates} records, and their cells have "
            "different numbers of lines, so that they cannot be matched. Give the table as a "
            "spreadsheet or CSV."
        )
        raise SourceError(msg)
    return [
        replace(row, texts=tuple(parts[i] if parts else None for parts in split))
        for i in range(dates)
    ]
