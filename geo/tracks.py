"""The counts of one counting era along time, and the level nearest to a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.moments import ENOUGH, LEAST_SD_LOG, Moments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPREAD_FROM = 30
"""Counts nearest in time, where there are as many, that give the spread of one new count."""

_MONTHS = 12
_DAYS = 31
"""Days of every month here: it need only be even, so that a day is the same in any year."""


def month_of(date: str) -> float:
    """
    Place an ISO date on a line of calendar months.

    Parameters
    ----------
    date
        ``2024-07-25``, ``2024-07`` or ``2024``; of a partial date the middle is taken.

    Returns
    -------
    month
        Calendar months since the year 0, with a fraction for the day.

    Examples
    --------
    >>> month_of("2024-07-16") - month_of("2024-06-16")
    1.0
    >>> month_of("2024-07") == month_of("2024-07-16")
    True
    """
    year, *rest = (int(part) for part in date.split("-"))
    if not rest:
        return year * _MONTHS + _MONTHS / 2
    day = rest[1] - 0.5 if len(rest) > 1 else _DAYS / 2
    return year * _MONTHS + rest[0] - 1 + day / _DAYS


class Recent(NamedTuple):
    """
    The level of an era near one day, from the counts nearest in time.

    Attributes
    ----------
    n, of
        Counts whose mean is the level, and how many there are in all.
    mean
        Mean of their logarithms.
    months
        How far from the day the farthest of them lies [months].
    lag
        Variance that drift of variance 1 a month puts between that mean and the day's level
        [months].
    ahead
        How far the day lies beyond the last count [months]; 0 within the record.
    spread
        Moments of the counts nearest in time from which the spread is taken: `SPREAD_FROM`
        where there are as many, and whole days.
    """

    n: int
    of: int
    mean: float
    months: float
    lag: float
    ahead: float
    spread: Moments


@dataclass(frozen=True)
class Track:
    """
    Logarithms of counts in order of time, of equal times in order of size.

    Attributes
    ----------
    months
        When, as of `month_of`, shape (n,).
    logs
        Natural logarithms of faces per hour or per deployment, shape (n,).
    """

    months: Floats
    logs: Floats

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]]) -> Track:
        """
        Put pairs of month and logarithm in order.

        Examples
        --------
        >>> Track.of([(2.0, 1.0), (1.0, 5.0)]).logs.tolist()
        [5.0, 1.0]
        """
        kept = np.array(sorted(pairs), dtype=np.float64).reshape(-1, 2)
        return cls(kept[:, 0], kept[:, 1])

    def __len__(self) -> int:
        """Return how many counts there are."""
        return len(self.logs)

    def before(self, month: float) -> Track:
        """Return the counts before a month."""
        early = int(np.searchsorted(self.months, month, side="left"))
        return Track(self.months[:early], self.logs[:early])

    def without(self, month: float, values: Iterable[float]) -> Track:
        """
        Leave counts of one day out, each as often as it is named.

        Examples
        --------
        >>> Track.of([(1.0, 5.0), (1.0, 5.0), (2.0, 5.0)]).without(1.0, [5.0]).months.tolist()
        [1.0, 2.0]
        """
        keep = np.ones(len(self), dtype=bool)
        for value in values:
            here = np.flatnonzero(keep & (self.months == month) & (self.logs == value))
            keep[here[:1]] = False
        return Track(self.months[keep], self.logs[keep])

    def nearest(self, month: float) -> NDArray[np.intp]:
        """
        Return the places of the counts, the nearest in time to a day first.

        Examples
        --------
        >>> Track.of([(1.0, 5.0), (2.0, 4.0), (4.0, 3.0)]).nearest(2.4).tolist()
        [1, 0, 2]
        """
        age = np.abs(self.months - month)
        return np.lexsort((self.logs, self.months, age))

    def level_at(self, month: float, *, drift: float) -> Recent:
        r"""
        Return the mean of the counts nearest in time to a day, as many as serve it best.

        Parameters
        ----------
        month
            The day, as of `month_of`.
        drift
            Standard deviation of the level's drift over one month, as a logarithm.

        Returns
        -------
        recent
            Of the nearest :math:`k` counts, whole days at a time, with the :math:`k` for which
            noise and drift together are least.

        Raises
        ------
        ValueError
            If there is no count.

        Notes
        -----
        With the level a random walk whose variance grows by :math:`q^2` a month, the mean of
        :math:`k` counts :math:`a_i` months away misses the day's level with a variance of

        .. math:: s^2 / k + q^2 \sum_{ij} \min(a_i, a_j) / k^2

        over pairs on the same side of the day, for walks to either side are independent.

        Examples
        --------
        >>> track = Track.of((float(month), float(month)) for month in range(40))
        >>> steady, drifting = (track.level_at(39.0, drift=q) for q in (0.0, 5.0))
        >>> (steady.n, drifting.n, drifting.lag)
        (40, 4, 0.875)
        """
        order = self.nearest(month)
        age, logs = np.abs(self.months - month)[order], self.logs[order]
        lag = _lags(age, self.months[order] > month)
        noise = max(float(np.std(logs, ddof=1)), LEAST_SD_LOG) if len(logs) > 1 else 1.0
        error = noise**2 / np.arange(1, len(age) + 1) + drift**2 * lag
        ends = _ends_of_days(age)
        enough = ends[ends >= min(ENOUGH, len(age)) - 1]
        # Of equal errors the most counts: a level that does not drift is the mean of all.
        best = int(enough[len(enough) - 1 - np.argmin(error[enough][::-1])])
        wide = int(ends[ends >= min(SPREAD_FROM, len(age)) - 1][0])
        return Recent(
            n=best + 1,
            of=len(age),
            mean=float(np.mean(logs[: best + 1])),
            months=float(age[best]),
            lag=float(lag[best]),
            ahead=max(month - float(self.months[-1]), 0.0),
            spread=Moments.of(logs[: wide + 1].tolist()),
        )


def _lags(age: Floats, later: NDArray[np.bool_]) -> Floats:
    """Return, for the mean of the nearest 1, 2, ... counts, its lag behind the day [months]."""
    pairs = age.copy()
    for side in (later, ~later):
        own = age[side]
        pairs[side] += 2 * (np.cumsum(own) - own)
    return np.asarray(np.cumsum(pairs) / np.arange(1, len(age) + 1) ** 2)


def _ends_of_days(age: Floats) -> NDArray[np.intp]:
    """Return the last position of each run of equal ages."""
    return np.flatnonzero(np.append(np.diff(age) > 0, True))
