"""Sums of a grid's cells over polygons, by the exact fraction of each cell covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.line_cells import between_cuts, cells_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affine import Affine
    from numpy.typing import NDArray

SHAPES_AT_ONCE = 2000
"""Keeps the cuts of one go within some hundred megabytes."""


def covered_sums(
    shapes: NDArray[np.object_], layers: Sequence[NDArray[np.float64]], transform: Affine
) -> NDArray[np.float64]:
    """
    Sum grids over polygons, each cell by the fraction of it that a polygon covers.

    Parameters
    ----------
    shapes
        Valid polygons in the grid's reference system, shape (shapes,).
    layers
        Grids on the same cells, finite, shape (rows, columns) each; nothing lies off them.
    transform
        From the grid's column and row to coordinates.

    Returns
    -------
    sums
        Shape (shapes, layers).

    Notes
    -----
    Green's theorem: a polygon's integral over a grid is that around its outline of the
    integral from the grid's left edge, which running sums along the rows give at any spot. So
    the work grows with the cells that outlines cross, not with those they hold. Exact but for
    rounding, of the order of 1e-15 of what the grid's row holds.

    Examples
    --------
    >>> from affine import Affine
    >>> cells = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> shape = np.array([shapely.box(0.5, 0, 2, 2)])
    >>> covered_sums(shape, [cells], Affine(1, 0, 0, 0, -1, 2)).tolist()
    [[8.0]]
    """
    running = [np.pad(np.cumsum(cells, axis=1), ((0, 0), (1, 0))) for cells in layers]
    out = np.zeros((len(shapes), len(layers)))
    for first in range(0, len(shapes), SHAPES_AT_ONCE):
        part = slice(first, first + SHAPES_AT_ONCE)
        out[part] = _sums(shapes[part], layers, running, transform)
    return out


def _sums(
    shapes: NDArray[np.object_],
    layers: Sequence[NDArray[np.float64]],
    running: Sequence[NDArray[np.float64]],
    transform: Affine,
) -> NDArray[np.float64]:
    shape, column, row, down = _outlines(shapes, transform)
    rows, columns = layers[0].shape
    on = (row >= 0) & (row < rows) & (column > 0)
    shape, column, row, down = shape[on], column[on], row[on], down[on]
    cell = np.minimum(column.astype(np.int64), columns - 1)
    share = np.minimum(column - cell, 1.0)
    # rows run down where coordinates run up: an outline against the clock is one with it here
    out = [
        -np.bincount(shape, down * (before[row, cell] + share * cells[row, cell]), len(shapes))
        for cells, before in zip(layers, running, strict=True)
    ]
    turned = -np.sign(transform.a * transform.e)
    sums: NDArray[np.float64] = np.stack(out, axis=1) * turned
    return sums


def _outlines(
    shapes: NDArray[np.object_], transform: Affine
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return outlines cut at cells: shape, middle column, row and rows down of each piece."""
    parts, of_part = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    points, owner = shapely.get_coordinates(rings, return_index=True)
    columns, rows = cells_at(points, transform)
    first = np.flatnonzero(owner[1:] == owner[:-1])
    x, y = (columns[first], columns[first + 1]), (rows[first], rows[first + 1])
    step, t0, t1 = between_cuts(x, y)
    middle = (t0 + t1) / 2
    across, down = x[1] - x[0], y[1] - y[0]
    return (
        of_part[of_ring[owner[first[step]]]],
        x[0][step] + middle * across[step],
        np.floor(y[0][step] + middle * down[step]).astype(np.int64),
        (t1 - t0) * down[step],
    )
