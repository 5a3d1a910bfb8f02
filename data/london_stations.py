"""Read how many people enter and leave London's stations: a test of the stand-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from data.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

FLOWS = "stationflows_aut2015.csv"
PLACES = "london_combinedstations_630.csv"

ENTRY_AND_EXIT = ("A", "E")
"""People who come in from the street and go out to it; changes of train are not in it."""

QUARTER = re.compile(r"1[0-6]\d\d-")
"""Columns of the quarters of an hour from 10 to 17 o'clock."""

HOURS = 7


def load_station_flows(folder: Path) -> gpd.GeoDataFrame:
    """
    Return the passengers between street and station on a weekday of autumn 2015.

    Parameters
    ----------
    folder
        Holds Transport for London's counts by quarter of an hour, and the stations' positions.

    Returns
    -------
    stations
        In EPSG:27700, sorted by name: ``name``, ``per_h``, persons per hour from 10 to 17
        o'clock in both directions, above 0.

    Raises
    ------
    SourceError
        If a table is missing or does not hold seven hours.
    """
    import geopandas as gpd
    import pandas as pd

    for name in (FLOWS, PLACES):
        if not (folder / name).is_file():
            msg = f"There is no {name} in {folder}. Give the folder of London's station counts."
            raise SourceError(msg)
    flows = pd.read_csv(folder / FLOWS, skipinitialspace=True)
    flows.columns = flows.columns.str.strip()
    quarters = [column for column in flows.columns if QUARTER.match(column)]
    if len(quarters) != 4 * HOURS:
        msg = f"{FLOWS} has {len(quarters)} quarters of an hour from 10 to 17, not {4 * HOURS}."
        raise SourceError(msg)
    ways = flows[flows["AEI"].str.strip().isin(ENTRY_AND_EXIT)]
    code = pd.to_numeric(ways["station NLC"], errors="coerce")
    people = ways[quarters].apply(pd.to_numeric, errors="coerce").sum(axis=1) / HOURS
    per_h = people.groupby(code).sum()
    places = pd.read_csv(folder / PLACES)
    places = places.assign(code=pd.to_numeric(places["nlc_id"], errors="coerce"))
    places = places.dropna(subset=["code"]).drop_duplicates("code")
    places = places.assign(per_h=places["code"].map(per_h))
    places = places[places["per_h"] > 0].sort_values(["name", "code"], ignore_index=True)
    shapes = gpd.GeoSeries.from_wkt(places["wkt_geom"], crs="EPSG:27700")
    told = places[["name", "per_h"]].astype({"per_h": np.float64})
    return gpd.GeoDataFrame(told, geometry=shapes)
