"""Refuse what a PDF's tables do not tell for certain, rather than guess at it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.grids import is_amount, looks_like_date
from data.pdf_grid import text_of, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.pdf_grid import Box, Row
    from data.pdf_pages import Page
    from data.pdf_record import PdfRecord

_MIN_STACKED = 3  # columns whose cells hold as many lines as there are dates
_BESIDE_SHARE = 0.5  # of a page's records with text beside the table


def require_no_gap(scanned: Sequence[int], recorded: Sequence[int], *, name: str) -> None:
    """
    Raise where a page between those with records is a picture.

    Parameters
    ----------
    scanned
        Numbers of the pages that are pictures.
    recorded
        Numbers of the pages with records.
    name
        The document's name, for the message.

    Raises
    ------
    SourceError
        If there is such a page: its records would be missing.
    """
    for number in scanned:
        if min(recorded) < number < max(recorded):
            msg = (
                f"{name}, page {number} is a scan, a picture without text, so its records "
                "would be missing. Run the document through text recognition (OCR), or ask the "
                "publisher for the spreadsheet."
            )
            raise SourceError(msg)


def require_legible(page: Page, records: Sequence[PdfRecord], *, name: str) -> None:
    """
    Raise where a page's records may be misread.

    Parameters
    ----------
    page
        A page as laid out.
    records
        The records that begin on it.
    name
        The document's name, for the message.

    Raises
    ------
    SourceError
        If letters have no characters, or text stands beside a table whose outer columns
        are not closed.
    """
    if any("(cid:" in text for record in records for text in record.texts if text):
        msg = (
            f"{name}, page {page.number}: its letters carry no characters, so the text cannot "
            "be read. Ask the publisher for the spreadsheet, or use text recognition (OCR)."
        )
        raise SourceError(msg)
    rows = [[box for spots in record.spots for _, box in spots] for record in records]
    beside = [_text_beside(page, boxes) for boxes in rows]
    said = [text for text in beside if text]
    if said and len(said) > _BESIDE_SHARE * len(records):
        msg = (
            f"{name}, page {page.number}: {said[0][:60]!r} stands beside the ruled table, so a "
            "column may lie outside its rules. Give the table as a spreadsheet or CSV."
        )
        raise SourceError(msg)


def _text_beside(page: Page, boxes: Sequence[Box]) -> str | None:
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    return text_of(within(page.free, (-math.inf, top, math.inf, bottom)))


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
