"""Doubt positions that lie where the force does not police: the sea, or another country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from data.schemas import CORE_FLAGS
from data.tables import as_table
from data.tabulate import join_places
from geo.crs import STORED, to_metric

if TYPE_CHECKING:
    import pandas as pd

    from geo.gazetteer import Gazetteer

FLAG = "spot-outside"
"""The position given for a deployment lies outside the area of its force."""

LENIENT_M = 2000.0
"""Generalised boundaries stray, and a pier or a bridge runs on beyond the shore."""


def flag_far_spots(
    told: pd.DataFrame, places: gpd.GeoDataFrame, gazetteer: Gazetteer
) -> pd.DataFrame:
    """
    Flag deployments whose given position lies outside the area of their force.

    Parameters
    ----------
    told
        Deployments with their tellings; a position that the record or a correction gives is
        in ``lon``, ``lat`` [degree].
    places
        Their places, located.
    gazetteer
        Knows which areas a force polices; a force without any is held to the whole country.

    Returns
    -------
    flags
        The columns of ``core_flags``, in the order of the deployments.
    """
    rows = join_places(told, places)
    given = rows[rows["published_lon"].notna() & rows["published_lat"].notna()]
    spots = gpd.GeoSeries.from_xy(given["published_lon"], given["published_lat"], crs=STORED)
    found = []
    for force, part in to_metric(spots).groupby(given["force"].to_numpy(), sort=False):
        far = part.distance(_ground(str(force), gazetteer))
        found += [
            {
                "deployment_id": given.loc[at, "deployment_id"],
                "flag": FLAG,
                "detail": _detail(given.loc[at], str(force), float(metres)),
            }
            for at, metres in far[~(far <= LENIENT_M)].items()
        ]
    return as_table(found, CORE_FLAGS)


def _ground(force: str, gazetteer: Gazetteer) -> shapely.Geometry:
    codes = gazetteer.scope_of(force) or gazetteer.area_shapes.keys()
    return shapely.union_all([gazetteer.area_shapes[code] for code in sorted(codes)])


def _detail(row: pd.Series, force: str, far_m: float) -> str:
    where = f"lon {row['published_lon']:g}, lat {row['published_lat']:g}"
    how_far = f"{far_m / 1000:,.0f} km" if far_m < float("inf") else "far"
    return (
        f"The position given ({where}) lies {how_far} outside the area of {force}. Are both "
        "numbers right? Correct lon and lat in corrections.csv."
    )
