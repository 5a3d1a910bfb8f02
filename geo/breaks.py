"""Find the days from which a force counts more or fewer faces per hour, from its counts."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.level_grid import DailyCounts
from geo.level_paths import Record, follow_level, log_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.level_paths import LevelPath

    Days = NDArray[np.bool_]

COLUMNS = (
    "force",
    "first_date",
    "last_date_before",
    "step_log",
    "first_date_lo90",
    "first_date_hi90",
    "break_share",
    "log_bayes_factor",
    "deployments_before",
    "deployments_after",
    "mixed_share",
)
"""Columns of `detect_breaks`, in order."""

ERA_COLUMNS = ("force", "era", "first_date", "last_date", "label")
"""Columns of `known_eras`, in order."""

SURE = 0.8
"""Least probability of a break that is told: odds of four to one."""

LEAST_COUNTS = 3
"""Fewest counts a span must have: with fewer, neither level nor spread is known."""

LEAST_DAYS = 2
"""Fewest days a span must have: all counts of one day may share what made them odd."""

LEAST_HOURS_SHARE = 0.2
"""Least share of counts with hours for which those without are left out."""

_NO_FACE = 0.5
"""Stands for a count of 0, which has no logarithm; one alone is an odd count, not a break."""

_LIKELY = 0.5
"""Expected breaks in a window from which it is weighed whether there is one."""

_WHOLE = 1.1
"""
Expected breaks beyond which a window is not widened: one, and what faint others add.

A day is left to the next window rather than counted in two.
"""

_TINY = 1e-300
"""Stands for a change of evidence too small for a double."""

_CERTAIN = 0.9
"""Share of a break's probability that the interval of its day holds."""

_FAINT = 0.002
"""Probability below which a day is not part of a break's window."""

_ISO = "%Y-%m-%d"


def detect_breaks(deployments: pd.DataFrame, *, force: str) -> pd.DataFrame:
    r"""
    Find breaks of level in a force's log faces per hour.

    A break is a sudden and lasting move; what months drift by is none. It says nothing of why.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date`` (ISO), ``duration_h`` [h] and ``faces_seen``;
        perhaps ``status``. Aborted deployments, unknown counts and dates that are not full
        are passed over, and so are unknown hours, unless too few of the force's are known: then
        faces per deployment are followed instead.
    force
        The force, full name.

    Returns
    -------
    breaks
        One row per break, in order of time, with the columns `COLUMNS`: ``first_date``, the
        likeliest first day of the new level, ``last_date_before``, the last day with a count
        before it, and ``step_log``, the move of the log level; ``first_date_lo90`` and
        ``first_date_hi90``, between which the first day lies by nine to one;
        ``break_share``, the probability of a break there, and ``log_bayes_factor``, the
        natural log of how far the counts raised its odds; the deployments with counts since
        the break before and up to the next; and ``mixed_share``, the greatest probability
        after it that two ways of counting are mixed, one of which gives multiples of 5.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Notes
    -----
    The model is that of `geo.level_paths`. Deployments of one day are counted as alike
    (`geo.level_grid.ALIKE`). Breaks of probability below `SURE`, and spans of fewer than
    `LEAST_COUNTS` counts or `LEAST_DAYS` days, are not told.

    Examples
    --------
    >>> days = pd.date_range("2024-01-01", periods=36, freq="3D").strftime("%Y-%m-%d")
    >>> faces = [300 + 7 * (n % 5) for n in range(18)]
    >>> faces += [1500 + 31 * (n % 5) for n in range(18)]
    >>> rows = pd.DataFrame({"force": "F", "date": days, "duration_h": 1.0})
    >>> found = detect_breaks(rows.assign(faces_seen=faces), force="F")
    >>> found[["first_date", "step_log", "deployments_after"]].round(1)
       first_date  step_log  deployments_after
    0  2024-02-24       1.6                 18
    """
    counts = _daily_counts(deployments, force)
    if counts is None:
        return pd.DataFrame(columns=list(COLUMNS))
    record = Record.of(counts)
    path, windows = _settle(record, counts)
    lines = _lines(counts, path, windows)
    return pd.DataFrame([(force, *line) for line in lines], columns=list(COLUMNS))


def known_eras(deployments: pd.DataFrame, *, as_of: str | None = None) -> pd.DataFrame:
    """
    Return the counting eras that a record shows by itself.

    Parameters
    ----------
    deployments
        As for `detect_breaks`, of any forces.
    as_of
        ISO date: only deployments before it are used, so that a forecast made on that day
        can use the eras known then. By default all are.

    Returns
    -------
    eras
        The columns `ERA_COLUMNS`, for forces with at least `LEAST_COUNTS` counts, in order of
        force and time. The last era of a force is open. Counts without hours that come before
        the first with hours form an era, since nothing shows them comparable.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"force": "Essex Police", "date": ["2024-09-19", "2024-09-26",
    ...     "2024-10-03"], "duration_h": 2.0, "faces_seen": [500, 900, 700]})
    >>> known_eras(rows).iloc[0].tolist()[:3]
    ['Essex Police', 'essex-police-2024-09-19', '2024-09-19']
    >>> known_eras(rows, as_of="2024-10-01").empty
    True
    """
    require_columns(
        deployments, {"force", "date", "duration_h", "faces_seen"}, name="deployments"
    )
    early = deployments["date"].fillna("9") < (as_of or "9")
    known = deployments[early]
    rows = [
        (force, *era)
        for force in sorted(set(known["force"].dropna()))
        for era in _eras_of(known, force)
    ]
    return pd.DataFrame(rows, columns=list(ERA_COLUMNS), dtype="str")


@dataclass(frozen=True)
class _Window:
    """
    Days before one of which a break lies, and the likeliest of them; the end is left out.

    ``share`` is the probability of a break in it, ``bayes`` the log of how its odds rose.
    """

    start: int
    end: int
    peak: int
    share: float = math.nan
    bayes: float = math.nan

    def days(self, many: int) -> Days:
        chosen = np.zeros(many, dtype=bool)
        chosen[self.start : self.end] = True
        return chosen


# --- counts -----------------------------------------------------------------------------


def _daily_counts(deployments: pd.DataFrame, force: str) -> DailyCounts | None:
    """Return a force's counts in order, or None for too few."""
    rows = _counted(deployments, force)
    rows = rows[rows["hours"].notna()] if _has_hours(rows) else rows.assign(hours=1.0)
    if len(rows) < LEAST_COUNTS:
        return None
    rates = np.log(rows["faces"].clip(lower=_NO_FACE) / rows["hours"])
    rows = rows.assign(rate=rates, rounded=rows["faces"] % 5 == 0)
    rows = rows.sort_values(["day", "rate", "rounded"])
    days, owner = np.unique(rows["day"].to_numpy("int64"), return_inverse=True)
    return DailyCounts(days, owner, rows["rate"].to_numpy(), rows["rounded"].to_numpy())


def _counted(deployments: pd.DataFrame, force: str) -> pd.DataFrame:
    """Return day, faces and hours, NaN where unknown, of a force's counts of known day."""
    require_columns(
        deployments, {"force", "date", "duration_h", "faces_seen"}, name="deployments"
    )
    own = deployments[deployments["force"] == force]
    if "status" in own:
        own = own[own["status"] != "aborted"]
    dates = pd.to_datetime(own["date"], format=_ISO, errors="coerce")
    hours = own["duration_h"].astype("float64")
    rows = pd.DataFrame(
        {
            "day": (dates - pd.Timestamp(0)).dt.days,
            "faces": own["faces_seen"].astype("float64"),
            "hours": hours.where((hours > 0) & np.isfinite(hours)),
        }
    )
    good = rows["day"].notna() & (rows["faces"] >= 0) & np.isfinite(rows["faces"])
    kept: pd.DataFrame = rows.loc[good]
    return kept


def _has_hours(rows: pd.DataFrame) -> bool:
    """Say whether enough hours are known to follow faces per hour, not per deployment."""
    return int(rows["hours"].notna().sum()) >= max(LEAST_COUNTS, LEAST_HOURS_SHARE * len(rows))


def _iso(day: float) -> str:
    return str(np.datetime64(int(day), "D"))


# --- breaks -----------------------------------------------------------------------------


def _settle(record: Record, counts: DailyCounts) -> tuple[LevelPath, list[_Window]]:
    """Find sure breaks; bar the weaker end of a span too short to be one, and look again."""
    while True:
        path = follow_level(record)
        windows = _sure(record, path)
        weakest = _too_short(windows, counts)
        if weakest is None:
            return path, windows
        record = record.without_breaks(weakest.days(len(counts.days)))


def _windows(shares: NDArray[np.float64]) -> list[_Window]:
    """Gather the days over which the probability of each likely break is spread."""
    left = shares.copy()
    windows = []
    while left.max() > _FAINT:
        peak = int(left.argmax())
        start, end = _widened(left, peak)
        if left[start:end].sum() >= _LIKELY:
            windows.append(_Window(start, end, peak))
        left[start:end] = 0.0
    return windows


def _sure(record: Record, path: LevelPath) -> list[_Window]:
    """Weigh likely breaks one by one; return the sure ones in order of time."""
    sure = []
    for window in _windows(path.break_share):
        without = min(log_loss(record, path, window.start, window.end), -_TINY)
        share = float(-np.expm1(without))
        prior = record.prior_share(window.days(len(record.hazard)))
        bayes = math.log(share) - without - math.log(prior / (1 - prior))
        if share >= SURE:
            sure.append(replace(window, share=share, bayes=bayes))
    return sorted(sure, key=lambda window: window.start)


def _widened(shares: NDArray[np.float64], peak: int) -> tuple[int, int]:
    """Widen a window about a day, likelier side first, until it holds one whole break."""
    start, end = peak, peak + 1
    while True:
        before = shares[start - 1] if start > 0 else 0.0
        after = shares[end] if end < len(shares) else 0.0
        more = max(before, after)
        if more < _FAINT or shares[start:end].sum() + more > _WHOLE:
            return start, end
        start, end = (start - 1, end) if before >= after else (start, end + 1)


def _too_short(windows: Sequence[_Window], counts: DailyCounts) -> _Window | None:
    """Return the weaker of the breaks about the first span that is too short."""
    edges = [0, *(window.peak for window in windows), len(counts.days)]
    for number, (first, last) in enumerate(pairwise(edges)):
        held = _held(counts, first, last)
        about = windows[max(number - 1, 0) : number + 1]
        if about and (held < LEAST_COUNTS or last - first < LEAST_DAYS):
            return min(about, key=lambda window: window.share)
    return None


def _lines(
    counts: DailyCounts, path: LevelPath, windows: Sequence[_Window]
) -> list[tuple[object, ...]]:
    """Return the columns but the force of each break."""
    edges = [0, *(window.peak for window in windows), len(counts.days)]
    held = [_held(counts, first, last) for first, last in pairwise(edges)]
    lines = []
    for number, window in enumerate(windows):
        low, high = _interval(path.break_share, window)
        step = path.level[window.end - 1] - path.level[window.start - 1]
        dates = [_iso(counts.days[day]) for day in (window.peak, window.peak - 1, low, high)]
        mixed = path.mixed_share[window.peak : edges[number + 2]].max()
        told = (window.share, window.bayes, held[number], held[number + 1], mixed)
        lines.append((*dates[:2], step, *dates[2:], *told))
    return lines


def _held(counts: DailyCounts, first: int, last: int) -> int:
    """Return how many counts lie on some days, the last left out."""
    return int(((counts.owner >= first) & (counts.owner < last)).sum())


def _interval(shares: NDArray[np.float64], window: _Window) -> tuple[int, int]:
    """Return the first and last day of the shortest run that holds most of a window."""
    own = shares[window.start : window.end]
    sums = np.concatenate([[0.0], np.cumsum(own)])
    wanted = _CERTAIN * sums[-1] - 1e-12
    runs = [
        (last - first, first, last)
        for first in range(len(own))
        for last in range(first + 1, len(own) + 1)
        if sums[last] - sums[first] >= wanted
    ]
    _, first, last = min(runs)
    return window.start + first, window.start + last - 1


# --- eras -------------------------------------------------------------------------------


def _eras_of(known: pd.DataFrame, force: str) -> list[tuple[str, str, str | None, str]]:
    """Return name, first and last date and label of each era of a force."""
    rows = _counted(known, force)
    if len(rows) < LEAST_COUNTS:
        return []
    firsts = [_iso(rows["day"].min()), *detect_breaks(known, force=force)["first_date"]]
    with_hours = rows["hours"].notna()
    if _has_hours(rows):
        began = _iso(rows["day"][with_hours].min())
        firsts += [began] if began > firsts[0] else []
    firsts = sorted(set(firsts))
    lasts = [_day_before(first) for first in firsts[1:]]
    slug = "-".join(force.lower().split())
    return [
        (f"{slug}-{first}", first, last, f"{first} to {last}" if last else f"since {first}")
        for first, last in zip(firsts, [*lasts, None], strict=True)
    ]


def _day_before(date: str) -> str:
    return str(np.datetime64(date, "D") - 1)
