"""Widen intervals by how far earlier ones fell short."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.prediction import Student

LEAST_RESIDUALS = 40
"""Fewest earlier predictions of one era from which intervals are widened."""

_LEVELS = (0.8, 0.9)


class Outcome(NamedTuple):
    """
    One prediction and what came of it.

    Attributes
    ----------
    student
        The prediction of a logarithm.
    observed
        The logarithm that came.
    """

    student: Student
    observed: float


class Widening(NamedTuple):
    """
    What intervals are multiplied by, as logarithms about their median.

    Attributes
    ----------
    n
        Earlier predictions behind it.
    times80, times90
        Factors of the 80 and of the 90 % interval, at least 1.
    """

    n: int
    times80: float
    times90: float


def widening(outcomes: Sequence[Outcome]) -> Widening | None:
    r"""
    Return how much wider intervals would have had to be to hold what they promised.

    Parameters
    ----------
    outcomes
        Predictions of one era, each made from earlier months only.

    Returns
    -------
    widening
        None from fewer than `LEAST_RESIDUALS`.

    Notes
    -----
    Split conformal prediction with scaled residuals (Papadopoulos and others, 2002; Lei and
    others, 2018): the factor is the :math:`\lceil (n + 1)(1 - \alpha) \rceil`-th smallest ratio
    of a residual to half the interval. Fifty residuals tell that only to a tenth either way, so
    the excess over 1 counts by :math:`n / (n + n_0)`, as if `LEAST_RESIDUALS` more had come out
    as promised. It never narrows: residuals of one month ahead cannot show that intervals for
    later months are too wide.

    Examples
    --------
    >>> from geo.prediction import Student
    >>> wild = [Outcome(Student(0.0, 1.0, 30.0), k / 10) for k in range(50)]
    >>> widening(wild).n, round(widening(wild).times80, 2), widening(wild[:39])
    (50, 2.14, None)
    """
    if len(outcomes) < LEAST_RESIDUALS:
        return None
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    away = np.array([abs(o.observed - o.student.centre) / o.student.scale for o in outcomes])
    freedom = np.array([o.student.freedom for o in outcomes])
    times = []
    for level in _LEVELS:
        rank = min(math.ceil((len(outcomes) + 1) * level), len(outcomes))
        ratios = np.sort(away / stdtrit(freedom, (1 + level) / 2))
        excess = max(float(ratios[rank - 1]) - 1.0, 0.0)
        times.append(1.0 + excess * len(outcomes) / (len(outcomes) + LEAST_RESIDUALS))
    return Widening(len(outcomes), times[0], times[1])
