"""Points of interest: what people on foot come from and go to, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.checks import require_columns
from geo.crs import STORED, to_stored
from geo.footprints import ground_area_m2, levels_of
from geo.labels import keys_of
from geo.nearby import gathered, near_any
from geo.poi_classes import POI_CLASSES, classify_pois, first_values, is_platform, is_set

if TYPE_CHECKING:
    from numpy.typing import NDArray

POI_COLUMNS = ("poi_class", "name", "ref", "floor_area_m2", "geometry")
"""Columns of a frame of points of interest, in order."""

STATION_REACH_M = 250.0
"""Stations of one name this near to one another are one, mapped more than once."""

STOP_REACH_M = 10.0
"""A platform this near to a pole of its name is the same stop."""

STEP_DEGREES = 5e-5
"""Corners put into the outline of a platform before it is measured: 6 m."""

STOP_POSITION_REACH_M = 50.0
"""A vehicle stops at most this far from the platform of that stop: a long bus or a tram."""


def pois_of(things: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Return the points of interest among tagged things, each once.

    Parameters
    ----------
    things
        One row per thing in any declared CRS: tags (`POI_KEYS`), ``name`` or null, ``ref`` (its
        identifier, such as ``node/4``) or null; points, lines or outlines.

    Returns
    -------
    pois
        Columns `POI_COLUMNS` in EPSG:4326, in the order of classes and identifiers: a point on
        each thing, and the floor area of an outline that is a building or a unit in one, null
        otherwise.

    Raises
    ------
    MissingColumnError
        If ``things`` lacks ``name`` or ``ref``.
    CrsError
        If ``things`` declare no CRS.

    Notes
    -----
    Counted once: a thing inside an outline of its own name and class; an identifier given
    twice; stations of one name and kind (bus, underground, train) within 250 m, and buildings
    and nameless ones within 250 m of another; a platform within 10 m of a bus stop of its name,
    or of no name. A stop position counts where no platform of its name, or of no name, is
    within 50 m. The order of rows is irrelevant.

    Examples
    --------
    >>> twice = gpd.GeoDataFrame(
    ...     {"shop": ["mall", "mall"], "name": ["Arcade"] * 2, "ref": ["node/1", "way/1"]},
    ...     geometry=[shapely.Point(0, 51), shapely.box(-0.001, 50.999, 0.001, 51.001)],
    ...     crs="EPSG:4326",
    ... )
    >>> pois_of(twice)["ref"].tolist()
    ['way/1']
    """
    require_columns(things, {"name", "ref"}, name="things")
    told = _ordered(to_stored(things))
    told = told[~_inside_their_like(told)]
    told = told[~_stations_again(told)].reset_index(drop=True)
    told = told[~_stops_again(told)].reset_index(drop=True)
    told = told.assign(floor_area_m2=_floor_area_m2(told))
    columns = told[list(POI_COLUMNS[:-1])]
    return gpd.GeoDataFrame(columns, geometry=told["spot"].to_numpy(), crs=STORED)


# Once ------------------------------------------------------------------------------------


def _ordered(things: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep what has a class and a shape, in an order that the order of rows does not alter."""
    shapes = np.array(things.geometry.to_numpy(), dtype=object)
    keep = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    keep &= np.isfinite(shapely.bounds(shapes)).all(axis=1)
    told = things.assign(poi_class=classify_pois(things))
    told = told[keep & told["poi_class"].notna().to_numpy()].reset_index(drop=True)
    told["name"] = told["name"].astype("str")
    told["ref"] = told["ref"].astype("str")
    told["key"] = keys_of(told["name"].fillna(""))
    told["spot"] = spots_of(told.geometry.to_numpy())
    numbered = told["ref"].str.extract(r"^([a-z]{1,12})/([0-9]{1,18})$")
    order = pd.DataFrame(
        {
            "class": told["poi_class"].map({name: n for n, name in enumerate(POI_CLASSES)}),
            "element": numbered[0],
            "number": pd.to_numeric(numbered[1]).astype("float64"),
            "ref": told["ref"],
            "wkb": shapely.to_wkb(told.geometry.to_numpy()),
            "name": told["name"],
        }
    )
    # Tables may hold one thing twice, in layers of points and of outlines.
    told = told.loc[order.sort_values(list(order.columns), kind="stable").index]
    again = told["ref"].notna() & told.duplicated(["ref"])
    return told[~again].reset_index(drop=True)


def spots_of(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """
    Return a point on each shape: itself, the middle of a line, one inside an outline.

    Examples
    --------
    >>> spots_of(shapely.from_wkt(["POINT (1 2)", "LINESTRING (0 0, 4 0)"])).tolist()
    [<POINT (1 2)>, <POINT (2 0)>]
    """
    spots = np.array(shapely.point_on_surface(shapes), dtype=object)
    lines = np.isin(shapely.get_type_id(shapes), (1, 2))
    spots[lines] = shapely.line_interpolate_point(
        shapely.get_geometry(shapes[lines], 0), 0.5, normalized=True
    )
    return spots


def _is_outline(told: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    return np.isin(shapely.get_type_id(told.geometry.to_numpy()), (3, 6))


def _inside_their_like(told: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Mark things inside a larger outline of the same name and class."""
    again = np.zeros(len(told), dtype=bool)
    outlines = np.flatnonzero(_is_outline(told))
    if not len(outlines):
        return again
    shapes = told.geometry.to_numpy()
    tree = shapely.STRtree(shapes[outlines])
    inner, outer = tree.query(told["spot"].to_numpy(), predicate="intersects")
    outer = outlines[outer]
    same = _same(told, inner, outer)
    areas = shapely.area(shapes)
    # Of two outlines that hold each other's point, the larger stays, or the first of equals.
    larger = (areas[outer] > areas[inner]) | ((areas[outer] == areas[inner]) & (outer < inner))
    again[inner[same & larger]] = True
    return again


def _same(
    told: gpd.GeoDataFrame, first: NDArray[np.intp], second: NDArray[np.intp]
) -> NDArray[np.bool_]:
    keys = told["key"].to_numpy()
    classes = told["poi_class"].to_numpy()
    same = (keys[first] == keys[second]) & (classes[first] == classes[second])
    same &= (keys[first] != "") & (first != second)
    return np.asarray(same, dtype=bool)


def _lonlat(told: gpd.GeoDataFrame) -> NDArray[np.float64]:
    lonlat: NDArray[np.float64] = shapely.get_coordinates(told["spot"].to_numpy())
    return lonlat


def _stations_again(told: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Mark stations mapped again: as a node, an outline, a building."""
    again = np.zeros(len(told), dtype=bool)
    stations = told["poi_class"].eq("station").to_numpy()
    said = _columns(told, ("railway", "amenity", "bus", "train", "subway", "station"))
    # A building or forecourt is called otherwise as often as not: "Helsinki Central".
    part = ~(said["railway"].isin({"station", "halt"}) | said["amenity"].eq("bus_station"))
    keys = told["key"].mask(part.to_numpy(dtype=bool), "").to_numpy()
    modes = _modes(said)
    for mode in np.unique(modes):
        rows = np.flatnonzero(stations & (modes == mode))
        again[rows] = gathered(_lonlat(told.iloc[rows]), keys[rows], STATION_REACH_M)
    return again


def _modes(said: pd.DataFrame) -> NDArray[np.str_]:
    """Tell stations of buses, of an underground and of trains apart: they share names."""
    bus = said["amenity"].eq("bus_station") | (said["bus"].eq("yes") & said["railway"].isna())
    under = said["station"].isin({"subway", "light_rail", "monorail"})
    under |= said["subway"].eq("yes") & ~said["train"].eq("yes")
    masks = [bus.to_numpy(dtype=bool), under.to_numpy(dtype=bool)]
    return np.select(masks, ["bus", "underground"], default="train")


def _stops_again(told: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Mark platforms beside a pole, and positions of vehicles beside either."""
    stops = told["poi_class"].eq("transit_stop").to_numpy()
    said = _columns(told, ("highway", "public_transport", "amenity"))
    poles = stops & said["highway"].eq("bus_stop").to_numpy(dtype=bool)
    waits = stops & is_platform(said).to_numpy(dtype=bool)
    again = np.zeros(len(told), dtype=bool)
    again |= _beside(told, waits & ~poles, poles, STOP_REACH_M)
    return again | _beside(told, stops & ~waits, waits & ~again, STOP_POSITION_REACH_M)


def _beside(
    told: gpd.GeoDataFrame,
    some: NDArray[np.bool_],
    others: NDArray[np.bool_],
    reach_m: float,
) -> NDArray[np.bool_]:
    """Mark some whose shape comes near others of the same name, or where one has no name."""
    rows = np.flatnonzero(some)
    # A platform is as long as a tram: the pole may stand at its end.
    shapes = shapely.segmentize(told.geometry.to_numpy()[rows], STEP_DEGREES)
    spots, owner = shapely.get_coordinates(shapes, return_index=True)
    keys = told["key"].to_numpy()
    there = _lonlat(told[others])
    near = near_any(spots, keys[rows][owner], there, keys[others], reach_m=reach_m)
    beside = np.zeros(len(told), dtype=bool)
    beside[rows[owner[near]]] = True
    return beside


def _columns(told: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    given = pd.DataFrame({key: first_values(told[key]) for key in keys if key in told.columns})
    return given.reindex(index=told.index, columns=list(keys)).astype("str")


def _floor_area_m2(told: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Measure outlines that are buildings, or units in one: grounds have no floors."""
    area: NDArray[np.float64] = np.full(len(told), np.nan)
    building = _columns(told, ("building",))["building"]
    indoors = told["poi_class"].isin({"shop", "food", "office"}) | is_set(building)
    rows = np.flatnonzero(_is_outline(told) & indoors.to_numpy(dtype=bool))
    levels = levels_of(told.iloc[rows]).fillna(1.0).to_numpy()
    area[rows] = ground_area_m2(told.geometry.to_numpy()[rows]) * levels
    return area
