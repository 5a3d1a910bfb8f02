"""What a force's published totals tell of the level after the last single count."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.checks import require_columns
from geo.drift import Later, mean_shared, shared_months
from geo.tracks import month_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd

    from geo.tracks import Floats

COLUMNS = ("force", "first_date", "last_date", "deployments", "faces_seen", "published_on")
"""Columns a table of totals must have."""

TOTAL_SD_LOG = 0.2
"""
How unsure a level is that is told by a total: log standard deviation.

A total gives faces per deployment, not per hour, and a mean, not a median. The mean hours of
the Metropolitan Police's eras differ by a log standard deviation of 0.14, and half the variance
of log rates, which lies between mean and median, by about as much.
"""

LEAST_DEPLOYMENTS = 10
"""Fewest deployments beyond those known singly from which a total tells of a level."""

LEAST_SHARE = 0.4
"""
Least share of a total's days, deployments and faces that must be left for it to be used.

What is not known singly is taken to lie after the last count. Were a record complete but for
some deployments scattered over it, they would all be put into its last days; and where little
is left, the rounding of a total ("about four million") is as large as what is left of it.
"""

_DAY = 1 / 31
"""A day, in the months of `geo.tracks.month_of`."""


class Known(NamedTuple):
    """
    Counts known singly.

    Attributes
    ----------
    dates
        ISO dates, full.
    faces
        Faces counted, above 0.
    """

    dates: Sequence[str]
    faces: Sequence[float]


class Told(NamedTuple):
    """
    A total less the counts known singly within its span.

    Attributes
    ----------
    first_date, last_date
        Its span, as published.
    deployments, faces_seen
        What of it is not known singly.
    ratio
        Its faces per deployment over those of the era.
    span
        What it tells of the level.
    """

    first_date: str
    last_date: str
    deployments: int
    faces_seen: float
    ratio: float
    span: Later


def totals_after(
    totals: pd.DataFrame,
    known: Known,
    *,
    mean_log: float,
    first_date: str,
    last_date: str | None = None,
) -> list[Told]:
    """
    Return what totals tell of the level after the last count of an era.

    Parameters
    ----------
    totals
        Totals of the era's force, with `COLUMNS`; ``published_on`` an ISO date.
    known
        The counts of the era.
    mean_log
        Their mean level, in the units that the level is wanted in.
    first_date, last_date
        First and last day of the era, no last day while it is open: a total that begins
        before or ends after them tells of two levels, and is not used.

    Returns
    -------
    told
        In order of time; none overlaps another, and of each at least `LEAST_SHARE` is left.
        Of two that overlap the later published is kept, of these the longer, and of these the
        one of more deployments and faces.
    """
    require_columns(totals, set(COLUMNS), name="totals")
    if not known.dates:
        return []
    latest_first = totals.sort_values(
        ["published_on", "last_date", "first_date", "deployments", "faces_seen"],
        ascending=[False, False, True, False, False],
    )
    found: list[Told] = []
    for row in latest_first.to_dict("records"):
        within = first_date <= row["first_date"] and row["last_date"] <= (last_date or "9")
        told = _beyond(row, known, mean_log) if within else None
        if told is not None and all(_apart(told, other) for other in found):
            found.append(told)
    return sorted(found, key=lambda told: told.span.first)


def _beyond(row: Mapping[Hashable, object], known: Known, mean_log: float) -> Told | None:
    """Take the counts known singly off a total."""
    first, last = str(row["first_date"]), str(row["last_date"])
    pairs = zip(known.dates, known.faces, strict=True)
    own = [faces for date, faces in pairs if first <= date <= last]
    deployments = int(str(row["deployments"])) - len(own)
    faces = float(str(row["faces_seen"])) - math.fsum(own)
    begun, end, over = month_of(first), month_of(max(known.dates)), month_of(last)
    left = min(
        (over - max(begun, end)) / (over - begun + _DAY),
        deployments / int(str(row["deployments"])),
        faces / float(str(row["faces_seen"])),
    )
    if deployments < LEAST_DEPLOYMENTS or left < LEAST_SHARE:
        return None
    ratio = faces / deployments / (math.fsum(known.faces) / len(known.faces))
    span = Later(
        max(begun - end, 0.0),
        over - end,
        mean_log + math.log(ratio),
        TOTAL_SD_LOG,
    )
    return Told(first, last, deployments, faces, ratio, span)


def _apart(told: Told, other: Told) -> bool:
    """Say whether two totals have no day in common."""
    return told.last_date < other.first_date or other.last_date < told.first_date


class Moved(NamedTuple):
    """
    How totals move a level.

    Attributes
    ----------
    shift
        By how much, as a logarithm.
    variance
        Of the level about its new place.
    gains
        Share of each total's surprise that the level follows.
    surprises
        By how much each total's level lies above what was expected, as a logarithm.
    """

    shift: float
    variance: float
    gains: tuple[float, ...]
    surprises: tuple[float, ...]


def follow(
    spans: Sequence[Later], *, mean: float, variance: float, drift: float, ahead: float
) -> Moved:
    r"""
    Move the level expected some months after the last count by what totals tell of it.

    Parameters
    ----------
    spans
        What the totals tell, at least one.
    mean, variance
        The level at the last count, and how unsure it is.
    drift
        Log standard deviation of the level's drift over one month.
    ahead
        Months after the last count.

    Returns
    -------
    moved
        The conditional expectation, its variance, and the weights it gives.

    Notes
    -----
    The level is a random walk from the last count on, and a total sees its mean over a span
    with an error of `TOTAL_SD_LOG`: this is the conditional normal distribution. With
    :math:`m(a, b)` the months of drift shared, the gain of one total is
    :math:`(v + q^2 m(s, t)) / (v + q^2 m(s, s) + \sigma^2)`.

    Examples
    --------
    >>> year = Later(0.0, 12.0, 1.0, 0.2)
    >>> moved = follow([year], mean=0.0, variance=0.0, drift=0.1, ahead=6.0)
    >>> round(moved.shift, 4), round(moved.variance, 5)
    (0.5625, 0.03469)
    """
    among = np.array(
        [[variance + drift**2 * mean_shared(one, two) for two in spans] for one in spans]
    )
    among[np.diag_indices(len(spans))] += [span.sd_log**2 for span in spans]
    with_level = np.array([variance + drift**2 * shared_months(s, ahead) for s in spans])
    gains: Floats = np.linalg.solve(among, with_level)
    surprises = np.array([span.level - mean for span in spans])
    prior = variance + drift**2 * ahead
    return Moved(
        shift=float(gains @ surprises),
        variance=max(float(prior - gains @ with_level), 0.0),
        gains=tuple(gains.tolist()),
        surprises=tuple(surprises.tolist()),
    )
