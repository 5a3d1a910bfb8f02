"""Fit the line from walk flow to passages, and the week, to counters; score both on others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.passages import BASE_HOURS, HOURS_PER_WEEK, WeekProfile
from geo.prediction import Student, quantiles, scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SCORES = (
    "n",
    "log_bias",
    "mape_share",
    "median_ape_share",
    "rank_correlation",
    "crps",
    "coverage80_share",
    "coverage90_share",
)
"""Figures of `score`, in order."""

NEIGHBOUR_H = 2
"""Two towns' profiles tell little at one hour, so their contrast is averaged over five."""


@dataclass(frozen=True)
class Line:
    """
    A straight line through logarithms, its slope drawn towards an expected one.

    Attributes
    ----------
    x, y
        The means, through which it goes.
    slope, slope_sd
        Slope and its standard error.
    log_sd, freedom
        Standard deviation of points about the line, and its degrees of freedom.
    n
        Number of points.
    """

    x: float
    y: float
    slope: float
    slope_sd: float
    log_sd: float
    freedom: float
    n: int

    def at(self, x: float) -> Student:
        """Return what the line predicts for another point."""
        away = x - self.x
        variance = self.log_sd**2 * (1 + 1 / self.n) + (self.slope_sd * away) ** 2
        return Student(self.y + self.slope * away, float(np.sqrt(variance)), self.freedom)


class Slope(NamedTuple):
    """
    What a slope is expected to be, and the standard deviation of that expectation.

    A deviation of 0 holds the slope; an infinite one leaves it to the points.
    """

    value: float
    sd: float


LEVEL_ONLY = Slope(0.0, 0.0)
IN_PROPORTION = Slope(1.0, 0.0)
FREE = Slope(1.0, float("inf"))


class Scale(NamedTuple):
    """A standard deviation and how well it is known."""

    log_sd: float
    freedom: float


def fit_line(x: Floats, y: Floats, expected: Slope) -> Line:
    r"""
    Fit a line whose slope is expected to be near a known one.

    Parameters
    ----------
    x, y
        Logarithms, three points or more.
    expected
        What the slope is expected to be.

    Returns
    -------
    line
        With the slope that is most probable given both.

    Notes
    -----
    With the residual variance :math:`s^2` of the least-squares line, the precision of the
    points about the slope is :math:`S_{xx} / s^2`; the slope is the mean of both weighted by
    their precisions.

    Examples
    --------
    >>> x, y = np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.5, 1.0])
    >>> fit_line(x, y, IN_PROPORTION).slope, fit_line(x, y, FREE).slope
    (1.0, 0.5)
    """
    away = x - x.mean()
    free = (away @ y / (away @ away)) if away.any() else expected.value
    residual = y - y.mean() - free * away
    variance = max(float(residual @ residual) / max(len(x) - 2, 1), 1e-12)
    b, b_sd = expected
    if expected.sd > 0 and away.any():
        points, before = float(away @ away) / variance, expected.sd**-2
        b = (points * free + before * expected.value) / (points + before)
        b_sd = float((points + before) ** -0.5)
    left = y - y.mean() - b * away
    log_sd = float(np.sqrt(left @ left / (len(x) - 1)))
    return Line(float(x.mean()), float(y.mean()), float(b), b_sd, log_sd, len(x) - 1, len(x))


def each_from_others(x: Floats, y: Floats, expected: Slope) -> list[Student]:
    """
    Predict each point from a line through all others.

    Parameters
    ----------
    x, y
        Logarithms.
    expected
        What the slope of each line is expected to be.

    Returns
    -------
    predictions
        One per point, in order.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 3.0])
    >>> [p.centre for p in each_from_others(np.zeros(3), y, LEVEL_ONLY)]
    [2.5, 2.0, 1.5]
    """
    everyone = np.arange(len(x))
    lines = (fit_line(x[everyone != i], y[everyone != i], expected) for i in everyone)
    return [line.at(float(x[i])) for i, line in zip(everyone, lines, strict=True)]


def score(
    predictions: Sequence[Student], observed: Floats, *, basis: Floats | None = None
) -> dict[str, float]:
    """
    Score predictions of log passages.

    Parameters
    ----------
    predictions
        One distribution per counter.
    observed
        What was counted, in log passages per hour.
    basis
        What they were predicted from; None for a constant.

    Returns
    -------
    figures
        `SCORES`: ``log_bias``, mean of log predicted less log counted; mean and median
        absolute error as a share of the count; Spearman's correlation of the counts with the
        basis, not with predictions, which move away from the count they leave out; mean CRPS in
        log; shares of counts within the 80 and 90 % intervals.

    Examples
    --------
    >>> two = [Student(0.0, 1.0, 5.0), Student(1.0, 1.0, 5.0)]
    >>> figures = score(two, np.array([0.0, 1.0]))
    >>> figures["mape_share"], figures["coverage80_share"]
    (0.0, 1.0)
    """
    mixtures = [(prediction,) for prediction in predictions]
    centre, lo80, hi80, lo90, hi90 = quantiles(mixtures, [0.5, 0.1, 0.9, 0.05, 0.95]).T
    error = np.abs(np.expm1(centre - observed))
    figures = (
        len(observed),
        (centre - observed).mean(),
        error.mean(),
        np.median(error),
        np.nan if basis is None else rank_correlation(basis, observed),
        scores(mixtures, observed).mean(),
        ((lo80 <= observed) & (observed <= hi80)).mean(),
        ((lo90 <= observed) & (observed <= hi90)).mean(),
    )
    return dict(zip(SCORES, map(float, figures), strict=True))


def rank_correlation(x: Floats, y: Floats) -> float:
    """
    Return Spearman's rank correlation, NaN where all of one are equal.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 5.0, 9.0]), np.array([2.0, 4.0, 3.0]))
    0.5
    """
    ranks = [pd.Series(values).round(9).rank() for values in (x, y)]
    return float(ranks[0].corr(ranks[1])) if all(r.std() > 0 for r in ranks) else np.nan


def towns_apart(levels: Sequence[float], *, expected_log_sd: float, weight: float) -> Scale:
    r"""
    Say how far the level of one town may lie from that of another.

    Parameters
    ----------
    levels
        Mean log level of each town counted.
    expected_log_sd, weight
        How far towns are expected to lie about their mean, and how many towns' evidence that
        expectation is worth.

    Returns
    -------
    scale
        Of the difference between two towns: Student's t with these degrees of freedom.

    Notes
    -----
    The variance between towns has a scaled inverse chi-square distribution, expected and
    counted variance weighted by their degrees of freedom; the difference between two towns
    has twice that variance.

    Examples
    --------
    >>> towns_apart([6.0, 8.0], expected_log_sd=1.0, weight=1.0)
    Scale(log_sd=1.7320508075688772, freedom=2.0)
    """
    counted = np.asarray(levels, dtype=np.float64)
    squares = float(((counted - counted.mean()) ** 2).sum())
    freedom = weight + len(counted) - 1
    variance = (weight * expected_log_sd**2 + squares) / freedom
    return Scale(float(np.sqrt(2 * variance)), float(freedom))


def pooled(samples: Sequence[Floats]) -> Scale:
    """
    Return the standard deviation within samples, each about its own mean.

    Examples
    --------
    >>> pooled([np.array([0.0, 2.0]), np.array([5.0, 7.0])])
    Scale(log_sd=1.4142135623730951, freedom=2.0)
    """
    squares = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)
    freedom = sum(len(sample) - 1 for sample in samples)
    return Scale(float(np.sqrt(squares / freedom)), float(freedom))


def week_of(counts: pd.DataFrame) -> pd.DataFrame:
    """
    Return each counter's typical week.

    Parameters
    ----------
    counts
        ``counter``, ``hour_of_week`` (0 to 167), ``passages``.

    Returns
    -------
    weeks
        One row per counter that was counted at every hour of the week, in order of name; 168
        columns, mean passages in each hour.
    """
    means = counts.pivot_table(
        index="counter", columns="hour_of_week", values="passages", aggfunc="mean"
    )
    return means.reindex(columns=range(HOURS_PER_WEEK)).dropna()


def levels_of(weeks: pd.DataFrame) -> pd.Series:
    """Return each counter's level: its mean passages per hour over `BASE_HOURS`."""
    return weeks[list(BASE_HOURS)].mean(axis=1)


def log_ratios(weeks: pd.DataFrame) -> Floats:
    """Return each counter's log passages in each hour less its log level, (counters, 168)."""
    ratios = weeks.div(levels_of(weeks), axis=0).to_numpy(dtype="float64")
    logs: Floats = np.log(np.maximum(ratios, np.min(ratios[ratios > 0])))
    return logs


def typical_week(weeks: Mapping[str, pd.DataFrame]) -> WeekProfile:
    r"""
    Return the week of a street of which nothing is known.

    Parameters
    ----------
    weeks
        Counters' typical weeks by town, as of `week_of`.

    Returns
    -------
    profile
        Geometric means over the counters of a town, then over the towns, so that the mean over
        `BASE_HOURS` is 1.

    Notes
    -----
    The variance is that of counters about their town's mean (pooled), plus that of a new town
    about the mean of those counted, :math:`s^2 (1 + 1 / m)`; with :math:`m` = 2 towns
    :math:`s^2` is half the square of their difference, averaged over the hours around.
    """
    logs = [log_ratios(table) for table in weeks.values()]
    means = np.array([table.mean(axis=0) for table in logs])
    ratios = np.exp(means.mean(axis=0))
    ratios /= ratios[list(BASE_HOURS)].mean()
    squares = sum((((t - m) ** 2).sum(axis=0) for t, m in zip(logs, means, strict=True)))
    within = np.asarray(squares) / sum(len(table) - 1 for table in logs)
    between = np.zeros(HOURS_PER_WEEK)
    if len(logs) > 1:
        between = _smooth(means.var(axis=0, ddof=1)) * (1 + 1 / len(logs))
    return WeekProfile(tuple(ratios.tolist()), tuple(np.sqrt(within + between).tolist()))


def _smooth(values: Floats) -> Floats:
    """Average over the hours around, the week being a ring."""
    steps = range(-NEIGHBOUR_H, NEIGHBOUR_H + 1)
    return np.asarray(np.mean([np.roll(values, step) for step in steps], axis=0))


def hour_noise(counts: pd.DataFrame) -> float:
    """
    Return how far single hours lie from a counter's typical one.

    Parameters
    ----------
    counts
        ``counter``, ``hour_of_week``, ``passages``.

    Returns
    -------
    log_sd
        Standard deviation of log passages about the mean of the counter's same hour of the
        week, over `BASE_HOURS`; hours of no passage are left out.
    """
    base = counts[counts["hour_of_week"].isin(BASE_HOURS) & (counts["passages"] > 0)]
    logs = np.log(base["passages"])
    cells = logs.groupby([base["counter"], base["hour_of_week"]])
    residual = logs - cells.transform("mean")
    return float(np.sqrt((residual**2).sum() / (len(base) - cells.ngroups)))


def drift(before: pd.Series, after: pd.Series) -> Scale:
    """
    Return how far counters' levels moved between two times.

    Parameters
    ----------
    before, after
        Levels by counter.

    Returns
    -------
    scale
        Root mean square of the log ratio over the counters of both times; a common rise or
        fall is part of it, since the next one is not known either.

    Examples
    --------
    >>> then, now = pd.Series({"a": 1.0, "b": 2.0}), pd.Series({"a": np.e, "b": 2 / np.e})
    >>> drift(then, now)
    Scale(log_sd=1.0, freedom=2.0)
    """
    both = before.index.intersection(after.index)
    moved = np.log(after[both] / before[both])
    return Scale(float(np.sqrt((moved**2).mean())), float(len(both)))
