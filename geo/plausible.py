"""Which spots of a vague place a reported count speaks for, and whether it can tell at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.student_sums import ENDLESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HELD_SHARE = 0.8
"""Share of the plausibility that a set of spots must hold."""

LEAST_DAYS = 20
"""Fewest days from which a gain can be told from chance: with fewer the interval of a mean of
skewed differences is not what it says."""

LEVEL = 0.9
"""Coverage of the interval of the gain."""

_NODES = 61
"""Slopes at which the likelihood is summed: Gauss-Hermite, exact far past what is printed."""

_TIE = 1e-9


def plausible_spots(  # noqa: PLR0913 - a likelihood has its parameters
    spots: pd.DataFrame,
    *,
    log_rate: float,
    mean_log: float,
    slope: float,
    slope_sd: float,
    residual_sd: float,
    level_sd: float,
    centre: float = 0.0,
    freedom: float = ENDLESS,
    prior: pd.Series | None = None,
) -> pd.DataFrame:
    r"""
    Weigh the spots that a vague place may be by the count reported there.

    Parameters
    ----------
    spots
        Candidates with ``log_walk_past``, the natural logarithm of passages per hour, and
        ``log_walk_past_sd``, how far it may be off beyond what the counts that taught the
        slope were off by. Where the former is null the count says nothing of the spot.
    log_rate
        Natural logarithm of the faces per hour reported.
    mean_log
        Expected logarithm at a spot whose log walk-past is ``centre``.
    slope, slope_sd
        Elasticity of faces to walk-past, and its standard error.
    residual_sd, level_sd
        Standard deviation of one count about the line, and of the line's level.
    centre
        Log walk-past of the level.
    freedom
        Degrees of freedom of a count's Student t error; endless, a normal one, by default.
    prior
        How likely each spot is before the count, on any scale, indexed like ``spots``; all
        alike by default.

    Returns
    -------
    plausible
        Indexed like ``spots``: ``prior_share`` and ``plausible_share``, each summing to 1, and
        ``within_80``, whether the spot is of the smallest set, most plausible first, that
        holds 80 % (spots alike to it are in as well).

    Raises
    ------
    MissingColumnError
        If ``spots`` lack a column.
    ValueError
        If there is no spot, a standard deviation is below 0 or the residual's is 0, or the
        prior is below 0 or all 0.

    Notes
    -----
    :math:`P(i \mid y) \propto \pi_i \int t_\nu\left(\frac{y - m - b (x_i - c)}{\sqrt{s^2 + l^2
    + b^2 \sigma_i^2}}\right) \phi(b)\, db` with the slope's normal error :math:`\phi`, summed
    by Gauss-Hermite quadrature. A spot of unknown walk-past keeps its prior share.

    Examples
    --------
    >>> spots = pd.DataFrame({"log_walk_past": [5.0, 7.0, 9.0], "log_walk_past_sd": 0.0})
    >>> found = plausible_spots(spots, log_rate=9.0, mean_log=0.0, slope=1.0, slope_sd=0.0,
    ...     residual_sd=1.0, level_sd=0.0)
    >>> found["plausible_share"].round(3).tolist(), found["within_80"].tolist()
    ([0.0, 0.119, 0.881], [False, False, True])
    >>> round(bits_gained(found), 2)
    1.05
    """
    require_columns(spots, {"log_walk_past", "log_walk_past_sd"}, name="spots")
    _check(spots, slope_sd=slope_sd, residual_sd=residual_sd, level_sd=level_sd)
    before = _shares(spots, prior)
    x = spots["log_walk_past"].to_numpy(dtype="float64", na_value=np.nan) - centre
    own = spots["log_walk_past_sd"].fillna(0.0).to_numpy(dtype="float64")
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    slopes = slope + slope_sd * nodes
    scale = np.sqrt(residual_sd**2 + level_sd**2 + np.outer(own, slopes) ** 2)
    away = (log_rate - mean_log - np.outer(x, slopes)) / scale
    logs = _log_density(away, freedom) - np.log(scale) + np.log(weights)
    likely = _summed(logs)
    known = np.isfinite(likely)
    after = before.copy()
    if known.any():
        weighed = before[known] * np.exp(likely[known] - likely[known].max())
        if weighed.sum() > 0:
            after[known] = weighed / weighed.sum() * before[known].sum()
    held = _held(after)
    table = {"prior_share": before, "plausible_share": after, "within_80": held}
    return pd.DataFrame(table, index=spots.index)


def bits_gained(plausible: pd.DataFrame) -> float:
    """
    Return how much a count told of where it was counted.

    Parameters
    ----------
    plausible
        From `plausible_spots`.

    Returns
    -------
    bits
        Relative entropy of the plausible to the prior shares: 1 bit halves the spots.
    """
    before = plausible["prior_share"].to_numpy()
    after = plausible["plausible_share"].to_numpy()
    some = after > 0
    return float(np.sum(after[some] * np.log2(after[some] / before[some]))) + 0.0


@dataclass(frozen=True)
class Verdict:
    """
    Whether counts tell streets apart, and by how much.

    Attributes
    ----------
    told
        Whether walk-past made predictions of counts at known spots better, beyond chance.
    counts, days
        Counts scored, and days on which they were made.
    crps_with, crps_without
        Mean scores with and without walk-past; NaN without a count.
    gain, gain_lo90, gain_hi90
        Mean of the differences, above 0 where walk-past helps, and its 90 % interval.
    """

    told: bool
    counts: int
    days: int
    crps_with: float
    crps_without: float
    gain: float
    gain_lo90: float
    gain_hi90: float

    @property
    def sentence(self) -> str:
        """The verdict for a reader, with the difference that it rests on."""
        if self.days < LEAST_DAYS:
            return (
                "The count cannot tell streets apart: too few counts at known spots "
                f"({self.counts} on {self.days} days, {LEAST_DAYS} days are needed) show how "
                "counts go with the people walking past."
            )
        can = "can" if self.told else "cannot"
        return (
            f"The count {can} tell streets apart: with the estimate of people walking past, "
            f"{self.counts} counts at known spots were predicted with a CRPS of "
            f"{self.crps_with:.3f}, without it {self.crps_without:.3f}, a gain of "
            f"{self.gain:.3f} (90 % interval {self.gain_lo90:.3f} to {self.gain_hi90:.3f})."
        ).replace(" -", " \N{MINUS SIGN}")


def tells_streets_apart(
    scores_with: pd.Series, scores_without: pd.Series, *, days: Sequence[str]
) -> Verdict:
    """
    Decide from scores out of sample whether walk-past tells one street's counts from another's.

    Parameters
    ----------
    scores_with, scores_without
        CRPS of the same counts, in the same order, predicted with and without walk-past.
    days
        The day of each count: those of one day are alike, and count as one.

    Returns
    -------
    verdict
        Told only if the mean gain's 90 % interval lies above 0, on at least `LEAST_DAYS` days.

    Raises
    ------
    ValueError
        If the three differ in length.

    Notes
    -----
    The test of Diebold and Mariano (Journal of Business and Economic Statistics 13(3), 1995,
    253-263) on paired differences, their variance summed by day, with a Student t of one
    degree of freedom less than there are days.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    frame = pd.DataFrame(
        {
            "gain": np.asarray(scores_without, dtype=float)
            - np.asarray(scores_with, dtype=float),
            "day": list(days),
        }
    )
    n, by_day = len(frame), frame.groupby("day")["gain"]
    groups = by_day.ngroups
    gain = float(frame["gain"].mean()) if n else float("nan")
    reach = float("inf")
    if groups > 1:
        off = (by_day.sum() - gain * by_day.size()).to_numpy()
        error = math.sqrt(float(off @ off) * groups / (groups - 1)) / n
        reach = float(stdtrit(groups - 1, (1 + LEVEL) / 2)) * error
    return Verdict(
        told=bool(groups >= LEAST_DAYS and gain - reach > 0),
        counts=n,
        days=groups,
        crps_with=float(np.mean(scores_with)) if n else float("nan"),
        crps_without=float(np.mean(scores_without)) if n else float("nan"),
        gain=gain,
        gain_lo90=gain - reach,
        gain_hi90=gain + reach,
    )


def _check(spots: pd.DataFrame, **deviations: float) -> None:
    if spots.empty:
        msg = "`spots` holds no candidate. Give at least one."
        raise ValueError(msg)
    bad = {name: value for name, value in deviations.items() if not value >= 0}
    if bad or not deviations["residual_sd"] > 0 or (spots["log_walk_past_sd"] < 0).any():
        msg = (
            f"Standard deviations must be at least 0, and that of one count above 0; got "
            f"{deviations}, and for the spots {spots['log_walk_past_sd'].min():g} and more."
        )
        raise ValueError(msg)


def _shares(spots: pd.DataFrame, prior: pd.Series | None) -> Floats:
    weights = np.ones(len(spots))
    if prior is not None:
        weights = prior.reindex(spots.index).to_numpy(dtype="float64", na_value=np.nan)
    if not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
        msg = "`prior` must be known for every spot, at least 0, and above 0 for one."
        raise ValueError(msg)
    return np.asarray(weights / weights.sum())


def _log_density(away: Floats, freedom: float) -> Floats:
    """Return the log density of a Student t, but for a constant."""
    if freedom >= ENDLESS:
        return -(away**2) / 2
    return np.asarray(-(freedom + 1) / 2 * np.log1p(away**2 / freedom))


def _summed(logs: Floats) -> Floats:
    """Sum likelihoods over slopes without losing small ones; NaN where one is not known."""
    most = logs.max(axis=1)
    return np.asarray(most + np.log(np.exp(logs - most[:, None]).sum(axis=1)))


def _held(shares: Floats) -> NDArray[np.bool_]:
    """Return the smallest set that holds `HELD_SHARE`, with whatever is alike to its last."""
    falling = np.sort(shares)[::-1]
    enough = np.cumsum(falling) >= HELD_SHARE - _TIE
    last = falling[int(enough.argmax())] if enough.any() else 0.0
    return np.asarray(shares >= last * (1 - _TIE))
