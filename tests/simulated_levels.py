"""
Counts of one era whose level runs a known course, and how often intervals hold later counts.

Courses and histories are those the forecast must stay calibrated on: a level that stays, trends
by some per cent a month, or walks at random. Errors about it have a log standard deviation of
0.43, normal or Student t of 5 degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtri

from geo.arithmetic import SHARES, widened
from geo.conformal import widening
from geo.current_level import level_on
from geo.drift import learned_drift
from geo.moments import Moments
from geo.prediction import Student, quantiles
from geo.rolling import roll
from geo.tracks import Track, month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FORCE = "Simulated Police"
NOISE_SD_LOG = 0.43
HORIZONS = (1, 2, 3, 4, 5, 6)
"""Months after the last count."""

_FIRST_MONTH = 2022 * 12
_FUTURES = 50
"""Later counts drawn for each record and horizon, each with a walk of its own."""


@dataclass(frozen=True)
class Course:
    """How a level runs: a trend and the standard deviation of a walk, logarithms a month."""

    trend_log: float = 0.0
    walk_sd_log: float = 0.0


COURSES = {
    "stays": Course(),
    "trend +3 %": Course(math.log(1.03)),
    "trend +5 %": Course(math.log(1.05)),
    "trend -3 %": Course(math.log(0.97)),
    "trend -5 %": Course(math.log(0.95)),
    "walk .05": Course(walk_sd_log=0.05),
    "walk .10": Course(walk_sd_log=0.1),
    "walk .15": Course(walk_sd_log=0.15),
    "walk .20": Course(walk_sd_log=0.2),
}


@dataclass(frozen=True)
class History:
    """What is known when later counts are expected: months of one era, and of others if any."""

    months: int
    each: int
    elsewhere: Moments = field(default_factory=Moments)

    def dates(self, rng: np.random.Generator) -> list[str]:
        """Return the days of the counts, in order, of days that every month has."""
        pairs = [
            (month, day)
            for month in range(self.months)
            for day in sorted(rng.integers(1, 29, self.each).tolist())
        ]
        return [_iso(_FIRST_MONTH + month, day) for month, day in pairs]


HISTORIES = {
    "4 x 15": History(4, 15),
    "12 x 10": History(12, 10),
    "4 x 5": History(4, 5),
    # As many months and counts as the embedded record's last era, with its spread elsewhere.
    "4 x 15, wide elsewhere": History(4, 15, Moments(140, 0.0, 139 * 0.75**2)),
}


class Held(NamedTuple):
    """Shares of later counts inside the intervals and median widths, one per horizon."""

    share80: np.ndarray
    share90: np.ndarray
    width80: np.ndarray
    width90: np.ndarray


def _iso(month: int, day: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02d}-{day:02d}"


def months_later(date: str, months: int) -> str:
    """Return the same day some months later."""
    year, month, day = (int(part) for part in date.split("-"))
    return _iso(year * 12 + month - 1 + months, day)


def noise(rng: np.random.Generator, size: object, *, freedom: float) -> np.ndarray:
    """Return errors of standard deviation `NOISE_SD_LOG`."""
    if math.isinf(freedom):
        return rng.normal(0, NOISE_SD_LOG, size)
    return rng.standard_t(freedom, size) * NOISE_SD_LOG * math.sqrt((freedom - 2) / freedom)


def simulate(
    history: History, course: Course, rng: np.random.Generator, *, freedom: float = math.inf
) -> tuple[list[str], np.ndarray, float]:
    """Return days and log rates of one record, and its level on the last of them."""
    dates = history.dates(rng)
    months = np.array([month_of(date) for date in dates])
    steps = course.walk_sd_log * np.sqrt(np.diff(months, prepend=months[0]))
    level = 6.5 + course.trend_log * (months - months[0])
    level += np.cumsum(steps * rng.normal(size=len(dates)))
    return dates, level + noise(rng, len(dates), freedom=freedom), float(level[-1])


def intervals(
    dates: Sequence[str], logs: np.ndarray, days: Sequence[str], *, elsewhere: Moments
) -> np.ndarray:
    """Return log faces per hour at `SHARES` on some days, the way `expect_faces` finds them."""
    track = Track.of(zip((month_of(date) for date in dates), logs.tolist(), strict=True))
    own = Moments.of(logs.tolist())
    pooled = Moments(own.n + max(elsewhere.n - 1, 0), 0.0, own.squares + elsewhere.squares)
    by = widening([each.outcome for each in roll(track, elsewhere=pooled)])
    drift = learned_drift(track)
    students = []
    for day in days:
        level = level_on(track, month_of(day), elsewhere=pooled, drift=drift)
        students.append(Student(level.centre, math.sqrt(level.variance), float(level.freedom)))
    rows = quantiles([(student,) for student in students], SHARES).tolist()
    return np.array([widened(row, by) for row in rows])


def coverage(
    history: History, course: Course, *, records: int, freedom: float = math.inf, seed: int = 0
) -> Held:
    """Simulate records, and hold their intervals against what comes one to six months later."""
    rng = np.random.default_rng(seed)
    inside80, inside90, ends = [], [], []
    ahead = np.array(HORIZONS, dtype=float)[:, None]
    for _ in range(records):
        dates, logs, last = simulate(history, course, rng, freedom=freedom)
        days = [months_later(dates[-1], months) for months in HORIZONS]
        row = intervals(dates, logs, days, elsewhere=history.elsewhere)
        shape = (len(HORIZONS), _FUTURES)
        walk = course.walk_sd_log * np.sqrt(ahead) * rng.normal(size=shape)
        new = last + course.trend_log * ahead + walk + noise(rng, shape, freedom=freedom)
        inside80.append(((row[:, [1]] <= new) & (new <= row[:, [2]])).mean(axis=1))
        inside90.append(((row[:, [3]] <= new) & (new <= row[:, [4]])).mean(axis=1))
        ends.append(row)
    widths = np.exp(np.median(np.array(ends)[:, :, [2, 4]] - np.array(ends)[:, :, [1, 3]], 0))
    return Held(np.mean(inside80, 0), np.mean(inside90, 0), widths[:, 0], widths[:, 1])


def oracle_width(
    history: History, course: Course, *, freedom: float = math.inf, share: float = 0.8
) -> np.ndarray:
    """
    Return the width that one needs who knows trend, walk and spread, but not the level.

    The level is told by a Kalman filter; its error is added to the errors of counts.
    """
    rng = np.random.default_rng(99)
    months = np.array([month_of(date) for date in history.dates(rng)])
    variance = NOISE_SD_LOG**2
    for gap in np.diff(months):
        before = variance + course.walk_sd_log**2 * gap
        variance = before * NOISE_SD_LOG**2 / (before + NOISE_SD_LOG**2)
    level = np.sqrt(variance + course.walk_sd_log**2 * np.array(HORIZONS))
    upper = (1 + share) / 2
    if math.isinf(freedom):
        return np.exp(2 * ndtri(upper) * np.hypot(level, NOISE_SD_LOG))
    error, own = rng.normal(size=200_000), noise(rng, 200_000, freedom=freedom)
    return np.exp([2 * np.quantile(np.abs(sd * error + own), share) for sd in level])


def as_record(dates: Sequence[str], logs: np.ndarray, *, hours: float = 4.0) -> pd.DataFrame:
    """Return counts as deployments, faces not rounded."""
    faces = np.exp(logs) * hours
    return pd.DataFrame(
        {"force": FORCE, "date": list(dates), "duration_h": hours, "faces_seen": faces}
    )


def one_era() -> pd.DataFrame:
    """Return a single open era of the simulated force."""
    return pd.DataFrame(
        {"force": [FORCE], "era": ["a"], "first_date": ["2000-01-01"], "last_date": [None]},
    ).astype({"last_date": "str"})
