"""A hierarchical model of log faces per hour: eras, drift, places, covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.prediction import Mixture, Student
from geo.site_effects import condition, effects_of, spot_variance
from geo.site_problem import Terms, state_problem
from geo.site_rows import Books, spots_of, tidy, times_of
from geo.site_terms import (
    ERROR,
    PRIORS,
    TYPICAL,
    TYPICAL_SD,
    LevelLinks,
    SpotLinks,
    Spots,
    Times,
)
from geo.student_sums import ENDLESS, sum_of_students
from geo.term_solver import FREEDOM, Solved
from geo.variance_fit import Fit, fit_spreads

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SiteModel:
    """
    What some counts tell of levels, drift, places and covariates.

    Attributes
    ----------
    terms
        What the terms stand for.
    fit
        Spreads, and the terms given them.
    """

    terms: Terms
    fit: Fit

    def predict(self, rows: pd.DataFrame) -> list[Mixture]:
        """
        Predict the log of faces per hour of single deployments.

        Parameters
        ----------
        rows
            As for `fit_sites`; ``log_rate`` is not read and may be absent.

        Returns
        -------
        mixtures
            One per row: one Student t for each set of spreads, equally likely. An era, a
            force or a place that was never seen widens them.

        Raises
        ------
        MissingColumnError
            If a column is missing.
        InputError
            If a number is infinite, is none, or a spread is below 0.

        Notes
        -----
        A deployment on a day that was seen is taken for one on another day.
        """
        asked = tidy(rows, self.terms.scale.names, learn=False)
        times = times_of(asked, self.terms.books)
        values, missing = self.terms.scale.apply(asked)
        query = _Query.of(self.terms, times, *spots_of(asked, self.terms.books), values)
        parts = [
            self._students(query, point, sign, times.era, missing)
            for point, sign in zip(self.fit.points, self.fit.signs, strict=True)
        ]
        return [tuple(part[row] for part in parts) for row in range(len(asked))]

    def _students(
        self, query: _Query, point: Solved, sign: float, era: Ints, missing: Floats
    ) -> list[Student]:
        """Predict rows by one set of spreads."""
        spreads = point.spreads
        mean, variance = condition(query.cross(point), query.own(point), point)
        variance += spreads["day"] ** 2 + spreads["covariate"] ** 2 * missing
        logs = np.log(point.errors)
        fresh = (ERROR.centre + logs.sum()) / (1 + len(logs)) + sign * ERROR.sd
        errors = np.exp(np.append(logs, fresh))[np.where(era < 0, len(logs), era)]
        scale, freedom = sum_of_students(
            np.array([variance, errors**2]), np.array([ENDLESS, FREEDOM])
        )
        centres = TYPICAL + mean
        table = np.column_stack([centres, scale, freedom]).tolist()
        return [Student(*values) for values in table]

    def effects(self) -> pd.DataFrame:
        """
        Tell what was learnt.

        Returns
        -------
        effects
            Columns ``kind``, ``name``, ``median``, ``lo90``, ``hi90``, in natural logarithms
            of faces per hour. Kinds: ``force`` (its level over all eras), ``era`` (its level,
            the mean over the months seen; named by force and era), ``drift`` (a month less
            its era's mean), ``site`` (what a place adds in an era), ``covariate`` (what one
            standard deviation more adds), and ``spread``: the parameters themselves, each on
            its own scale.
        """
        return effects_of(self.terms, self.fit)


@dataclass(frozen=True)
class _Query:
    """How rows that are asked about hang together with the terms learnt."""

    levels: LevelLinks
    months: Floats
    spots: SpotLinks
    lying: Ints
    values: Floats

    @classmethod
    def of(
        cls, terms: Terms, times: Times, spots: Spots, lying: Ints, values: Floats
    ) -> _Query:
        return cls(
            LevelLinks.between(times, terms.times),
            np.abs(times.month - times.start),
            SpotLinks.between(spots, terms.spots),
            lying,
            values,
        )

    def cross(self, point: Solved) -> Floats:
        """Return each row's covariance with each term."""
        places = np.zeros((len(self.months), self.spots.spot.shape[1]))
        places[self.lying] = self.spots.covariance(point.spreads)
        return np.hstack(
            [
                self.levels.covariance(point.spreads),
                places,
                point.spreads["covariate"] ** 2 * self.values,
            ]
        )

    def own(self, point: Solved) -> Floats:
        """Return each row's variance before any count is seen."""
        spreads = point.spreads
        level = TYPICAL_SD**2 + spreads["force"] ** 2 + spreads["era"] ** 2
        return np.asarray(
            level
            + spreads["drift"] ** 2 * self.months
            + spot_variance(point)
            + spreads["covariate"] ** 2 * (self.values**2).sum(axis=1)
        )


def fit_sites(
    rows: pd.DataFrame, *, covariates: Sequence[str] = (), start: SiteModel | None = None
) -> SiteModel:
    r"""
    Fit a hierarchical model to log faces per hour.

    Parameters
    ----------
    rows
        One per deployment: ``force``; ``era`` (its counting era); ``month`` [months since any
        fixed day]; ``log_rate`` (natural log of faces per hour, NaN where unknown);
        ``place`` (the place as published, null where unknown); ``x_m``, ``y_m`` (centre of
        the candidate spots, EPSG:27700) and ``spread_m`` (their standard deviation along
        each axis; 0 for a known spot); ``day`` (equal for rows of one day, null where
        unknown); and the covariates. Rows without a log rate or a month teach nothing.
    covariates
        Columns of numbers, NaN where unknown.
    start
        A model fitted to fewer rows, to begin the search with.

    Returns
    -------
    model
        The fitted model; with no known rate, the prior.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a number is infinite, is none, or a spread is below 0.

    Notes
    -----
    The log rate is the sum of a level of its era (normal about its force's, that about a
    typical one), a random walk by month within the era, an effect of the place, one of the
    day, covariates, and an error with 5 degrees of freedom whose scale is its era's. The
    effect of a place has a part that spots near one another share, with a
    squared-exponential kernel integrated over the candidate spots of vague places, and a part
    of the published place's own; both carry from era to era with one correlation. All spreads
    have weak priors, which `geo.site_terms.PRIORS` states.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"force": "F", "era": "a", "month": [0.0, 0.5, 1.2],
    ...     "log_rate": [7.0, 7.4, 7.2], "place": ["High Street", "High Street", None],
    ...     "x_m": 530000.0, "y_m": 180000.0, "spread_m": 0.0, "day": ["1", "2", "3"]})
    >>> model = fit_sites(rows)
    >>> [(len(mixture), round(mixture[0].centre)) for mixture in model.predict(rows.head(1))]
    [(8, 7)]
    """
    problem, terms = state_problem(rows, covariates)
    curvature = start.fit.curvature if start else None
    fit = fit_spreads(problem, _start(start, terms.books), curvature=curvature)
    return SiteModel(terms, fit)


def _start(model: SiteModel | None, books: Books) -> Floats:
    """Begin where another model ended; what it did not have begins at its prior's centre."""
    start = np.zeros(len(PRIORS) + len(books.eras))
    if model is None:
        return start
    shared = len(PRIORS)
    start[:shared] = model.fit.standard[:shared]
    for key, code in books.eras.items():
        if key in model.terms.books.eras:
            start[shared + code] = model.fit.standard[shared + model.terms.books.eras[key]]
    return start
