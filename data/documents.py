"""What a reader makes of a document, whatever its kind: cells, each with its place in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["pdf", "xlsx", "ods", "xls", "csv", "geojson"]

CELL_COLUMNS = ("source_page", "source_row", "column_index", "header", "text")
"""Columns of `RawDocument.cells`, one row per cell, in document order."""


@dataclass(frozen=True)
class RawDocument:
    """
    A document's tables as cells, verbatim.

    Attributes
    ----------
    name
        File name (never a path of this machine) or address.
    sha256
        SHA-256 of the document's bytes, in hex.
    kind
        Kind of document, told by its content rather than its ending.
    title
        Words outside its tables, where there are any: they may name the force.
    cells
        One row per cell of each record, with the columns `CELL_COLUMNS`: page (or sheet)
        and row from 1; position of the column from 1; the header as published, nested
        levels joined by ``" / "``; the text as published (line breaks kept, None if empty).
    url
        Where the document was published, where known.
    """

    name: str
    sha256: str
    kind: Kind
    title: str | None
    cells: pd.DataFrame
    url: str | None = None
