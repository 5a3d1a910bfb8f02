"""Predictive distributions of log faces: equal-weight mixtures of Student t."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_HALVINGS = 60
"""Bisection steps: they narrow any bracket of logarithms to the last bit of a float."""

_GRID = 2001
"""Points at which the score of a mixture is summed."""


@dataclass(frozen=True)
class Student:
    """
    A Student t distribution of a logarithm.

    Attributes
    ----------
    centre
        Its median.
    scale
        Its scale, above 0.
    freedom
        Its degrees of freedom, above 1.
    """

    centre: float
    scale: float
    freedom: float


Mixture = tuple[Student, ...]
"""Distributions of equal weight; empty where nothing can be predicted."""


def quantiles(mixtures: Sequence[Mixture], shares: Sequence[float]) -> Floats:
    """
    Return quantiles of each mixture.

    Parameters
    ----------
    mixtures
        One per row.
    shares
        Cumulative probabilities, each in (0, 1).

    Returns
    -------
    values
        One row per mixture, one column per share; NaN for an empty mixture.

    Notes
    -----
    One distribution has its quantiles in closed form; those of several are found by
    bisection between the least and the greatest of the members' own quantiles.

    Examples
    --------
    >>> quantiles([(Student(1.0, 0.5, 4.0),), ()], [0.5]).tolist()
    [[1.0], [nan]]
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    wanted = np.asarray(shares, dtype=np.float64)
    values = np.full((len(mixtures), len(wanted)), np.nan)
    for size in sorted({len(mixture) for mixture in mixtures} - {0}):
        rows = [row for row, mixture in enumerate(mixtures) if len(mixture) == size]
        centre, scale, freedom = _arrays([mixtures[row] for row in rows])
        own = centre[..., None] + scale[..., None] * stdtrit(freedom[..., None], wanted)
        values[rows] = own[:, 0, :]
        if size > 1:
            values[rows] = _bisect(centre, scale, freedom, own, wanted)
    return values


def scores(mixtures: Sequence[Mixture], observed: Floats) -> Floats:
    r"""
    Return the continuous ranked probability score of each mixture.

    Parameters
    ----------
    mixtures
        One per row, none empty.
    observed
        What came of each, on the same logarithmic scale.

    Returns
    -------
    crps
        Scores in units of a natural logarithm; 0 is perfect, smaller is better.

    Notes
    -----
    For one Student t the closed form of Jordan, Krüger and Lerch (2019); for a mixture
    :math:`\int (F(x) - 1[x \ge y])^2 dx` is summed over a fine grid.

    Examples
    --------
    >>> scores([(Student(0.0, 1.0, 1e6),)], np.array([0.0])).round(4).tolist()
    [0.2337]
    """
    result = np.empty(len(mixtures))
    for row, mixture in enumerate(mixtures):
        if len(mixture) > 1:
            result[row] = _summed_score(mixture, float(observed[row]))
    rows = [row for row, mixture in enumerate(mixtures) if len(mixture) == 1]
    if rows:
        result[rows] = _closed_score([mixtures[row] for row in rows], observed[rows])
    return result


def _arrays(mixtures: Sequence[Mixture]) -> tuple[Floats, Floats, Floats]:
    """Return centres, scales and degrees of freedom of mixtures of one size."""
    values = np.array([[(t.centre, t.scale, t.freedom) for t in row] for row in mixtures])
    return values[..., 0], values[..., 1], values[..., 2]


def _bisect(
    centre: Floats, scale: Floats, freedom: Floats, own: Floats, wanted: Floats
) -> Floats:
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    low, high = own.min(axis=1), own.max(axis=1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        z = (middle[:, None, :] - centre[..., None]) / scale[..., None]
        below = stdtr(freedom[..., None], z).mean(axis=1) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def _closed_score(mixtures: Sequence[Mixture], observed: Floats) -> Floats:
    from scipy.special import betaln, stdtr  # noqa: PLC0415 - slow to import

    centre, scale, freedom = (values[:, 0] for values in _arrays(mixtures))
    z = (observed - centre) / scale
    log_density = -0.5 * np.log(freedom) - betaln(0.5, freedom / 2)
    density = np.exp(log_density - (freedom + 1) / 2 * np.log1p(z**2 / freedom))
    chance = z * (2 * stdtr(freedom, z) - 1)
    tails = 2 * density * (freedom + z**2) / (freedom - 1)
    ratio = np.exp(betaln(0.5, freedom - 0.5) - 2 * betaln(0.5, freedom / 2))
    own = 2 * np.sqrt(freedom) / (freedom - 1) * ratio
    return np.asarray(scale * (chance + tails - own))


def _summed_score(mixture: Mixture, observed: float) -> float:
    from scipy.special import stdtr  # noqa: PLC0415 - slow to import

    centre, scale, freedom = (values[0] for values in _arrays([mixture]))
    reach = 30 * float(scale.max())
    low, high = min(observed, centre.min()) - reach, max(observed, centre.max()) + reach
    grids = np.linspace(low, observed, _GRID), np.linspace(observed, high, _GRID)
    total = 0.0
    for grid, seen in zip(grids, (0.0, 1.0), strict=True):
        share = stdtr(freedom, (grid[:, None] - centre) / scale).mean(axis=1)
        total += float(np.trapezoid((share - seen) ** 2, grid))
    return total
