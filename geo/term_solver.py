"""Solve for the terms that log rates share, given how much each term varies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.site_terms import ERROR, PRIORS, LevelLinks, SpotLinks, Spreads, spreads_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FREEDOM = 5.0
"""Degrees of freedom of a single deployment's error."""

BLUNT = (FREEDOM + 3) / (FREEDOM + 1)
"""Squared scales of a Student t that one row tells as little as: one over Fisher's
information of its centre."""

_JITTER = 1e-7
"""Share of its variance that each term has for itself, so that near twins stay apart."""


@dataclass(frozen=True)
class Problem:
    """
    Rows with known rates, and the terms each is made of.

    Attributes
    ----------
    rates
        Log rates less what is typical, shape (rows,); those far off drawn in.
    design
        Which terms make up each: columns are levels, spots, covariates.
    days
        Which day each row is of, shape (rows, days).
    era
        Position of each row's era among those with an error of their own.
    eras
        How many those are.
    nowhere, missing
        Per row, 1 where neither name nor spot is known, and how many covariates are not.
    levels, spots
        The links among the terms.
    """

    rates: Floats
    design: csr_array
    days: csr_array
    era: Ints
    eras: int
    nowhere: Floats
    missing: Floats
    levels: LevelLinks
    spots: SpotLinks

    @property
    def blocks(self) -> tuple[slice, slice, slice]:
        """Columns of levels, of spots and of covariates."""
        levels = self.levels.force.shape[0]
        spots = levels + self.spots.spot.shape[0]
        return slice(0, levels), slice(levels, spots), slice(spots, self.design.shape[1])


@dataclass(frozen=True)
class Solved:
    """
    The terms' distribution given one set of spreads.

    Attributes
    ----------
    spreads
        Those that rows share.
    errors
        The scale of each era's error.
    pull
        :math:`Z' S^{-1} y`, shape (terms,): a covariance with the terms times this is a mean.
    certainty
        :math:`Z' S^{-1} Z`, shape (terms, terms): what the rates took off the variance.
    """

    spreads: Spreads
    errors: Floats
    pull: Floats
    certainty: Floats


@dataclass(frozen=True)
class Rows:
    """
    What is left of the rows once the terms are known.

    Attributes
    ----------
    loss
        Minus the log of the rates' density, given spreads, less a constant.
    own
        Variance of each row's own error.
    residual
        :math:`S^{-1} y`, where :math:`S` is the covariance of the rates.
    precision
        The diagonal of :math:`S^{-1}`.
    by_day
        Derivative of minus the loss by the log of the spread between days.
    """

    loss: float
    own: Floats
    residual: Floats
    precision: Floats
    by_day: float


def errors_of(standard: Floats) -> Floats:
    """Return the scales of errors from their standardised logarithms."""
    return np.exp(ERROR.centre + ERROR.sd * standard)


def solve(problem: Problem, standard: Floats) -> Solved:
    """
    Condition the terms on the rates, given spreads.

    Parameters
    ----------
    problem
        The rows and the links of their terms.
    standard
        Standardised spreads: those of `PRIORS`, then the errors of eras.

    Returns
    -------
    solved
        What the rates tell of the terms.

    Notes
    -----
    The work is in the terms, not in the rows: with prior covariance :math:`P = LL'` and
    :math:`A = Z'R^{-1}Z`, everything follows from the Cholesky factor of :math:`I + L'AL`
    (Rasmussen and Williams 2006, section 3.4.3), which is well conditioned however alike two
    terms are.
    """
    return _Factors.of(problem, standard).solved


def solve_rows(problem: Problem, standard: Floats) -> tuple[Solved, Rows]:
    """
    Condition the terms on the rates, and tell what is left of the rows.

    Parameters
    ----------
    problem, standard
        As for `solve`.

    Returns
    -------
    solved, rows
        What the rates tell of the terms, and what is left of the rows.
    """
    from scipy.linalg import solve_triangular  # noqa: PLC0415 - slow to import

    factors = _Factors.of(problem, standard)
    noise, lower = factors.noise, factors.lower
    half = solve_triangular(lower, factors.root.T, lower=True)  # half' half: their covariance
    terms = half.T @ (half @ factors.seen)
    residual = noise.apply(problem.rates - problem.design @ terms)
    spent = ((factors.whitened @ half.T) ** 2).sum(axis=1)
    day_spent = ((noise.days.T @ factors.whitened @ half.T) ** 2).sum()
    by_day = (noise.sums(residual) ** 2).sum() - noise.day_precision().sum() + day_spent
    logs = noise.log_determinant() + 2 * np.log(np.diagonal(lower)).sum()
    return factors.solved, Rows(
        float(logs + problem.rates @ residual) / 2,
        BLUNT * factors.solved.errors[problem.era] ** 2,
        residual,
        noise.diagonal() - spent,
        noise.variance * float(by_day),
    )


@dataclass(frozen=True)
class _Factors:
    """The matrices that all else follows from."""

    noise: _Noise
    whitened: csr_array
    seen: Floats
    root: Floats
    lower: Floats
    solved: Solved

    @classmethod
    def of(cls, problem: Problem, standard: Floats) -> _Factors:
        """Factor the terms' covariance given the rates."""
        from scipy.linalg import cholesky, solve_triangular  # noqa: PLC0415

        spreads = spreads_of(standard[: len(PRIORS)])
        errors = errors_of(standard[len(PRIORS) :])
        noise = _noise(problem, BLUNT * errors[problem.era] ** 2, spreads)
        whitened = noise.apply(problem.design)
        gram = (problem.design.T @ whitened).toarray()
        seen = whitened.T @ problem.rates
        root = _prior_root(problem, spreads)
        turned = _times_lower(root, gram)
        inner = _times_lower(root, turned.T)
        inner[np.diag_indices_from(inner)] += 1
        lower = cholesky(inner, lower=True)
        taken = solve_triangular(lower, turned, lower=True)
        met = solve_triangular(lower, root.T @ seen, lower=True)
        solved = Solved(spreads, errors, seen - taken.T @ met, gram - taken.T @ taken)
        return cls(noise, whitened, seen, root, lower, solved)


def _times_lower(lower: Floats, other: Floats) -> Floats:
    """Multiply by the transpose of a lower triangle, at half the cost of a full product."""
    from scipy.linalg.blas import dtrmm  # noqa: PLC0415

    return np.asarray(dtrmm(1.0, lower, other, lower=1, trans_a=1)) if len(lower) else other


def _noise(problem: Problem, own: Floats, spreads: Spreads) -> _Noise:
    """Add up what rows do not share, or share with their day alone."""
    variance = (
        own
        + (spreads["near"] ** 2 + spreads["place"] ** 2) * problem.nowhere
        + spreads["covariate"] ** 2 * problem.missing
    )
    return _Noise(problem.days, 1 / variance, spreads["day"] ** 2)


def _prior_root(problem: Problem, spreads: Spreads) -> Floats:
    """Return the lower Cholesky factor of the terms' prior covariance."""
    levels, spots, covariates = problem.blocks
    root = np.zeros((problem.design.shape[1],) * 2)
    for block, links in ((levels, problem.levels), (spots, problem.spots)):
        covariance = links.covariance(spreads)
        covariance[np.diag_indices_from(covariance)] *= 1 + _JITTER
        root[block, block] = np.linalg.cholesky(covariance)
    ends = np.arange(covariates.start, covariates.stop)
    root[ends, ends] = spreads["covariate"]
    return root


@dataclass(frozen=True)
class _Noise:
    """Noise of rows, some of it shared by the rows of a day (Sherman and Morrison 1950)."""

    days: csr_array
    weight: Floats
    variance: float

    def apply(self, rows: csr_array | Floats) -> csr_array | Floats:
        """Multiply by the inverse of the covariance."""
        from scipy.sparse import diags_array  # noqa: PLC0415 - slow to import

        weighted = diags_array(self.weight) @ rows
        shared = diags_array(self._shrink()) @ (self.days.T @ weighted)
        return weighted - diags_array(self.weight) @ (self.days @ shared)

    def sums(self, rows: Floats) -> Floats:
        """Add up the rows of each day."""
        return np.asarray(self.days.T @ rows)

    def _shrink(self) -> Floats:
        return self.variance / (1 + self.variance * self.sums(self.weight))

    def diagonal(self) -> Floats:
        """Return the diagonal of the inverse."""
        return np.asarray(self.weight - self.weight**2 * (self.days @ self._shrink()))

    def day_precision(self) -> Floats:
        """Return the sum of the inverse over each day's rows and columns."""
        total = self.sums(self.weight)
        return np.asarray(total / (1 + self.variance * total))

    def log_determinant(self) -> float:
        """Return the log determinant of the covariance."""
        shared = np.log1p(self.variance * self.sums(self.weight)).sum()
        return float(shared - np.log(self.weight).sum())
