"""Tell what a model of log rates learnt: levels, drift, places, covariates, spreads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.prediction import Student, quantiles
from geo.site_terms import ERROR, LEVEL_TERMS, PRIORS, TYPICAL, LevelLinks, SpotLinks
from geo.student_sums import ENDLESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.site_problem import Terms
    from geo.term_solver import Solved
    from geo.variance_fit import Fit

    Floats = NDArray[np.float64]

EFFECTS = ("kind", "name", "median", "lo90", "hi90")
"""Columns of `effects_of`."""

_SHARES = (0.5, 0.05, 0.95)

_END = 1.6448536269514722
"""Standard deviations from the mean of a normal distribution to an end of its 90 %."""


def effects_of(terms: Terms, fit: Fit) -> pd.DataFrame:
    """
    Tell what was learnt, as `geo.site_model.SiteModel.effects` does.

    Parameters
    ----------
    terms, fit
        What the terms stand for, and the terms.

    Returns
    -------
    effects
        The columns `EFFECTS`.
    """
    tables = [
        _levels(terms, fit),
        _sites(terms, fit),
        _covariates(terms, fit),
        _spreads(terms, fit),
    ]
    made = pd.DataFrame([row for table in tables for row in table], columns=list(EFFECTS))
    return made.astype({"kind": "str", "name": "str"}).round(9)


class _Sums(NamedTuple):
    """Weighted sums of some terms of the months seen: one row of weights for each name."""

    kind: str
    names: list[str]
    weights: Floats
    of: tuple[str, ...]


def _levels(terms: Terms, fit: Fit) -> list[tuple[object, ...]]:
    names = _era_names(terms)
    months = np.eye(len(terms.times.era))
    own = terms.times.era == np.arange(len(names))[:, None]
    means = own / own.sum(axis=1, keepdims=True)
    first = [(terms.times.force == code).argmax() for code in terms.books.forces.values()]
    seen = zip(terms.times.era.tolist(), terms.times.month.tolist(), strict=True)
    labels = [f"{names[era]} | {month:g}" for era, month in seen]
    return [
        *_summed(
            terms,
            fit,
            _Sums("force", [*terms.books.forces], months[first], ("typical", "force")),
        ),
        *_summed(terms, fit, _Sums("era", names, means, LEVEL_TERMS)),
        *_summed(terms, fit, _Sums("drift", labels, months - own.T @ means, ("drift",))),
    ]


def _era_names(terms: Terms) -> list[str]:
    """Name each era by its force and itself, in order of their codes."""
    return [" | ".join(key) for key in terms.books.eras]


def _summed(terms: Terms, fit: Fit, sums: _Sums) -> list[tuple[object, ...]]:
    if not sums.names:
        return []
    links = LevelLinks.between(terms.times, terms.times)
    parts = []
    for point in fit.points:
        half = sums.weights @ links.covariance(point.spreads, terms=sums.of)
        cross = np.zeros((len(half), len(point.pull)))
        cross[:, : half.shape[1]] = half
        parts.append(condition(cross, (half * sums.weights).sum(axis=1), point))
    return _told(sums.kind, sums.names, parts, TYPICAL if "typical" in sums.of else 0.0)


def _sites(terms: Terms, fit: Fit) -> list[tuple[object, ...]]:
    places, eras = [*terms.books.places], _era_names(terms)
    named = np.flatnonzero(terms.spots.place >= 0)
    names = [
        f"{places[int(terms.spots.place[row])]} | {eras[int(terms.spots.era[row])]}"
        for row in named
    ]
    links = SpotLinks.between(terms.spots.take(named), terms.spots)
    parts = []
    for point in fit.points if names else ():
        before, after = len(terms.times.era), len(terms.scale.names)
        cross = np.pad(links.covariance(point.spreads), ((0, 0), (before, after)))
        own = np.full(len(names), spot_variance(point))
        parts.append(condition(cross, own, point))
    return _told("site", names, parts, 0.0)


def _covariates(terms: Terms, fit: Fit) -> list[tuple[object, ...]]:
    names = terms.scale.names
    parts = []
    for point in fit.points if names else ():
        variance = point.spreads["covariate"] ** 2
        cross = np.zeros((len(names), len(point.pull)))
        cross[:, len(point.pull) - len(names) :] = variance * np.eye(len(names))
        parts.append(condition(cross, np.full(len(names), variance), point))
    return _told("covariate", names, parts, 0.0)


def _spreads(terms: Terms, fit: Fit) -> list[tuple[object, ...]]:
    priors = {**PRIORS, **{f"error | {era}": ERROR for era in _era_names(terms)}}
    table = []
    for (name, prior), best, sd in zip(priors.items(), fit.standard, fit.sd, strict=True):
        raw = prior.centre + prior.sd * (best + _END * sd * np.array([0, -1, 1]))
        values = np.exp(raw)
        values = values / (1 + values) if name == "carry" else values
        table.append(("spread", name, *values.tolist()))
    return table


def spot_variance(point: Solved) -> float:
    """Return the variance of what a place adds before any count is seen."""
    return point.spreads["near"] ** 2 + point.spreads["place"] ** 2


def condition(cross: Floats, own: Floats, point: Solved) -> tuple[Floats, Floats]:
    """
    Return mean and variance of what has some covariance with the terms.

    Parameters
    ----------
    cross
        The covariance of each with each term, shape (rows, terms).
    own
        The variance of each before any count is seen.
    point
        The terms, given one set of spreads.

    Returns
    -------
    mean, variance
        Given the counts.
    """
    taken = ((cross @ point.certainty) * cross).sum(axis=1)
    return cross @ point.pull, np.maximum(own - taken, 1e-9)


def _told(
    kind: str, names: Sequence[str], parts: Sequence[tuple[Floats, Floats]], centre: float
) -> list[tuple[object, ...]]:
    """Reduce normal distributions, one for each set of spreads, to medians and intervals."""
    mixtures = [
        tuple(
            Student(centre + float(mean[row]), float(np.sqrt(variance[row])), ENDLESS)
            for mean, variance in parts
        )
        for row in range(len(names))
    ]
    if not mixtures:
        return []
    ends = quantiles(mixtures, _SHARES)
    return [(kind, name, *end) for name, end in zip(names, ends.tolist(), strict=True)]
