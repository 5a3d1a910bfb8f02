"""Score predictions of faces against the counts that came."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.arithmetic import SHARES
from geo.checks import require_columns
from geo.eras import assign_eras
from geo.exposure import NEEDED, predict_all, with_record
from geo.levels import known_floats, observe
from geo.moments import ENOUGH, Moments
from geo.prediction import Mixture, Student, quantiles, scores

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "name",
    "rows",
    "mape_share",
    "median_ape_share",
    "log_bias",
    "crps",
    "coverage80_share",
    "coverage90_share",
)
"""Columns of the scorecard, in order."""

TRAILING = 30
"""Rows behind the trailing rate: about two months of the record of 2024."""

LEAVE_ONE_OUT = "Model, each deployment from all others"
ROLLING = "Model, each month from the months before"
TRAILING_RATE = f"Baseline, each month from the last {TRAILING} rates of the era"
SITE_MEAN = "Baseline, each month from the place's own earlier rates"
"""Names of the lines every scorecard has."""


_DECIMALS = 4
"""Decimals kept: more would be noise, and differ between machines."""


class _Count(NamedTuple):
    """One count to predict: `place` and `group` say what it may be compared with."""

    month: str
    group: tuple[str, str, bool]
    place: str
    log_hours: float
    rate: float


class _Scored(NamedTuple):
    """Predictions of log faces and what came of them."""

    mixtures: list[Mixture]
    observed: list[float]


def score_exposure(
    deployments: pd.DataFrame, eras: pd.DataFrame, *, record: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Score the model of exposure, and two baselines, on every count known.

    Parameters
    ----------
    deployments, eras, record
        As for `geo.exposure.estimate_exposure`, with ``place_published`` besides; the counts
        of the record are scored like the others.

    Returns
    -------
    scorecard
        The columns `COLUMNS`. ``rows`` are the counts scored; ``mape_share`` and
        ``median_ape_share`` the mean and median absolute error of the predictive median as
        a share of the count; ``log_bias`` the mean of log expected less log counted;
        ``crps`` the mean continuous ranked probability score of log faces;
        ``coverage80_share`` and ``coverage90_share`` the shares of counts inside the
        intervals. Null scores where no count can be scored.

    Raises
    ------
    MissingColumnError
        If a frame lacks a column.

    Notes
    -----
    The three lines by month score one and the same set of counts by what was known at the
    end of the month before, within one era and from at least three counts. The eras
    themselves were drawn with hindsight, so the weeks after a break were harder than these
    lines tell. A place without an earlier count in its era gets the trailing rate.

    That the log bias is 0 where each is predicted from all others says nothing: means do
    that by construction.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"], "label": ["all"],
    ...     "first_date": ["2023-01-01"], "last_date": [None]})
    >>> rows = pd.DataFrame({"force": "F", "date": "2023-05-06", "duration_h": 2.0,
    ...     "faces_seen": [100, 200, 400, 800], "place_published": "Camden"})
    >>> score_exposure(rows, eras)[["rows", "log_bias"]].round(2).head(1)
       rows  log_bias
    0     4       0.0
    """
    require_columns(deployments, NEEDED | {"place_published"}, name="deployments")
    together = with_record(deployments, record)
    lines = _leave_one_out(together, eras)
    by_month = _by_month(_counts(together, eras))
    lines += [_line(name, scored) for name, scored in by_month.items()]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _line(name: str, scored: _Scored) -> tuple[object, ...]:
    """Reduce predictions to one line of the scorecard."""
    if not scored.mixtures:
        return (name, 0, *[math.nan] * 6)
    observed = np.array(scored.observed)
    median, lo80, hi80, lo90, hi90 = quantiles(scored.mixtures, SHARES).T
    error = np.abs(np.expm1(median - observed))
    figures = (
        error.mean(),
        np.median(error),
        (median - observed).mean(),
        scores(scored.mixtures, observed).mean(),
        ((lo80 <= observed) & (observed <= hi80)).mean(),
        ((lo90 <= observed) & (observed <= hi90)).mean(),
    )
    return (name, len(observed), *[round(float(figure), _DECIMALS) + 0.0 for figure in figures])


def _leave_one_out(together: pd.DataFrame, eras: pd.DataFrame) -> list[tuple[object, ...]]:
    """Score every count by all the others, over all eras and within each."""
    pieces = predict_all(together, eras)
    faces = known_floats(together["faces_seen"])
    found = [
        (piece.era, piece.mixture, math.log(count))
        for piece, count in zip(pieces, faces, strict=True)
        if count and piece.parts
    ]
    labels = eras["label"] if "label" in eras else eras["era"]
    lines = [_line(LEAVE_ONE_OUT, _Scored([f[1] for f in found], [f[2] for f in found]))]
    for era, label in zip(eras["era"], labels, strict=True):
        own = [f for f in found if f[0] == era]
        if own:
            scored = _Scored([f[1] for f in own], [f[2] for f in own])
            lines.append(_line(f"{LEAVE_ONE_OUT}: {label}", scored))
    return lines


def _counts(together: pd.DataFrame, eras: pd.DataFrame) -> list[_Count]:
    """Return the counts of known month, in order of time and then of place."""
    ran = together[together["status"] != "aborted"] if "status" in together else together
    columns = (
        ran["force"],
        ran["date"],
        assign_eras(ran, eras),
        ran["place_published"].fillna(""),
        known_floats(ran["duration_h"]),
        known_floats(ran["faces_seen"]),
    )
    counts = []
    for force, date, era, place, hours, faces in zip(*columns, strict=True):
        seen = observe(faces, hours)
        if seen is None or len(date) < len("2024-07"):
            continue
        log_hours = seen.log_hours or 0.0
        group = (force, era if isinstance(era, str) else "", seen.log_hours is not None)
        rate = seen.log_faces - log_hours
        counts.append((date, _Count(date[:7], group, place.casefold(), log_hours, rate)))
    return [count for _, count in sorted(counts)]


def _by_month(counts: Sequence[_Count]) -> dict[str, _Scored]:
    """Predict each month's counts from the months before, in three ways."""
    lines = {name: _Scored([], []) for name in (ROLLING, TRAILING_RATE, SITE_MEAN)}
    for _, months in groupby(sorted(counts, key=_group_and_month), key=lambda c: c.group):
        before: list[_Count] = []
        for _, own in groupby(months, key=lambda c: c.month):
            now = list(own)
            level = Moments.of(c.rate for c in before)
            if level.n >= ENOUGH:
                for name, mixtures in _three_ways(now, before, level).items():
                    lines[name].mixtures.extend(mixtures)
                    lines[name].observed.extend(c.rate + c.log_hours for c in now)
            before += now
    return lines


def _group_and_month(count: _Count) -> tuple[tuple[str, str, bool], str]:
    """Sort by group and month only: within a month the order of days and rows stays."""
    return count.group, count.month


def _three_ways(
    now: list[_Count], before: list[_Count], level: Moments
) -> dict[str, list[Mixture]]:
    """Predict one month from its group's earlier counts: the model and both baselines."""
    recent = Moments.of(c.rate for c in before[-TRAILING:])
    rates: dict[str, list[float]] = {}
    for count in before:
        rates.setdefault(count.place, []).append(count.rate)
    sites = {place: Moments.of(own) for place, own in rates.items()}
    lines: dict[str, list[Mixture]] = {ROLLING: [], TRAILING_RATE: [], SITE_MEAN: []}
    for count in now:
        lines[ROLLING].append(_predict(count, level, level))
        lines[TRAILING_RATE].append(_predict(count, recent, recent))
        site = sites.get(count.place)
        # One place's few counts tell its mean, not its spread: that is the era's.
        lines[SITE_MEAN].append(
            _predict(count, site, level) if site else _predict(count, recent, recent)
        )
    return lines


def _predict(count: _Count, about: Moments, spread: Moments) -> Mixture:
    """Predict a count about a mean, with the spread of perhaps other counts."""
    variance = spread.spread**2 * (1 + 1 / about.n)
    centre = about.mean + count.log_hours
    return (Student(centre, math.sqrt(variance), float(spread.n - 1)),)
