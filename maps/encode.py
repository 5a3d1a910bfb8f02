"""Shapes and JSON in few bytes, safe to write into a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

DEGREE_STEPS = 100_000
"""Steps per degree: about a metre, finer than any place is known."""

_LEAST_RING = 3


def delta_code(xy: np.ndarray) -> list[int]:
    """
    Return a line as whole steps: the first point, then each move from the last.

    Points that fall on the same step are written once.

    Examples
    --------
    >>> delta_code(np.array([[0.0, 51.5], [0.00001, 51.5], [0.00001, 51.50002]]))
    [0, 5150000, 1, 0, 0, 2]
    """
    steps = np.rint(np.asarray(xy)[:, :2] * DEGREE_STEPS).astype(np.int64)
    moves = np.diff(steps, axis=0, prepend=np.zeros((1, 2), np.int64))
    keep = np.any(moves != 0, axis=1)
    keep[0] = True
    kept: list[int] = moves[keep].ravel().tolist()
    return kept


def encode_polygons(shape: shapely.Geometry | None) -> list[list[list[int]]]:
    """
    Return the polygons of a shape, each a list of delta-coded rings, left open.

    Examples
    --------
    >>> encode_polygons(shapely.box(0, 0, 0.00001, 0.00001))
    [[[1, 0, 0, 1, -1, 0, 0, -1]]]
    """
    if shape is None:
        return []
    polygons = []
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        rings = [part.exterior, *part.interiors]
        coded = [delta_code(shapely.get_coordinates(ring)[:-1]) for ring in rings]
        kept = [ring for ring in coded if len(ring) >= 2 * _LEAST_RING]
        if kept and len(coded[0]) >= 2 * _LEAST_RING:
            polygons.append(kept)
    return polygons


def encode_lines(shape: shapely.Geometry | None) -> list[list[int]]:
    """
    Return the lines of a shape, delta-coded.

    Examples
    --------
    >>> encode_lines(shapely.LineString([(0, 0), (0, 0.00003)]))
    [[0, 0, 0, 3]]
    """
    if shape is None:
        return []
    parts = shapely.get_parts(shape)
    return [delta_code(shapely.get_coordinates(part)) for part in parts]


def script_json(value: object) -> str:
    r"""
    Return JSON that cannot end the script element it stands in.

    Examples
    --------
    >>> script_json({"place": "</script><b>"})
    '{"place":"\\u003c/script\\u003e\\u003cb\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def simplify_together(
    shapes: Sequence[shapely.Geometry], *, tolerance: float
) -> list[shapely.Geometry]:
    """
    Simplify neighbouring areas without opening gaps between them.

    Parameters
    ----------
    shapes
        Areas that share borders.
    tolerance
        In the unit of the coordinates.
    """
    simpler: list[shapely.Geometry] = list(
        shapely.coverage_simplify(np.array(shapes, dtype=object), tolerance)
    )
    return simpler
