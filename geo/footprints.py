"""Buildings as weights: how much ground they cover, and how much floor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.checks import require_columns
from geo.crs import STORED, to_stored
from geo.nearby import metres_per_degree

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUILDING_COLUMNS = ("dwelling", "ref", "footprint_m2", "levels", "floor_area_m2", "geometry")
"""Columns of a frame of buildings, in order."""

BUILDING_KEYS = ("building", "building:levels", "height")
"""Every key that decides anything here."""

DWELLINGS = frozenset({
    "apartments", "bungalow", "cabin", "detached", "dormitory", "farm", "flats", "house",
    "houseboat", "residential", "semi", "semidetached_house", "static_caravan",
    "stilt_house", "terrace", "trullo",
})  # fmt: skip
"""Values of ``building`` in which people live; of most, mapped as ``yes``, it is unknown."""

NOT_BUILDINGS = frozenset({
    "no", "roof", "ruins", "construction", "proposed", "collapsed", "demolished", "abandoned",
})  # fmt: skip
"""Values of ``building`` where nobody lives or works."""

LEVEL_HEIGHT_M = 3.2
"""From floor to floor; assumed, between dwellings (2.7) and offices (3.9)."""

LEVELS_MAX = 200.0
"""No building has more; a larger number is a slip."""

_NUMBER = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*(m|metres?|meters?)?\s*$")


def ground_area_m2(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """
    Return the area of small shapes in EPSG:4326, by the ellipsoid's radii where each lies.

    Parameters
    ----------
    shapes
        Outlines, a few kilometres wide at most; other shapes have none.

    Returns
    -------
    area_m2
        To one part in a thousand for shapes of that size.

    Examples
    --------
    >>> ground_area_m2(np.array([shapely.box(0, 51.5, 0.001, 51.501)])).round(1).tolist()
    [7725.7]
    """
    east_m, north_m = metres_per_degree(shapely.bounds(shapes)[:, [1, 3]].mean(axis=1))
    area: NDArray[np.float64] = shapely.area(shapes) * east_m * north_m
    return area


def levels_of(tags: pd.DataFrame) -> pd.Series:
    """
    Return how many floors stand on the ground, by ``building:levels`` or else ``height``.

    Parameters
    ----------
    tags
        One row per building; either column may be absent.

    Returns
    -------
    levels
        At least 1, null where neither tag can be read; indexed like ``tags``.

    Examples
    --------
    >>> tags = pd.DataFrame({"building:levels": ["4", None], "height": [None, "16 m"]})
    >>> levels_of(tags).tolist()
    [4.0, 5.0]
    """
    none = pd.Series(np.nan, index=tags.index, dtype="float64")
    said = _numbers(tags["building:levels"]) if "building:levels" in tags.columns else none
    tall = _numbers(tags["height"]) if "height" in tags.columns else none
    levels = said.fillna(tall / LEVEL_HEIGHT_M)
    return levels.rename("levels").where(levels <= LEVELS_MAX).clip(lower=1.0)


def _numbers(texts: pd.Series) -> pd.Series:
    read = {text: _number(text) for text in texts.dropna().unique()}
    return texts.map(read).astype("float64")


def _number(text: object) -> float:
    match = _NUMBER.match(str(text)[:40])
    return float(match[1]) if match else np.nan


def buildings_of(things: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the buildings among tagged things, as points with their floor area.

    Parameters
    ----------
    things
        One row per thing in any declared CRS, with ``building`` and ``ref``, and
        ``building:levels`` and ``height`` where they are at hand.

    Returns
    -------
    buildings
        Columns `BUILDING_COLUMNS` in EPSG:4326, in the order of their identifiers:
        ``dwelling``, whether people live there, null where the map does not say;
        ``footprint_m2``; ``levels``, null where untagged; ``floor_area_m2``, footprint times
        levels, one level where none is tagged; a point inside each.

    Raises
    ------
    MissingColumnError
        If ``things`` lacks ``building`` or ``ref``.
    CrsError
        If ``things`` declare no CRS.
    """
    require_columns(things, {"building", "ref"}, name="things")
    kinds = things["building"].astype("str").str.casefold()
    shapes = things.geometry.to_numpy()
    keep = (
        kinds.notna()
        & ~kinds.isin(NOT_BUILDINGS)
        & np.isin(shapely.get_type_id(shapes), (3, 6))
    )
    built = to_stored(things[keep.to_numpy(dtype=bool)])
    shapes, kinds = built.geometry.to_numpy(), kinds[keep]
    levels = levels_of(built)
    footprint_m2 = ground_area_m2(shapes)
    frame = (
        built[["ref"]]
        .astype("str")
        .assign(
            dwelling=kinds.isin(DWELLINGS).astype("boolean").mask(kinds.eq("yes")),
            footprint_m2=footprint_m2,
            levels=levels,
            floor_area_m2=footprint_m2 * levels.fillna(1.0),
        )
    )
    made = gpd.GeoDataFrame(frame, geometry=shapely.point_on_surface(shapes), crs=STORED)
    made = made.sort_values(["ref", "footprint_m2"], kind="stable").reset_index(drop=True)
    again = made["ref"].notna() & made.duplicated(["ref"])
    return made.loc[~again, list(BUILDING_COLUMNS)].reset_index(drop=True)
