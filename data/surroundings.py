"""Load what the stand-in for walk flow is measured on: postcodes and stations."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import MEASURED, STORED
from geo.grids import PopulationGrid
from geo.stand_in import PostcodeGrid

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

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


def _told_before(points: gpd.GeoSeries) -> NDArray[np.bool_]:
    """Tell the points that lie near one that comes before them and is kept itself."""
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([points.x, points.y]))
    again = np.zeros(len(points), dtype=bool)
    for first, second in sorted(tree.query_pairs(ONE_STATION_M)):
        again[second] |= not again[first]
    return again


RESIDENTS_PER_POSTCODE = 37.738
"""Residents per live small-user postcode of England and Wales: 56,075,912 at the census of 2011
over 1,485,925 postcodes."""


def postcode_residents(bounds: Sequence[float]) -> PopulationGrid:
    """
    Return residents as postcodes tell them, where no census grid is at hand.

    Parameters
    ----------
    bounds
        West, south, east and north [metres of EPSG:27700] of the ground wanted.

    Returns
    -------
    grid
        `RESIDENTS_PER_POSTCODE` for each small-user postcode, on cells of 250 m; cells without
        any hold 0.
    """
    from affine import Affine

    postcodes = load_postcodes()
    west, south = (int(edge // CELL_M) for edge in bounds[:2])
    east, north = (int(edge // CELL_M) + 1 for edge in bounds[2:])
    cells = np.zeros((north - south, east - west))
    column, row = postcodes.column - west, postcodes.row - south
    inside = (column >= 0) & (column < east - west) & (row >= 0) & (row < north - south)
    cells[north - south - 1 - row[inside], column[inside]] = postcodes.small_user[inside]
    return PopulationGrid(
        array=cells * RESIDENTS_PER_POSTCODE,
        transform=Affine(CELL_M, 0, west * CELL_M, 0, -CELL_M, north * CELL_M),
        crs=MEASURED,
        nodata=None,
        name="residents by small-user postcodes",
        vintage="postcodes of 2025 at the persons per postcode of 2011",
    )
