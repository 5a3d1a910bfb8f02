"""Fit everything that turns walk flow into passages: what ``data/calibration.toml`` holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data.counters import Counters, within
from data.surroundings import load_postcodes, load_stations
from geo.crs import STORED
from geo.passage_fit import (
    FREE,
    Line,
    Scale,
    Slope,
    fit_line,
    hour_noise,
    levels_of,
    log_ratios,
    week_of,
)
from geo.stand_in import KERNEL_M, StandInWeights, stand_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BOROUGHS = (
    Path(__file__).resolve().parent / "embedded" / "boundaries" / "london_boroughs.geojson"
)

WEIGHTS = StandInWeights(small_user=1.0, large_user=10.0, station=50.0)
"""Chosen on London's stations, of `WEIGHTS_TRIED`: round numbers near the best, each borough
predicted from the others. Residents of the census instead of postcodes did worse."""

WEIGHTS_TRIED = (
    StandInWeights(1.0, 0.0, 0.0),
    StandInWeights(1.0, 5.0, 0.0),
    StandInWeights(1.0, 10.0, 0.0),
    StandInWeights(1.0, 20.0, 0.0),
    StandInWeights(0.0, 1.0, 0.0),
    StandInWeights(1.0, 10.0, 20.0),
    WEIGHTS,
    StandInWeights(1.0, 10.0, 100.0),
)

FLOOR_SHARE = 0.001
"""Below a thousandth of the cameras' flow or stand-in, a value counts as that thousandth."""


@dataclass(frozen=True)
class Town:
    """
    What one town's counters say in one period.

    Attributes
    ----------
    name, period
        Which.
    weeks
        Each counter's typical week, as of `geo.passage_fit.week_of`.
    hour_log_sd
        As of `geo.passage_fit.hour_noise`.
    left_out
        Rows of the source left out, by reason.
    busiest_per_h
        Most passages that any counter saw in an hour, in all years.
    """

    name: str
    period: str
    weeks: pd.DataFrame
    hour_log_sd: float
    left_out: dict[str, int]
    busiest_per_h: float

    @property
    def logs(self) -> Floats:
        """Log levels of the counters, in order of name."""
        logs: Floats = np.log(levels_of(self.weeks).to_numpy())
        return logs


def fit_town(counters: Counters, years: Sequence[int]) -> Town:
    """
    Return what one town's counters say.

    Parameters
    ----------
    counters
        The town's.
    years
        The period, in whole years.

    Returns
    -------
    town
        Counters counted at every hour of the week in that period.

    Raises
    ------
    SourceError
        If nothing was counted then.
    """
    counts = within(counters, years)
    period = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    noise = hour_noise(counts)
    busiest = float(counters.counts["passages"].max())
    return Town(counters.city, period, week_of(counts), noise, counters.left_out, busiest)


def town_table(town: Town, source: str) -> dict[str, Any]:
    """
    Return a town's table in the calibration.

    Parameters
    ----------
    town
        As of `fit_town`.
    source
        Where its counts are from.

    Returns
    -------
    table
        Source, period, level and spread of the streets, noise of the hours, the busiest hour
        of all years, rows left out, and the town's week as log multiples of the level.
    """
    return {
        "source": source,
        "period": town.period,
        "counters": len(town.weeks),
        "level_per_h": float(np.exp(town.logs.mean())),
        "street_log_sd": float(town.logs.std(ddof=1)),
        "hour_log_sd": town.hour_log_sd,
        "busiest_per_h": town.busiest_per_h,
        "rows": town.left_out,
        "log_ratios": log_ratios(town.weeks).mean(axis=0).tolist(),
    }


@dataclass(frozen=True)
class Stations:
    """
    London's stations: the stand-in against people.

    Attributes
    ----------
    x, y
        Log stand-in around each, the station itself left out, and log passengers per hour.
    boroughs
        The borough of each.
    """

    x: Floats
    y: Floats
    boroughs: pd.Series

    @property
    def line(self) -> Line:
        """The line whose slope the stations alone decide."""
        return fit_line(self.x, self.y, FREE)

    @property
    def slope(self) -> Slope:
        """
        The slope, and how well it is known.

        Not better than two readings of the same stations agree: their own line, and plain
        proportion, which predicts nearly as well.
        """
        line = self.line
        return Slope(line.slope, float(np.hypot(line.slope_sd, 1 - line.slope)))


def stations_around(flows: gpd.GeoDataFrame, *, weights: StandInWeights = WEIGHTS) -> Stations:
    """
    Set stations' passengers beside the stand-in around them.

    Parameters
    ----------
    flows
        As of `data.london_stations.load_station_flows`.
    weights
        What the densities count for.

    Returns
    -------
    stations
        In the order of ``flows``.
    """
    around = stand_in(flows, load_postcodes(), load_stations(), weights=weights)
    itself = weights.station * 1e6 / (2 * np.pi * KERNEL_M**2)
    addresses = (
        weights.small_user * around["small_user_per_km2"]
        + weights.large_user * around["large_user_per_km2"]
    )
    others = np.maximum(around["stand_in"].to_numpy() - itself, addresses.to_numpy())
    return Stations(np.log(others), np.log(flows["per_h"].to_numpy()), _boroughs(flows))


def _boroughs(spots: gpd.GeoDataFrame) -> pd.Series:
    import geopandas as gpd

    boroughs = gpd.read_file(BOROUGHS)[["NAME", "geometry"]].to_crs(spots.crs)
    joined = gpd.sjoin(spots, boroughs, how="left", predicate="within")
    names: pd.Series = joined.loc[~joined.index.duplicated(), "NAME"]
    return names.fillna("outside London").reset_index(drop=True)


def boroughs_apart(stations: Stations) -> tuple[float, float]:
    """
    Part the stations' spread about their line into boroughs and what is within them.

    Parameters
    ----------
    stations
        As of `stations_around`.

    Returns
    -------
    within, between
        Standard deviations in log, by one-way analysis of variance.
    """
    line = stations.line
    residual = pd.Series(stations.y - line.y - line.slope * (stations.x - line.x))
    groups = residual.groupby(stations.boroughs)
    sizes, number = groups.size(), groups.ngroups
    inside = ((residual - groups.transform("mean")) ** 2).sum() / (len(residual) - number)
    outside = (sizes * (groups.mean() - residual.mean()) ** 2).sum() / (number - 1)
    each = (len(residual) - (sizes**2).sum() / len(residual)) / (number - 1)
    return float(np.sqrt(inside)), float(np.sqrt(max(outside - inside, 0.0) / each))


def stand_in_at(places: pd.DataFrame, *, weights: StandInWeights = WEIGHTS) -> Floats:
    """
    Return the log stand-in at counters of Great Britain.

    Parameters
    ----------
    places
        ``lon``, ``lat`` in EPSG:4326.
    weights
        What the densities count for.

    Returns
    -------
    logs
        In order.
    """
    import geopandas as gpd

    spots = gpd.GeoSeries.from_xy(places["lon"], places["lat"], crs=STORED)
    frame = gpd.GeoDataFrame(geometry=spots)
    around = stand_in(frame, load_postcodes(), load_stations(), weights=weights)
    logs: Floats = np.log(around["stand_in"].to_numpy())
    return logs


def level_table(line: Line, street: Scale) -> dict[str, Any]:
    """
    Return a line as the calibration holds it.

    Parameters
    ----------
    line
        Through the counters.
    street
        Spread of streets about their town's level.

    Returns
    -------
    table
        The fields of `geo.passages.StreetLevel` but its basis.
    """
    reference = float(np.exp(line.x))
    return {
        "reference": reference,
        "per_h": float(np.exp(line.y)),
        "slope": line.slope,
        "slope_sd": line.slope_sd,
        "floor": FLOOR_SHARE * reference,
        "street_log_sd": street.log_sd,
        "street_freedom": street.freedom,
        "counters": line.n,
    }
