"""Named things read out of an extract, one by one, and the frame that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import shapely

from data.osm_kinds import Kind, classify, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

Spot = tuple[float, float]
"""Longitude and latitude in degrees."""

_ALL_GROUND = frozenset({"district", "town"})
"""Kinds of which a scrap of the boundary says nothing: the ground within is what is meant."""


class Found(NamedTuple):
    """
    One named thing.

    Attributes
    ----------
    name, other_names
        Its name, and others joined by "|".
    kind
        What it is.
    ref
        Its identifier, such as ``way/4082681``.
    shape
        Its geometry in EPSG:4326 as well-known binary, in bytes or hexadecimal.
    closed
        Whether the shape is a ring to be filled.
    clipped
        Whether some of it is missing.
    """

    name: str
    other_names: str
    kind: Kind
    ref: str
    shape: bytes | str
    closed: bool = False
    clipped: bool = False


@dataclass(frozen=True)
class Reading:
    """
    What a file holds.

    Attributes
    ----------
    frame
        One row per named thing in EPSG:4326: ``name``, ``other_names``, ``kind``,
        ``precision``, ``margin_m``, ``ref``, ``clipped``, ``geometry``.
    box
        The ground that the file says it covers, or None.
    """

    frame: gpd.GeoDataFrame
    box: shapely.Geometry | None = None


def kind_of_way(tags: Mapping[str, str], *, closed: bool) -> tuple[Kind, bool] | None:
    """
    Return what a way is, and whether its ring is to be filled.

    A closed way is a street if its tags let it be one: roundabouts and crescents close.

    Examples
    --------
    >>> kind_of_way({"highway": "residential"}, closed=True)[1]
    False
    >>> kind_of_way({"shop": "mall"}, closed=True)[1]
    True
    """
    kind = classify(tags, shape="line")
    if kind is not None and (kind.kind == "street" or not closed):
        return kind, False
    kind = classify(tags, shape="outline") if closed else None
    return None if kind is None else (kind, True)


def found_point(tags: Mapping[str, str], *, ref: str, spot: Spot) -> Found | None:
    """Return a named node, or None if it is nothing that a place is told by."""
    kind = classify(tags, shape="point")
    if kind is None:
        return None
    name, others = names_of(tags, kind)
    return Found(name, others, kind, ref, shapely.Point(spot).wkb) if name else None


def found_way(
    tags: Mapping[str, str], *, ref: str, spots: Sequence[Spot | None], closed: bool
) -> Found | None:
    """
    Return a named way by the positions of its nodes, None where one is missing.

    What is there is kept: the runs of nodes that are whole, or else one node of a venue.
    """
    told = kind_of_way(tags, closed=closed)
    if told is None:
        return None
    kind, filled = told
    name, others = names_of(tags, kind)
    clipped = None in spots
    if clipped and kind.kind in _ALL_GROUND:
        return None
    shape = drawn(runs_of(spots), street=kind.kind == "street")
    if not name or shape is None:
        return None
    return Found(name, others, kind, ref, shape.wkb, filled and not clipped, clipped)


def runs_of(spots: Sequence[Spot | None]) -> list[list[Spot]]:
    """
    Return the runs of positions between those missing.

    Examples
    --------
    >>> runs_of([None, (0, 0), (1, 0), None, (3, 0)])
    [[(0, 0), (1, 0)], [(3, 0)]]
    """
    runs: list[list[Spot]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if run]


def drawn(runs: list[list[Spot]], *, street: bool) -> shapely.Geometry | None:
    """Draw runs as lines; a street of no two neighbouring nodes has no line."""
    lines = [shapely.LineString(run) for run in runs if len(run) > 1]
    if len(lines) == 1:
        return lines[0]
    if lines:
        return shapely.MultiLineString(lines)
    return shapely.Point(runs[0][0]) if runs and not street else None


def found_area(
    tags: Mapping[str, str], *, ref: str, rings: Sequence[shapely.Geometry], clipped: bool
) -> Found | None:
    """Return a named multipolygon by the lines of its rings; unfilled if some are missing."""
    kind = classify(tags, shape="outline")
    if kind is None or not rings:
        return None
    name, others = names_of(tags, kind)
    lines = shapely.MultiLineString(list(rings))
    area = None if clipped else shapely.build_area(lines)
    unfilled = area is None or area.is_empty
    if unfilled and kind.kind in _ALL_GROUND:
        return None
    wkb = shapely.to_wkb(lines if unfilled else area)
    return Found(name, others, kind, ref, wkb, clipped=unfilled) if name else None


def reading_of(found: Iterable[Found], *, box: shapely.Geometry | None = None) -> Reading:
    """Make the frame of things found, rings filled."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from geo.crs import STORED

    things = list(found)
    shapes = shapely.from_wkb(np.array([thing.shape for thing in things], dtype=object))
    closed = np.array([thing.closed for thing in things], dtype=bool)
    closed &= shapely.get_num_coordinates(shapes) > 3  # noqa: PLR2004 - a triangle, closed
    spots, rows = shapely.get_coordinates(shapes[closed], return_index=True)
    rings = shapely.linearrings(spots, indices=rows)
    shapes[closed] = shapely.make_valid(shapely.polygons(rings))
    frame = pd.DataFrame(
        {
            "name": [thing.name for thing in things],
            "other_names": [thing.other_names for thing in things],
            "kind": [thing.kind.kind for thing in things],
            "precision": [thing.kind.precision for thing in things],
            "margin_m": [thing.kind.margin_m for thing in things],
            "ref": [thing.ref for thing in things],
            "clipped": np.array([thing.clipped for thing in things], dtype=bool),
        }
    )
    return Reading(gpd.GeoDataFrame(frame, geometry=shapes, crs=STORED), box)
