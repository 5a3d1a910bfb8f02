"""Read the records in a PDF's ruled tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from data.documents import RawDocument
from data.errors import SourceError
from data.grids import Record, as_cells, is_data_row, looks_like_date, repeats_header
from data.pdf_columns import with_columns
from data.pdf_doubts import (
    require_legible,
    require_no_gap,
    require_own_figures,
    unstack,
)
from data.pdf_grid import text_of, within, words_of
from data.pdf_headers import is_header, read_header
from data.pdf_pages import Page, open_pages
from data.pdf_record import PdfRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.pdf_grid import Box, Grid, Row

_NEAR = 3.0
_MIN_COLUMNS = 4  # fewer with a date and no header may be any box of notes
_MAX_HEADER_LINES = 5
_LINE_GAP = 1.2  # letter heights: lines further apart are not one header
_WRAPPED_SHARE = 0.5  # of columns filled: fewer on a page's first row is the end of a record


@dataclass
class Reading:
    """
    What reading a PDF page by page has gathered.

    Attributes
    ----------
    records
        Records in document order.
    outside
        Text outside the tables, page by page.
    scanned
        Numbers of the pages that are pictures without text.
    pages, tables
        How many there are.
    has_text
        Whether any page holds a letter.
    """

    records: list[PdfRecord] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    pages: int = 0
    tables: int = 0
    has_text: bool = False

    def note(self, page: Page) -> None:
        """Count a page and keep the text outside its tables."""
        self.pages += 1
        self.tables += len(page.grids)
        self.has_text = self.has_text or bool(page.chars)
        if page.outside:
            self.outside.append(page.outside)
        if page.scanned:
            self.scanned.append(page.number)


@dataclass(frozen=True)
class _Columns:
    """The columns in force: what the last header said, and where they stood."""

    headers: tuple[str, ...]
    edges: tuple[float, ...]

    def match(self, edges: Sequence[float]) -> bool:
        """Tell whether columns stand where these do: each middle within its own."""
        if len(edges) != len(self.edges):
            return False
        middles = [(a + b) / 2 for a, b in pairwise(edges)]
        bounds = pairwise(self.edges)
        return all(x0 < x < x1 for x, (x0, x1) in zip(middles, bounds, strict=True))


def read(content: bytes, *, name: str) -> RawDocument:
    """
    Read the records in a PDF's ruled tables.

    A table holds records when its columns have headers and a row of it holds a date or
    mostly figures; others (a key to codes, say) are set aside. A page that goes on without
    headers keeps those before it when its columns stand in the same places. A record that
    runs over a page break is put together again. A cell that reaches over every column is
    a heading, not a record.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its name.

    Returns
    -------
    document
        Its records as cells; `source_row` counts the records of a page from 1. The title
        is the text outside the tables.

    Raises
    ------
    SourceError
        If the PDF is broken, locked, a scan, or has no such table; or a table goes on over
        a page under other columns.
    """
    reading = read_pages(content, name=name)
    cells = as_cells(Record(r.page, r.row, r.headers, r.texts) for r in reading.records)
    digest = hashlib.sha256(content).hexdigest()
    return RawDocument(name, digest, "pdf", "\n".join(reading.outside) or None, cells)


def read_pages(content: bytes, *, name: str) -> Reading:
    """
    Return a PDF's records, each with the boxes its texts came from.

    Parameters
    ----------
    content
        The document's bytes.
    name
        Its name, for messages.

    Returns
    -------
    reading
        The records in document order, and the text outside the tables.

    Raises
    ------
    SourceError
        As `read` does.
    """
    with open_pages(content, name=name) as pages:
        reading = _read_pages(pages, name)
    if not reading.records and reading.has_text:
        with open_pages(content, name=name) as pages:
            reading = _read_pages((with_columns(page, name=name) for page in pages), name)
    if not reading.records:
        raise SourceError(_nothing(reading, name))
    require_no_gap(reading.scanned, [r.page for r in reading.records], name=name)
    return reading


def _read_pages(pages: Iterable[Page], name: str) -> Reading:
    """Read pages one at a time, keeping none: their letters are far larger than their text."""
    reading = Reading()
    columns: _Columns | None = None
    for page in pages:
        before = len(reading.records)
        for grid in page.grids:
            columns = _read_grid(grid, page, columns, reading.records, name)
        require_legible(page, reading.records[before:], name=name)
        reading.note(page)
    return reading


def _read_grid(
    grid: Grid, page: Page, columns: _Columns | None, records: list[PdfRecord], name: str
) -> _Columns | None:
    """Add a table's records to those before; return the columns now in force."""
    for under, row, wrapped in _grid_rows(grid, page, columns, name):
        columns = under
        if _goes_on(wrapped, records, page):
            records[-1] = _rejoin(records[-1], row, page.number)
            continue
        require_own_figures(row, page=page.number, name=name)
        for single in unstack(row, page=page.number, name=name):
            cut = grid.cut[1] and row is grid.rows[-1]
            records.append(_record(records, under, single, page.number, cut=cut))
    return columns


def _goes_on(wrapped: bool, records: Sequence[PdfRecord], page: Page) -> bool:  # noqa: FBT001 - as told
    """Tell whether a row is the rest of the last record of the page before."""
    if not records or records[-1].page >= page.number:
        return False
    # Where cells stand at the foot of their row, a page break leaves only the long one above.
    texts = records[-1].texts
    begun = sum(text is not None for text in texts) < _WRAPPED_SHARE * len(texts)
    return wrapped or (records[-1].cut and begun and not any(map(looks_like_date, texts)))


def _grid_rows(
    grid: Grid, page: Page, columns: _Columns | None, name: str
) -> Iterator[tuple[_Columns, Row, bool]]:
    """Yield the rows of a table that are records, under which columns, and whether wrapped."""
    goes_on = columns is not None and columns.match(grid.edges)
    first = grid is page.grids[0]
    if columns and goes_on and first and (rest := _past_header(grid.rows[0], columns.headers)):
        yield columns, rest, _is_wrapped(rest)
        yield from _body(grid, 1, page, columns)
        return
    start = next((i for i, row in enumerate(grid.rows) if is_data_row(row.texts)), None)
    if start is None:
        if columns and goes_on and first and all(map(_is_wrapped, grid.rows)):
            yield from ((columns, row, True) for row in grid.rows)
        return
    above, body = _columns_of(grid, page, start, columns if goes_on else None)
    columns = above or (columns if goes_on else None)
    if columns is None:
        if len(grid.edges) - 1 >= _MIN_COLUMNS:
            raise SourceError(_no_header(page, grid, name))
        return
    for row in grid.rows[body:start]:
        if not (row.is_banner or repeats_header(row.texts, columns.headers)):
            yield columns, row, goes_on and first and _is_wrapped(row)
    yield from _body(grid, start, page, columns)


def _past_header(row: Row, headers: Sequence[str]) -> Row | None:
    """Return what a row holds below the header, where no rule parts the two."""
    texts = []
    for text, header in zip(row.texts, headers, strict=True):
        lines = (text or "").split("\n")
        said = ("".join("".join(lines[:n]).split()) for n in range(1, len(lines) + 1))
        ends = [n for n, so_far in enumerate(said, 1) if so_far == "".join(header.split())]
        if not ends:
            return None
        texts.append("\n".join(lines[ends[0] :]) or None)
    return replace(row, texts=tuple(texts)) if any(texts) else None


def _body(
    grid: Grid, start: int, page: Page, columns: _Columns
) -> Iterator[tuple[_Columns, Row, bool]]:
    """Yield the records of a table's body; headers said again or anew between them are not."""
    heading: list[Row] = []
    for row in grid.rows[start:]:
        if is_data_row(row.texts):
            if heading:
                columns = _columns_over(heading, page, grid.edges) or columns
                heading = []
            yield columns, row, False
        elif heading or is_header([text or "" for text in row.texts]):
            heading.append(row)
        elif not (row.is_banner or repeats_header(row.texts, columns.headers)):
            yield columns, row, False
    for row in heading:
        if not repeats_header(row.texts, columns.headers):
            yield columns, row, False


def _columns_of(
    grid: Grid, page: Page, start: int, before: _Columns | None
) -> tuple[_Columns | None, int]:
    """Find the header of a table: its columns, and the first row that is not part of it."""
    lead = grid.rows[:start]
    if before and lead and repeats_header(lead[0].texts, before.headers):
        again = [repeats_header(row.texts, before.headers) for row in lead]
        held = again.index(False) if False in again else start
        return _columns_over(lead[:held], page, grid.edges) or before, held
    if lead and (found := _columns_over(lead, page, grid.edges)):
        return found, start
    return _columns_above(grid, page), 0


def _columns_over(rows: Sequence[Row], page: Page, edges: tuple[float, ...]) -> _Columns | None:
    region = (edges[0], rows[0].top, edges[-1], rows[-1].bottom)
    headers = read_header(page.chars, page.rules, region, edges)
    return _Columns(headers, edges) if is_header(headers) else None


def _columns_above(grid: Grid, page: Page) -> _Columns | None:
    """Read a header that lies above its table: in tables of its own, or not ruled at all."""
    left, top, right, _ = grid.box
    for box in _boxes_above(grid, page):
        left, top, right = min(left, box[0]), box[1], max(right, box[2])
        region = (left, top, right, grid.box[1])
        headers = read_header(page.chars, page.rules, region, grid.edges)
        if is_header(headers):
            return _Columns(headers, grid.edges)
    return None


def _boxes_above(grid: Grid, page: Page) -> Iterator[Box]:
    """Yield tables without data right above one, nearest first, then lines of text."""
    left, top, right, _ = grid.box
    for other in sorted(page.grids, key=lambda g: -g.box[3]):
        if other.box[3] > top + _NEAR or other is grid:
            continue
        between = within(page.free, (left, other.box[3], right, top))
        overlap = min(right, other.box[2]) - max(left, other.box[0])
        if text_of(between) or any(is_data_row(row.texts) for row in other.rows):
            break
        if overlap > (right - left) / 2:
            yield other.box
            top = other.box[1]
    yield from _lines_above(page, (left, 0.0, right, top))


def _lines_above(page: Page, box: Box) -> Iterator[Box]:
    """Yield the boxes of up to five lines of text standing close above one another."""
    left, _, right, top = box
    words = sorted(words_of(within(page.free, box)), key=lambda w: -w["bottom"])
    seen = 0
    while words and seen < _MAX_HEADER_LINES:
        height = words[0]["bottom"] - words[0]["top"]
        if top - words[0]["bottom"] > _LINE_GAP * height:
            return
        top = words[0]["top"]
        words = [w for w in words if w["bottom"] < top + height / 2]
        seen += 1
        yield (left, top, right, top + height)


def _is_wrapped(row: Row) -> bool:
    """Tell the end of a record, carried over a page break, from a row or a heading."""
    few = row.filled < _WRAPPED_SHARE * len(row.texts)
    return few and not row.is_banner and not any(looks_like_date(text) for text in row.texts)


def _record(
    records: Sequence[PdfRecord], columns: _Columns, row: Row, page: int, *, cut: bool
) -> PdfRecord:
    last = records[-1] if records else None
    position = last.row + 1 if last and last.page == page else 1
    spots = tuple(((page, box),) if box else () for box in row.boxes)
    return PdfRecord(page, position, columns.headers, row.texts, spots, cut)


def _rejoin(record: PdfRecord, row: Row, page: int) -> PdfRecord:
    texts = tuple(
        "\n".join(part for part in parts if part) or None
        for parts in zip(record.texts, row.texts, strict=True)
    )
    spots = tuple(
        (*spot, (page, box)) if box and text else spot
        for spot, box, text in zip(record.spots, row.boxes, row.texts, strict=True)
    )
    return replace(record, texts=texts, spots=spots)


def _no_header(page: Page, grid: Grid, name: str) -> str:
    return (
        f"{name}, page {page.number}: a table of {len(grid.edges) - 1} columns holds "
        "records but "
        "has no header, nor do its columns stand where those of the table before it do. "
        "Give the "
        "document with its header, or the table as a spreadsheet."
    )


def _nothing(reading: Reading, name: str) -> str:
    if not reading.has_text:
        return (
            f"{name} holds no text: it is a scan, a picture of each page. Run it through text "
            "recognition (OCR) and check the figures, or ask the publisher for the spreadsheet."
        )
    return (
        f"{name} has no table of deployments: {reading.tables} ruled tables on {reading.pages} "
        "pages, none with a header over rows of dates or figures. Check that it is the right "
        "document, or give the table as a spreadsheet or CSV."
    )
