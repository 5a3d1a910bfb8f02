"""Who lives and works on the streets: a raster or table at hand, else what is embedded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from data.addresses import shown
from data.errors import SourceError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.grids import PopulationGrid
    from geo.street_network import StreetNetwork
    from geo.trip_ends import People

TABLES = (".csv", ".tsv", ".txt")
"""Endings of tables of people at points; any other file is a raster."""


def people_of(
    network: StreetNetwork,
    *,
    population: str | None = None,
    unit: str = "auto",
    jobs: str | None = None,
    offline: bool = False,
) -> People:
    """
    Place whoever is known to live and work along some streets on them.

    Parameters
    ----------
    network
        The streets.
    population
        Path or address of a raster of residents; None for the embedded census grids, and
        the postcodes of the rest of Great Britain.
    unit
        What the cells of the rasters hold; see `data.population.RasterReading`.
    jobs
        Path or address of a raster of jobs or of people by day, or path of a table of them at
        points (see `data.people_points`); None where they are not known.
    offline
        Whether no connection may be made.

    Returns
    -------
    people
        Null where nothing at hand covers a street; nobody is assumed to live nowhere.

    Raises
    ------
    SourceError
        If a file cannot be read, or a raster that was given covers none of the streets.
    """
    from geo.trip_ends import People

    grids = (
        _grids(network, population, unit, offline=offline) if population else _embedded(network)
    )
    residents = _placed(network, grids, population)
    working = None if jobs is None else _working(network, jobs, unit, offline=offline)
    return People(residents=residents, jobs=working)


def _embedded(network: StreetNetwork) -> list[PopulationGrid]:
    """Return the census grids at hand, then the residents that Britain's postcodes tell of."""
    from data.population import load_grids
    from data.surroundings import postcode_residents
    from geo.crs import MEASURED, measuring_system, to_metric

    west, south, east, north = network.edges.total_bounds
    if measuring_system((west + east) / 2, (south + north) / 2) != MEASURED:
        return []
    grid = postcode_residents(to_metric(network.edges.geometry).total_bounds)
    return [*load_grids(), grid] if grid.array.any() else []


def _grids(
    network: StreetNetwork, source: str, unit: str, *, offline: bool
) -> list[PopulationGrid]:
    from data.population import RasterReading, load_grids

    reading = RasterReading(unit=unit, offline=offline)
    return load_grids(source, around=_ground(network), reading=reading)


def _ground(network: StreetNetwork) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    box = shapely.box(*network.edges.total_bounds)
    return gpd.GeoDataFrame(geometry=[box], crs=network.edges.crs)


def _placed(
    network: StreetNetwork, grids: list[PopulationGrid], source: str | None
) -> pd.DataFrame | None:
    """Place the people of grids; a raster that was given must cover some street."""
    from geo.dasymetric import people_on_edges

    placed = people_on_edges(network, grids) if grids else None
    nowhere = placed is None or _is_blank(placed)
    if source is not None and nowhere:
        msg = (
            f"{source} covers none of the streets, or holds no data there. Give the raster of "
            "their country, or leave it out."
        )
        raise SourceError(msg)
    return None if nowhere else placed


def _is_blank(placed: pd.DataFrame) -> bool:
    """Tell whether grids hold no data of any street, which is not that nobody lives there."""
    known = placed["known_share"].fillna(0.0) > 0
    return not (known | (placed["persons"] > 0)).any()


def _working(
    network: StreetNetwork, source: str, unit: str, *, offline: bool
) -> pd.DataFrame | None:
    from data.population import is_address

    path = urlsplit(source).path if is_address(source) else source
    if Path(path).suffix.casefold() not in TABLES:
        return _placed(network, _grids(network, source, unit, offline=offline), source)
    from data.people_points import load_people_points
    from geo.points_on_edges import points_on_edges

    if is_address(source):
        msg = f"{shown(source)} is a table on the web. Download it, and give its path."
        raise SourceError(msg)
    return points_on_edges(network, load_people_points(Path(source)))
