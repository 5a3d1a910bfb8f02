"""State a model of log rates as a design over terms that rows share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.site_rows import Books, Scale, books_of, scale_of, spots_of, tidy, times_of
from geo.site_terms import TYPICAL, LevelLinks, SpotLinks, Spots, Times
from geo.term_solver import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Terms:
    """
    What the terms of a problem stand for.

    Attributes
    ----------
    books, scale
        Codes of what was named, and how covariates are standardised.
    times, spots
        The months of eras, and the places within eras, that were seen.
    """

    books: Books
    scale: Scale
    times: Times
    spots: Spots


def state_problem(rows: pd.DataFrame, covariates: Sequence[str]) -> tuple[Problem, Terms]:
    """
    State which terms make up each known rate, and how the terms hang together.

    Parameters
    ----------
    rows, covariates
        As for `geo.site_model.fit_sites`.

    Returns
    -------
    problem, terms
        What to fit, and what its terms stand for.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InputError
        If a number is infinite, is none, or a spread is below 0.
    """
    known = tidy(rows, covariates, learn=True)
    books, scale = books_of(known), scale_of(known, covariates)
    times, (places, lying) = times_of(known, books), spots_of(known, books)
    months, month_of = _distinct(times.era, times.month)
    sites, site_of = _distinct(places.spot, places.era)
    levels, spots = times.take(months), places.take(sites)
    values, missing = scale.apply(known)
    nowhere = np.ones(len(known))
    nowhere[lying] = 0.0
    problem = Problem(
        known["log_rate"].to_numpy() - TYPICAL,
        _design(month_of, lying, site_of, values, sizes=(len(months), len(sites))),
        _days(known),
        times.era,
        len(books.eras),
        nowhere,
        missing,
        LevelLinks.between(levels, levels),
        SpotLinks.between(spots, spots),
    )
    return problem, Terms(books, scale, levels, spots)


def _distinct(*codes: NDArray[np.generic]) -> tuple[Ints, Ints]:
    """Return where each distinct combination comes first, and which one each row is."""
    if not len(codes[0]):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    table = np.column_stack(codes)
    _, first, which = np.unique(table, axis=0, return_index=True, return_inverse=True)
    return first, which.ravel()


def _design(
    month_of: Ints, lying: Ints, site_of: Ints, values: Floats, *, sizes: tuple[int, int]
) -> csr_array:
    """Say which terms make up each row: its month's level, its site, its covariates."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    rows, (months, sites), number = len(month_of), sizes, values.shape[1]
    row = np.concatenate([np.arange(rows), lying, np.repeat(np.arange(rows), number)])
    columns = np.tile(months + sites + np.arange(number), rows)
    column = np.concatenate([month_of, months + site_of, columns])
    ones = np.ones(rows + len(lying))
    cells = np.concatenate([ones, values.ravel()])
    return csr_array((cells, (row, column)), shape=(rows, months + sites + number))


def _days(rows: pd.DataFrame) -> csr_array:
    """Say which day each row is of; a row of no known day has one to itself."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    keys = [day if isinstance(day, str) else row for row, day in enumerate(rows["day"])]
    codes = pd.factorize(pd.Series(keys, dtype=object))[0]
    size = (len(rows), int(codes.max()) + 1 if len(rows) else 0)
    return csr_array((np.ones(len(rows)), (np.arange(len(rows)), codes)), shape=size)
