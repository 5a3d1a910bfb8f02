"""Where deployments were and what lay around, as the hierarchical model takes it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.crs import STORED, measuring_system, to_metric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPOTS = ("x_m", "y_m", "spread_m")
"""Where a deployment may have been: the middle of its candidate spots and their spread [m]."""

COVARIATES = ("log_walk_past", "log_residents", "known_spot", "weekend", "event_share")
"""
What the model is told besides: passages and residents around, a known spot, the day, and the
share of the spots that lie in reach of a public event (`geo.events.event_indicator`).
"""

_SATURDAY = 5


def site_columns(deployments: pd.DataFrame) -> pd.DataFrame:
    """
    Tell where each deployment was and what surrounds it, as the model takes it.

    Parameters
    ----------
    deployments
        Rows with ``date`` (ISO), ``lon`` and ``lat`` [degree, EPSG:4326], ``uncertainty_m``,
        ``precision``, ``walk_past_per_h`` and ``residents_800m``, null where unknown.

    Returns
    -------
    columns
        `SPOTS` in EPSG:27700, or a like system abroad, and `COVARIATES` but for the event,
        indexed alike, NaN where unknown. The spots of a place of radius :math:`r` are taken
        as spread evenly over a disc, whose standard deviation along an axis is :math:`r / 2`.
        Metres have one decimal and logarithms four: more is noise, and differs between
        machines.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    needed = {"date", "lon", "lat", "uncertainty_m", "precision"}
    require_columns(
        deployments, needed | {"walk_past_per_h", "residents_800m"}, name="deployments"
    )
    east, north = _measured(deployments)
    days = pd.to_datetime(deployments["date"], format="%Y-%m-%d", errors="coerce")
    weekend = (days.dt.day_of_week >= _SATURDAY).astype(float).where(days.notna())
    known = (deployments["precision"] == "site").astype(float)
    return pd.DataFrame(
        {
            "x_m": east.round(1),
            "y_m": north.round(1),
            "spread_m": (_floats(deployments["uncertainty_m"]) / 2).round(1),
            "log_walk_past": _logs(deployments["walk_past_per_h"]),
            "log_residents": _logs(deployments["residents_800m"]),
            "known_spot": known.where(deployments["precision"].notna()),
            "weekend": weekend,
        },
        index=deployments.index,
    )


def _measured(deployments: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the middle of each place [m] in one system for all; NaN where unknown."""
    import geopandas as gpd  # noqa: PLC0415 - slow to import

    lon, lat = _floats(deployments["lon"]), _floats(deployments["lat"])
    known = (lon.notna() & lat.notna()).to_numpy()
    east, north = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    if known.any():
        crs = measuring_system(float(lon[known].mean()), float(lat[known].mean()))
        spots = gpd.GeoSeries.from_xy(lon[known], lat[known], crs=STORED)
        measured = to_metric(spots, crs=crs)
        east[known], north[known] = measured.x, measured.y
    return east, north


def _floats(column: pd.Series[float]) -> pd.Series[float]:
    return column.astype("float64")


def _logs(column: pd.Series[float]) -> pd.Series[float]:
    values = _floats(column)
    logs: pd.Series[float] = values.where(values > 0).map(math.log, na_action="ignore")
    return logs.round(4)
