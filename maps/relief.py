"""A quiet relief of where people live, drawn from a grid of residents."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import to_stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affine import Affine

    Contours = tuple[list[np.ndarray], list[np.ndarray]]

LEVEL_SHARES = (0.30, 0.55, 0.75, 0.90, 0.97)
"""Share of populated cells below each of the five steps: rank, not number, sets the tint."""

MARGIN_CELLS = 2
SMALLEST_PART_CELLS = 3.0
"""Specks under this many cells say nothing at the scale of a city."""

SIMPLIFY_CELLS = 0.18


def draw_relief(people: np.ndarray, *, transform: Affine, crs: object) -> gpd.GeoDataFrame:
    """
    Return five steps of population density as smooth shapes.

    Parameters
    ----------
    people
        Residents per cell; NaN or negative where nothing is known.
    transform
        From column and row to coordinates.
    crs
        Reference system of those coordinates.

    Returns
    -------
    relief
        ``level`` 1 (sparse) to 5 (dense) and ``geometry`` in EPSG:4326; each step holds the
        next. Fewer rows where a grid is too small or empty to have five.
    """
    from contourpy import FillType, contour_generator

    known = np.where(np.isfinite(people) & (people > 0), people, 0.0)
    smooth = _blur(np.pad(known, MARGIN_CELLS))
    populated = smooth[smooth > 0]
    levels, shapes = [], []
    if populated.size:
        generator = contour_generator(z=smooth, fill_type=FillType.OuterOffset)
        for level, share in enumerate(LEVEL_SHARES, start=1):
            least = float(np.quantile(populated, share))
            polygons, offsets = cast("Contours", generator.filled(least, np.inf))
            shape = _joined(polygons, offsets, transform)
            if not shape.is_empty:
                levels.append(level)
                shapes.append(shape)
    drawn = gpd.GeoDataFrame({"level": levels}, geometry=shapes, crs=crs)
    return to_stored(drawn)


def _blur(cells: np.ndarray) -> np.ndarray:
    """Smooth twice with weights 1 2 1, so that single cells leave no steps."""
    for axis in (0, 1, 0, 1):
        moved = [np.roll(cells, step, axis) for step in (-1, 0, 1)]
        cells = (moved[0] + 2 * moved[1] + moved[2]) / 4
    return cells


def _joined(
    polygons: Sequence[np.ndarray], offsets: Sequence[np.ndarray], transform: Affine
) -> shapely.Geometry:
    parts = []
    for points, cuts in zip(polygons, offsets, strict=True):
        rings = [points[a:b] for a, b in pairwise(cuts)]
        part = shapely.Polygon(rings[0], rings[1:])
        if part.area >= SMALLEST_PART_CELLS:
            parts.append(shapely.simplify(part, SIMPLIFY_CELLS))
    shape = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])

    def place(xy: np.ndarray) -> np.ndarray:
        middle = xy - MARGIN_CELLS + 0.5
        columns, rows = middle[:, 0], middle[:, 1]
        return np.column_stack(
            [
                transform.a * columns + transform.b * rows + transform.c,
                transform.d * columns + transform.e * rows + transform.f,
            ]
        )

    return shapely.make_valid(shapely.transform(shape, place))
