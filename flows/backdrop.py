"""What the map draws under the records: areas, people, stations, and whom it owes credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shapely.geometry import box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from flows.handover import Checked, Tabulated
    from geo.gazetteer import Gazetteer
    from geo.residents import PopulationGrid
    from maps.walkers import WalkBasis

OSM_SOURCES = ("OpenStreetMap", "Nominatim")
"""How ``located_by`` names what comes from OpenStreetMap."""

STAND_IN, STATIONS = "postcodes and stations", "railway stations"
"""How ``walk_past_method`` begins where stations stand in for walks; and the table of them."""

OSM_CREDIT: dict[str, object] = {
    "title": "Streets and places of OpenStreetMap",
    "licence": "Open Data Commons Open Database License (ODbL) 1.0",
    "credit": "\N{COPYRIGHT SIGN} OpenStreetMap contributors (ODbL)",
    "vintage": "as in the extract or answer used",
}

NEIGHBOURS_DEGREES = 0.8
"""How far beyond the areas on record land is drawn: past the edge of a wide screen."""


def draw_backdrop(checked: Checked, tables: Tabulated) -> dict[str, Any]:
    """Gather what the map draws under the records, and whom it owes credit."""
    from data.gazetteer import load_gazetteer

    gazetteer = load_gazetteer()
    codes = set(tables.deployments["area_code"].dropna())
    for force in checked.core["force"].unique():
        codes |= gazetteer.scope_of(force) or set()
    boroughs = _with_neighbours(gazetteer.areas, codes)
    return {
        "boroughs": boroughs[["area_code", "area_name", "geometry"]].reset_index(drop=True),
        "relief": tables.relief,
        "stations": _stations(gazetteer),
        "credits": list_credits(tables),
    }


def _with_neighbours(areas: gpd.GeoDataFrame, codes: set[str]) -> gpd.GeoDataFrame:
    """Return the areas of these codes and the land round them, or they look like islands."""
    named = areas[areas["area_code"].isin(codes)]
    if named.empty:
        return named
    west, south, east, north = named.total_bounds
    around = box(
        west - NEIGHBOURS_DEGREES,
        south - NEIGHBOURS_DEGREES,
        east + NEIGHBOURS_DEGREES,
        north + NEIGHBOURS_DEGREES,
    )
    return areas[areas.intersects(around)]


def list_credits(tables: Tabulated) -> list[dict[str, object]]:
    """Name the embedded sources owed credit, and OpenStreetMap if places were found there."""
    from data.catalog import entries_owed, load_catalog

    names = ("title", "licence", "credit", "vintage")
    by = tables.places["located_by"].astype("str")
    stood_in = tables.places["walk_past_method"].astype("str").str.contains(STAND_IN)
    used = [*by, *([STATIONS] if stood_in.any() else [])]
    owed = entries_owed(load_catalog(), located_by=used)
    embedded = [{name: getattr(entry, name) for name in names} for entry in owed]
    mapped = bool(by.str.contains("|".join(OSM_SOURCES), regex=True).any())
    mapped |= bool(tables.streets_credit)
    return [*embedded, dict(OSM_CREDIT)] if mapped else embedded


def walk_basis() -> WalkBasis:
    """Tell the method page what estimates of people walking past rest on."""
    from data.walk_calibration import load_walk_calibration
    from maps.walkers import WalkBasis

    calibration = load_walk_calibration()
    return WalkBasis(
        calibration.scores,
        calibration.sources,
        calibration.levels_per_h,
        calibration.week_scores,
    )


def join_relief(grids: Sequence[PopulationGrid]) -> gpd.GeoDataFrame | None:
    """Draw every grid of residents as one relief; None without a grid."""
    import geopandas as gpd
    import pandas as pd

    from maps.relief import draw_relief

    if not grids:
        return None
    drawn = [draw_relief(grid.array, transform=grid.transform, crs=grid.crs) for grid in grids]
    return gpd.GeoDataFrame(pd.concat(drawn, ignore_index=True))


def _stations(gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    import geopandas as gpd

    from geo.crs import MEASURED, to_stored

    names = gazetteer.names[gazetteer.names["kind"] == "station"]
    spots = gpd.points_from_xy(names["easting_m"], names["northing_m"])
    frame = gpd.GeoDataFrame({"name": names["name"].tolist()}, geometry=spots, crs=MEASURED)
    return to_stored(frame)
