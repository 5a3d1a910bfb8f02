"""Divide events by the hours or faces in which they arose, cell by cell, with intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.rate_terms import LEVEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

_NONE_SEEN = -math.log((1 - LEVEL) / 2)
"""Mean of a Poisson count that shows nothing at all one time in twenty."""


def quasi_score(
    events: ArrayLike, dispersion: ArrayLike, days: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""
    Return the 90 % interval of the mean behind a count whose variance is known to a factor.

    Parameters
    ----------
    events
        The count; an upper end alone can be told of nought.
    dispersion
        Variance over mean, at least 1.
    days
        Days it was gathered on, which the dispersion rests on; one tells no interval.

    Returns
    -------
    lo, hi
        Ends [events]; null for some events on one day.

    Notes
    -----
    The means :math:`\mu` with :math:`(N - \mu)^2 \le t^2 \phi \mu`, the score interval of
    Wilson (1927) for a quasi-Poisson mean with Student's t for ``days`` - 1. It holds the
    count, is wider above than below, and its lower end stays above nought. Where nothing was
    seen no dispersion shows either, and the upper end is the mean that shows nothing one time
    in twenty.

    Examples
    --------
    >>> [round(float(end), 1) for end in quasi_score(20, 2.0, 11)]
    [11.4, 35.2]
    >>> [round(float(end), 1) for end in quasi_score(0, 1.0, 4)]
    [0.0, 3.0]
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import, rarely needed

    given = (events, dispersion, days)
    seen, spread, gathered = (np.asarray(value, dtype=np.float64) for value in given)
    freedom = np.where(gathered > 1, gathered - 1, np.nan)
    turn = stdtrit(freedom, (1 + LEVEL) / 2) ** 2 * spread
    half = np.sqrt(turn * seen + turn**2 / 4)
    hi = seen + turn / 2 + half
    # The ends' product is the square of the count; their difference would lose digits.
    lo = seen**2 / hi
    return np.where(seen == 0, 0.0, lo), np.where(seen == 0, _NONE_SEEN, hi)


def rate_cells(rows: pd.DataFrame, keys: Sequence[str], *, unit: float = 1.0) -> pd.DataFrame:
    r"""
    Give every cell of a table its rate.

    Parameters
    ----------
    rows
        One row per deployment: the ``keys``, ``date``, ``events`` and ``over``, the hours or
        faces in which they arose. Rows where either is unknown, or ``over`` is nought, enter
        neither sum.
    keys
        Columns that tell cells apart; null is a value of its own.
    unit
        How much of ``over`` the rate is per: 1 hour, 100,000 faces.

    Returns
    -------
    cells
        By ``keys`` in order: ``rate``, ``lo90`` and ``hi90`` [events per ``unit``], ``events``,
        ``over``, ``deployments`` that entered, ``deployments_without``, ``days`` and
        ``dispersion``. No row that entered leaves null but the numbers of deployments and days;
        one day leaves interval and dispersion null. Nothing is suppressed here.

    Notes
    -----
    Deployments of one day are a little alike, so days are the sample. With residuals
    :math:`e_d = N_d - r H_d` of the days' sums and shares :math:`l_d = H_d / H`, the dispersion
    is the largest of 1, Pearson's :math:`\sum e_d^2 / (r H_d) / (D - 1)`, and the jackknife's
    :math:`\frac{D-1}{D} \sum (e_d / (1 - l_d))^2 / N`, which holds where the variance grows
    faster than the mean. `tests/benchmarks/coverage_rates.py` compares what was considered.

    Examples
    --------
    >>> rows = {"era": "a", "date": ["1", "2"], "events": [3.0, 5.0], "over": [2.0, 2.0]}
    >>> rate_cells(pd.DataFrame(rows), ["era"])[["rate", "dispersion"]].to_numpy().tolist()
    [[2.0, 1.0]]
    """
    told = rows[[*keys, "date"]].assign(
        events=rows["events"].astype("float64"), over=rows["over"].astype("float64")
    )
    told["cell"] = told.groupby(list(keys), dropna=False, sort=True).ngroup()
    # Floats are added in one order, whatever the order of the rows.
    told = told.sort_values(["cell", "date", "over", "events"], ignore_index=True)
    used = told[told["events"].notna() & (told["over"] > 0)]
    days = used.groupby(["cell", "date"], as_index=False)[["events", "over"]].sum()
    cells = told.groupby("cell")[list(keys)].head(1).reset_index(drop=True)
    sums = days.groupby("cell")[["events", "over"]].sum().reindex(cells.index)
    cells = cells.assign(events=sums["events"], over=sums["over"])
    cells["deployments"] = _sizes(used, len(cells))
    cells["deployments_without"] = _sizes(told, len(cells)) - cells["deployments"]
    cells["days"] = _sizes(days, len(cells))
    return _with_intervals(cells, _dispersions(days, cells), unit)


def _sizes(rows: pd.DataFrame, cells: int) -> NDArray[np.int64]:
    return np.bincount(rows["cell"], minlength=cells).astype(np.int64)


def _dispersions(days: pd.DataFrame, cells: pd.DataFrame) -> pd.Series[float]:
    """Return each cell's variance over Poisson variance; null for no event or one day."""
    own = cells.loc[days["cell"], ["events", "over", "days"]].set_axis(days.index)
    own = own[(own["events"] > 0) & (own["days"] > 1)]
    kept = days.loc[own.index]
    share = kept["over"] / own["over"]
    rest = kept["events"] - own["events"] * share
    free = own["days"] - 1
    parts = pd.DataFrame(
        {
            "pearson": rest**2 / (own["events"] * share) / free,
            "jackknife": (rest / (1 - share)) ** 2 / own["events"] * free / own["days"],
        }
    )
    found = parts.groupby(kept["cell"]).sum().max(axis=1).clip(lower=1.0)
    return found.reindex(cells.index)


def _with_intervals(
    cells: pd.DataFrame, dispersion: pd.Series[float], unit: float
) -> pd.DataFrame:
    lo, hi = quasi_score(cells["events"], dispersion.fillna(1.0), cells["days"])
    per = unit / cells["over"]
    rates = {"rate": cells["events"] * per, "lo90": lo * per, "hi90": hi * per}
    return cells.assign(**rates, dispersion=dispersion)
