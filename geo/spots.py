"""The spots that a place may be: what every mean over a place is taken over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

STREET_STEP_M = 100.0
"""Between the spots of a street."""

SPOTS_PER_PLACE_MIN = 40
"""Spots of an area, however small."""


def spots_of(shape: shapely.Geometry) -> NDArray[np.object_]:
    """
    Return spots spread evenly over a shape.

    Parameters
    ----------
    shape
        A point, a street, an area or a whole set of candidates, in metres; not empty.

    Returns
    -------
    spots
        Points: each point of a shape of points; every `STREET_STEP_M` along lines, at the
        middle of the steps; a lattice over areas. Of a collection, the spots of its parts,
        each kind of part among its own.

    Examples
    --------
    >>> [spot.x for spot in spots_of(shapely.LineString([(0, 0), (210, 0)]))]
    [52.5, 157.5]
    >>> len(spots_of(shapely.MultiPoint([(0, 0), (5, 5)])))
    2
    """
    if shape.geom_type == "GeometryCollection":
        parts = shapely.get_parts(shape)
        kinds = shapely.get_dimensions(parts)
        each = [spots_of(shapely.union_all(parts[kinds == kind])) for kind in np.unique(kinds)]
        return np.concatenate(each)
    dimension = shapely.get_dimensions(shape)
    if dimension == 0:
        return np.asarray(shapely.get_parts(shape))
    return _along(shape) if dimension == 1 else _over(shape)


def _along(shape: shapely.Geometry) -> NDArray[np.object_]:
    steps = max(1, round(shape.length / STREET_STEP_M))
    shares = (np.arange(steps) + 0.5) / steps
    return np.asarray(shapely.line_interpolate_point(shape, shares, normalized=True))


def _over(shape: shapely.Geometry) -> NDArray[np.object_]:
    step = (shape.area / SPOTS_PER_PLACE_MIN) ** 0.5
    if not step:
        return np.array([shape.representative_point()], dtype=object)
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(
        np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    )
    lattice = shapely.points(x.ravel(), y.ravel())
    inside: NDArray[np.object_] = lattice[shapely.covers(shape, lattice)]
    return inside if len(inside) else np.array([shape.representative_point()], dtype=object)
