"""Add up errors that are each known to few degrees of freedom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ENDLESS = 1e9
"""Degrees of freedom from which a Student t is a normal distribution."""

END = 0.9
"""The quantile that is met: the upper end of an 80 % interval."""

_SLICES = 400
_HALVINGS = 40
_STEPS = 33


def sum_of_students(variances: Floats, freedoms: Floats) -> tuple[Floats, Floats]:
    r"""
    Return the Student t that has the 80 % interval of a sum of independent ones.

    Parameters
    ----------
    variances
        Squared scale of each part, shape (parts, rows); at least 0, not all 0 in a row. A row
        with one that is not known is not known.
    freedoms
        Degrees of freedom of each part, shape (parts,).

    Returns
    -------
    scale, freedom
        Of each row, shape (rows,).

    Notes
    -----
    The degrees of freedom are those of Welch (1947) and Satterthwaite (1946). Their scale, the
    root of the summed variances, is meant for estimates repeated over many samples. Where a
    part of two degrees of freedom makes most of the sum, an interval made with it holds 74 %
    of the sum and not 80 %. So the scale here is the one with which the ends of the interval
    are right: the part that limits the freedom most is a normal distribution with a gamma
    distributed precision, the others are taken as one normal of their variance, and the
    quantile of both together is found by halving.

    Examples
    --------
    >>> scale, freedom = sum_of_students(np.array([[9.0], [16.0]]), np.array([1e9, 1e9]))
    >>> scale.round(6).tolist()
    [5.0]
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    total = variances.sum(axis=0)
    weighted = variances**2 / freedoms[:, None]
    freedom = np.minimum(total**2 / np.maximum(weighted.sum(axis=0), 1e-300), ENDLESS)
    first = int(np.nansum(weighted, axis=1).argmax())
    widened = freedoms / np.maximum(freedoms - 2, freedoms / 2)  # the variance of a t
    rest = np.delete(variances * widened[:, None], first, axis=0).sum(axis=0)
    both = variances[first] + rest
    shares = np.linspace(0.0, 1.0, _STEPS)
    ends = np.interp(variances[first] / both, shares, _ends(shares, float(freedoms[first])))
    return np.sqrt(both) * ends / stdtrit(freedom, END), freedom


def _ends(shares: Floats, freedom: float) -> Floats:
    """Return the upper ends of a Student t of some shares and a normal of the rest."""
    from scipy.special import gammaincinv, ndtr, stdtrit  # noqa: PLC0415

    likely = (np.arange(_SLICES) + 0.5) / _SLICES
    precision = gammaincinv(freedom / 2, likely) / (freedom / 2)
    spreads = np.sqrt(shares[:, None] / precision + (1 - shares[:, None]))
    low, high = np.zeros(len(shares)), np.full(len(shares), 2 * stdtrit(freedom, END))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = ndtr(middle[:, None] / spreads).mean(axis=1) < END
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    ends = (low + high) / 2
    ends[-1] = stdtrit(freedom, END)  # all of it the Student t: known exactly
    return np.asarray(ends)
