"""Load what the stand-in for walk flow is measured on: postcodes and stations."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import MEASURED, STORED
from geo.stand_in import PostcodeGrid

if TYPE_CHECKING:
    import geopandas as gpd

EMBEDDED = Path(__file__).resolve().parent / "embedded"
POSTCODES = EMBEDDED / "population" / "gb_postcodes_250m.parquet"

CELL_M = 250
COUNTS = ("column", "row", "small_user", "large_user")
"""Columns of the embedded grid, in order."""

ONE_STATION_M = 150.0
"""Stations of our tables nearer than this are one: several tables hold the same."""


@cache
def load_postcodes() -> PostcodeGrid:
    """
    Return the postcodes of Great Britain per cell of 250 m.

    Returns
    -------
    postcodes
        Cells that hold any. Northern Ireland, the Isle of Man and the Channel Islands are not
        in it.

    Notes
    -----
    Read once a process: the table is part of the installation and does not change.

    Examples
    --------
    >>> int(load_postcodes().large_user.sum())
    39783
    """
    import pandas as pd

    table = pd.read_parquet(POSTCODES)
    columns = {name: table[name].to_numpy().astype(np.int32) for name in COUNTS}
    return PostcodeGrid(
        **columns,
        cell_m=CELL_M,
        crs=MEASURED,
        name="Great Britain",
        vintage="Code-Point Open, May 2025",
    )


@cache
def load_stations() -> gpd.GeoSeries:
    """
    Return the railway, tube, tram and light-rail stations of our tables, one point each.

    Returns
    -------
    stations
        Points in EPSG:27700, sorted, without an index of meaning: London's stations as
        Transport for London gives them, then those of Great Britain that none of them is.
    """
    import geopandas as gpd
    import pandas as pd

    london = pd.read_csv(EMBEDDED / "stations" / "tfl_stations.csv")
    rail = pd.read_csv(EMBEDDED / "rail" / "uk_railway_stations.csv")
    lon = np.concatenate([london["Lon"], rail["long"]])
    lat = np.concatenate([london["Lat"], rail["lat"]])
    points = gpd.GeoSeries.from_xy(lon, lat, crs=STORED).to_crs(MEASURED)
    known = points[np.isfinite(points.x) & np.isfinite(points.y)]
    return gpd.GeoSeries(known[~_told_before(known)].reset_index(drop=True), crs=MEASURED)


def _told_before(points: gpd.GeoSeries) -> np.ndarray:
    """Tell the points that lie near one that comes before them and is kept itself."""
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([points.x, points.y]))
    again = np.zeros(len(points), dtype=bool)
    for first, second in sorted(tree.query_pairs(ONE_STATION_M)):
        again[second] |= not again[first]
    return again
