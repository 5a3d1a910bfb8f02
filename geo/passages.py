"""Turn walk flow, or its stand-in, into people-passages per hour with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.student_sums import ENDLESS, sum_of_students

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Basis = Literal["walk_flow", "stand_in"]

HOURS_PER_DAY = 24
HOURS_PER_WEEK = 168
COLUMNS = ("walk_past_per_h", "walk_past_per_h_lo80", "walk_past_per_h_hi80")
"""Columns of `passages_per_hour`, in order."""

INTERVAL_SHARE = 0.8

MOST_PER_H = 40_000.0
"""No figure or bound is above this. At its busiest, over 40,000 people an hour passed through
all of Oxford Circus, those of its station included, more than was recorded anywhere else in
London (Atkins, as Wikipedia, "Oxford Circus", cites it). The highest hour that any of the 29
counters ever saw is half of that (``busiest_per_h`` of the calibration)."""


def hours_of_week(days: Iterable[int], first_h: int, end_h: int) -> tuple[int, ...]:
    """
    Return the hours of the week that some hours of some days are.

    Parameters
    ----------
    days
        Days from 0 (Monday) to 6 (Sunday).
    first_h, end_h
        The hour at which the first begins and at which the last ends, 0 to 24.

    Returns
    -------
    hours
        From 0 (Monday, midnight to one) to 167 (Sunday, eleven to midnight), ascending.

    Raises
    ------
    InputError
        If a day or an hour does not exist, or no hour is left.

    Examples
    --------
    >>> hours_of_week([0, 1], 10, 12)
    (10, 11, 34, 35)
    """
    chosen = sorted(set(days))
    if not 0 <= first_h < end_h <= HOURS_PER_DAY or not set(chosen) <= set(range(7)):
        msg = (
            f"Days {chosen} from {first_h} to {end_h} o'clock are no hours of a week. Give "
            "days from 0 (Monday) to 6 and hours from 0 to 24, the first before the last."
        )
        raise InputError(msg)
    return tuple(HOURS_PER_DAY * day + hour for day in chosen for hour in range(first_h, end_h))


BASE_HOURS = hours_of_week(range(5), 10, 17)
"""Weekdays from 10 to 17 o'clock: the hours whose mean is the level of a street."""


@dataclass(frozen=True)
class WeekProfile:
    """
    How passages spread over a typical week.

    Attributes
    ----------
    ratios
        Passages in each hour of the week as a multiple of the mean over `BASE_HOURS`,
        168 numbers above 0.
    log_sds
        Standard deviation of the logarithm of each, from one street to another.
    """

    ratios: tuple[float, ...]
    log_sds: tuple[float, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Each hour's share of the week's passages; they sum to 1."""
        total = sum(self.ratios)
        return tuple(ratio / total for ratio in self.ratios)


@dataclass(frozen=True)
class StreetLevel:
    """
    The line from walk flow, or its stand-in, to a street's level.

    Attributes
    ----------
    basis
        What the line starts from.
    reference
        The value of the basis at which the level was counted, above 0.
    per_h
        Passages per hour there, over `BASE_HOURS`.
    slope, slope_sd
        Elasticity of the level to the basis, and its standard error.
    floor
        Values of the basis below this count as this: nothing was counted there.
    street_log_sd, street_freedom
        Standard deviation of streets' log levels about the line, and its degrees of freedom.
    counters
        Number of counters that the level rests on.
    """

    basis: Basis
    reference: float
    per_h: float
    slope: float
    slope_sd: float
    floor: float
    street_log_sd: float
    street_freedom: float
    counters: int


@dataclass(frozen=True)
class Calibration:
    """
    Everything that turns a value of the basis into passages per hour.

    Attributes
    ----------
    level
        The line to a street's level.
    profile
        The shape of the week.
    carry_log_sd, carry_freedom
        Scale and degrees of freedom of the error of carrying the level to another town.
    years_log_sd, years_freedom
        The same of carrying it to another time.
    hour_log_sd
        Standard deviation of single hours about the typical one of a counter, in log.
    """

    level: StreetLevel
    profile: WeekProfile
    carry_log_sd: float
    carry_freedom: float
    years_log_sd: float
    years_freedom: float
    hour_log_sd: float


def passages_per_hour(
    values: pd.Series,
    calibration: Calibration,
    *,
    hours: Sequence[int] = BASE_HOURS,
    log_spreads: pd.Series | None = None,
) -> pd.DataFrame:
    r"""
    Estimate the people-passages per hour at street spots.

    A passage is one person going past once. It is neither a face scanned nor a distinct
    person: who passes twice counts twice.

    Parameters
    ----------
    values
        Walk flow or stand-in of each spot, in the unit the calibration was fitted on; null
        where unknown. Whichever it is, it must be the basis of the calibration.
    calibration
        Fitted on pedestrian counters.
    hours
        Hours of the week asked about, as of `hours_of_week`: the estimate is their mean.
    log_spreads
        Standard deviation of the logarithm of the value over the spots that a place may be,
        indexed like ``values``; none, or null, for a known spot.

    Returns
    -------
    passages
        Indexed like ``values``: ``walk_past_per_h``, a median [passages per hour], and the
        bounds of its 80 % interval, none above `MOST_PER_H`. Null where the value is.

    Raises
    ------
    InputError
        If a value is below 0 or infinite, a spread is, or an hour is not of a week.

    Notes
    -----
    :math:`\log y = \log y_0 + b \log(x / x_0) + \log r_h`, with the level :math:`y_0` at the
    reference :math:`x_0`, the elasticity :math:`b` and the profile :math:`r_h`. The variance
    of its error is a sum: streets about the line (and the mean of the counters), towns, years,
    weeks, the profile, the slope away from the reference, and the spread over the spots. The
    bounds are quantiles of that sum (`geo.student_sums`), in which towns have two degrees of
    freedom. They are those of a single hour; the median is that of a street's mean hour, some
    4 % above that of its single hours (``log_bias`` of the scores of single hours).

    Examples
    --------
    >>> level = StreetLevel("walk_flow", 100.0, 2000.0, 1.0, 0.0, 1.0, 0.5, 20.0, 8)
    >>> week = WeekProfile((1.0,) * 168, (0.0,) * 168)
    >>> known = Calibration(level, week, 0.0, 3.0, 0.0, 9.0, 0.0)
    >>> passages_per_hour(pd.Series([50.0, None]), known).round()
       walk_past_per_h  walk_past_per_h_lo80  walk_past_per_h_hi80
    0           1000.0                 495.0                2020.0
    1              NaN                   NaN                   NaN
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    errors = log_passages(values, calibration, hours=hours, log_spreads=log_spreads)
    centre = errors["log_median"].to_numpy()
    quantile = stdtrit(errors["freedom"].to_numpy(), (1 + INTERVAL_SHARE) / 2)
    reach = quantile * errors["log_sd"].to_numpy()
    figures = at_most(np.exp([centre, centre - reach, centre + reach]))
    return pd.DataFrame(dict(zip(COLUMNS, figures, strict=True)), index=values.index)


def at_most(passages_per_h: Floats) -> Floats:
    """
    Return passages per hour, none above `MOST_PER_H`.

    Quantiles of what cannot be above a bound are the quantiles without it, but not above it.

    Examples
    --------
    >>> at_most(np.array([7803.0, 70564.0, np.nan])).tolist()
    [7803.0, 40000.0, nan]
    """
    return np.minimum(passages_per_h, MOST_PER_H)


def log_passages(
    values: pd.Series,
    calibration: Calibration,
    *,
    hours: Sequence[int] = BASE_HOURS,
    log_spreads: pd.Series | None = None,
) -> pd.DataFrame:
    """
    Return the distribution of log passages per hour at street spots.

    Parameters
    ----------
    values, calibration, hours, log_spreads
        As for `passages_per_hour`.

    Returns
    -------
    errors
        Indexed like ``values``: ``log_median``, ``log_sd`` (the scale of a Student t) and
        ``freedom``, its degrees of freedom, for mixing the spots of a place. Null where the
        value is.

    Raises
    ------
    InputError
        As `passages_per_hour`.
    """
    x = _checked(values, "values")
    unspread = pd.Series(0.0, index=values.index)
    spreads = _checked(unspread if log_spreads is None else log_spreads, "log_spreads")
    chosen = _hours(hours)
    level, ratios = calibration.level, np.asarray(calibration.profile.ratios)[chosen]
    away = np.log(np.maximum(x, level.floor) / level.reference)
    centre = np.log(level.per_h * ratios.mean()) + level.slope * away
    variances, freedoms = _parts(calibration, chosen, away, np.nan_to_num(spreads))
    log_sd, freedom = sum_of_students(variances, freedoms)
    table = {"log_median": centre, "log_sd": log_sd, "freedom": freedom}
    return pd.DataFrame(table, index=values.index)


def _checked(values: pd.Series, name: str) -> Floats:
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    bad = (numbers < 0) | np.isinf(numbers)
    if bad.any():
        row = values.index[int(bad.argmax())]
        msg = (
            f"`{name}` must be finite and not below 0; {int(bad.sum())} are not, the first is "
            f"{numbers[bad][0]:g} at {row!r}. Leave unknown values null."
        )
        raise InputError(msg)
    return numbers


def _hours(hours: Sequence[int]) -> NDArray[np.int64]:
    chosen = np.asarray(hours, dtype=np.int64)
    if chosen.size == 0 or chosen.min() < 0 or chosen.max() >= HOURS_PER_WEEK:
        msg = (
            f"`hours` must be hours of the week from 0 to {HOURS_PER_WEEK - 1}, at least one; "
            f"got {list(hours)[:3]}. Make them with `geo.passages.hours_of_week`."
        )
        raise InputError(msg)
    return chosen


def _parts(
    calibration: Calibration, hours: NDArray[np.int64], away: Floats, spreads: Floats | float
) -> tuple[Floats, Floats]:
    """Return the variances that make up the error, and the degrees of freedom of each."""
    level = calibration.level
    profile = np.square(np.asarray(calibration.profile.log_sds)[hours]).mean()
    parts: list[tuple[Floats | float, float]] = [
        (level.street_log_sd**2 * (1 + 1 / level.counters), level.street_freedom),
        (calibration.carry_log_sd**2, calibration.carry_freedom),
        (calibration.years_log_sd**2, calibration.years_freedom),
        (calibration.hour_log_sd**2 + profile, ENDLESS),
        ((level.slope_sd * away) ** 2, ENDLESS),
        ((level.slope * np.asarray(spreads)) ** 2, ENDLESS),
    ]
    variances = np.array([np.broadcast_to(variance, away.shape) for variance, _ in parts])
    return variances, np.array([freedom for _, freedom in parts])
