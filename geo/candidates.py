"""One way to read a place, and how to draw it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NARROWEST_FIRST = {"site": 0, "street": 1, "district": 2, "area": 3, "unknown": 4}


@dataclass(frozen=True)
class Candidate:
    """
    One way to read a place.

    Attributes
    ----------
    name
        How the place was read, in full words; None where nothing could be read.
    precision
        Class: site, street, district, area or unknown.
    shape
        Geometry in EPSG:27700, or None where unknown.
    margin_m
        How far beyond the geometry the spot may lie.
    area_code
        GSS code of the borough or authority holding it.
    score
        How well it fits, 0 to 1.
    located_by
        Table that placed it.
    reason
        Why, in a sentence.
    question
        What a person would have to answer for a narrower or any reading; None where the
        text is settled.
    lost
        Parts of the text that no table holds.
    """

    name: str | None
    precision: str
    shape: shapely.Geometry | None
    margin_m: float
    area_code: str | None
    score: float
    located_by: str
    reason: str
    question: str | None = None
    lost: tuple[str, ...] = ()


def unknown(name: str | None, reason: str, question: str) -> Candidate:
    """Return the candidate that says a place is not known, why, and what to answer."""
    return Candidate(name, "unknown", None, 0.0, None, 0.0, "none", reason, question)


def circle_of(candidate: Candidate) -> tuple[shapely.Point | None, float | None]:
    """
    Return the middle of a candidate and the radius that holds every spot it may mean.

    Examples
    --------
    >>> street = shapely.LineString([(0, 0), (600, 0)])
    >>> made = Candidate("High Street", "street", street, 100.0, None, 1.0, "table", "why")
    >>> middle, radius_m = circle_of(made)
    >>> middle.wkt, radius_m
    ('POINT (300 0)', 410.0)
    """
    shape = candidate.shape
    if shape is None:
        return None, None
    circle = shapely.minimum_bounding_circle(shape)
    middle = _rounded(circle.centroid if circle.area > 0 else shape.centroid)
    radius = 0.0 if shape.geom_type == "Point" else _farthest(middle, shape)
    # A thousandth for the projection's scale, a metre for rounding degrees, then up to tens.
    held = round(radius * 1.001 + candidate.margin_m + 1, 3)
    return middle, math.ceil(held / 10) * 10.0


def _rounded(point: shapely.Point) -> shapely.Point:
    """Round a position to a millimetre, so that machines agree on it."""
    return shapely.Point(round(point.x, 3) + 0.0, round(point.y, 3) + 0.0)


def _farthest(middle: shapely.Point, shape: shapely.Geometry) -> float:
    corners = shapely.points(shapely.get_coordinates(shape))
    return float(shapely.distance(corners, middle).max())


def drawn(
    spots: NDArray[np.float64], precision: str, margin_m: float
) -> tuple[shapely.Geometry, float]:
    """
    Draw known spots: a point for a site, a line for a street, a polygon for a district.

    Returns
    -------
    shape, margin_m
        The geometry, and how far beyond it the spot may still lie.

    Examples
    --------
    >>> import numpy as np
    >>> ends = np.array([[0.0, 0.0], [600.0, 0.0]])
    >>> drawn(ends, "street", 50.0)
    (<LINESTRING (0 0, 600 0)>, 50.0)
    >>> drawn(ends, "site", 50.0)
    (<POINT (300 0)>, 350.0)
    """
    points = shapely.MultiPoint(spots)
    if precision == "district":
        return points.convex_hull.buffer(margin_m), 0.0
    if precision == "street" and len(spots) > 1:
        return shapely.LineString(spots), margin_m
    if precision == "street":
        return points.centroid.buffer(margin_m), 0.0
    if len(spots) == 1:
        return shapely.Point(spots[0]), margin_m
    middle = _rounded(shapely.minimum_bounding_circle(points).centroid)
    return middle, margin_m + _farthest(middle, points)
