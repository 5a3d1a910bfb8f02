"""How far the level of a counting era wanders from month to month."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.moments import LEAST_SD_LOG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.tracks import Floats, Track

PRIOR_MEDIAN = 0.07
"""
Drift over one month expected before any count is seen: median of its log standard deviation.

The levels of eight street counters in Leeds differ by a log standard deviation of 0.15 from
year to year, or 0.04 a month if they walk at random. What a force counts depends besides on
where it goes and how it counts, so more is expected; a few months of one era cannot tell.
"""

PRIOR_SPREAD = 0.6
"""Log standard deviation of that expectation: eight in ten between 0.03 and 0.15 a month."""

_DRIFTS = PRIOR_MEDIAN * np.exp(PRIOR_SPREAD * np.linspace(-2.5, 2.5, 21))
"""Drifts weighed [log sd a month]."""


class Later(NamedTuple):
    """
    What a published total tells of the level after the last count.

    Attributes
    ----------
    first, last
        The months it spans, counted from the last count; ``first`` is at least 0.
    level
        The mean level it implies, in the units of the track.
    sd_log
        How unsure that is.
    """

    first: float
    last: float
    level: float
    sd_log: float


def learned_drift(track: Track, later: Sequence[Later] = ()) -> float:
    r"""
    Return the drift of a level over one month, as far as its counts tell.

    Parameters
    ----------
    track
        Counts of one era.
    later
        Totals published of later months.

    Returns
    -------
    drift
        Root of the mean square of the log standard deviation a month, over its posterior.

    Notes
    -----
    Monthly means are a random walk seen with noise, whose likelihood a Kalman filter gives
    (Harvey, 1989), with the noise of the counts within months. The prior of the drift is
    log-normal, `PRIOR_MEDIAN` with `PRIOR_SPREAD`; it is summed over 21 values. A few months
    of counts leave it nearly as it was.

    Examples
    --------
    >>> from geo.tracks import Track
    >>> days = [month + day / 20 for month in range(24) for day in range(20)]
    >>> steady = Track.of((day, 0.3 * (-1) ** place) for place, day in enumerate(days))
    >>> wild = Track.of((day, 2 * (day // 1 % 3)) for day in days)
    >>> learned_drift(steady) < PRIOR_MEDIAN < 2 * PRIOR_MEDIAN < learned_drift(wild)
    True
    """
    log_prior = -0.5 * (np.log(_DRIFTS / PRIOR_MEDIAN) / PRIOR_SPREAD) ** 2
    log_weight = log_prior + _log_likelihood(track, later) if len(track) else log_prior
    weight = np.exp(log_weight - log_weight.max())
    return math.sqrt(float(np.average(_DRIFTS**2, weights=weight)))


def _log_likelihood(track: Track, later: Sequence[Later]) -> Floats:
    """Return the log likelihood of every drift weighed, up to a constant."""
    month = np.floor(track.months)
    starts = np.flatnonzero(np.append(True, np.diff(month) > 0))
    count = np.diff(np.append(starts, len(month)))
    mean = np.add.reduceat(track.logs, starts) / count
    noise = _noise(track.logs - np.repeat(mean, count), len(track) - len(starts))
    level, variance = np.full_like(_DRIFTS, mean[0]), np.full_like(_DRIFTS, noise / count[0])
    total = np.zeros_like(_DRIFTS)
    for step in range(1, len(starts)):
        variance = variance + _DRIFTS**2 * (month[starts[step]] - month[starts[step - 1]])
        seen = variance + noise / count[step]
        missed = mean[step] - level
        total -= 0.5 * (np.log(seen) + missed**2 / seen)
        level, variance = level + variance / seen * missed, variance * (1 - variance / seen)
    for each in later:
        spread = variance + _DRIFTS**2 * mean_shared(each, each) + each.sd_log**2
        total -= 0.5 * (np.log(spread) + (each.level - level) ** 2 / spread)
    return total


def _noise(residuals: Floats, freedom: int) -> float:
    """Return the variance of counts within months, the least believed as one count more."""
    return (float(residuals @ residuals) + LEAST_SD_LOG**2) / (freedom + 1)


def shared_months(span: Later, month: float) -> float:
    """
    Return the months of drift that a span's mean level shares with the level of one month.

    Parameters
    ----------
    span
        The span, deployments spread evenly over it.
    month
        Months after the last count, at least 0.

    Returns
    -------
    months
        The mean over the span of the smaller of both times.

    Examples
    --------
    >>> year = Later(0.0, 12.0, 0.0, 0.2)
    >>> [shared_months(year, month) for month in (0.0, 6.0, 12.0, 30.0)]
    [0.0, 4.5, 6.0, 6.0]
    """
    first, last = span.first, span.last
    if month <= first:
        return month
    if month >= last or last <= first:
        return (first + last) / 2
    return ((month**2 - first**2) / 2 + month * (last - month)) / (last - first)


def mean_shared(span: Later, other: Later) -> float:
    """
    Return the months of drift that the mean levels of two spans share.

    Parameters
    ----------
    span, other
        One and the same span, or two that do not overlap.

    Returns
    -------
    months
        The mean over both of the smaller time.

    Examples
    --------
    >>> year = Later(0.0, 12.0, 0.0, 0.2)
    >>> mean_shared(year, year)
    4.0
    """
    if span == other:
        return span.first + (span.last - span.first) / 3
    return (min(span.first, other.first) + min(span.last, other.last)) / 2
