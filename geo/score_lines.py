"""Reduce predictions and what came of them to one line of a scorecard."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geo.arithmetic import SHARES, widened
from geo.prediction import Mixture, quantiles, scores

if TYPE_CHECKING:
    from geo.conformal import Widening

COLUMNS = (
    "split",
    "name",
    "rows",
    "mape",
    "median_ape",
    "log_bias",
    "crps",
    "coverage80_share",
    "coverage90_share",
)
"""Columns of the scorecard, in order."""

_DECIMALS = 4
"""Decimals kept: more would be noise, and differ between machines."""


@dataclass
class Scored:
    """
    Predictions of log faces and what came of them.

    Attributes
    ----------
    mixtures
        The predictions.
    observed
        The logarithms that came.
    widenings
        How much wider each prediction's intervals were made.
    """

    mixtures: list[Mixture] = field(default_factory=list)
    observed: list[float] = field(default_factory=list)
    widenings: list[Widening | None] = field(default_factory=list)

    def add(self, mixture: Mixture, observed: float, widening: Widening | None = None) -> None:
        """Add one prediction and what came of it."""
        self.mixtures.append(mixture)
        self.observed.append(observed)
        self.widenings.append(widening)

    def crps(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the score of each prediction; widening plays no part in it."""
        return scores(self.mixtures, np.array(self.observed))


def score_line(split: str, name: str, scored: Scored) -> tuple[object, ...]:
    """
    Reduce predictions to one line.

    Parameters
    ----------
    split, name
        Which counts were predicted from which, and how.
    scored
        The predictions; none gives null scores.

    Returns
    -------
    line
        In the order of `COLUMNS`.
    """
    if not scored.mixtures:
        return (split, name, 0, *[math.nan] * 6)
    observed = np.array(scored.observed)
    logs = quantiles(scored.mixtures, SHARES).tolist()
    pairs = zip(logs, scored.widenings, strict=True)
    ends = np.array([widened(row, by) for row, by in pairs])
    median, lo80, hi80, lo90, hi90 = ends.T
    error = np.abs(np.expm1(median - observed))
    figures = (
        error.mean(),
        np.median(error),
        (median - observed).mean(),
        scored.crps().mean(),
        ((lo80 <= observed) & (observed <= hi80)).mean(),
        ((lo90 <= observed) & (observed <= hi90)).mean(),
    )
    rounded = [round(float(figure), _DECIMALS) + 0.0 for figure in figures]
    return (split, name, len(observed), *rounded)
