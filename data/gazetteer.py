"""Load the embedded tables of named places."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from data.countries import Country, country_of
from geo.crs import STORED, to_metric
from geo.gazetteer import Gazetteer
from geo.place import name_key
from geo.written import STATION_TAIL, WARD_TAIL, station_spellings

if TYPE_CHECKING:
    from numpy.typing import NDArray

EMBEDDED = Path(__file__).resolve().parent / "embedded"
HERE = Path(__file__).resolve().parent

STATION_REACH_M = 700.0
"""A district named after a station lies within a short walk of it."""

ONE_STATION_M = 500.0
"""Stations of one name nearer than this are one: our tables put the same one up to 240 m
apart, and the tube and the railway at Bethnal Green, which no text tells apart, 490 m."""

LONDON_TERMINUS = r"^London (?!Bridge$|Fields$|Road\b)"
"""People leave out the "London" of "London Euston"; of these three it is the name."""

DOCK_REACH_M = 300.0
"""A dock bears the name of the street it stands on."""

WARD_REACH_M = 1400.0
"""Half the breadth of a ward, where its postcodes are not embedded: 95 % of known spots."""

TOWN_REACH_MIN_M = 1400.0
TOWN_REACH_PER_ROOT_PERSON_M = 11.0
"""A town at 4,000 residents per square kilometre is a disc of 8.9 m x sqrt(residents);
a quarter more because towns are not discs."""

TOWN_REACH_MAX_M = 12_000.0


@cache
def load_gazetteer(country: str = "gb") -> Gazetteer:
    """
    Return the gazetteer of the embedded tables.

    Parameters
    ----------
    country
        ISO 3166-1 alpha-2 code.

    Returns
    -------
    gazetteer
        London boroughs at full detail, other local authorities of 2024 generalised,
        stations of London, railway stations of Great Britain, cycle docks, wards, GeoNames
        towns, curated places and postcodes. The tables of another country are empty: its
        places come from a map or a geocoder.

    Raises
    ------
    SourceError
        If the country has no grid to measure on.

    Notes
    -----
    Read once a process: the tables are part of the installation and do not change.
    """
    where = country_of(country)
    if where.code != "gb":
        return _empty(where)
    stations = _stations()
    names = [stations, _docks(), _wards(), _towns(), _rail_stations(stations)]
    return Gazetteer(
        areas=_areas(),
        names=pd.concat(names, ignore_index=True),
        curated=pd.read_csv(HERE / "places_curated.csv", keep_default_na=False),
        postcodes=_postcodes(),
        force_areas=pd.read_csv(HERE / "force_areas.csv"),
    )


def _empty(country: Country) -> Gazetteer:
    """Return a gazetteer that holds nothing, in a country's grid."""
    areas = pd.DataFrame(columns=["area_code", "area_name", "other_name"])
    names = ["name", "kind", "ref", "easting_m", "northing_m", "reach_m"]
    curated = pd.read_csv(HERE / "places_curated.csv", keep_default_na=False, nrows=0)
    return Gazetteer(
        areas=gpd.GeoDataFrame(areas, geometry=[], crs=STORED),
        names=pd.DataFrame(columns=names),
        curated=curated,
        postcodes=pd.DataFrame(columns=["postcode", "ward", "easting_m", "northing_m"]),
        force_areas=pd.DataFrame(columns=["force", "area_code"]),
        country=country.code,
        measured=country.measured,
    )


def _areas() -> gpd.GeoDataFrame:
    """London's boroughs in full, the rest of the United Kingdom generalised."""
    london = gpd.read_file(
        EMBEDDED / "boundaries" / "london_boroughs.geojson", columns=["NAME", "GSS_CODE"]
    )
    london = london.rename(columns={"NAME": "area_name", "GSS_CODE": "area_code"})
    kingdom = gpd.read_file(
        EMBEDDED / "boundaries" / "uk_local_authorities_2024.geojson",
        columns=["LAD24CD", "LAD24NM", "LAD24NMW"],
    ).rename(columns={"LAD24CD": "area_code", "LAD24NM": "area_name", "LAD24NMW": "other_name"})
    rest = kingdom[~kingdom["area_code"].isin(london["area_code"])]
    both = pd.concat([london.assign(other_name=None), rest], ignore_index=True)
    both["other_name"] = both["other_name"].where(both["other_name"].str.strip().ne(""), None)
    columns = ["area_code", "area_name", "other_name", "geometry"]
    return both.sort_values("area_code", ignore_index=True)[columns]


def _points(
    frame: pd.DataFrame, *, lon: str, lat: str, kind: str, reach: pd.Series | float
) -> pd.DataFrame:
    """Put positions in degrees into the columns of the gazetteer."""
    metric = to_metric(gpd.GeoSeries.from_xy(frame[lon], frame[lat], crs="EPSG:4326"))
    return pd.DataFrame(
        {
            "name": frame["name"].to_numpy(),
            "kind": kind,
            "ref": frame["ref"].astype(str).to_numpy(),
            "easting_m": metric.x.to_numpy().round(1),
            "northing_m": metric.y.to_numpy().round(1),
            "reach_m": reach if isinstance(reach, float) else reach.to_numpy(),
        }
    )


def _stations() -> pd.DataFrame:
    frame = pd.read_csv(EMBEDDED / "stations" / "tfl_stations.csv")
    frame = frame.rename(columns={"Name": "name", "UniqueId": "ref"})
    frame["name"] = frame["name"].str.replace(STATION_TAIL, "", regex=True)
    return _points(frame, lon="Lon", lat="Lat", kind="station", reach=STATION_REACH_M)


def _rail_stations(held: pd.DataFrame) -> pd.DataFrame:
    """Read the railway stations of Great Britain that the stations at hand do not hold."""
    path = EMBEDDED / "rail" / "uk_railway_stations.csv"
    frame = pd.read_csv(path, usecols=["stationName", "lat", "long", "crsCode"])
    frame = frame.rename(columns={"stationName": "name", "crsCode": "ref"})
    frame["name"] = frame["name"].str.replace(STATION_TAIL, "", regex=True)
    short = frame["name"].str.replace(LONDON_TERMINUS, "", regex=True)
    both = pd.concat([frame, frame.assign(name=short)[short != frame["name"]]])
    points = _points(both, lon="long", lat="lat", kind="rail_station", reach=STATION_REACH_M)
    return points[~_among(points, held)]


def _among(points: pd.DataFrame, held: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which stations another table holds, under any spelling of their names."""
    known = defaultdict(list)
    for name, x, y in zip(held["name"], held["easting_m"], held["northing_m"], strict=True):
        known[name_key(name)].append((x, y))
    rows = zip(points["name"], points["easting_m"], points["northing_m"], strict=True)
    return np.array([
        any(
            math.hypot(x - a, y - b) <= ONE_STATION_M
            for key in station_spellings(name)
            for a, b in known.get(key, ())
        )
        for name, x, y in rows
    ])  # fmt: skip


def _docks() -> pd.DataFrame:
    """Read the cycle docks, once by street and once by district."""
    docks = gpd.read_file(EMBEDDED / "gazetteer" / "cycle_hire.geojson")
    frame = pd.DataFrame(
        {
            "name": docks["name"],
            "district": docks["area"] if "area" in docks.columns else "",
            "ref": docks["id"].astype(str),
            "lon": docks.geometry.x,
            "lat": docks.geometry.y,
        }
    )
    districts = frame.assign(name=frame["district"])
    options: dict[str, str] = {"lon": "lon", "lat": "lat"}
    streets = _points(frame, kind="dock", reach=DOCK_REACH_M, **options)
    named = _points(districts, kind="dock_district", reach=DOCK_REACH_M, **options)
    return pd.concat([streets, named], ignore_index=True)


def _wards() -> pd.DataFrame:
    frame = pd.read_csv(EMBEDDED / "gazetteer" / "gb_ward_centroids_codepoint2025.csv")
    return pd.DataFrame(
        {
            "name": frame["ward_name"].str.replace(WARD_TAIL, "", regex=True),
            "kind": "ward",
            "ref": frame["ward"],
            "easting_m": frame["e"],
            "northing_m": frame["n"],
            "reach_m": WARD_REACH_M,
        }
    )


def _towns() -> pd.DataFrame:
    frame = pd.read_csv(EMBEDDED / "gazetteer" / "geonames_gb_cities500.csv")
    frame = frame[frame["latitude"] > 49].rename(columns={"geonameid": "ref"})  # noqa: PLR2004
    reach = TOWN_REACH_PER_ROOT_PERSON_M * frame["population"].pow(0.5)
    reach = reach.clip(TOWN_REACH_MIN_M, TOWN_REACH_MAX_M).round(-1)
    return _points(frame, lon="longitude", lat="latitude", kind="town", reach=reach)


def _postcodes() -> pd.DataFrame:
    path = EMBEDDED / "population" / "london_postcodes.parquet"
    frame = pd.read_parquet(path, columns=["postcode", "ward", "easting", "northing"])
    return frame.rename(columns={"easting": "easting_m", "northing": "northing_m"})
