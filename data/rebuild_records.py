"""
Rebuild the embedded records from the published PDFs: ``python -m data.rebuild_records FOLDER``.

The folder holds the Metropolitan Police's grids. What is written are facts (dates, places,
counts) with where each stands; the documents themselves are not copied.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.forces import force_of
from data.headers import map_headers
from data.readers import read_document
from data.records import DOCUMENTS, FOLDER, HEADERS, RECORDS
from data.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.documents import RawDocument

_PLACE_IN = ("layout", "document", "page", "row")


def build_records(documents: Sequence[RawDocument]) -> dict[str, str]:
    """
    Return the text of the files that hold the documents' records.

    Parameters
    ----------
    documents
        Grids as read from their PDFs, oldest first.

    Returns
    -------
    files
        Text by file name: the records, their headers, their documents.
    """
    layouts: dict[tuple[tuple[int, str], ...], str] = {}
    records: list[dict[str, str]] = []
    headers: list[dict[str, str]] = []
    for document in documents:
        columns = list(document.cells.itertuples(index=False))
        rows: dict[tuple[int, int], list[tuple[int, str, str]]] = {}
        for page, row, index, header, text in columns:
            cell = (index, header, text if isinstance(text, str) else "")
            rows.setdefault((page, row), []).append(cell)
        for (page, row), cells in rows.items():
            signature = tuple((index, header) for index, header, _ in cells)
            if signature not in layouts:
                layouts[signature] = chr(ord("a") + len(layouts))
                headers += _describe(signature, layouts[signature], document.name)
            where = (layouts[signature], document.name, str(page), str(row))
            record = dict(zip(_PLACE_IN, where, strict=True))
            records.append(record | _by_column(cells, document.name))
    known = [name for name in load_vocabulary().columns if any(name in row for row in records)]
    return {
        RECORDS: _write(records, (*_PLACE_IN, *known)),
        HEADERS: _write(headers, ("layout", "position", "column", "header")),
        DOCUMENTS: _write(map(_cite, documents), ("document", "sha256", "title")),
    }


def _by_column(cells: Sequence[tuple[int, str, str]], name: str) -> dict[str, str]:
    mapped = map_headers([header for _, header, _ in cells], renames={}, document=name)
    return {mapped[header] or "": text for _, header, text in cells}


def _describe(
    signature: Sequence[tuple[int, str]], layout: str, name: str
) -> Iterable[dict[str, str]]:
    mapped = map_headers([header for _, header in signature], renames={}, document=name)
    for index, header in signature:
        yield {
            "layout": layout,
            "position": str(index),
            "column": mapped[header] or "",
            "header": header,
        }


def _cite(document: RawDocument) -> dict[str, str]:
    lines = (document.title or "").splitlines()
    title = next((line for line in lines if force_of(line)), "")
    return {"document": document.name, "sha256": document.sha256, "title": title}


def _write(rows: Iterable[Mapping[str, str]], columns: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def main(arguments: Sequence[str]) -> int:
    """
    Read the PDFs of a folder and write the embedded records.

    Parameters
    ----------
    arguments
        The folder.

    Returns
    -------
    code
        0 when written, 2 when the folder holds no PDF.
    """
    paths = sorted(Path(arguments[0]).glob("*.pdf")) if len(arguments) == 1 else []
    if not paths:
        sys.stderr.write(
            "usage: python -m data.rebuild_records FOLDER (which holds the PDFs)\n"
        )
        return 2
    try:
        documents = [read_document(path.read_bytes(), name=path.name) for path in paths]
    except SourceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name, text in build_records(documents).items():
        (FOLDER / name).write_bytes(text.encode("utf-8"))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
