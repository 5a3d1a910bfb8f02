"""The stretches of street at which a place may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.crs import require_metric_crs
from geo.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

STREET_REACH_M = 25.0
"""From a street's middle line to the pavements and paths beside it, mapped on their own."""

SPOT_REACH_M = 40.0
"""Least reach of a point: across a junction, or to the far side of a broad street."""


def stretches_of(
    places: gpd.GeoSeries, edges: gpd.GeoSeries, *, radius_m: pd.Series | None = None
) -> pd.DataFrame:
    """
    Find the stretches of street at which each place may be, and how likely each is.

    Parameters
    ----------
    places
        Points, lines or polygons in a metric CRS; null where not known.
    edges
        Lines of a street network, in the same CRS.
    radius_m
        How far from a point the spot may lie, indexed like ``places``; of lines and polygons
        it is not asked, for they are drawn as large as they are vague.

    Returns
    -------
    stretches
        One row for each place and edge in reach, by place and edge: ``place`` and ``edge``,
        positions in what was given, and ``weight_m``, the length of the edge within reach. A
        place is as likely at one metre of street as at another.

    Raises
    ------
    CrsError
        If either is not in metres, or their systems differ.

    Notes
    -----
    Reach is ``radius_m`` about a point, though no less than `SPOT_REACH_M`; `STREET_REACH_M`
    either side of a line; the ground itself of a polygon. A van is likelier to stand where it
    is busy than where it is quiet; how much likelier nobody has published, so nothing of it is
    assumed here.

    Examples
    --------
    >>> import geopandas as gpd
    >>> edges = gpd.GeoSeries.from_wkt(
    ...     ["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 100 300)"], crs="EPSG:27700"
    ... )
    >>> spot = gpd.GeoSeries.from_xy([100], [0], crs="EPSG:27700")
    >>> found = stretches_of(spot, edges, radius_m=pd.Series([50.0]))
    >>> found["edge"].tolist(), found["weight_m"].round(1).tolist()
    ([0, 1], [50.0, 50.0])
    """
    for shapes, name in ((places, "places"), (edges, "edges")):
        require_metric_crs(shapes, name=name)
    if edges.crs != places.crs:
        msg = f"`places` are in {places.crs.to_string()}, `edges` in {edges.crs.to_string()}."
        raise CrsError(msg)
    reach, shapes = _reaches(places, radius_m), edges.to_numpy()
    tree = shapely.STRtree(shapes)
    place, edge = tree.query(reach, predicate="intersects")
    inside = _lengths_inside(reach, shapes, place, edge, tree)
    found = pd.DataFrame({"place": place, "edge": edge, "weight_m": inside})
    return found[found["weight_m"] > 0].sort_values(["place", "edge"], ignore_index=True)


def _reaches(places: gpd.GeoSeries, radius_m: pd.Series | None) -> NDArray[np.object_]:
    """Return the ground on which each place may be; null where it is not known."""
    shapes = places.to_numpy()
    dimension = shapely.get_dimensions(shapes)
    radius = np.full(len(shapes), SPOT_REACH_M)
    if radius_m is not None:
        radius = np.fmax(radius_m.reindex(places.index).to_numpy(dtype=float), SPOT_REACH_M)
    grown = np.where(dimension == 0, radius, np.where(dimension == 1, STREET_REACH_M, 0.0))
    out: NDArray[np.object_] = shapely.buffer(shapes, grown, quad_segs=16)
    return np.where(dimension >= 2, shapes, out)  # noqa: PLR2004 - a polygon


def _lengths_inside(
    reach: NDArray[np.object_],
    edges: NDArray[np.object_],
    place: NDArray[np.intp],
    edge: NDArray[np.intp],
    tree: shapely.STRtree,
) -> NDArray[np.float64]:
    """Measure how much of each edge lies within reach; most lie there whole."""
    covered = tree.query(reach, predicate="covers")
    whole = pd.MultiIndex.from_arrays([place, edge]).isin(pd.MultiIndex.from_arrays(covered))
    lengths: NDArray[np.float64] = shapely.length(edges)[edge]
    part = ~whole
    lengths[part] = shapely.length(shapely.intersection(reach[place[part]], edges[edge[part]]))
    return lengths
