"""The level that a count is expected at: of an era as a whole, or as it stands on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.drift import learned_drift
from geo.later_totals import Moved, Told, follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.moments import Moments
    from geo.tracks import Track


ELSEWHERE_A_MONTH = 0.5
"""
Counts, for every month after the last, that the spread within all eras stands for.

Spreads change too: those of the Metropolitan Police's eras with hours lie between 0.43 and
0.93. None is known to change gradually, so this is a choice, and a small one: half a year
ahead it makes an era's own 0.43 a 0.46.
"""


@dataclass(frozen=True)
class CurrentLevel:
    """
    A level with all that is needed to redo it.

    Attributes
    ----------
    n, of
        Counts whose mean it is, and how many there are in all.
    mean_log
        Mean of their natural logarithms.
    sd_log
        Standard deviation of one new count, at least `geo.moments.LEAST_SD_LOG`.
    freedom
        Its degrees of freedom.
    spread_n
        Counts nearest in time from which it is taken.
    elsewhere
        Standard deviation within all eras of the force, weighed in for days ahead as
        `ELSEWHERE_A_MONTH` counts a month; None where it is not.
    months
        How far from the day the farthest of the ``n`` lies [months].
    drift
        Log standard deviation of the level's drift over one month; 0 where none is reckoned.
    lag
        Months of drift between the mean and the day's level.
    ahead
        How far the day lies after the last count [months].
    told
        Totals that the force published of later months.
    moved
        How they move the level; None without any.
    """

    n: int
    of: int
    mean_log: float
    sd_log: float
    freedom: int
    spread_n: int
    elsewhere: float | None = None
    months: float = 0.0
    drift: float = 0.0
    lag: float = 0.0
    ahead: float = 0.0
    told: tuple[Told, ...] = ()
    moved: Moved | None = None

    @property
    def centre(self) -> float:
        """Where the level lies, totals followed."""
        return self.mean_log + (self.moved.shift if self.moved else 0.0)

    @property
    def variance(self) -> float:
        """Variance of one new count about it: its own, and that of the level."""
        level = self.moved.variance if self.moved else self._unmoved(self.lag)
        return self.sd_log**2 + level

    @property
    def elsewhere_n(self) -> float:
        """Counts that the spread within all eras stands for."""
        return self.ahead * ELSEWHERE_A_MONTH

    def at_last_count(self) -> float:
        """Return the variance of the level on the day of the last count."""
        return self._unmoved(self.lag - self.ahead)

    def _unmoved(self, lag: float) -> float:
        return self.sd_log**2 / self.n + self.drift**2 * lag


def whole_level(moments: Moments, *, spread: Moments | None = None) -> CurrentLevel:
    """
    Return the level of all the counts of an era, whenever they were.

    Parameters
    ----------
    moments
        Their number, mean and spread.
    spread
        Moments to take the spread from instead.

    Returns
    -------
    level
        A level that does not drift.
    """
    about = spread or moments
    return CurrentLevel(
        n=moments.n,
        of=moments.n,
        mean_log=moments.mean,
        sd_log=about.spread,
        freedom=about.n - 1,
        spread_n=about.n,
    )


def level_on(
    track: Track,
    month: float,
    *,
    elsewhere: Moments,
    told: Sequence[Told] = (),
    drift: float | None = None,
) -> CurrentLevel:
    r"""
    Return the level of an era as it stands on a day.

    Parameters
    ----------
    track
        At least two counts of the era.
    month
        The day, as of `geo.tracks.month_of`.
    elsewhere
        Spread within all eras of the force.
    told
        Totals published of the months after the last count; not used for a day within the
        record.
    drift
        The drift where it is known already, as from `geo.drift.learned_drift`.

    Returns
    -------
    level
        The mean of the counts nearest in time, drift and totals reckoned.

    Notes
    -----
    A day :math:`2 h` months after the last count takes the variance
    :math:`((m - 1) s^2 + h s_0^2) / (m - 1 + h)` of one count, with the :math:`m` counts that
    give the era's own :math:`s` and the :math:`s_0` within all eras: spreads change too.
    """
    if drift is None:
        drift = learned_drift(track, [each.span for each in told])
    recent = track.level_at(month, drift=drift)
    sd, known = recent.spread.spread, recent.spread.n - 1
    pooled = elsewhere.spread if recent.ahead > 0 and elsewhere.n > recent.of else None
    if pooled is not None:
        ahead = recent.ahead * ELSEWHERE_A_MONTH
        sd = math.sqrt((known * sd**2 + ahead * pooled**2) / (known + ahead))
    level = CurrentLevel(
        n=recent.n,
        of=recent.of,
        mean_log=recent.mean,
        sd_log=sd,
        freedom=known,
        spread_n=recent.spread.n,
        elsewhere=pooled,
        months=recent.months,
        drift=drift,
        lag=recent.lag,
        ahead=recent.ahead,
    )
    return _following(level, told) if recent.ahead > 0 and told else level


def _following(level: CurrentLevel, told: Sequence[Told]) -> CurrentLevel:
    """Move a level by the totals that tell of later months."""
    moved = follow(
        [each.span for each in told],
        mean=level.mean_log,
        variance=level.at_last_count(),
        drift=level.drift,
        ahead=level.ahead,
    )
    return replace(level, told=tuple(told), moved=moved)
