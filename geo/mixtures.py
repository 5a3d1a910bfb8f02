"""Quantiles of a figure at a spot that may be any of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_HALVINGS = 60
"""Halvings of the bracket: past the last digit of a double."""


def mixture_quantiles(  # noqa: PLR0913 - a distribution has its parameters
    log_medians: NDArray[np.float64],
    weights: NDArray[np.float64],
    owners: NDArray[np.intp],
    *,
    count: int,
    log_sd: NDArray[np.float64] | float,
    df: NDArray[np.float64] | float,
    levels: Sequence[float] = (0.1, 0.5, 0.9),
) -> NDArray[np.float64]:
    r"""
    Return quantiles of figures whose spots are known only to be one of some.

    Parameters
    ----------
    log_medians
        Log of the median figure at each spot, shape (spots,). A spot at which nothing is known
        (NaN) stands for nothing.
    weights
        How likely each spot is, on any scale, shape (spots,); none below zero.
    owners
        Which place each spot belongs to, from 0, shape (spots,).
    count
        Places there are.
    log_sd
        Scale of the error of the log figure at each spot, or at all, above zero.
    df
        Degrees of freedom of that error, a Student t, at each spot or at all.
    levels
        Probabilities wanted, in (0, 1).

    Returns
    -------
    quantiles
        On the figure's own scale, shape (count, levels); NaN for a place without a spot.

    Raises
    ------
    ValueError
        If a weight, ``log_sd``, ``df`` or a level is out of range.

    Notes
    -----
    The distribution function is the weighted mean of those at the spots,
    :math:`F(x) = \sum_i w_i\, T_{\nu_i}((\log x - \mu_i)/s_i) / \sum_i w_i`; its inverse is
    found by halving. So the interval of a vague place holds both how much spots differ and how
    little is known of each; the mean of the spots' own intervals would hold only the second.

    Examples
    --------
    >>> spots = np.log([100.0, 400.0, 900.0])
    >>> found = mixture_quantiles(
    ...     spots, np.ones(3), np.array([0, 0, 1]), count=3, log_sd=0.5, df=9.0
    ... )
    >>> found.round(0).tolist()
    [[64.0, 200.0, 625.0], [451.0, 900.0, 1797.0], [nan, nan, nan]]
    """
    _check(weights, log_sd=log_sd, df=df, levels=levels)
    out = np.full((count, len(levels)), np.nan)
    known = np.flatnonzero(np.isfinite(log_medians) & (weights > 0))
    if not len(known):
        return out
    order = known[np.argsort(owners[known], kind="stable")]
    places, firsts, spots = np.unique(owners[order], return_index=True, return_counts=True)
    row = np.repeat(np.arange(len(places)), spots)
    shares = weights[order] / np.add.reduceat(weights[order], firsts)[row]
    scale, freedom = (np.broadcast_to(part, weights.shape)[order] for part in (log_sd, df))
    told = _Spots(log_medians[order], scale, freedom, shares, firsts, row)
    for column, level in enumerate(levels):
        out[places, column] = np.exp(told.quantile(level))
    return out


def _check(
    weights: NDArray[np.float64],
    *,
    log_sd: NDArray[np.float64] | float,
    df: NDArray[np.float64] | float,
    levels: Sequence[float],
) -> None:
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        msg = "`weights` must be finite and not below zero."
        raise ValueError(msg)
    positive = np.all(np.greater(log_sd, 0)) and np.all(np.greater(df, 0))
    if not (positive and all(0 < level < 1 for level in levels)):
        msg = (
            "`log_sd` and `df` must be above zero and every level within (0, 1); got "
            f"{log_sd}, {df} and {tuple(levels)}."
        )
        raise ValueError(msg)


@dataclass(frozen=True)
class _Spots:
    """Spots with something known, place after place; ``row`` tells each spot's place."""

    means: NDArray[np.float64]
    scale: NDArray[np.float64]
    freedom: NDArray[np.float64]
    shares: NDArray[np.float64]
    firsts: NDArray[np.intp]
    row: NDArray[np.intp]

    def quantile(self, level: float) -> NDArray[np.float64]:
        """Return the log quantile of each place: between the least and most of its spots."""
        from scipy.special import stdtr, stdtrit  # noqa: PLC0415 - slow to import

        own = self.means + self.scale * stdtrit(self.freedom, level)
        low = np.minimum.reduceat(own, self.firsts)
        high = np.maximum.reduceat(own, self.firsts)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            away = (middle[self.row] - self.means) / self.scale
            under = self.shares * stdtr(self.freedom, away)
            below = np.add.reduceat(under, self.firsts) < level
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray((low + high) / 2)
