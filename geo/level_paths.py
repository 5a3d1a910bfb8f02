r"""
Follow the level of a record through time, with drift, sudden breaks and odd counts.

Between two days the level drifts as a random walk; seldom it breaks. Counts lie about it with
Student-t errors of unknown scale. All sums over levels, scales, mixtures and breaks are done
exactly on a grid (forward and backward recursions of a hidden Markov model), so nothing is
sampled and no odd count need be taken out first.

The recursions are those of Fearnhead (2006, Statistics and Computing 16, 203-213) for several
change points, with a drifting instead of a constant level between them. That a break must move
the level, lest drift be called one, is said by a non-local prior (Johnson and Rossell 2010,
Journal of the Royal Statistical Society B 72, 143-170).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.level_grid import STEP_LOG, LevelGrid, likelihoods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.level_grid import DailyCounts

    Floats = NDArray[np.float64]
    Days = NDArray[np.bool_]

DRIFT_SD_LOG = 0.15
"""Log standard deviation of a month's drift, which is no break."""

BREAKS_PER_YEAR = 0.5
"""Breaks expected in a year, before anything is seen."""

_MOST_SURE = 0.99
"""Greatest prior probability of a break: over a gap of decades it would round to certainty."""

_DAYS_PER_MONTH = 30.44
_DAYS_PER_YEAR = 365.25

_LEAST = 1e-300
"""Stands for an evidence too small for a double."""

_STABLE = 0.5
"""Most of a level's weight that one step of the drift moves along the grid."""


@dataclass(frozen=True)
class LevelPath:
    """
    What counts tell of breaks and levels, day by day.

    Attributes
    ----------
    break_share
        Probability that the level broke between the day before and this one; 0 on the first.
    level
        Posterior mean of the log level; of a mixture, halfway between its components.
    mixed_share
        Probability that two ways of counting were mixed.
    forward, scales
        Each day's states given the days up to it, shape (days, levels, columns), and the
        density of each day, shape (days,).
    ahead
        How likely the days after each day are in each of its states, over their density,
        shaped as ``forward``.
    """

    break_share: Floats
    level: Floats
    mixed_share: Floats
    forward: Floats
    scales: Floats
    ahead: Floats


@dataclass(frozen=True)
class Record:
    """
    A record ready for the recursions.

    Attributes
    ----------
    grid
        The states.
    likely
        Likelihoods of each day in each state, shape (days, levels, columns).
    hazard
        Prior probability of a break before each day, shape (days,); 0 on the first.
    drifts
        Steps and size of the drift before each day.
    """

    grid: LevelGrid
    likely: Floats
    hazard: Floats
    drifts: tuple[tuple[int, float], ...]

    @classmethod
    def of(cls, counts: DailyCounts) -> Record:
        """Make counts ready: at least one."""
        gaps = np.diff(counts.days, prepend=counts.days[0])
        grid = LevelGrid.over(counts)
        hazard = -np.expm1(-BREAKS_PER_YEAR * gaps / _DAYS_PER_YEAR)
        hazard = np.minimum(hazard, _MOST_SURE)
        drifts = tuple(_drift(gap) for gap in gaps.tolist())
        return cls(grid, likelihoods(counts, grid), hazard, drifts)

    def without_breaks(self, days: Days) -> Record:
        """Forbid breaks before some days, shape (days,)."""
        return replace(self, hazard=np.where(days, 0.0, self.hazard))

    def prior_share(self, days: Days) -> float:
        """Return the prior probability of at least one break before some days."""
        return float(-np.expm1(np.log1p(-self.hazard[days]).sum()))


def log_evidence(record: Record) -> float:
    """
    Return the log probability density of a record, up to a constant of its counts.

    Parameters
    ----------
    record
        The record, perhaps with breaks forbidden.

    Returns
    -------
    evidence
        Comparable between records of the same counts.
    """
    return float(np.log(_forward(record)[1]).sum())


def follow_level(record: Record) -> LevelPath:
    """
    Find where the level broke, and what it was.

    Parameters
    ----------
    record
        The record.

    Returns
    -------
    path
        Breaks and levels day by day.
    """
    forward, scales = _forward(record)
    grid, days = record.grid, len(scales)
    broke, level, mixed = np.zeros((3, days))
    ahead = np.ones_like(forward)
    for day in range(days - 1, -1, -1):
        smooth = forward[day] * ahead[day]
        level[day] = (smooth * grid.centre).sum()
        mixed[day] = smooth[:, grid.shifts != 0].sum()
        if day == 0:
            break
        hazard = record.hazard[day]
        value = record.likely[day] * ahead[day] / scales[day]
        after = grid.break_to(value)
        before = _drifted(forward[day - 1], record.drifts[day])
        broke[day] = hazard * (before * after).sum()
        ahead[day - 1] = _drifted((1 - hazard) * value + hazard * after, record.drifts[day])
    return LevelPath(np.clip(broke, 0.0, 1.0), level, mixed, forward, scales, ahead)


def log_loss(record: Record, path: LevelPath, first: int, end: int) -> float:
    """
    Return what the log evidence changes by where breaks before some days are forbidden.

    Parameters
    ----------
    record, path
        The record, and what `follow_level` made of it.
    first, end
        The days, the end left out; not the first of the record.

    Returns
    -------
    loss
        `log_evidence` without these breaks less that with them, from these days alone: what
        comes before and after them is summed up already.
    """
    now, loss = path.forward[first - 1], 0.0
    for day in range(first, end):
        now = _drifted(now, record.drifts[day]) * record.likely[day]
        scale = float(now.sum())
        now, loss = now / scale, loss + math.log(scale / path.scales[day])
    return loss + math.log(max(float((now * path.ahead[end - 1]).sum()), _LEAST))


def _forward(record: Record) -> tuple[Floats, Floats]:
    """Return each day's states given the days up to it, and the density of each day."""
    grid, likely = record.grid, record.likely
    states, scales = np.empty_like(likely), np.empty(len(likely))
    now = np.broadcast_to(grid.prior / len(grid.levels), likely[0].shape)
    for day, (hazard, drift) in enumerate(zip(record.hazard, record.drifts, strict=True)):
        if day:
            now = _drifted(states[day - 1], drift)
            now = (1 - hazard) * now + hazard * grid.break_from(now)
        now = now * likely[day]
        scales[day] = now.sum()
        states[day] = now / scales[day]
    return states, scales


def _drift(gap_days: int) -> tuple[int, float]:
    """Return how many steps a drift takes on the grid, and the share each moves a side."""
    variance = DRIFT_SD_LOG**2 * gap_days / _DAYS_PER_MONTH / STEP_LOG**2
    steps = max(1, math.ceil(variance / _STABLE))
    return steps, variance / steps / 2


def _drifted(weights: Floats, drift: tuple[int, float]) -> Floats:
    """Let the level walk; the walk turns back at the ends of the grid."""
    steps, share = drift
    for _ in range(steps):
        moved = weights * (1 - 2 * share)
        moved[1:] += share * weights[:-1]
        moved[:-1] += share * weights[1:]
        moved[[0, -1]] += share * weights[[0, -1]]
        weights = moved
    return weights
