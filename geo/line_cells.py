"""Lines cut where they cross from one cell of a grid into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray


class Pieces(NamedTuple):
    """
    Pieces of lines, each within one cell of a grid.

    Attributes
    ----------
    line
        Which line each is part of, shape (pieces,).
    row, column
        Its cell, counted from the grid's corner; may lie off the grid.
    share
        Its part of the length of its line.
    middle
        Share of the line's length that lies before its middle.
    """

    line: NDArray[np.intp]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    share: NDArray[np.float64]
    middle: NDArray[np.float64]


def cut_by_cells(
    lines: NDArray[np.object_], transform: Affine, length_m: NDArray[np.float64]
) -> Pieces:
    """
    Cut lines at the cells' edges.

    Parameters
    ----------
    lines
        Lines in the grid's reference system, shape (lines,).
    transform
        From the grid's column and row to coordinates.
    length_m
        True length of each step between two points of the lines, line after line; degrees and
        projections stretch them unequally.

    Returns
    -------
    pieces
        In the order of the lines, and along each. A piece that runs along the edge of two
        cells belongs to the one with the greater row or column. A line without length has one
        piece.

    Examples
    --------
    >>> from affine import Affine
    >>> line = np.array([shapely.LineString([(0.5, 0.5), (3, 0.5)])])
    >>> pieces = cut_by_cells(line, Affine(1, 0, 0, 0, -1, 1), np.array([2.5]))
    >>> pieces.column.tolist(), pieces.share.round(9).tolist()
    ([0, 1, 2], [0.2, 0.4, 0.4])
    """
    points, owner = shapely.get_coordinates(lines, return_index=True)
    columns, rows = cells_at(points, transform)
    first = np.flatnonzero(owner[1:] == owner[:-1])
    line = owner[first]
    x, y = (columns[first], columns[first + 1]), (rows[first], rows[first + 1])
    step, t0, t1 = between_cuts(x, y)
    middle = (t0 + t1) / 2
    length = length_m[step] * (t1 - t0)
    share, place = _along(line[step], length, len(lines))
    return Pieces(
        line=line[step],
        row=np.floor(y[0][step] + middle * (y[1] - y[0])[step]).astype(np.int64),
        column=np.floor(x[0][step] + middle * (x[1] - x[0])[step]).astype(np.int64),
        share=share,
        middle=place,
    )


def steps_m(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the length of each step between two points of lines, line after line."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    own = owner[1:] == owner[:-1]
    return np.asarray(np.hypot(*np.diff(points, axis=0)[own].T))


def cells_at(
    points: NDArray[np.float64], transform: Affine
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the column and row, with fractions, of points."""
    back = ~transform
    columns = back.a * points[:, 0] + back.b * points[:, 1] + back.c
    rows = back.d * points[:, 0] + back.e * points[:, 1] + back.f
    return columns, rows


def between_cuts(
    x: tuple[NDArray[np.float64], NDArray[np.float64]],
    y: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return each part of a step between two cuts: its step, and where it starts and ends."""
    steps = np.arange(len(x[0]))
    cuts = [(steps, np.zeros(len(steps))), (steps, np.ones(len(steps)))]
    cuts += [_crossings(*x), _crossings(*y)]
    step = np.concatenate([cut[0] for cut in cuts])
    t = np.concatenate([cut[1] for cut in cuts])
    order = np.lexsort((t, step))
    step, t = step[order], t[order]
    same = (step[1:] == step[:-1]) & (t[1:] > t[:-1])
    start = np.flatnonzero(same)
    return step[start], t[start], t[start + 1]


def _crossings(
    begin: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return where steps cross whole numbers: the step, and how far along it."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    lowest = np.floor(low).astype(np.int64) + 1
    count = np.maximum(np.ceil(high).astype(np.int64) - lowest, 0)
    step = np.repeat(np.arange(len(begin)), count)
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    line = lowest[step] + nth
    return step, (line - begin[step]) / (end - begin)[step]


def _along(
    line: NDArray[np.intp], length: NDArray[np.float64], lines: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each piece's share of its line, and the share before its middle."""
    whole = np.bincount(line, length, lines)
    pieces = np.bincount(line, minlength=lines)
    length = np.where(whole[line] > 0, length, 1 / pieces[line])
    whole = np.where(whole > 0, whole, 1.0)
    before = np.cumsum(length) - length
    first = np.searchsorted(line, np.arange(lines))
    offset = before[np.minimum(first, max(len(before) - 1, 0))] if len(before) else whole
    share = length / whole[line]
    return share, (before - offset[line]) / whole[line] + share / 2
