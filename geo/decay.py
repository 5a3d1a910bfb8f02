"""How much less a destination draws the farther it is on foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MM_PER_M = 1000
FINE_BITS = 10
"""An exponential is looked up in steps of 1,024 mm, and within a step in steps of 1 mm."""


class DecayError(InputError):
    """A decay cannot be one."""


@dataclass(frozen=True)
class ExponentialDecay:
    """
    The weight of a destination falls by the same share with each metre.

    Attributes
    ----------
    per_m
        The share, 1/m: the weight at ``d`` metres is ``exp(-per_m * d)``. 0 weighs all
        destinations within the cutoff alike.

    Notes
    -----
    The form that Iacono, Krizek and El-Geneidy fit to trips on foot ("Measuring non-motorized
    accessibility", Journal of Transport Geography 18(1), 2010, 133-140). The default is
    assumed, not theirs: half the weight every 347 m.

    Examples
    --------
    >>> ExponentialDecay(0.002).weights(np.array([0.0, 500.0])).round(3).tolist()
    [1.0, 0.368]
    """

    per_m: float = 0.002

    def __post_init__(self) -> None:
        _require("per_m", self.per_m, at_least=0.0)

    def weights(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight at each distance, at most 1."""
        return np.exp(-self.per_m * distance_m)


@dataclass(frozen=True)
class GaussianDecay:
    """
    The weight of a destination falls like a bell, after a stretch that costs nothing.

    Attributes
    ----------
    spread_m2
        The weight at ``d`` metres is ``exp(-(d - plateau_m)**2 / spread_m2)``.
    plateau_m
        Up to here the weight is 1: the "cumulative-Gaussian" form. 0 gives a plain bell.

    Notes
    -----
    Vale and Pereira compare 20 measures of access on foot and promote the form with a plateau
    ("The influence of the impedance function on gravity-based pedestrian accessibility
    measures", Environment and Planning B 44(4), 2017, 740-763). The parameters are the
    caller's to state.

    Examples
    --------
    >>> GaussianDecay(1e5, plateau_m=400).weights(np.array([300.0, 700.0])).round(3).tolist()
    [1.0, 0.407]
    """

    spread_m2: float
    plateau_m: float = 0.0

    def __post_init__(self) -> None:
        _require("spread_m2", self.spread_m2, at_least=np.finfo(float).tiny)
        _require("plateau_m", self.plateau_m, at_least=0.0)

    def weights(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the weight at each distance, at most 1."""
        beyond = np.maximum(distance_m - self.plateau_m, 0.0)
        return np.exp(-np.square(beyond) / self.spread_m2)


Decay = ExponentialDecay | GaussianDecay


class DecayTable(NamedTuple):
    """
    Weights by whole millimetres: ``coarse[mm >> bits] * fine[mm & (2**bits - 1)]``.

    An exponential of a sum is a product of exponentials, so two short tables hold it.
    """

    coarse: NDArray[np.float64]
    fine: NDArray[np.float64]
    bits: int


def decay_table(decay: Decay, *, cutoff_mm: int) -> DecayTable:
    """
    Tabulate a decay for every millimetre up to a cutoff.

    Parameters
    ----------
    decay
        The decay.
    cutoff_mm
        The last millimetre that is needed.

    Returns
    -------
    table
        A few thousand numbers for an exponential; one for each millimetre otherwise, 8 MB a
        kilometre.

    Examples
    --------
    >>> coarse, fine, bits = decay_table(ExponentialDecay(0.002), cutoff_mm=500_000)
    >>> round(float(coarse[500_000 >> bits] * fine[500_000 & (2**bits - 1)]), 6)
    0.367879
    """
    bits = FINE_BITS if isinstance(decay, ExponentialDecay) else 0
    steps = np.arange((cutoff_mm >> bits) + 1, dtype=np.float64) * (1 << bits)
    return DecayTable(
        coarse=decay.weights(steps / MM_PER_M),
        fine=decay.weights(np.arange(1 << bits, dtype=np.float64) / MM_PER_M)
        if bits
        else np.ones(1),
        bits=bits,
    )


def _require(name: str, value: float, *, at_least: float) -> None:
    if not at_least <= value < np.inf:
        msg = f"`{name}` of a decay must be a number of at least {at_least:g}; got {value}."
        raise DecayError(msg)
