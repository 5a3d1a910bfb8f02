"""Tagged things read one by one, and the points of interest and buildings among them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import shapely

from data.osm_kinds import tidy_name
from geo.footprints import BUILDING_KEYS
from geo.poi_classes import POI_KEYS, may_be_poi

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

READ_KEYS = frozenset({*POI_KEYS, *BUILDING_KEYS, "name"})
"""Every key that is read."""

CHUNK = 20_000
"""Things whose outlines are in memory at once; of buildings only points are kept."""


class Tagged(NamedTuple):
    """
    One thing with tags.

    Attributes
    ----------
    tags
        Those of `READ_KEYS`.
    ref
        Its identifier, such as ``way/4082681``, or nothing.
    shape
        Its geometry in EPSG:4326 as well-known binary, in bytes or hexadecimal.
    closed
        Whether the shape is a ring to be filled.
    """

    tags: Mapping[str, str]
    ref: str
    shape: bytes | str
    closed: bool = False


@dataclass(frozen=True)
class Points:
    """
    What people go to, and where they may live and work.

    Attributes
    ----------
    pois
        Columns `geo.pois.POI_COLUMNS`, in EPSG:4326.
    buildings
        Columns `geo.footprints.BUILDING_COLUMNS`, in EPSG:4326; None where not asked for.
    """

    pois: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame | None = None


def points_of(found: Iterable[Tagged], *, buildings: bool) -> Points:
    """
    Keep the points of interest of a stream of things, and its buildings if they are wanted.

    Parameters
    ----------
    found
        The things, in any order.
    buildings
        Whether buildings are wanted.

    Returns
    -------
    points
        What was found. Memory holds `CHUNK` things, and what is kept.
    """
    from geo.footprints import buildings_of
    from geo.pois import pois_of

    stream = iter(found)
    kept, built = [_things([])], [buildings_of(_things([], BUILDING_KEYS))]
    while chunk := list(islice(stream, CHUNK)):
        kept.append(_things([thing for thing in chunk if may_be_poi(thing.tags)]))
        if buildings:
            built.append(buildings_of(_things(_buildings(chunk), BUILDING_KEYS)))
    pois = pois_of(_joined(kept))
    if not buildings:
        return Points(pois)
    every = _joined(built).sort_values(["ref", "footprint_m2"], kind="stable")
    again = every["ref"].notna() & every.duplicated(["ref"])
    return Points(pois, every[~again].reset_index(drop=True))


def _buildings(chunk: Sequence[Tagged]) -> list[Tagged]:
    return [thing for thing in chunk if "building" in thing.tags]


def _joined(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Join frames of the same columns; an empty one says what the columns are."""
    import pandas as pd

    full = [frame for frame in frames if len(frame)]
    joined: gpd.GeoDataFrame = pd.concat(full, ignore_index=True) if full else frames[0]
    return joined


def _things(
    chunk: Sequence[Tagged], keys: tuple[str, ...] = (*POI_KEYS, "name")
) -> gpd.GeoDataFrame:
    """Make the frame of things found and some of their tags, rings filled."""
    import geopandas as gpd
    import pandas as pd

    from geo.crs import STORED

    columns = {
        key: pd.Series([thing.tags.get(key) for thing in chunk], dtype="str") for key in keys
    }
    if "name" in keys:
        columns["name"] = pd.Series([_name(thing.tags) for thing in chunk], dtype="str")
    columns["ref"] = pd.Series([thing.ref or None for thing in chunk], dtype="str")
    return gpd.GeoDataFrame(columns, geometry=_shapes(chunk), crs=STORED)


def _name(tags: Mapping[str, str]) -> str | None:
    return tidy_name(tags.get("name", "").partition(";")[0]) or None


def _shapes(chunk: Sequence[Tagged]) -> list[shapely.Geometry]:
    import numpy as np

    shapes = shapely.from_wkb(np.array([thing.shape for thing in chunk], dtype=object))
    closed = np.array([thing.closed for thing in chunk], dtype=bool)
    closed &= shapely.get_num_coordinates(shapes) > 3  # noqa: PLR2004 - a triangle, closed
    spots, rows = shapely.get_coordinates(shapes[closed], return_index=True)
    shapes[closed] = shapely.polygons(shapely.linearrings(spots, indices=rows))
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    return list(shapes)
