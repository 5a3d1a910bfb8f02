"""Find a table that a PDF sets in columns without ruling it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from data.errors import SourceError
from data.grids import is_data_row, looks_like_date
from data.pdf_grid import Grid, Row
from data.pdf_headers import Phrase, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.pdf_pages import Page

_MIN_COLUMNS = 3
_MIN_ROWS = 2
_HEADER_LINES = 4
_CLOSE = 1.5  # row heights: a line nearer than this to a row may be its second line


def with_columns(page: Page, *, name: str) -> Page:
    """
    Return a page with its unruled table, where it has one that can be read safely.

    Columns are the upright strips that every row of data leaves apart. A row must be one
    line: where cells run over lines and no rules part the rows, nobody can tell whose
    line it is, so that is refused rather than guessed.

    Parameters
    ----------
    page
        A page as laid out.
    name
        The document's name, for messages.

    Returns
    -------
    page
        The page with one more table, or the same where no text stands in columns.

    Raises
    ------
    SourceError
        If lines of a table in columns cannot be told apart.
    """
    lines = list(lines_of(page.free))
    dated = [i for i, line in enumerate(lines) if _is_dated(line)]
    if len(dated) < _MIN_ROWS:
        return page
    heading = [
        phrase for line in lines[max(0, dated[0] - _HEADER_LINES) : dated[0]] for phrase in line
    ]
    edges = _strips([lines[i] for i in dated], heading)
    if len(edges) <= _MIN_COLUMNS:
        return page
    body = _body(lines, dated)
    rows = tuple(_row(line, edges) for line in body)
    for line, row in zip(body, rows, strict=True):
        if row.filled != len(line):
            raise SourceError(_unclear(name, page, line))
    _require_single_lines(lines, body, page, name)
    top, bottom = rows[0].top, rows[-1].bottom
    grid = Grid((edges[0], top, edges[-1], bottom), edges, rows)
    free = tuple(c for c in page.free if not top <= (c["top"] + c["bottom"]) / 2 < bottom)
    return replace(page, grids=(*page.grids, grid), free=free)


def _is_dated(line: Sequence[Phrase]) -> bool:
    texts = [phrase.text for phrase in line]
    return is_data_row(texts) and any(map(looks_like_date, texts))


def _strips(lines: Sequence[Sequence[Phrase]], above: Sequence[Phrase]) -> tuple[float, ...]:
    """
    Return the edges of columns, half way between the strips that rows leave apart.

    A header wider than the figures below it widens its strip, where it is over one only.
    """
    held: list[tuple[float, float]] = []
    for x0, x1 in sorted((phrase.x0, phrase.x1) for line in lines for phrase in line):
        if held and x0 <= held[-1][1]:
            held[-1] = (held[-1][0], max(held[-1][1], x1))
        else:
            held.append((x0, x1))
    wide = list(held)
    for phrase in above:
        over = [i for i, (x0, x1) in enumerate(held) if phrase.x0 < x1 and x0 < phrase.x1]
        if len(over) == 1:
            x0, x1 = wide[over[0]]
            wide[over[0]] = (min(x0, phrase.x0), max(x1, phrase.x1))
    between = [(left[1] + right[0]) / 2 for left, right in pairwise(wide)]
    return (wide[0][0] - 1, *between, wide[-1][1] + 1)


def _body(lines: Sequence[list[Phrase]], dated: Sequence[int]) -> list[list[Phrase]]:
    inside = [i for i in range(dated[0], len(lines)) if is_data_row([p.text for p in lines[i]])]
    return [lines[i] for i in inside]


def _row(line: Sequence[Phrase], edges: Sequence[float]) -> Row:
    top = min(phrase.top for phrase in line)
    bottom = max(phrase.top + phrase.height for phrase in line)
    strips = list(pairwise(edges))
    held = {
        column: phrase.text
        for phrase in line
        for column, (x0, x1) in enumerate(strips)
        if x0 <= phrase.x0 and phrase.x1 <= x1
    }
    texts = tuple(held.get(column) for column in range(len(strips)))
    boxes = tuple((x0, top, x1, bottom) for x0, x1 in strips)
    return Row(top, bottom, texts, boxes)


def _require_single_lines(
    lines: Sequence[list[Phrase]], body: Sequence[list[Phrase]], page: Page, name: str
) -> None:
    for line, following in pairwise(lines):
        if line not in body or following in body:
            continue
        height = max(phrase.height for phrase in line)
        if (
            following[0].top - line[0].top < _CLOSE * height
            or following[0].top < body[-1][0].top
        ):
            raise SourceError(_unclear(name, page, following))


def _unclear(name: str, page: Page, line: Sequence[Phrase]) -> str:
    said = " ".join(phrase.text for phrase in line)[:60]
    return (
        f"{name}, page {page.number}: the table has no rules, and the line {said!r} cannot be "
        "told to belong to one row and its columns. Give the table as a spreadsheet or CSV."
    )
