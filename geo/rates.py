"""Events per hour of deployment, within one counting era."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.checks import require_columns
from geo.eras import assign_eras, require_one_era
from geo.errors import EraError, InputError

if TYPE_CHECKING:
    import pandas as pd

_LEVEL = 0.9
"""Coverage of the interval beside each rate."""

_NONE_SEEN = -math.log(1 - _LEVEL)
"""Mean of a Poisson count that shows nothing at all one time in ten."""


@dataclass(frozen=True)
class Rate:
    """
    A rate within one counting era.

    Attributes
    ----------
    column
        What was counted.
    era
        The counting era, or None for a force without eras.
    per_h, per_h_lo, per_h_hi
        Events per hour with a 90 % interval (for the mean rate, not for one
        deployment); null where a single deployment shows no spread.
    total, duration_h, deployments
        The events, hours and deployments behind it.
    dispersion
        Variance over Poisson variance, from Pearson residuals and at least 1; null for one row.
    """

    column: str
    era: str | None
    per_h: float
    per_h_lo: float | None
    per_h_hi: float | None
    total: float
    duration_h: float
    deployments: int
    dispersion: float | None


def rate_per_hour(
    deployments: pd.DataFrame, column: str, *, eras: pd.DataFrame, era: str | None = None
) -> Rate:
    r"""
    Divide a total by the hours in which it arose.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date``, ``duration_h`` and ``column``. Rows where the
        duration or the count is unknown are left out of both totals.
    column
        What to count: ``faces_seen``, ``alerts``, ``arrests``.
    eras
        Counting eras, as for `geo.eras.eras_possible`.
    era
        Keep to this era; by default the rows must all lie in one.

    Returns
    -------
    rate
        The rate, its quasi-Poisson interval and what it rests on.

    Raises
    ------
    EraError
        If the rows lie in several eras; the message names both, and the day of the break.
    InputError
        If no row has both a duration and a count.

    Notes
    -----
    The interval is :math:`r e^{\pm t \sqrt{\phi / N}}` with the dispersion :math:`\phi` of
    Pearson residuals: deployments differ more than a Poisson count would.

    Examples
    --------
    >>> import pandas as pd
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06",
    ...     "duration_h": [2.0, 3.0], "arrests": [1, 4]})
    >>> rate_per_hour(rows, "arrests", eras=eras).per_h
    1.0
    """
    require_columns(deployments, {"force", "date", "duration_h", column}, name="deployments")
    if era is not None:
        if era not in set(eras["era"]):
            msg = f"There is no counting era {era!r}; there are {eras['era'].tolist()}."
            raise EraError(msg)
        deployments = deployments[(assign_eras(deployments, eras) == era).fillna(value=False)]
    known = deployments[deployments[column].notna() & (deployments["duration_h"] > 0)]
    if known.empty:
        msg = f"No deployment asked about has both a duration and {column}: there is no rate."
        raise InputError(msg)
    named = require_one_era(known, eras, figure=f"{column} per hour")
    return _rate(known[column].astype(float), known["duration_h"].astype(float), era=named)


def _rate(events: pd.Series[float], hours: pd.Series[float], *, era: str | None) -> Rate:
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import, rarely needed

    total, duration = float(events.sum()), float(hours.sum())
    rate, rows = total / duration, len(events)
    name = str(events.name)
    if total == 0:
        high = _NONE_SEEN / duration
        return Rate(name, era, rate, 0.0, high, total, duration, rows, None)
    if rows == 1:
        return Rate(name, era, rate, None, None, total, duration, rows, None)
    excess = float(((events - rate * hours) ** 2 / (rate * hours)).sum()) / (rows - 1)
    dispersion = max(1.0, excess)
    spread = math.exp(stdtrit(rows - 1, (1 + _LEVEL) / 2) * math.sqrt(dispersion / total))
    return Rate(
        name, era, rate, rate / spread, rate * spread, total, duration, rows, dispersion
    )
