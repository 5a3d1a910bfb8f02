"""One way to read a place, and how to draw it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

NARROWEST_FIRST = {"site": 0, "street": 1, "district": 2, "area": 3, "unknown": 4}


TOGETHER_M = 1500.0
"""Several readings within a circle of this radius are one district to look in."""


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
    kind
        What a map says it is, where its shape is a map's own: street, station, venue ...;
        "point" for a street of which a table holds no more. Such a reading is dropped, not
        contradicted, where the other parts say that another of its name is meant.
    axis
        Middle line of a street as a map has it, even where the map cuts it.
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
    kind: str | None = None
    axis: shapely.Geometry | None = None


def unknown(name: str | None, reason: str, question: str) -> Candidate:
    """Return the candidate that says a place is not known, why, and what to answer."""
    return Candidate(name, "unknown", None, 0.0, None, 0.0, "none", reason, question)


def hold_all(candidates: Sequence[Candidate], *, name: str, reason: str) -> Candidate | None:
    """
    Hold several equally good readings in one district, where they lie close together.

    Parameters
    ----------
    candidates
        Readings, all with shapes.
    name
        The place as read.
    reason
        Why they are several.

    Returns
    -------
    district
        The ground that holds every one; None where that is wider than `TOGETHER_M`.

    Examples
    --------
    >>> gates = [
    ...     Candidate("Gate", "site", shapely.Point(x, 0), 60, "E1", 1, "map", "")
    ...     for x in (0, 500, 9000)
    ... ]
    >>> held = hold_all(gates[:2], name="Gate", reason="Two of them.")
    >>> held.precision, circle_of(held)[1]
    ('district', 320.0)
    >>> hold_all(gates, name="Gate", reason="Three of them.")
    """
    grounds = [c.shape.buffer(c.margin_m) for c in candidates if c.shape is not None]
    ground = shapely.union_all(grounds).convex_hull
    if shapely.minimum_bounding_radius(ground) > TOGETHER_M:
        return None
    codes = {candidate.area_code for candidate in candidates}
    tables = dict.fromkeys(candidate.located_by for candidate in candidates)
    return Candidate(
        name, "district", ground, 0.0, codes.pop() if len(codes) == 1 else None,
        candidates[0].score / 2, ", ".join(tables), reason,
    )  # fmt: skip


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
