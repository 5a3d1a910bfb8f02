"""How many people walk past a place in an hour, wherever in it the spot may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.crs import to_metric
from geo.mixtures import mixture_quantiles
from geo.passages import BASE_HOURS, COLUMNS, at_most, log_passages
from geo.stretches import stretches_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.passages import Calibration

LEVELS = (0.5, 0.1, 0.9)
"""The middle, and the ends of the 80 % interval, in the order of `geo.passages.COLUMNS`."""


def walk_past_streets(
    places: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    calibration: Calibration,
    *,
    crs: str,
    hours: Sequence[int] = BASE_HOURS,
) -> pd.DataFrame:
    """
    Estimate the people-passages per hour past places of which the streets are known.

    Parameters
    ----------
    places
        Points, lines or polygons in any declared CRS, null where not known; perhaps
        ``uncertainty_m``, the radius within which a point may lie.
    edges
        Streets in any declared CRS: ``name`` (null where they have none) and ``walk_flow``,
        null where unknown, in the unit that ``calibration`` was fitted on.
    calibration
        From walk flow to passages per hour.
    crs
        The metric system to measure in.
    hours
        Hours of the week that the passages are the mean of.

    Returns
    -------
    passages
        Indexed like ``places``: the columns `geo.passages.COLUMNS`, a median and the bounds of
        its 80 % interval, none above `geo.passages.MOST_PER_H`; null where no street with a
        known flow is in reach.

    Raises
    ------
    MissingColumnError
        If ``edges`` lack a column.
    CrsError
        If a system is missing or not in metres.

    Notes
    -----
    The spot is as likely at one metre of a place's streets as at another
    (`geo.stretches.stretches_of`), of streets with names where it has any, as cameras and vans
    stand on those and what has no name beside them is a pavement, an arcade or a yard. The
    figure is the quantile of the mixture over those spots (`geo.mixtures`), so the interval of
    a borough holds all its streets.
    """
    require_columns(edges, {"name", "walk_flow"}, name="edges")
    radius = places["uncertainty_m"] if "uncertainty_m" in places.columns else None
    ground = to_metric(places.geometry, crs=crs)
    found = stretches_of(ground, to_metric(edges.geometry, crs=crs), radius_m=radius)
    named = edges["name"].notna().to_numpy()[found["edge"]]
    somewhere = np.isin(found["place"], found["place"][named])
    found = found[named | ~somewhere]
    spots = edges["walk_flow"].iloc[found["edge"]].reset_index(drop=True)
    errors = log_passages(spots, calibration, hours=hours)
    mixed = at_most(_mixed(errors, found, len(places)))
    return pd.DataFrame(mixed, index=places.index, columns=list(COLUMNS))


def _mixed(errors: pd.DataFrame, found: pd.DataFrame, places: int) -> NDArray[np.float64]:
    """Return the quantiles of each place's spots."""
    known = errors["log_median"].notna().to_numpy()
    return mixture_quantiles(
        errors["log_median"].to_numpy()[known],
        found["weight_m"].to_numpy()[known],
        found["place"].to_numpy()[known],
        count=places,
        log_sd=errors["log_sd"].to_numpy()[known],
        df=errors["freedom"].to_numpy()[known],
        levels=LEVELS,
    )
