"""The terms of a log rate that rows share: levels in time, effects of places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

TYPICAL = float(np.log(1000.0))
"""What the log of faces per hour is thought to be before any is seen."""

TYPICAL_SD = 1.5
"""How sure that is: nine forces in ten between 85 and 12,000 an hour."""


class Prior(NamedTuple):
    """
    What is thought of a parameter before any count is seen.

    Attributes
    ----------
    centre, sd
        Mean and standard deviation of its logarithm (of its log odds, for ``carry``).
    """

    centre: float
    sd: float


PRIORS: Mapping[str, Prior] = {
    "force": Prior(float(np.log(0.7)), 0.5),  # sd between forces
    "era": Prior(float(np.log(0.7)), 0.5),  # sd between a force's eras
    "drift": Prior(float(np.log(0.07)), 0.7),  # sd of a month's step
    "near": Prior(float(np.log(0.1)), 0.8),  # sd of what spots near one another share
    "place": Prior(float(np.log(0.1)), 0.8),  # sd of what one published place has of its own
    "reach": Prior(float(np.log(1000.0)), 0.7),  # how far "near" is [m]
    "carry": Prior(float(np.log(0.7 / 0.3)), 1.0),  # correlation of a site's eras
    "day": Prior(float(np.log(0.1)), 0.5),  # sd between days
    "covariate": Prior(float(np.log(0.1)), 0.6),  # sd of the effect of one sd of a covariate
}
"""Spreads that every row shares. They are weak, and keep everything finite. Those of places
were set on months from February to June 2024 of the embedded record: with 0.25
instead of 0.1 the same months were predicted worse (CRPS 0.321 to 0.301)."""

ERROR = Prior(float(np.log(0.5)), 0.4)
"""The scale of a single deployment's error, era by era."""

Spreads = dict[str, float]
"""Values of the parameters of `PRIORS`, each on its own scale."""

LEVEL_TERMS = ("typical", "force", "era", "drift")
"""The terms that make up the level of a month."""


def spreads_of(standard: Floats) -> Spreads:
    """
    Turn standardised parameters into spreads.

    Parameters
    ----------
    standard
        For each of `PRIORS` in order, how many prior standard deviations above its centre.

    Returns
    -------
    spreads
        The values.

    Examples
    --------
    >>> round(spreads_of(np.zeros(len(PRIORS)))["carry"], 3)
    0.7
    """
    raw = {
        name: prior.centre + prior.sd * float(value)
        for (name, prior), value in zip(PRIORS.items(), standard, strict=True)
    }
    spreads = {name: float(np.exp(value)) for name, value in raw.items()}
    spreads["carry"] = spreads["carry"] / (1 + spreads["carry"])
    return spreads


@dataclass(frozen=True)
class Times:
    """
    Months of counting eras.

    Attributes
    ----------
    force, era
        Codes; equal where the force and the era are, and below 0 where unknown.
    month
        The month [months since a fixed day].
    start
        The month from which the era's level walks.
    """

    force: Ints
    era: Ints
    month: Floats
    start: Floats

    def take(self, rows: Ints) -> Times:
        """Return those of some positions."""
        return Times(self.force[rows], self.era[rows], self.month[rows], self.start[rows])


@dataclass(frozen=True)
class Spots:
    """
    Published places within counting eras.

    Attributes
    ----------
    spot, place, era
        Codes: of one place as located, of one published text, of the era; those below 0
        equal none but themselves.
    x_m, y_m
        Centre of the candidate spots (EPSG:27700) [m].
    variance_m2
        Their variance along each axis [m2].
    """

    spot: Ints
    place: Ints
    era: Ints
    x_m: Floats
    y_m: Floats
    variance_m2: Floats

    def take(self, rows: Ints) -> Spots:
        """Return those of some positions."""
        return Spots(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class LevelLinks:
    """
    How months hang together, apart from the size of each term.

    Attributes
    ----------
    force, era
        Whether they share them, shape (rows, columns).
    months
        How long their eras' walks have in common [months].
    """

    force: Floats
    era: Floats
    months: Floats

    @classmethod
    def between(cls, one: Times, other: Times) -> LevelLinks:
        """Link every month of one to every month of the other."""
        era = one.era[:, None] == other.era
        since, until = one.month - one.start, other.month - other.start
        together = np.minimum(np.abs(since)[:, None], np.abs(until))
        same_side = np.sign(since)[:, None] == np.sign(until)
        return cls(
            (one.force[:, None] == other.force).astype(float),
            era.astype(float),
            np.where(era & same_side, together, 0.0),
        )

    def covariance(self, spreads: Spreads, *, terms: tuple[str, ...] = LEVEL_TERMS) -> Floats:
        """Return the covariance of some of the terms that make up a level."""
        parts = self.parts(spreads)
        return np.asarray(sum(parts[name] for name in terms))

    def parts(self, spreads: Spreads) -> dict[str, Floats]:
        """Return the covariance of each term."""
        return {
            "typical": np.full(self.force.shape, TYPICAL_SD**2),
            "force": spreads["force"] ** 2 * self.force,
            "era": spreads["era"] ** 2 * self.era,
            "drift": spreads["drift"] ** 2 * self.months,
        }

    def slopes(self, spreads: Spreads) -> dict[str, Floats]:
        """Return the derivative of the covariance by each raw parameter."""
        parts = self.parts(spreads)
        return {name: 2 * parts[name] for name in ("force", "era", "drift")}


@dataclass(frozen=True)
class SpotLinks:
    """
    How places hang together, apart from the size of each term.

    Attributes
    ----------
    distance_m2
        Squared distance between centres [m2], shape (rows, columns).
    variance_m2
        Sum of their variances [m2].
    spot, place, era
        Whether they share them.
    """

    distance_m2: Floats
    variance_m2: Floats
    spot: Flags
    place: Flags
    era: Flags

    @classmethod
    def between(cls, one: Spots, other: Spots) -> SpotLinks:
        """Link every place of one to every place of the other."""
        east = one.x_m[:, None] - other.x_m
        north = one.y_m[:, None] - other.y_m
        return cls(
            east**2 + north**2,
            one.variance_m2[:, None] + other.variance_m2,
            one.spot[:, None] == other.spot,
            one.place[:, None] == other.place,
            one.era[:, None] == other.era,
        )

    def likeness(self, reach_m: float) -> Floats:
        r"""
        Return the correlation of what near places share, over their candidate spots.

        Parameters
        ----------
        reach_m
            Length :math:`\ell` of the squared-exponential kernel [m].

        Returns
        -------
        correlation
            :math:`\frac{\ell^2}{s} e^{-d^2 / 2s}` with :math:`s = \ell^2 + r_1^2 + r_2^2`,
            which is the kernel's mean over two normal clouds of candidate spots in the plane;
            1 for a place and itself, wherever it may be.

        Examples
        --------
        >>> import numpy as np
        >>> one = Spots(*(np.array([0]),) * 3, *(np.array([0.0]),) * 2, np.array([1e6]))
        >>> two = Spots(*(np.array([1]),) * 3, *(np.array([0.0]),) * 2, np.array([0.0]))
        >>> float(SpotLinks.between(one, two).likeness(1000.0)[0, 0])
        0.5
        """
        total = reach_m**2 + self.variance_m2
        like = reach_m**2 / total * np.exp(-self.distance_m2 / (2 * total))
        return np.where(self.spot, 1.0, like)

    def covariance(self, spreads: Spreads) -> Floats:
        """Return the covariance of the effects of places."""
        like = spreads["near"] ** 2 * self.likeness(spreads["reach"])
        own = spreads["place"] ** 2 * (self.place | self.spot)
        return np.asarray((like + own) * np.where(self.era, 1.0, spreads["carry"]))

    def slopes(self, spreads: Spreads) -> dict[str, Floats]:
        """Return the derivative of the covariance by each raw parameter."""
        reach, carry = spreads["reach"], spreads["carry"]
        kept = np.where(self.era, 1.0, carry)
        like = spreads["near"] ** 2 * self.likeness(reach)
        own = spreads["place"] ** 2 * (self.place | self.spot)
        total = reach**2 + self.variance_m2
        pull = 2 - 2 * reach**2 / total + self.distance_m2 * reach**2 / total**2
        return {
            "near": 2 * like * kept,
            "place": 2 * own * kept,
            "reach": np.where(self.spot, 0.0, like * pull) * kept,
            "carry": np.where(self.era, 0.0, (like + own) * carry * (1 - carry)),
        }
