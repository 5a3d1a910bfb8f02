"""One record of a PDF, with the boxes on the page that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.pdf_grid import Box

Spot = tuple[int, "Box"]
"""A page and a box on it."""


@dataclass(frozen=True)
class PdfRecord:
    """
    One record with the boxes its texts were read from.

    Attributes
    ----------
    page, row
        Page, and position among the records of that page, from 1.
    headers, texts
        One per column.
    spots
        For each column the boxes read: two where the record runs over a page break.
    cut
        Whether a page break cuts its row, so that the rest may follow.
    """

    page: int
    row: int
    headers: tuple[str, ...]
    texts: tuple[str | None, ...]
    spots: tuple[tuple[Spot, ...], ...]
    cut: bool = False
