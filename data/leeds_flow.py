"""Compute the walk flow past Leeds's cameras, as the calibration takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.errors import SourceError
from data.surroundings import load_postcodes, load_stations, postcode_residents
from geo.crs import MEASURED, STORED, to_metric
from geo.stand_in import StandInWeights, stand_in

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo.street_network import StreetNetwork

    Floats = NDArray[np.float64]

LINES = "leeds_2.5km_osm_lines_openinfra.gpkg"
POINTS = "leeds_2.5km_osm_points_openinfra.gpkg"

NEIGHBOURHOOD_M = 500.0
STREETS_MIN_M = 1500.0
"""Squares of this width, with at least so much street, show how flow grows with density."""


@dataclass(frozen=True)
class FlowSpecification:
    """
    How a walk flow is computed.

    Attributes
    ----------
    cutoff_m, decay_per_m, detour_m
        As of `geo.walk_flow.WalkModel` and its exponential decay.
    homes
        Whether walks begin at residents too (small-user postcodes), or at places alone.
    """

    cutoff_m: float
    decay_per_m: float = 0.002
    detour_m: float = 0.0
    homes: bool = True

    def __str__(self) -> str:
        """Return what tells it from the others, in words."""
        begin = "residents and places" if self.homes else "places alone"
        stray = f", detours {self.detour_m:g} m" if self.detour_m else ""
        return f"{self.cutoff_m:g} m, from {begin}{stray}"


SHIPPED = FlowSpecification(cutoff_m=800.0)
TRIED = (
    SHIPPED,
    FlowSpecification(cutoff_m=1200.0),
    FlowSpecification(cutoff_m=800.0, homes=False),
    FlowSpecification(cutoff_m=1200.0, homes=False),
    FlowSpecification(cutoff_m=800.0, detour_m=50.0),
    FlowSpecification(cutoff_m=1200.0, detour_m=50.0),
)
"""All that were tried, stated before; eight cameras of one centre choose none of them."""


@dataclass(frozen=True)
class FlowAtCameras:
    """
    Walk flow of one specification.

    Attributes
    ----------
    specification
        How it was computed.
    x
        Log flow past each camera.
    elasticity
        How flow grows with the stand-in: the standard deviation of the log mean flow of squares
        of 500 m over that of their log stand-in (reduced major axis). Either may err: lines of
        one on the other would put all the error on one of them.
    """

    specification: FlowSpecification
    x: Floats
    elasticity: float


def flows_at_cameras(
    places: pd.DataFrame, folder: Path, *, weights: StandInWeights
) -> list[FlowAtCameras]:
    """
    Return the walk flow past each camera, by each specification tried.

    Parameters
    ----------
    places
        ``lon``, ``lat`` of the cameras in EPSG:4326.
    folder
        Holds the streets and the points of interest around Leeds, from OpenStreetMap.
    weights
        Of the stand-in.

    Returns
    -------
    flows
        In the order of `TRIED`, cameras in the order of ``places``.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read.

    Notes
    -----
    A camera stands on the nearest street with a name: positions are good to some 17 m, and
    what is unnamed beside a street is its pavement, an arcade or a yard.
    """
    from data.pois import read_pois
    from data.street_ways import load_network

    for name in (LINES, POINTS):
        if not (folder / name).is_file():
            msg = f"There is no {name} in {folder}. Give the folder of Leeds's streets."
            raise SourceError(msg)
    network = load_network(folder / LINES)
    pois = read_pois(folder / POINTS).pois
    edges = _at(places, network)
    squares = _squares(network, weights)
    found = []
    for specification in TRIED:
        flow = _flow(network, pois, specification)
        x = np.log(flow[edges])
        found.append(FlowAtCameras(specification, x, squares.elasticity_of(flow)))
    return found


def _at(places: pd.DataFrame, network: StreetNetwork) -> NDArray[np.intp]:
    """Return the rows of the nearest named edges."""
    import geopandas as gpd

    named = np.flatnonzero(network.edges["name"].notna().to_numpy())
    lines = to_metric(network.edges.geometry).iloc[named]
    spots = to_metric(gpd.GeoSeries.from_xy(places["lon"], places["lat"], crs=STORED))
    nearest: NDArray[np.intp] = named[
        [int(lines.distance(spot).to_numpy().argmin()) for spot in spots]
    ]
    return nearest


def _flow(
    network: StreetNetwork, pois: gpd.GeoDataFrame, specification: FlowSpecification
) -> Floats:
    """Return the walks a day along each edge."""
    from geo.dasymetric import people_on_edges
    from geo.decay import ExponentialDecay
    from geo.trip_ends import People, trip_ends
    from geo.walk_flow import WalkModel, walk_flow

    people = People()
    if specification.homes:
        bounds = to_metric(network.edges.geometry).total_bounds
        grid = postcode_residents(bounds)
        people = People(residents=people_on_edges(network, grid))
    ends = trip_ends(network, people, pois).nodes
    decay = ExponentialDecay(specification.decay_per_m)
    model = WalkModel(specification.cutoff_m, decay, detour_m=specification.detour_m)
    flow: Floats = walk_flow(network, ends, model).edges["walk_flow"].to_numpy()
    return flow


@dataclass(frozen=True)
class _Squares:
    """Squares of ground: the stretches in each, their length, the stand-in at its middle."""

    owner: NDArray[np.intp]
    length_m: Floats
    stand_in: Floats

    def elasticity_of(self, flow: Floats) -> float:
        """Return the spread of squares' log flow, weighted by length, over that of stand-in."""
        streets_m = np.bincount(self.owner, self.length_m)
        mean = np.bincount(self.owner, self.length_m * flow) / streets_m
        used = (streets_m >= STREETS_MIN_M) & (mean > 0) & (self.stand_in > 0)
        return float(np.log(mean[used]).std() / np.log(self.stand_in[used]).std())


def _squares(network: StreetNetwork, weights: StandInWeights) -> _Squares:
    import geopandas as gpd

    middles = to_metric(network.edges.geometry).interpolate(0.5, normalized=True)
    corners = np.column_stack([middles.x, middles.y]) // NEIGHBOURHOOD_M
    cells, owner = np.unique(corners, axis=0, return_inverse=True)
    x, y = (cells.T + 0.5) * NEIGHBOURHOOD_M
    spots = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_xy(x, y, crs=MEASURED))
    around = stand_in(spots, load_postcodes(), load_stations(), weights=weights)
    length_m = network.edges["length_m"].to_numpy(dtype="float64")
    return _Squares(owner, length_m, around["stand_in"].to_numpy())
