"""
The records we hold ourselves: facts read out of published documents, cell by cell.

``data/records/met_2020_2024.csv`` has one row per record of the Metropolitan Police's two
grids, each cell verbatim, each row with its document, page and row; ``met_headers.csv`` has
the headers as published; ``met_documents.csv`` the documents. `data.rebuild_records` writes
all three from the PDFs. Other forces publish no grid: theirs come from their news pages and
the press, each row citing its source.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from data import delimited
from data.documents import CELL_COLUMNS, RawDocument

FOLDER = Path(__file__).with_name("records")
RECORDS, HEADERS, DOCUMENTS = "met_2020_2024.csv", "met_headers.csv", "met_documents.csv"
OTHER_FORCES = "other_forces_to_2024.csv"
TOLD_ELSEWHERE = "places_told_elsewhere_2023.csv"
_OTHER_TITLE = "Deployments outside London, as forces and the press report them; incomplete"


def embedded_documents() -> list[RawDocument]:
    """
    Return the embedded records as the documents they come from.

    Returns
    -------
    documents
        The Metropolitan Police's PDFs, with their names, hashes, pages and rows, cell for
        cell what reading them gives; then the list of other forces' deployments.

    Examples
    --------
    >>> [document.name for document in embedded_documents()][-1]
    'other_forces_to_2024.csv'
    """
    return [*_grids(), _other_forces()]


def _rows(name: str) -> list[dict[str, str]]:
    # The csv module has to see line breaks inside cells as they are.
    text = (FOLDER / name).read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _grids() -> list[RawDocument]:
    layouts: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row in _rows(HEADERS):
        layouts[row["layout"]].append((int(row["position"]), row["column"], row["header"]))
    cells: dict[str, list[tuple[int, int, int, str, str | None]]] = defaultdict(list)
    for row in _rows(RECORDS):
        page, number = int(row["page"]), int(row["row"])
        cells[row["document"]] += [
            (page, number, position, header, row[column] or None)
            for position, column, header in layouts[row["layout"]]
        ]
    return [
        RawDocument(
            name=row["document"],
            sha256=row["sha256"],
            kind="pdf",
            title=row["title"] or None,
            cells=_frame(cells[row["document"]]),
        )
        for row in _rows(DOCUMENTS)
    ]


def _frame(cells: list[tuple[int, int, int, str, str | None]]) -> pd.DataFrame:
    frame = pd.DataFrame(cells, columns=list(CELL_COLUMNS))
    return frame.astype({"header": "str", "text": "str"})


def _other_forces() -> RawDocument:
    content = (FOLDER / OTHER_FORCES).read_bytes()
    return replace(delimited.read(content, name=OTHER_FORCES), title=_OTHER_TITLE)


@cache
def told_elsewhere() -> tuple[dict[str, str], ...]:
    """
    Return deployments whose place another disclosure tells otherwise than the record.

    Returns
    -------
    tellings
        ``force``, ``date``, ``place_in_grid``, ``place_told``, ``relation`` (``narrower`` or
        ``different``), ``faces_seen`` and ``source`` of each.

    Examples
    --------
    >>> {telling["relation"] for telling in told_elsewhere()} == {"narrower", "different"}
    True
    """
    return tuple(_rows(TOLD_ELSEWHERE))
