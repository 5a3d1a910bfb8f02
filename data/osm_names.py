"""Named streets, stations, venues and districts from any OpenStreetMap extract at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from data.errors import SourceError
from data.osm_forms import form_of
from geo.crs import to_stored, to_system
from geo.features import COLUMNS, GAP_M, Features, gather_streets, measured
from geo.labels import keys_of

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    from data.osm_found import Reading

EDGE_M = 30.0
"""A shape that comes this near to the extract's edge may run on beyond it."""

SITE_AREA_MAX_M2 = 100_000.0
"""A venue larger than this, some 180 m from its middle to its edge, is a district: a big park,
an airport, a retail park."""

STEP_DEGREES = 0.01
"""Corners put into the edge of an extract before it is measured."""


def read_features(path: Path, *, crs: str) -> Features:
    """
    Read the named features of an OpenStreetMap extract.

    Parameters
    ----------
    path
        An extract as PBF, XML (also gzipped or bzipped) or O5M, a network saved by OSMnx as
        GraphML, an answer of Overpass in JSON, or a GeoPackage, GeoJSON or GeoParquet file
        with a column ``name`` and tags as columns. Content decides which, not the ending.
    crs
        The metric system to measure in.

    Returns
    -------
    features
        Streets gathered from their pieces, and stations, venues, districts and towns one by
        one; see `geo.features.Features`. The extent is the box that the file states, cut to
        the convex hull of what was read, or that hull: an extract cut along a border is
        emptier than its box.

    Raises
    ------
    SourceError
        If the file is missing, broken, of no known kind, or names nothing.
    CrsError
        If ``crs`` is not in metres or does not reach the extract.

    Notes
    -----
    Margins are assumptions, stated in `data.osm_kinds`: 30 m for a street, 150 to 250 m for a
    station, 60 or 80 m for a venue, and for a district mapped as a point from 400 m (hamlet)
    to 3 km (city). A venue larger than ten hectares has the precision of a district. A part
    missing at the extract's edge leaves a shape that is not ``whole``; nothing is made up.

    See Also
    --------
    data.osm_cache.read_features_cached : The same, kept once read.
    """
    reading = _read(path)
    made = _features(reading, crs=crs, source=source_of(path)) if len(reading.frame) else None
    if made is None or made.frame.empty:
        msg = (
            f"{path.name} names no street, station, venue or district. Give an extract that "
            "holds named OpenStreetMap features of the places to be found."
        )
        raise SourceError(msg)
    return made


def source_of(path: Path) -> str:
    """Return what readers are told a feature comes from."""
    return f"OpenStreetMap ({path.name})"


# Kinds of file ---------------------------------------------------------------------------


def _read(path: Path) -> Reading:
    """Read a file by what it is."""
    form = form_of(path)
    if form == "graphml":
        from data.osm_graphml import read_network

        return read_network(path)
    if form == "overpass":
        from data.osm_overpass import json_of, read_answer

        return read_answer(json_of(path), name=path.name)
    if form in {"table", "parquet"}:
        from data.osm_tables import read_table

        return read_table(path, parquet=form == "parquet")
    from data.osm_pbf import read_extract

    return read_extract(path, form=form)


# Features --------------------------------------------------------------------------------


def _features(reading: Reading, *, crs: str, source: str) -> Features:
    """Gather streets, tell what runs on beyond the edge, and put everything in order."""
    import geopandas as gpd

    frame = reading.frame.assign(source=source)
    metric = measured(frame.geometry, crs, name="features")
    hull = _hull(frame.geometry.to_numpy())
    extent = _extent(reading.box, hull, crs)
    edge = hull if reading.box is None else reading.box
    frame["whole"] = ~(frame["clipped"] | _at_edge(metric, edge, crs))
    plazas = (frame["kind"] == "plaza").to_numpy()
    streets = (frame["kind"] == "street").to_numpy()
    broad = _parts_of_streets(frame, metric, plazas, streets)
    frame.loc[plazas & ~broad, "kind"] = "venue"
    gathered = gather_streets(frame[streets | broad].drop(columns="clipped"), crs=crs)
    others = _sized(frame, metric)[~(streets | broad)][list(COLUMNS)]
    joined = pd.concat([part for part in (gathered, others) if len(part)] or [gathered])
    order = joined.assign(key=_kind_order(joined), low=keys_of(joined["name"]))
    order = order.sort_values(["key", "low", "name", "ref"], kind="stable")
    return Features(gpd.GeoDataFrame(order[list(COLUMNS)].reset_index(drop=True)), extent)


def _kind_order(frame: pd.DataFrame) -> pd.Series:
    return frame["kind"].map({"street": 0, "station": 1, "venue": 2, "district": 3, "town": 4})


def _hull(shapes: NDArray[np.object_]) -> shapely.Geometry:
    """Return the convex hull of shapes, by one line through all their corners."""
    spots = shapely.get_coordinates(shapes)
    return shapely.convex_hull(shapely.linestrings(np.vstack([spots, spots[:1]])))


def _extent(
    box: shapely.Geometry | None, hull: shapely.Geometry, crs: str
) -> shapely.Geometry | None:
    """Return the ground covered: at least that within `EDGE_M` of what was read."""
    import geopandas as gpd

    from geo.crs import STORED

    near = to_system(gpd.GeoSeries([hull], crs=STORED), crs).buffer(EDGE_M)
    covered = to_stored(near).iloc[0]
    return covered if box is None else shapely.intersection(box, covered)


def _at_edge(metric: gpd.GeoSeries, edge: shapely.Geometry, crs: str) -> NDArray[np.bool_]:
    """Mark the lines and outlines that come near the edge of the ground covered."""
    import geopandas as gpd

    from geo.crs import STORED

    # A long side of a box is a curve in metres: without corners it would lie 90 m off.
    rim = shapely.segmentize(edge.boundary, STEP_DEGREES)
    rim = to_system(gpd.GeoSeries([rim], crs=STORED), crs).iloc[0]
    shapes = metric.to_numpy()
    sides = _sides(rim)
    near = np.zeros(len(shapes), dtype=bool)
    near[shapely.STRtree(shapes).query(sides, predicate="dwithin", distance=EDGE_M)[1]] = True
    near &= shapely.get_dimensions(shapes) > 0
    return near


def _sides(rim: shapely.Geometry) -> NDArray[np.object_]:
    """Return the straight sides of a line; none of an edge that is no line."""
    corners = shapely.get_coordinates(rim)
    sides: NDArray[np.object_] = shapely.linestrings(np.stack([corners[:-1], corners[1:]], 1))
    return sides if rim.geom_type == "LineString" else sides[:0]


def _parts_of_streets(
    frame: gpd.GeoDataFrame,
    metric: gpd.GeoSeries,
    plazas: NDArray[np.bool_],
    streets: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Mark the areas to walk on that are the broad part of a street of their name."""
    keys = keys_of(frame["name"]).to_numpy()
    shapes = metric.to_numpy()
    wanted = set(keys[plazas])
    lines: dict[str, list[shapely.Geometry]] = {}
    for row in np.flatnonzero(streets & pd.Series(keys).isin(wanted).to_numpy()):
        lines.setdefault(keys[row], []).append(shapes[row])
    broad = np.zeros(len(frame), dtype=bool)
    for row in np.flatnonzero(plazas):
        near = lines.get(keys[row], [])
        broad[row] = bool(near) and shapely.distance(shapes[row], near).min() <= GAP_M
    return broad


def _sized(frame: gpd.GeoDataFrame, metric: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Give large venues the precision of a district."""
    large = (frame["kind"] == "venue") & (metric.area > SITE_AREA_MAX_M2)
    return frame.assign(precision=frame["precision"].mask(large, "district"))
