"""What the errors of an era's level on several days have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.level_grid import ALIKE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.current_level import CurrentLevel
    from geo.tracks import Floats, Track

_STEPS = 24
"""Points at which the level over the span of a published total is looked at."""


class Placed(NamedTuple):
    """
    A level and the day it is for.

    Attributes
    ----------
    month
        The day, as of `geo.tracks.month_of`.
    level
        The level of the era on that day, or of all its counts.
    """

    month: float
    level: CurrentLevel


def shared_covariance(placed: Sequence[Placed], track: Track | None) -> Floats:
    r"""
    Return the covariance of the errors of one era's levels on several days.

    Parameters
    ----------
    placed
        Levels of one era.
    track
        The counts they are means of; without any, the errors are taken as one and the same.

    Returns
    -------
    covariance
        Shape (levels, levels). Its diagonal is the variance of each level.

    Notes
    -----
    The error is the level :math:`L` of the day less the mean of the :math:`k` nearest counts,
    less what is followed of totals: a weighted sum :math:`\sum_a w_a L(a)` over days, whose
    weights add up to 0, and of the noise of counts and totals. The level walks at random with
    a variance of :math:`q^2` a month, so two such sums share

    .. math:: q^2 \int W(t)\, V(t)\, dt ,\qquad W(t) = \sum_{a \le t} w_a ,

    and :math:`s^2` over both numbers of counts for each count that both use. Counts of one day
    share `geo.level_grid.ALIKE` of their noise, so their mean errs by more than
    :math:`s^2 / k`: in a sum of many rows that shows, as it does not in one.

    Examples
    --------
    >>> from geo.current_level import level_on
    >>> from geo.moments import Moments
    >>> from geo.tracks import Track
    >>> track = Track.of((day / 10, day % 3 / 2) for day in range(60))
    >>> days = [6.0, 6.5, 12.0]
    >>> levels = [level_on(track, day, elsewhere=Moments(), drift=0.1) for day in days]
    >>> shared_covariance([*map(Placed, days, levels)], track).round(3)
    array([[0.016, 0.016, 0.016],
           [0.016, 0.021, 0.021],
           [0.016, 0.021, 0.076]])
    """
    if track is None or not len(track):
        own = [max(each.level.variance - each.level.sd_log**2, 0.0) for each in placed]
        return np.asarray(np.sqrt(np.outer(own, own)))
    sources = _sources(placed, track)
    return np.asarray(sources @ sources.T)


def _sources(placed: Sequence[Placed], track: Track) -> Floats:
    """Write every level's error as a sum of independent steps, counts and totals."""
    spans = list(dict.fromkeys(told.span for each in placed for told in each.level.told))
    points = [track.months[-1] + _points(span.first, span.last) for span in spans]
    days = np.unique(np.concatenate([track.months, [each.month for each in placed], *points]))
    weights = np.zeros((len(placed), len(days)))
    alike = np.unique(track.months, return_inverse=True)[1]
    counts = np.zeros((len(placed), len(track)))
    shared = np.zeros((len(placed), len(track)))
    totals = np.zeros((len(placed), len(spans)))
    for row, (month, level) in enumerate(placed):
        weights[row, np.searchsorted(days, month)] += 1.0
        gains = level.moved.gains if level.moved else ()
        for told, gain in zip(level.told, gains, strict=bool(gains)):
            place = spans.index(told.span)
            np.add.at(weights[row], np.searchsorted(days, points[place]), -gain / _STEPS)
            totals[row, place] = gain * told.span.sd_log
        used = track.nearest(month)[: level.n]
        share = (1.0 - sum(gains)) / len(used)
        np.add.at(weights[row], np.searchsorted(days, track.months[used]), -share)
        counts[row, used] = share * level.sd_log * np.sqrt(1 - ALIKE)
        np.add.at(shared[row], alike[used], share * level.sd_log * np.sqrt(ALIKE))
    walked = np.cumsum(weights, axis=1)[:, :-1] * np.sqrt(np.diff(days))
    drifts = np.array([[each.level.drift] for each in placed])
    return np.hstack([walked * drifts, counts, shared, totals])


def _points(first: float, last: float) -> Floats:
    """Return the middles of the steps of a span."""
    return np.asarray(first + (last - first) * (np.arange(_STEPS) + 0.5) / _STEPS)
