r"""
What a level of log faces per hour may be, how it may move, and how likely counts are under it.

A state is a level on a grid, a scale of the errors about it, and a shift of those counts that
are multiples of 5: nought where a force counts in one way, and something else where two ways
of counting are mixed, of which one gives rounded figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEP_LOG = 0.1
"""Distance between two levels of the grid: a third of the least scale of the errors."""

SCALES_LOG = (0.3, 0.42, 0.6, 0.85)
"""Scales the errors of a span may have; street counters repeat no better than 0.27."""

TAIL_DF = 4.0
"""Degrees of freedom of the Student-t errors: tails as heavy as those of the record."""

SHIFTS_LOG = (1.0, 1.7, -1.0, -1.7)
"""Shifts of rounded counts that a mixture of two ways of counting may show."""

MIXED_PRIOR = 0.1
"""Share of spans expected to be such a mixture, before anything is seen."""

LEAST_OF_BOTH = 3
"""Fewest counts, rounded and not, that can show a mixture."""

ALIKE = 0.2
"""Correlation of deployments of one day: 0.1 to 0.2 in the record."""

JUMP_LOG = 0.8
"""Scale of a break; the likeliest breaks are of 2 ** 0.5 times this, a factor of three."""

_MIXED_JUMP_LOG = 0.75
"""Scale of a level's move where two ways of counting begin to be mixed, or cease to be."""

_FARTHEST = 8.0
"""Counts farther than this from the median, in logarithms, count as this far."""

_NEIGHBOURS = 7
"""Counts before and after one that tell how often figures are rounded about then."""

_BLOCK_DAYS = 64
"""Days whose densities are held at once."""

_MARGIN = 1.0
"""How far the grid reaches beyond the counts."""


@dataclass(frozen=True)
class DailyCounts:
    """
    Counts of known hours in order of day, and within a day in order of size.

    Attributes
    ----------
    days
        Ordinal of each distinct day, increasing, shape (days,).
    owner
        Position in ``days`` of each count, shape (counts,).
    log_rates
        Log faces per hour, shape (counts,).
    rounded
        Whether the count is a multiple of 5, shape (counts,).
    """

    days: NDArray[np.int64]
    owner: NDArray[np.intp]
    log_rates: Floats
    rounded: NDArray[np.bool_]


@dataclass(frozen=True)
class LevelGrid:
    """
    The states, and how a break moves between them.

    Attributes
    ----------
    levels
        Log levels, shape (levels,).
    scales, shifts
        Scale and shift of each column of states, shape (columns,), all scales of one shift
        together; the first shift is 0.
    prior
        Probability of each column for a new span, shape (columns,).
    into
        Density of the new level given the old, plain one, by new shift: shape
        (shifts, levels, levels).
    out_of
        The same for a new plain span given the old shift; the first is ``into[0]``.
    """

    levels: Floats
    scales: Floats
    shifts: Floats
    prior: Floats
    into: Floats
    out_of: Floats

    @classmethod
    def over(cls, counts: DailyCounts) -> LevelGrid:
        """Lay a grid over counts; without three of both kinds, one that knows no mixture."""
        tamed = _tamed(counts.log_rates)
        low = math.floor((tamed.min() - _MARGIN) / STEP_LOG)
        high = math.ceil((tamed.max() + _MARGIN) / STEP_LOG)
        levels = np.arange(low, high + 1) * STEP_LOG
        both = min(int(counts.rounded.sum()), int((~counts.rounded).sum())) >= LEAST_OF_BOTH
        told = (0.0, *SHIFTS_LOG) if both else (0.0,)
        chances = [1 - MIXED_PRIOR] + [MIXED_PRIOR / len(SHIFTS_LOG)] * len(SHIFTS_LOG)
        chance = np.array(chances if both else [1.0])
        apart = levels[:, None] - levels[None, :]
        return cls(
            levels=levels,
            scales=np.tile(SCALES_LOG, len(told)),
            shifts=np.repeat(told, len(SCALES_LOG)),
            prior=np.repeat(chance, len(SCALES_LOG)) / len(SCALES_LOG),
            into=np.stack([_moves(apart, -shift) for shift in told]),
            out_of=np.stack([_moves(apart, shift) for shift in told]),
        )

    @property
    def centre(self) -> Floats:
        """Mean level of each state: halfway between the components of a mixture."""
        return np.asarray(self.levels[:, None] + self.shifts[None, :] / 2)

    @cached_property
    def chance(self) -> Floats:
        """Probability of each shift for a new span, shape (shifts,)."""
        return np.asarray(self._by_shift(self.prior[None, :])[0])

    def break_from(self, weights: Floats) -> Floats:
        """Return where weights on states lie after a break; a mixture ends in a plain span."""
        old = self._by_shift(weights)
        into = self.into @ old[:, 0]
        plain = (self.out_of[1:] @ old[:, 1:].T[..., None]).sum(axis=0)[:, 0]
        new = into.T * self.chance
        new[:, 0] += plain
        return np.repeat(new, len(SCALES_LOG), axis=1) * self._within()

    def break_to(self, values: Floats) -> Floats:
        """Return the expectation of values after a break, by the state before it."""
        ahead = self._by_shift(values * self._within())
        plain = ((ahead * self.chance).T[:, None, :] @ self.into).sum(axis=0)[0]
        mixed = (ahead[:, 0] @ self.out_of[1:]).T
        old = np.column_stack([plain, mixed])
        return np.asarray(np.repeat(old, len(SCALES_LOG), axis=1))

    def _within(self) -> float:
        """Probability of each scale of a new span."""
        return 1 / len(SCALES_LOG)

    def _by_shift(self, values: Floats) -> Floats:
        return np.asarray(values.reshape(len(values), -1, len(SCALES_LOG)).sum(axis=2))


def _moves(apart: Floats, shift: float) -> Floats:
    """Return a kernel whose columns sum to one: a break's, or that of a mixture's end."""
    if shift == 0:  # non-local: a break that moves nothing is none
        kernel = apart**2 * np.exp(-(apart**2) / (2 * JUMP_LOG**2))
    else:
        ends = np.stack([apart, apart - shift])
        kernel = np.exp(-(ends**2) / (2 * _MIXED_JUMP_LOG**2)).sum(axis=0)
    return np.asarray(kernel / kernel.sum(axis=0, keepdims=True))


def _tamed(log_rates: Floats) -> Floats:
    middle = float(np.median(log_rates))
    return np.clip(log_rates, middle - _FARTHEST, middle + _FARTHEST)


def likelihoods(counts: DailyCounts, grid: LevelGrid) -> Floats:
    r"""
    Return how likely each day's counts are in each state.

    Parameters
    ----------
    counts
        The counts.
    grid
        The states.

    Returns
    -------
    likely
        Likelihoods over each day's greatest, shape (days, levels, columns).

    Notes
    -----
    A day of :math:`m` deployments weighs :math:`m / (1 + (m-1) r)`, since they are alike by
    `ALIKE`: the power by which a composite likelihood is put right for correlation (Pauli,
    Racugno and Ventura 2011, Statistica Sinica 21, 149-164).
    """
    many_days = len(counts.days)
    starts = np.searchsorted(counts.owner, np.arange(many_days + 1))
    likely = np.empty((many_days, len(grid.levels), len(grid.shifts)))
    for first in range(0, many_days, _BLOCK_DAYS):  # lest long records fill the memory
        edges = starts[first : first + _BLOCK_DAYS + 1]
        own = slice(edges[0], edges[-1])
        days = np.add.reduceat(_student(counts, grid, own), edges[:-1] - edges[0], axis=0)
        days /= (1 + (np.diff(edges) - 1) * ALIKE)[:, None, None]
        likely[first : first + len(days)] = np.exp(days - days.max(axis=(1, 2), keepdims=True))
    return likely


def _student(counts: DailyCounts, grid: LevelGrid, own: slice) -> Floats:
    """Return the log density of some counts in every state."""
    constant = (
        math.lgamma((TAIL_DF + 1) / 2)
        - math.lgamma(TAIL_DF / 2)
        - 0.5 * math.log(TAIL_DF * math.pi)
    )
    about = _tamed(counts.log_rates)[own, None, None] - grid.levels[None, :, None]
    about = about - np.where(counts.rounded[own, None, None], grid.shifts, 0.0)
    about /= grid.scales
    tails = -(TAIL_DF + 1) / 2 * np.log1p(about * about / TAIL_DF)
    kinds = np.where(grid.shifts == 0, _log_kind(counts)[own, None], math.log(0.5))
    return np.asarray(tails + constant - np.log(grid.scales) + kinds[:, None, :])


def _log_kind(counts: DailyCounts) -> Floats:
    """
    Return the log probability that a count is rounded, or not, as it is, in a plain span.

    It is that of the counts about it, so a change of rounding alone is no break. In a mixture
    it is a half: counts of one kind only, however far from earlier ones, are none.
    """
    sums = np.concatenate([[0], np.cumsum(counts.rounded)])
    here = np.arange(len(counts.rounded))
    first = np.maximum(here - _NEIGHBOURS, 0)
    last = np.minimum(here + _NEIGHBOURS + 1, len(here))
    share = (sums[last] - sums[first] + 1) / (last - first + 2)
    return np.asarray(np.log(np.where(counts.rounded, share, 1 - share)))
