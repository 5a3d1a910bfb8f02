"""Rules about rates: faces an hour against the same force's deployments of the same weeks."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

from data.lint_dates import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NEAR_DAYS = 30
_NEAR = dt.timedelta(days=_NEAR_DAYS)
_FEWEST_NEAR = 8
_SPREADS = 3  # robust standard deviations
_LEAST_LOG = math.log(5)  # places differ by less than this without anything being wrong
_MAD_TO_SD = 1.4826  # of a normal distribution


def faces_rate_far(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """
    Yield rows whose faces per hour lie far from those of the weeks around them.

    Parameters
    ----------
    rows
        Deployments in any order.

    Yields
    ------
    found
        Deployment id and detail.

    Notes
    -----
    Distance is of logarithms, in robust standard deviations of the force's deployments within
    30 days, and at least fivefold: streets differ, so most distance means nothing.
    """
    forces: dict[str, list[tuple[Mapping[str, Any], dt.date, float]]] = defaultdict(list)
    for row in rows:
        date = day_of(row)
        if date and row["faces_seen"] and row["duration_h"]:
            rate = math.log(row["faces_seen"] / row["duration_h"])
            forces[row["force"]].append((row, date, rate))
    for rated in forces.values():
        in_time = sorted(rated, key=lambda one: one[1])
        dates, rates = [one[1] for one in in_time], [one[2] for one in in_time]
        for row, date, rate in rated:
            near = rates[bisect_left(dates, date - _NEAR) : bisect_right(dates, date + _NEAR)]
            near.remove(rate)
            if len(near) >= _FEWEST_NEAR and _is_far(rate, near):
                detail = (
                    f"{math.exp(rate):,.0f} faces an hour; the force's {len(near)} other "
                    f"deployments within {_NEAR_DAYS} days had a median of "
                    f"{math.exp(median(near)):,.0f}."
                )
                yield row["deployment_id"], detail


def _is_far(rate: float, near: Sequence[float]) -> bool:
    middle = median(near)
    spread = _MAD_TO_SD * median(abs(other - middle) for other in near)
    return abs(rate - middle) > max(_LEAST_LOG, _SPREADS * spread)
