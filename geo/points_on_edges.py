"""Place people known at points on the nearest streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.crs import to_stored
from geo.dasymetric import REACH_M
from geo.errors import CoverageError
from geo.snapping import snap

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.street_network import StreetNetwork


def points_on_edges(
    network: StreetNetwork, points: gpd.GeoDataFrame, *, reach_m: float = REACH_M
) -> pd.DataFrame:
    """
    Place people known at points on the edge nearest to each.

    Parameters
    ----------
    network
        Streets.
    points
        Points in any declared CRS, with ``count`` [persons].
    reach_m
        Points farther than this from any street are on none of them.

    Returns
    -------
    edges
        Indexed like the network's edges: ``persons``, 0 where no point is near; and
        ``middle_share``, how far along the edge they are on average, null without any.

    Raises
    ------
    MissingColumnError
        If ``points`` lack ``count``.
    CrsError
        If they declare no CRS.
    CoverageError
        If none of them is near a street.
    """
    require_columns(points, {"count"}, name="points")
    stored = to_stored(points.geometry)
    spots = np.column_stack([stored.x, stored.y])
    found = snap(network, spots, reach_m=reach_m)
    placed = found.edge >= 0
    if len(points) and not placed.any():
        msg = (
            f"None of the {len(points):,} points lies within {reach_m:g} m of a street. "
            "Are they of another town, or are longitude and latitude the wrong way round?"
        )
        raise CoverageError(msg)
    count = points["count"].to_numpy(dtype="float64")[placed]
    edge, along = found.edge[placed], found.along_share[placed]
    order = np.lexsort((along, count, edge))  # sums do not depend on the order of rows
    edge, along, count = edge[order], along[order], count[order]
    persons = np.bincount(edge, count, len(network.edges))
    moment = np.bincount(edge, count * along, len(network.edges))
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(persons > 0, moment / persons, np.nan)
    return pd.DataFrame({"persons": persons, "middle_share": middle}, index=network.edges.index)
