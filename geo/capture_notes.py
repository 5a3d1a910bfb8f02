"""Say where deployments lie outside the hours that walk-past is stated for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE_H = 7.0
"""Hours from 10 to 17 o'clock, for which walk-past is stated, on weekdays."""

_SATURDAY = 5
_DAY_CHARACTERS = 10


def notes_of(dates: Sequence[str], hours: Sequence[float]) -> str:
    """
    Say how many deployments lie outside the hours that walk-past is stated for.

    Parameters
    ----------
    dates
        ISO dates, perhaps partial.
    hours
        How long each lasted [h].

    Returns
    -------
    note
        Empty where none is known to. Starting times are not published, so one that is not
        named here may lie outside those hours too.

    Examples
    --------
    >>> notes_of(["2024-09-07", "2024-09-09", "2024-09"], [4.0, 8.5, 5.0])
    '1 of 3 at a weekend; 1 of 3 on a day not told; 1 of 3 longer than 7 hours'
    """
    days = [pd.Timestamp(date) for date in dates if len(date) == _DAY_CHARACTERS]
    counts = {
        "at a weekend": sum(day.day_of_week >= _SATURDAY for day in days),
        "on a day not told": len(dates) - len(days),
        f"longer than {BASE_H:g} hours": sum(length > BASE_H for length in hours),
    }
    return "; ".join(f"{n} of {len(dates)} {what}" for what, n in counts.items() if n)
