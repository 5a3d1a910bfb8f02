"""Number, mean and spread of logarithms, with one of them left out in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ENOUGH = 3
"""Fewest counts whose own spread is used: two leave one degree of freedom, without a mean."""

LEAST_SD_LOG = 0.27
"""
Least log standard deviation of one count that is believed.

Street counters repeat no better at the same site, weekday and hours. Without it, a few counts
that happen to be equal, or are rounded alike, would give an interval of no width.
"""


@dataclass(frozen=True)
class Moments:
    """
    Number, mean and sum of squared deviations of some logarithms.

    Attributes
    ----------
    n
        How many.
    mean
        Their mean; 0 for none.
    squares
        Sum of squared deviations from it.
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Moments:
        """
        Sum up logarithms.

        Examples
        --------
        >>> Moments.of([1.0, 3.0])
        Moments(n=2, mean=2.0, squares=2.0)
        """
        kept = list(values)
        if not kept:
            return cls()
        mean = math.fsum(kept) / len(kept)
        return cls(len(kept), mean, math.fsum((value - mean) ** 2 for value in kept))

    @property
    def sd(self) -> float:
        """Standard deviation of a sample; NaN below two."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else math.nan

    @property
    def spread(self) -> float:
        """Standard deviation of one new count: the sample's, but at least `LEAST_SD_LOG`."""
        return max(self.sd, LEAST_SD_LOG)

    def without(self, value: float) -> Moments:
        """
        Leave one of the logarithms out, in closed form.

        Parameters
        ----------
        value
            One that was summed.

        Returns
        -------
        rest
            The moments of the others.

        Examples
        --------
        >>> Moments.of([1.0, 3.0]).without(3.0)
        Moments(n=1, mean=1.0, squares=0.0)
        """
        rest = self.n - 1
        if rest <= 0:
            return Moments()
        mean = (self.n * self.mean - value) / rest
        squares = self.squares - (value - self.mean) * (value - mean)
        return Moments(rest, mean, max(squares, 0.0) if rest > 1 else 0.0)
