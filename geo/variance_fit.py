"""Find the spreads of a model of log rates, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.site_terms import ERROR, PRIORS
from geo.term_solver import (
    BLUNT,
    FREEDOM,
    Problem,
    Rows,
    Solved,
    errors_of,
    solve,
    solve_rows,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

POINTS = 8
"""Sets of spreads that stand for all those that the counts leave possible."""

_SHARED = len(PRIORS)
_ATTEMPTS = 3
_ROUNDS = 2
_STEPS = 10
_NEWTON_STEPS = 20
_SETTLED = 0.01
"""A fit has settled once no parameter moves by this share of its prior's sd in a step."""

_FARTHEST = 4.0
"""No parameter is sought farther than this from its prior's centre, in prior sds."""

_NEARBY = 0.5
_ALIKE = 1.2
"""A curvature serves for modes within this many prior sds, and this ratio of rows."""

_COLUMNS = (6, 7, 2, 3, 4, 7, 6, 5, 5)
"""The column of the Hadamard matrix for each of `PRIORS`; those that share one seldom matter
to the same row."""

_ERROR_COLUMN = 1

_LEAST_CURVED = 0.7
"""Where counts tell less than nothing of a spread, it is at most this much vaguer than its
prior (whose curvature is 1)."""

_NUDGE = 0.05
"""Step of the parameters, in prior sds, by which the curvature is taken."""


@dataclass(frozen=True)
class Curvature:
    """
    How sharply the posterior of the shared spreads falls off.

    Attributes
    ----------
    matrix
        Second derivatives of minus its logarithm by the standardised spreads.
    at
        Where they were taken.
    rows
        From how many rates.
    """

    matrix: Floats
    at: Floats
    rows: int

    def serves(self, shared: Floats, rows: int) -> bool:
        """Tell whether it will do for a mode nearby and somewhat more or fewer rates."""
        near = bool(np.abs(self.at - shared).max() < _NEARBY)
        return near and self.rows / _ALIKE <= rows <= self.rows * _ALIKE


@dataclass(frozen=True)
class Fit:
    """
    Spreads that suit the rates best, and others that the rates leave possible.

    Attributes
    ----------
    standard
        The best, standardised by their priors: first those of `PRIORS`, then eras' errors.
    sd
        Standard deviation of each, likewise.
    points
        The terms given each of `POINTS` sets of spreads, all equally likely.
    signs
        Whether each set has an error above or below the best.
    curvature
        From which the standard deviations follow.
    """

    standard: Floats
    sd: Floats
    points: tuple[Solved, ...]
    signs: Floats
    curvature: Curvature


def fit_spreads(problem: Problem, start: Floats, *, curvature: Curvature | None = None) -> Fit:
    r"""
    Fit the spreads to rates.

    Parameters
    ----------
    problem
        The rows and the links of their terms.
    start
        Standardised spreads to begin with.
    curvature
        That of a fit to almost the same rows, if there is one: it saves most of the work.

    Returns
    -------
    fit
        The posterior mode and points about it.

    Notes
    -----
    Errors are Student t. Near its mode, their likelihood is that of a normal error with
    Fisher's information, about a rate that is drawn in: :math:`\eta + w r (\nu + 3) /
    (\nu + 1)` for a row expected at :math:`\eta`, with residual :math:`r` and weight
    :math:`w = (\nu + 1) / (\nu + r^2 / \sigma^2)`. Drawing in (with a scoring step for the
    scales :math:`\sigma`) and finding the spreads that the drawn-in rates make likeliest are
    done in turn until neither moves. Expected weights alone, without this information, would
    make every interval 13 % too narrow.

    About the mode the spreads are taken as normal on their standardised scales; the points
    are the rows of a Hadamard matrix in that normal, each parameter one standard deviation
    off, so that they have its mean and, but for parameters that share a column, its
    covariance.
    """
    at = _At(start[:_SHARED], start[_SHARED:], problem)
    for attempt in range(_ATTEMPTS):
        if curvature is None or attempt:
            at = _search(problem, at)
            curvature = _curvature(at)
        at, settled = _approach(problem, at, curvature)
        if settled:
            break
    if curvature is None or not curvature.serves(at.shared, len(problem.rates)):
        curvature = _curvature(at)
    return _about(at, curvature)


class _At(NamedTuple):
    """Where a search is: standardised spreads, and rates drawn in by them."""

    shared: Floats
    errors: Floats
    drawn: Problem

    @property
    def standard(self) -> Floats:
        return np.concatenate([self.shared, self.errors])


def _search(problem: Problem, at: _At) -> _At:
    """Go some way from afar, drawing in now and then."""
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import

    for _ in range(_ROUNDS):
        at = _draw_in(problem, at, solve_rows(at.drawn, at.standard)[1])
        found = minimize(
            lambda shared, at: _loss_and_slope(at._replace(shared=shared))[:2],
            at.shared,
            args=(at,),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_FARTHEST, _FARTHEST)] * _SHARED,
            options={"maxiter": _STEPS, "ftol": 1e-7, "gtol": 1e-3},
        )
        at = at._replace(shared=found.x)
    return at


def _approach(problem: Problem, at: _At, curvature: Curvature) -> tuple[_At, bool]:
    """Take Newton's steps, drawing in at each, and tell whether they came to rest."""
    root = _root_of_inverse(curvature.matrix)
    for _ in range(_NEWTON_STEPS):
        _, slope, rows = _loss_and_slope(at)
        step = -root @ (root @ slope)
        step /= max(1.0, float(np.abs(step).max()))
        shared = np.clip(at.shared + step, -_FARTHEST, _FARTHEST)
        moved = _draw_in(problem, at, rows)._replace(shared=shared)
        far = np.abs(moved.standard - at.standard).max()
        at = moved
        if far < _SETTLED:
            return at, True
    return at, False


def _draw_in(problem: Problem, at: _At, rows: Rows) -> _At:
    """Draw in the rates by what is expected of each row, and step the scales of errors."""
    if not len(problem.rates):
        return at
    expected = at.drawn.rates - rows.own * rows.residual
    off = problem.rates - expected
    unsure = np.maximum(rows.own - rows.own**2 * rows.precision, 0.0)
    square = (off**2 + unsure) / errors_of(at.errors)[problem.era] ** 2
    weights = (FREEDOM + 1) / (FREEDOM + square)
    gain = np.bincount(problem.era, weights=weights * square - 1, minlength=problem.eras)
    step = (ERROR.sd * gain - at.errors) / (1 + _known_of_errors(problem))
    errors = np.clip(at.errors + step, -_FARTHEST, _FARTHEST)
    return _At(at.shared, errors, replace(problem, rates=expected + BLUNT * weights * off))


def _known_of_errors(problem: Problem) -> Floats:
    """Return Fisher's information of each era's standardised error."""
    counts = np.bincount(problem.era, minlength=problem.eras)
    return np.asarray(2 * FREEDOM / (FREEDOM + 3) * ERROR.sd**2 * counts)


def _about(at: _At, curvature: Curvature) -> Fit:
    """Spread points about the mode."""
    from scipy.linalg import hadamard  # noqa: PLC0415

    problem, best = at.drawn, at.standard
    root = np.zeros((len(best), len(best)))
    root[:_SHARED, :_SHARED] = _root_of_inverse(curvature.matrix)
    root[_SHARED:, _SHARED:] = np.diag(1 / np.sqrt(1 + _known_of_errors(problem)))
    every = hadamard(POINTS).astype(float)
    standard = best + every[:, [*_COLUMNS, *[_ERROR_COLUMN] * problem.eras]] @ root
    points = tuple(solve(problem, point) for point in standard)
    sd = np.sqrt((root**2).sum(axis=0))
    return Fit(best, sd, points, every[:, _ERROR_COLUMN], curvature)


def _curvature(at: _At) -> Curvature:
    """Differentiate the slope by the shared spreads."""
    here = _loss_and_slope(at)[1]
    nudged = at.shared + _NUDGE * np.eye(_SHARED)
    slopes = np.array([_loss_and_slope(at._replace(shared=shared))[1] for shared in nudged])
    matrix = (slopes - here) / _NUDGE
    return Curvature((matrix + matrix.T) / 2, at.shared, len(at.drawn.rates))


def _root_of_inverse(curvature: Floats) -> Floats:
    """Return the symmetric root of a covariance hardly wider than the prior's."""
    values, vectors = np.linalg.eigh(curvature)
    return np.asarray((vectors / np.sqrt(np.maximum(values, _LEAST_CURVED))) @ vectors.T)


def _loss_and_slope(at: _At) -> tuple[float, Floats, Rows]:
    """Return minus the log posterior of shared spreads, its derivative, and the rows."""
    problem = at.drawn
    solved, rows = solve_rows(problem, at.standard)
    spreads = solved.spreads
    excess = np.outer(solved.pull, solved.pull) - solved.certainty
    gain = rows.residual**2 - rows.precision
    levels, spots, covariates = problem.blocks
    slope = dict.fromkeys(PRIORS, 0.0)
    for block, links in ((levels, problem.levels), (spots, problem.spots)):
        for name, part in links.slopes(spreads).items():
            slope[name] += float(np.vdot(excess[block, block], part)) / 2
    own = float(np.diagonal(excess)[covariates].sum() + gain @ problem.missing)
    slope["covariate"] += spreads["covariate"] ** 2 * own
    for name in ("near", "place"):
        slope[name] += spreads[name] ** 2 * float(gain @ problem.nowhere)
    slope["day"] += rows.by_day
    gained = np.array([slope[name] * prior.sd for name, prior in PRIORS.items()])
    loss = rows.loss + float(at.shared @ at.shared) / 2
    return loss, at.shared - gained, rows
