"""Weigh a deployment's hours by how many people are about at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InputError
from geo.passages import HOURS_PER_DAY, HOURS_PER_WEEK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_DAYS = HOURS_PER_WEEK // HOURS_PER_DAY


@dataclass(frozen=True)
class Starts:
    """
    When a deployment may have begun: any time between two, all equally likely.

    Attributes
    ----------
    first_h, last_h
        Hours of the day, 0 to 24; equal where the start is known.
    """

    first_h: float
    last_h: float


USUAL_STARTS = Starts(10.0, 14.0)
"""An assumption: forces publish how long a deployment lasted, hardly ever when it began."""


def effective_hours(
    duration_h: ArrayLike,
    profile: Sequence[float],
    *,
    weekday: ArrayLike | None = None,
    starts: Starts | Sequence[Starts] = USUAL_STARTS,
) -> Floats:
    r"""
    Return durations in hours as busy as the profile's base.

    Parameters
    ----------
    duration_h
        Durations [h], NaN where unknown.
    profile
        People about in each hour as a ratio to the base (weekdays from 10 to 17): 24 ratios
        of a day, or 168 of a week from Monday midnight.
    weekday
        Day each began on, 0 for Monday to 6, NaN where unknown. Only a week's profile reads
        it; a day that is unknown stands for the mean of all seven.
    starts
        When each may have begun: one for all, or one for each.

    Returns
    -------
    effective_h
        Shape of ``duration_h``; NaN where that is.

    Raises
    ------
    InputError
        If the profile has another number of ratios or one below 0, a duration is below 0 or
        infinite, a weekday or a start does not exist.

    Notes
    -----
    :math:`H^* = \frac{1}{b - a} \int_a^b \int_s^{s + H} r(t) \, dt \, ds` for starts from
    :math:`a` to :math:`b`, exact for a profile :math:`r` that is level within each hour.
    Past midnight it goes on with the next day, past Sunday with Monday.

    Examples
    --------
    >>> effective_hours([2.0, 5.0], [1.0] * 24).round(6).tolist()
    [2.0, 5.0]
    >>> night = [0.0] * 8 + [1.0] * 12 + [0.0] * 4
    >>> effective_hours([6.0], night, starts=Starts(18, 18)).round(6).tolist()
    [2.0]
    """
    hours = _durations(duration_h)
    week = _week(profile)
    begins = _begins(starts, hours.size)
    day = _weekdays(weekday, hours.size)
    result = np.zeros(hours.size)
    for number in range(_DAYS):
        share = np.where(np.isnan(day), 1 / _DAYS, day == number)
        first, last = (begins + HOURS_PER_DAY * number).T
        result += share * _mean_over_starts(week, np.nan_to_num(hours.ravel()), first, last)
    return np.where(np.isnan(hours), np.nan, result.reshape(hours.shape))


def _mean_over_starts(week: Floats, hours: Floats, first: Floats, last: Floats) -> Floats:
    """Return the profile summed over so many hours from any start between two."""
    once, twice = _sums(week)
    since = np.maximum(last - first, 1e-300)
    ranged = (
        _at(twice, once, week, last + hours)
        - _at(twice, once, week, first + hours)
        - _at(twice, once, week, last)
        + _at(twice, once, week, first)
    )
    known = _at(once, week, None, first + hours) - _at(once, week, None, first)
    return np.where(last > first, ranged / since, known)


def _sums(week: Floats) -> tuple[Floats, Floats]:
    """Sum the profile up from Monday midnight, and those sums again, at each full hour."""
    once = np.concatenate([[0.0], np.cumsum(week)])
    return once, np.concatenate([[0.0], np.cumsum(once[:-1] + week / 2)])


def _at(sums: Floats, slope: Floats, bend: Floats | None, hour: Floats) -> Floats:
    """Read sums at any time of the weeks laid end to end."""
    whole = np.floor(hour).astype(np.int64)
    part = hour - whole
    bent = 0.0 if bend is None else bend[whole] * part**2 / 2
    return np.asarray(sums[whole] + slope[whole] * part + bent)


def _week(profile: Sequence[float]) -> Floats:
    """Lay a profile out over as many weeks as any deployment may touch."""
    ratios = np.asarray(profile, dtype=np.float64)
    if ratios.shape not in {(HOURS_PER_DAY,), (HOURS_PER_WEEK,)} or not (ratios >= 0).all():
        msg = (
            f"A profile has {HOURS_PER_DAY} ratios of a day or {HOURS_PER_WEEK} of a week, "
            f"none below 0; this one has shape {ratios.shape}."
        )
        raise InputError(msg)
    return np.tile(ratios, 3 * HOURS_PER_WEEK // ratios.size)


def _durations(duration_h: ArrayLike) -> Floats:
    hours = np.asarray(duration_h, dtype=np.float64)
    wrong = (hours < 0) | (hours > HOURS_PER_WEEK)
    if wrong.any():
        msg = (
            f"A deployment cannot last {hours[wrong][0]:g} hours. Give hours from 0 to "
            f"{HOURS_PER_WEEK}, NaN where unknown."
        )
        raise InputError(msg)
    return hours


def _begins(starts: Starts | Sequence[Starts], count: int) -> Floats:
    """Return first and last start of each, shape (rows, 2)."""
    each = [starts] * count if isinstance(starts, Starts) else list(starts)
    begins = np.array([(one.first_h, one.last_h) for one in each]).reshape(len(each), 2)
    inside = (begins[:, 0] >= 0) & (begins[:, 1] <= HOURS_PER_DAY)
    if len(each) != count or not (inside & (begins[:, 0] <= begins[:, 1])).all():
        msg = (
            f"Starts are one for all or one for each of {count} deployments, from 0 to "
            f"{HOURS_PER_DAY} o'clock, the first no later than the last."
        )
        raise InputError(msg)
    return begins


def _weekdays(weekday: ArrayLike | None, count: int) -> Floats:
    if weekday is None:
        return np.full(count, np.nan)
    days = np.asarray(weekday, dtype=np.float64).ravel()
    if days.size != count or not (np.isnan(days) | np.isin(days, range(_DAYS))).all():
        msg = f"Weekdays are one for each of {count} deployments, 0 (Monday) to 6 or NaN."
        raise InputError(msg)
    return days
