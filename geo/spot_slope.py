"""How faces per hour grow with walk-past, from deployments whose spot is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.moments import ENOUGH, LEAST_SD_LOG
from geo.prediction import Student, scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLOPE_PRIOR_SD = 0.5
"""Before any count, the slope is as likely to be below as above 0, and hardly above 1: faces in
proportion to passages lie at two standard deviations. An assumption."""

KNOWN = ("site", "street")
"""Precisions at which a walk-past belongs to a spot, and not to a whole district."""

COLUMNS = ("force", "counting_era", "date", "place_read", "precision", "faces_seen")
NEEDED = frozenset({*COLUMNS, "duration_h", "walk_past_per_h"})

_MONTH = len("2024-09")

Group = tuple[str, str]


@dataclass(frozen=True)
class EraLevel:
    """
    The level of one force's era at known spots.

    Attributes
    ----------
    n
        Counts.
    mean_log
        Mean log faces per hour, at ``centre``.
    centre
        Mean log walk-past of those spots.
    residual_sd
        Standard deviation of the logs about the line.
    """

    n: int
    mean_log: float
    centre: float
    residual_sd: float

    @property
    def level_sd(self) -> float:
        """Standard error of ``mean_log``."""
        return self.residual_sd / math.sqrt(self.n)


@dataclass(frozen=True)
class SpotLine:
    """
    One slope for all eras, and each era's own level.

    Attributes
    ----------
    slope, slope_sd
        Elasticity of faces per hour to walk-past, and its standard error.
    levels
        By force and era.
    """

    slope: float
    slope_sd: float
    levels: Mapping[Group, EraLevel]


def known_spots(deployments: pd.DataFrame) -> pd.DataFrame:
    """
    Return the counts at known spots, as logarithms.

    Parameters
    ----------
    deployments
        Rows with the columns `NEEDED`.

    Returns
    -------
    spots
        Rows of precision `KNOWN` that have an era, a month, a count above 0, hours and a
        walk-past: ``force``, ``counting_era``, ``month``, ``date``, ``place``, ``log_rate`` and
        ``log_walk_past``, in an order that does not hang on that of the rows.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    """
    require_columns(deployments, NEEDED, name="deployments")
    rows = pd.DataFrame(deployments)
    figures = rows[["faces_seen", "duration_h", "walk_past_per_h"]].astype("float64")
    told = rows["counting_era"].notna() & (rows["date"].str.len() >= _MONTH)
    rows = rows[rows["precision"].isin(KNOWN) & told & (figures > 0).all(axis=1)]
    faces, hours, passages = (figures[name].loc[rows.index] for name in figures)
    out = pd.DataFrame(
        {
            "force": rows["force"],
            "counting_era": rows["counting_era"],
            "month": rows["date"].str[:_MONTH],
            "date": rows["date"],
            "place": rows["place_read"].fillna(""),
            "log_rate": np.log(faces / hours),
            "log_walk_past": np.log(passages),
        },
        index=rows.index,
    )
    order = ["date", "place", "log_rate", "log_walk_past", "force", "counting_era"]
    return out.sort_values(order, kind="stable", ignore_index=True)


def fit_spots(spots: pd.DataFrame) -> SpotLine:
    r"""
    Fit one slope and the level of each era.

    Parameters
    ----------
    spots
        From `known_spots`.

    Returns
    -------
    line
        Levels of the eras with at least three counts; without one the slope is the prior's.

    Notes
    -----
    With :math:`x` and :math:`y` less the means of their era and :math:`s` the era's own
    spread, the slope is :math:`\sum xy/s^2 / (\sum x^2/s^2 + 1/\tau^2)`, the mean of its normal
    posterior given the prior of standard deviation :math:`\tau` = `SLOPE_PRIOR_SD` about 0.
    """
    return _fit(_grouped(spots))


def spot_scores(spots: pd.DataFrame) -> pd.DataFrame:
    """
    Score predictions of counts at known spots with and without their walk-past.

    Parameters
    ----------
    spots
        From `known_spots`.

    Returns
    -------
    scores
        ``date``, ``crps_with`` and ``crps_without`` of every count that could be predicted
        from at least three of its era, in earlier months and at other places: mean continuous
        ranked probability scores of log faces, smaller is better.
    """
    found: list[tuple[str, float, float]] = []
    for month, now in spots.groupby("month", sort=True):
        before = spots[spots["month"] < month]
        for place, here in now.groupby("place", sort=True):
            line_of = _grouped(before[before["place"] != place])
            found += _scored(here, line_of)
    return pd.DataFrame(found, columns=["date", "crps_with", "crps_without"])


class _Counts(NamedTuple):
    """The counts of one era: means, deviations from them, and their spread."""

    mean_y: float
    mean_x: float
    y: Floats
    x: Floats
    spread: float


def _grouped(spots: pd.DataFrame) -> dict[Group, _Counts]:
    """Return the counts of the eras that have enough."""
    out: dict[Group, _Counts] = {}
    for (force, era), own in spots.groupby(["force", "counting_era"], sort=True):
        y, x = own["log_rate"].to_numpy(), own["log_walk_past"].to_numpy()
        if len(own) >= ENOUGH:
            y, mean_y, x, mean_x = y - y.mean(), y.mean(), x - x.mean(), x.mean()
            out[str(force), str(era)] = _Counts(float(mean_y), float(mean_x), y, x, _spread(y))
    return out


def _spread(residuals: Floats) -> float:
    return max(math.sqrt(float(residuals @ residuals) / (len(residuals) - 1)), LEAST_SD_LOG)


def _fit(groups: Mapping[Group, _Counts]) -> SpotLine:
    precision = 1 / SLOPE_PRIOR_SD**2 + math.fsum(
        float(own.x @ own.x) / own.spread**2 for own in groups.values()
    )
    product = math.fsum(float(own.x @ own.y) / own.spread**2 for own in groups.values())
    slope = product / precision
    levels = {
        group: EraLevel(len(own.y), own.mean_y, own.mean_x, _spread(own.y - slope * own.x))
        for group, own in groups.items()
    }
    return SpotLine(slope, precision**-0.5, levels)


def _scored(
    here: pd.DataFrame, groups: Mapping[Group, _Counts]
) -> list[tuple[str, float, float]]:
    """Score one place's counts of a month in both ways."""
    line = _fit(groups)
    out = []
    names = ["force", "counting_era", "date", "log_walk_past", "log_rate"]
    for force, era, date, x, y in zip(*(here[name].tolist() for name in names), strict=True):
        group = (force, era)
        if group not in groups:
            continue
        own, level = groups[group], line.levels[group]
        away = x - level.centre
        of_level = level.residual_sd**2 * (1 + 1 / level.n)
        scale = math.sqrt(of_level + (line.slope_sd * away) ** 2)
        freedom = float(level.n - 1)
        with_it = Student(level.mean_log + line.slope * away, scale, freedom)
        without = Student(own.mean_y, own.spread * math.sqrt(1 + 1 / level.n), freedom)
        both = scores([(with_it,), (without,)], np.array([y, y]))
        out.append((date, float(both[0]), float(both[1])))
    return out
