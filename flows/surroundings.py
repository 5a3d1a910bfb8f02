"""What lies around places: streets, residents, and the people who walk past."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows.backdrop import join_relief
from flows.handover import Surrounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from data.street_files import Found
    from data.street_sources import Streets
    from data.walk_calibration import WalkCalibration
    from flows.handover import Request
    from geo.grids import PopulationGrid

FLOW = "walk-flow-1"
"""Name of the walks that are kept between runs; raise its number when they change."""

FLOW_COLUMNS = ("walk_flow",)
WALK_M = 800.0
NO_STREETS = "No map of the streets was at hand: distances are straight lines."
BY_STREETS = "walks along the streets to shops, food, stations, offices and schools"


def find_streets(places: gpd.GeoDataFrame, request: Request) -> Streets:
    """Decide where the streets around places come from, and read them."""
    from data.street_sources import StreetSources, streets_for

    settings = request.settings
    sources = StreetSources(
        settings.state,
        streets=settings.streets,
        offline=settings.offline,
        overpass=settings.overpass,
        publisher=settings.extracts,
        tell=lambda text: print(text, file=sys.stderr, flush=True),
    )
    return streets_for(places.geometry, sources)


def surround_places(places: gpd.GeoDataFrame, streets: Streets, request: Request) -> Surrounded:
    """Count who lives and estimate who walks around every place, and who lives in its area."""
    from data.gazetteer import load_gazetteer
    from geo.residents import residents_of

    grids = load_people(places, request)
    areas = load_gazetteer().areas
    areas = areas[areas["area_code"].isin(places["area_code"].dropna())]
    residents = _residents(places, grids, streets.found)
    walk_past = _walk_past(places, streets, request).round(0)
    return Surrounded(
        places=places.join(residents).join(walk_past),
        areas=areas[["area_code"]].join(residents_of(areas, grids)),
        relief=join_relief(grids),
        streets=streets.sentence if streets.found else NO_STREETS,
        streets_credit=streets.credit,
        notes=(*_notes(streets, request), *_unused(walk_past, request)),
        unreachable=streets.failed,
    )


def _notes(streets: Streets, request: Request) -> tuple[str, ...]:
    """Return what the user is told of the streets: nothing where none were wanted."""
    if request.settings.streets == "none":
        return ()
    return (*streets.notes, streets.sentence)


def _unused(walk_past: pd.DataFrame, request: Request) -> tuple[str, ...]:
    """Say so where jobs were given and no walk depends on them."""
    if request.jobs is None or (walk_past["walk_past_method"] == BY_STREETS).any():
        return ()
    said = (
        "--jobs changes nothing here: who walks past is estimated from postcodes and stations "
        "wherever there are any. `passersby streets` uses it for every street."
    )
    return (said,)


def load_people(places: gpd.GeoDataFrame, request: Request) -> list[PopulationGrid]:
    """Load the grids that residents are counted on."""
    from data.population import RasterReading, load_grids

    reading = RasterReading(unit=request.population_unit, offline=request.settings.offline)
    return load_grids(request.population, around=places, reading=reading)


def _residents(
    places: gpd.GeoDataFrame, grids: Sequence[PopulationGrid], found: Found | None
) -> pd.DataFrame:
    """Count residents along the streets where these are known, else as the crow flies."""
    from geo.residents import residents_within
    from geo.service_areas import service_areas
    from geo.street_ground import lay_ground

    if found is None:
        return residents_within(places, grids)
    ground = lay_ground(found.network, {"residents": grids})
    counted = service_areas(places, ground, distances_m=[WALK_M])
    residents = counted["residents_800m"].round(0)
    method = "residents within 800 m " + counted["method"]
    return residents.to_frame().assign(residents_method=method)


# Who walks past --------------------------------------------------------------------------


def _walk_past(places: gpd.GeoDataFrame, streets: Streets, request: Request) -> pd.DataFrame:
    """
    Estimate passages by what stands in for walks, and by streets where nothing does.

    Walk flow does not tell the counters it was tried on better than the stand-in does (see
    docs/method.md), so that is what is published wherever there are postcodes.
    """
    from data.walk_calibration import load_walk_calibration
    from geo.trip_ends import tells_walks

    calibration = load_walk_calibration()
    passages = _by_stand_in(places, calibration)
    lacking = passages["walk_past_per_h"].isna() & places.geometry.notna()
    found = streets.found
    if not lacking.any() or found is None or not tells_walks(found.pois):
        return passages
    by_streets = _by_streets(places[lacking], found, calibration, request)
    by_streets = by_streets[by_streets["walk_past_per_h"].notna()]
    return by_streets.combine_first(passages)[list(passages.columns)]


def _by_stand_in(places: gpd.GeoDataFrame, calibration: WalkCalibration) -> pd.DataFrame:
    from data.surroundings import load_postcodes, load_stations
    from geo.passages import passages_per_hour
    from geo.stand_in import stand_in

    around = stand_in(places, load_postcodes(), load_stations(), weights=calibration.weights)
    spreads = around["stand_in_log_sd"]
    passages = passages_per_hour(around["stand_in"], calibration.stand_in, log_spreads=spreads)
    return passages.assign(walk_past_method=around["stand_in_method"])


def _by_streets(
    places: gpd.GeoDataFrame, found: Found, calibration: WalkCalibration, request: Request
) -> pd.DataFrame:
    from geo.crs import measuring_system
    from geo.walk_past import walk_past_streets

    edges = found.network.edges[["name", "geometry"]]
    edges = edges.assign(walk_flow=walks_along(found, calibration, request)["walk_flow"])
    west, south, east, north = edges.total_bounds
    crs = measuring_system((west + east) / 2, (south + north) / 2)
    near = places[places.geometry.intersects(found.ground)]
    passages = walk_past_streets(near, edges, calibration.walk_flow, crs=crs)
    return passages.assign(walk_past_method=BY_STREETS)


def walks_along(found: Found, calibration: WalkCalibration, request: Request) -> pd.DataFrame:
    """
    Return the walks along every stretch, worked out once and kept.

    Walks of people who are told at an address are worked out anew each time: what lies there
    may change while the address stays.
    """
    from data.kept_frames import digest_of
    from data.population import is_address
    from data.street_cache import area_key, cached_frame
    from data.street_people import people_of
    from geo.trip_ends import trip_ends
    from geo.walk_flow import walk_flow

    def make() -> pd.DataFrame:
        people = people_of(
            found.network,
            population=request.population,
            unit=request.population_unit,
            jobs=request.jobs,
            offline=request.settings.offline,
        )
        ends = trip_ends(found.network, people, found.pois)
        flow = walk_flow(
            found.network, ends.nodes, calibration.model, threads=os.cpu_count() or 1
        )
        return flow.edges[list(FLOW_COLUMNS)]

    told = [source or "" for source in (request.population, request.jobs)]
    if any(map(is_address, told)):
        return make()
    depends = [
        found.digest, area_key(found.ground), repr(calibration.model), request.population_unit,
        *(digest_of(Path(source)) if source else "" for source in told),
    ]  # fmt: skip
    folder = request.settings.state / "streets"
    return cached_frame(FLOW, depends, make, folder=folder, columns=FLOW_COLUMNS)
