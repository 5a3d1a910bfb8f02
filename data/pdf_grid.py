"""The true rows and columns of a table ruled on a PDF page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from data.grids import is_data_row, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in points from the page's top left corner."""

Char = dict[str, Any]

Turn = Literal["up", "down"]

COVERED_SHARE = 0.5
"""Share of a column that must be covered for a cell to stand over it."""

_NEAR = 3.0  # points: rules closer than this are one rule drawn twice
_SPACE_RATIO = 0.15  # of the letter size: a wider gap is a space


@dataclass(frozen=True)
class Row:
    """
    One row of a table.

    Attributes
    ----------
    top, bottom
        Its extent in points.
    texts
        One text per column; None where empty, or where a cell to the left reaches over.
    boxes
        The box each text was read from; None where a cell to the left reaches over.
    shared
        Columns whose cell spans several records, and whose text each of them repeats.
    """

    top: float
    bottom: float
    texts: tuple[str | None, ...]
    boxes: tuple[Box | None, ...]
    shared: tuple[int, ...] = ()

    @property
    def filled(self) -> int:
        """Number of cells that hold text."""
        return sum(text is not None for text in self.texts)

    @property
    def is_banner(self) -> bool:
        """Whether one cell reaches over all columns."""
        return len(self.boxes) > 1 and sum(box is not None for box in self.boxes) == 1


@dataclass(frozen=True)
class Grid:
    """
    A ruled table with its true columns.

    Attributes
    ----------
    box
        Its extent on the page.
    edges
        Left edges of its columns and the right edge of the last.
    rows
        Its rows from the top; rows without any text are left out.
    cut
        Whether its upright rules run on over its first and its last level one, as where a
        page break cuts a row.
    """

    box: Box
    edges: tuple[float, ...]
    rows: tuple[Row, ...]
    cut: tuple[bool, bool] = (False, False)


def words_of(chars: Sequence[Char], *, upended: Turn | None = None) -> list[dict[str, Any]]:
    """
    Return the words that letters form, line by line.

    Parameters
    ----------
    chars
        Letters as pdfplumber gives them.
    upended
        Whether letters that do not stand upright run ``"up"`` or ``"down"`` the page.

    Returns
    -------
    words
        Words as pdfplumber gives them: ``text``, ``x0``, ``x1``, ``top``, ``bottom``.
    """
    from pdfplumber.utils.text import extract_words

    words: list[dict[str, Any]] = extract_words(
        list(chars),
        x_tolerance_ratio=_SPACE_RATIO,
        line_dir_rotated="rtl" if upended == "down" else "ltr",
        char_dir_rotated="btt" if upended == "up" else "ttb",
    )
    return words


def text_of(chars: Sequence[Char]) -> str | None:
    """
    Return the text that letters form, with its line breaks, or None where there is none.

    Parameters
    ----------
    chars
        Letters as pdfplumber gives them.

    Returns
    -------
    text
        Lines joined by line breaks.
    """
    from pdfplumber.utils.text import extract_text

    return tidy(extract_text(list(chars), x_tolerance_ratio=_SPACE_RATIO)) if chars else None


def within(chars: Iterable[Char], box: Box) -> list[Char]:
    """
    Return the letters whose middle lies in a box.

    Parameters
    ----------
    chars
        Letters as pdfplumber gives them.
    box
        Left, top, right, bottom.

    Returns
    -------
    inside
        Those letters, in the order given.
    """
    left, top, right, bottom = box
    return [
        c
        for c in chars
        if left <= (c["x0"] + c["x1"]) / 2 < right
        and top <= (c["top"] + c["bottom"]) / 2 < bottom
    ]


class _Placed(Protocol):
    @property
    def x0(self) -> float: ...
    @property
    def top(self) -> float: ...


P = TypeVar("P", bound=_Placed)


def in_reading_order(items: Iterable[P]) -> list[P]:
    """
    Return items from the top line down, each line from left to right.

    Parameters
    ----------
    items
        Things with ``x0`` and ``top``.

    Returns
    -------
    ordered
        The same things; those within three points of height are on one line.
    """
    lines: list[list[P]] = []
    for item in sorted(items, key=lambda i: i.top):
        if lines and item.top - lines[-1][0].top <= _NEAR:
            lines[-1].append(item)
        else:
            lines.append([item])
    return [item for line in lines for item in sorted(line, key=lambda i: i.x0)]


def build_grid(cells: Sequence[Box], chars: Sequence[Char], box: Box) -> Grid:
    """
    Make a table's true rows and columns from the closed cells found on the page.

    Shading draws false cells inside true ones. A rule parts two rows only where no cell
    reaches across it, and parts two columns only where most rows of data have it.

    Parameters
    ----------
    cells
        Boxes of the closed cells, as pdfplumber finds them.
    chars
        Letters of the page.
    box
        Extent of the table.

    Returns
    -------
    grid
        Its rows and columns, with texts.
    """
    chars = within(chars, box)
    bands = _bands(cells)
    edges = _column_edges(bands, chars)
    rows = [
        row
        for cells_in, top, bottom in bands
        for row in _rows(cells_in, top, bottom, chars, edges)
    ]
    return Grid(box, edges, tuple(row for row in rows if row.filled))


Band = tuple[list[Box], float, float]
"""Cells between two true rules, and the heights of those."""


def _bands(cells: Sequence[Box]) -> list[Band]:
    levels = _merge_near([y for cell in cells for y in (cell[1], cell[3])])
    true = [
        y
        for y in levels
        if not any(cell[1] < y - _NEAR and y + _NEAR < cell[3] for cell in cells)
    ]
    return [
        ([c for c in cells if top - _NEAR <= c[1] and c[3] <= bottom + _NEAR], top, bottom)
        for top, bottom in pairwise(true)
    ]


def _merge_near(values: Iterable[float]) -> list[float]:
    merged: list[float] = []
    for value in sorted(values):
        if not merged or value - merged[-1] > _NEAR:
            merged.append(value)
    return merged


def _column_edges(bands: Sequence[Band], chars: Sequence[Char]) -> tuple[float, ...]:
    counted = [_upright_edges(band[0]) for band in bands if _is_data_band(band, chars)]
    counted = counted or [_upright_edges(cells) for cells, _, _ in bands]
    levels = _merge_near([x for edges in counted for x in edges])
    votes = Counter(
        level
        for edges in counted
        for level in levels
        if any(abs(x - level) <= _NEAR for x in edges)
    )
    return tuple(level for level in levels if 2 * votes[level] >= len(counted))


def _upright_edges(cells: Sequence[Box]) -> list[float]:
    return _merge_near([x for cell in cells for x in (cell[0], cell[2])])


def _is_data_band(band: Band, chars: Sequence[Char]) -> bool:
    cells, top, bottom = band
    beside = [c for c in chars if top <= (c["top"] + c["bottom"]) / 2 < bottom]
    return is_data_row([text_of(within(beside, cell)) for cell in cells])


def _rows(
    cells: Sequence[Box],
    top: float,
    bottom: float,
    chars: Sequence[Char],
    edges: Sequence[float],
) -> list[Row]:
    inside = within(chars, (edges[0], top, edges[-1], bottom))
    if not inside:
        return []
    cuts = _record_cuts(cells, top, bottom, inside)
    if not cuts:
        return [_row(cells, top, bottom, inside, edges)]
    levels = [top, *cuts, bottom]
    return _split_rows(cells, levels, inside, edges)


def _record_cuts(
    cells: Sequence[Box], top: float, bottom: float, chars: Sequence[Char]
) -> list[float]:
    """Return the heights that part records in a band that some cells span whole."""
    tall = [c for c in cells if c[3] - c[1] > bottom - top - 2 * _NEAR]
    short = [c for c in cells if c not in tall and within(chars, c)]
    starts = Counter(round(c[1]) for c in short)
    # Shading leaves at most one text in a column; most columns spanned is one record.
    if len(starts) < 2 or 2 * max(starts.values()) <= len(tall):  # noqa: PLR2004 - two rows
        return []
    levels = _merge_near([y for c in short for y in (c[1], c[3])])
    return [y for y in levels if top + _NEAR < y < bottom - _NEAR]


def _split_rows(
    cells: Sequence[Box], levels: Sequence[float], chars: Sequence[Char], edges: Sequence[float]
) -> list[Row]:
    """Give each record of a band its own cells and a copy of those that span several."""
    rows = []
    for top, bottom in pairwise(levels):
        reach = [c for c in cells if c[1] < bottom - _NEAR and top + _NEAR < c[3]]
        texts: list[str | None] = []
        boxes: list[Box | None] = []
        for x0, x1 in pairwise(edges):
            over = [
                c for c in reach if min(c[2], x1) - max(c[0], x0) > COVERED_SHARE * (x1 - x0)
            ]
            low = min((c[1] for c in over), default=top)
            high = max((c[3] for c in over), default=bottom)
            texts.append(text_of(within(chars, (x0, low, x1, high))))
            boxes.append((x0, low, x1, high))
        shared = [
            i
            for i, box in enumerate(boxes)
            if box and (box[3] - box[1]) - (bottom - top) > _NEAR
        ]
        rows.append(Row(top, bottom, tuple(texts), tuple(boxes), tuple(shared)))
    return rows


def _row(
    cells: Sequence[Box],
    top: float,
    bottom: float,
    chars: Sequence[Char],
    edges: Sequence[float],
) -> Row:
    """Read one row, cell by cell; a cell that reaches over several columns fills the first."""
    texts: list[str | None] = []
    boxes: list[Box | None] = []
    start = 0
    last = len(edges) - 2
    for column in range(last + 1):
        if column < last and _reaches_over(cells, edges[column + 1]):
            continue
        box = (edges[start], top, edges[column + 1], bottom)
        texts += [text_of(within(chars, box)), *[None] * (column - start)]
        boxes += [box, *[None] * (column - start)]
        start = column + 1
    return Row(top, bottom, tuple(texts), tuple(boxes))


def _reaches_over(cells: Sequence[Box], edge: float) -> bool:
    return any(c[0] < edge - _NEAR and edge + _NEAR < c[2] for c in cells)
