"""Counts beside walk-past: ratios of places, and the streets that counts speak for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from data.street_files import Found
    from data.street_sources import Streets
    from flows.handover import Tabulated
    from geo.capture import SharedError
    from geo.plausible import Verdict
    from geo.spot_slope import SpotLine

LONDON, LONDON_CODES = "Greater London", "E09"
"""The one town that is many authorities, and how their codes begin."""

VAGUE = ("district", "area")

COVERED_SHARE = 0.98
"""Share of a vague place that the map of streets must cover: the borders of two maps differ a
little, but a count must not be shared out among half of a place's streets."""


def tabulate_ratios(deployments: pd.DataFrame) -> pd.DataFrame:
    """Put the faces of every place beside its walk-past, as the table ``out_ratios``."""
    from data.schema_beside import OUT_RATIOS
    from data.tabulate import conform
    from geo.capture import capture_ratios

    rows = pd.DataFrame(deployments.drop(columns="geometry", errors="ignore"))
    found = capture_ratios(rows.assign(town=_towns(rows)), shared())
    found["note"] = found["note"].replace("", None)
    return conform(found.rename(columns={"counting_era": "era"}), OUT_RATIOS)


def shared() -> SharedError:
    """Return what the walk-past of all places of a town has in common."""
    from data.walk_calibration import load_walk_calibration
    from geo.capture import shared_error

    calibration = load_walk_calibration()
    return shared_error(calibration.stand_in, area_log_sd=calibration.boroughs_log_sd)


def _towns(rows: pd.DataFrame) -> pd.Series[str]:
    london = rows["area_code"].str.startswith(LONDON_CODES).fillna(value=False).astype(bool)
    return rows["area_name"].mask(london, LONDON)


def judge(deployments: pd.DataFrame) -> Verdict:
    """Say whether counts at known spots are told better with their walk-past than without."""
    from geo.plausible import tells_streets_apart
    from geo.spot_slope import known_spots, spot_scores

    scores = spot_scores(known_spots(deployments))
    return tells_streets_apart(
        scores["crps_with"], scores["crps_without"], days=scores["date"].tolist()
    )


def weigh_streets(tables: Tabulated, streets: Streets) -> Tabulated:
    """Weigh the streets of vague places by their counts, where counts tell streets apart."""
    if not tables.verdict.told or streets.found is None:
        return tables
    return replace(tables, plausible=plausible_streets(tables.deployments, streets.found))


def plausible_streets(deployments: gpd.GeoDataFrame, found: Found) -> gpd.GeoDataFrame | None:
    """
    Weigh the streets of every vague place on the map by the counts reported there.

    Parameters
    ----------
    deployments
        The table ``out_deployments``, with geometries.
    found
        The streets.

    Returns
    -------
    plausible
        The table ``out_plausible`` with the streets' lines in EPSG:4326, most plausible first
        in each deployment; None where no vague place lies on the map.
    """
    import geopandas as gpd

    from data.schema_beside import OUT_PLAUSIBLE
    from data.tabulate import conform
    from geo.spot_slope import fit_spots, known_spots

    vague = _vague_on(deployments, found)
    if vague.empty:
        return None
    weighed = list(
        _weighed(vague, _candidates(vague, found), fit_spots(known_spots(deployments)))
    )
    if not weighed:
        return None
    every = pd.concat(weighed, ignore_index=True)
    return gpd.GeoDataFrame(
        conform(every, OUT_PLAUSIBLE), geometry=list(every["geometry"]), crs="EPSG:4326"
    )


def _vague_on(deployments: gpd.GeoDataFrame, found: Found) -> gpd.GeoDataFrame:
    """Return counts at vague places that the map of streets covers."""
    import shapely

    figures = deployments[["faces_seen", "duration_h"]].astype("float64")
    told = deployments["precision"].isin(VAGUE) & (figures > 0).all(axis=1)
    rows = deployments[
        told & deployments["counting_era"].notna() & deployments.geometry.notna()
    ]
    whole = shapely.area(rows.geometry.to_numpy())
    on_map = shapely.area(shapely.intersection(rows.geometry.to_numpy(), found.ground))
    return rows[(whole > 0) & (on_map >= COVERED_SHARE * whole)]


def _candidates(vague: gpd.GeoDataFrame, found: Found) -> gpd.GeoDataFrame:
    """
    List the streets of the distinct places, each with its walk-past.

    By what stands in for walks, as it is published for the known spots that taught the slope.
    """
    from data.surroundings import load_postcodes, load_stations
    from data.walk_calibration import load_walk_calibration
    from geo.candidate_streets import candidate_streets
    from geo.crs import measuring_system, to_metric, to_stored
    from geo.passages import passages_per_hour
    from geo.stand_in import stand_in

    calibration = load_walk_calibration()
    places = vague.drop_duplicates("geometry").geometry
    west, south, east, north = places.total_bounds
    crs = measuring_system((west + east) / 2, (south + north) / 2)
    edges = to_metric(found.network.edges[["name", "geometry"]], crs=crs)
    streets = candidate_streets(to_metric(places, crs=crs), edges)
    streets["place"] = places.to_wkb().to_numpy()[streets["place"]]
    around = stand_in(streets, load_postcodes(), load_stations(), weights=calibration.weights)
    passages = passages_per_hour(around["stand_in"], calibration.stand_in)
    spots = to_stored(streets.geometry.representative_point())
    return to_stored(streets).assign(
        lon=spots.x,
        lat=spots.y,
        walk_past_per_h=passages["walk_past_per_h"],
        spread=around["stand_in_log_sd"] * calibration.stand_in.level.slope,
    )


def _weighed(
    vague: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, line: SpotLine
) -> Iterator[pd.DataFrame]:
    """Yield the streets that hold 80 % of each count's plausibility."""
    import numpy as np

    from geo.plausible import bits_gained, plausible_spots

    named = ["deployment_id", "place_read", "area_name"]
    for row, shape in zip(vague.to_dict("records"), vague.geometry.to_wkb(), strict=True):
        level = line.levels.get((row["force"], row["counting_era"]))
        own = streets[streets["place"] == shape]
        if level is None or own.empty:
            continue
        spots = pd.DataFrame(
            {"log_walk_past": np.log(own["walk_past_per_h"]), "log_walk_past_sd": own["spread"]}
        )
        found = plausible_spots(
            spots,
            log_rate=float(np.log(row["faces_seen"] / row["duration_h"])),
            mean_log=level.mean_log,
            centre=level.centre,
            slope=line.slope,
            slope_sd=line.slope_sd,
            residual_sd=level.residual_sd,
            level_sd=level.level_sd,
            freedom=float(level.n - 1),
            prior=own["length_m"],
        )
        held = own.join(found)[found["within_80"]].sort_values(
            ["plausible_share", "street", "lon", "lat"], ascending=[False, True, True, True]
        )
        yield pd.DataFrame(held).assign(
            **{name: row[name] for name in named},
            streets=len(own),
            gained_bits=bits_gained(found),
        )
