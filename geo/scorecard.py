"""Score predictions of faces against the counts that came."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from geo.breaks import known_eras
from geo.checks import require_columns
from geo.eras import assign_eras
from geo.exposure import NEEDED, predict_all, with_record
from geo.forecast_ways import (
    TRAILING,
    Count,
    Widened,
    by_era_rate,
    by_level,
    by_site_mean,
    by_trailing_rate,
    each_fold,
    each_month,
)
from geo.levels import known_floats, observe
from geo.score_lines import COLUMNS, Scored, score_line
from geo.site_columns import COVARIATES, SPOTS
from geo.site_ways import MOST_LEARNT, BySites
from geo.tracks import month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.forecast_ways import Forecast, Regroup, Way

    Told = tuple[Count, dict[str, Forecast]]

LEAVE_ONE_OUT = "Each count from all others"
ROLLING = "Each month from the months before"
UNSEEN = "Each place from all other places"
KNOWN_THEN = "Each month from the months before, by the eras known then"
FIRST_MONTH, LATER_MONTHS = "the first month of the last era", "its later months"
"""Splits: which counts are predicted from which; and the parts of the last of them."""

LEVEL = "Level of the day, as on the map"
TRAILING_RATE = f"Baseline: the last {TRAILING} rates of the era"
ERA_RATE = "Baseline: all rates of the era"
SITE_MEAN = "Baseline: earlier rates of the place"
MODEL = "Hierarchical model: places and surroundings"
MODEL_PLAIN = "Hierarchical model: places alone"
"""Ways to predict."""

MOST_MONTHS = 24
"""Latest months scored by the months before: a model takes a second or so for each."""

LEAST_PLACED = 40
"""Fewest counts of known place from which a model of places can be judged, and is asked."""

NEEDED_GAIN = 0.1
"""Share by which a model's CRPS must lie below the trailing rate's to be used in its stead."""


def score_exposure(
    deployments: pd.DataFrame, eras: pd.DataFrame, *, record: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Score the ways to expect faces on every count known.

    Parameters
    ----------
    deployments, eras, record
        As for `geo.exposure.estimate_exposure`, with ``place_published`` besides; the counts
        of the record are scored like the others.

    Returns
    -------
    scorecard
        The columns `geo.score_lines.COLUMNS`. ``split`` says which counts were predicted from
        which, ``name`` how, and ``rows`` are the counts scored; ``mape`` and
        ``median_ape`` the mean and median absolute error of the predictive median as
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
    The lines of one split score one and the same set of counts, but for the first, which has
    a line for each era. By month the last `MOST_MONTHS` are scored, by place the last
    `geo.site_ways.MOST_LEARNT` counts, which is also what a model learns from. By month each
    count is predicted by what was known at the end of the month before, from at least three
    counts. Under `ROLLING` the eras are the reviewed ones, drawn with hindsight; under
    `KNOWN_THEN` they are what `geo.breaks.known_eras` finds in the earlier months alone, from
    the first month of a force's last era on, and that month, which learns from the counts
    before the break, is told apart.

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
    counts = _counts(together, eras)
    lines = [
        *_leave_one_out(together, eras),
        *_rolling(counts, together),
        *_unseen(counts, together),
        *_known_then(counts, together, eras),
    ]
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _leave_one_out(together: pd.DataFrame, eras: pd.DataFrame) -> list[tuple[object, ...]]:
    """Score every count by all the others, over all eras and within each."""
    pieces = predict_all(together, eras)
    faces = known_floats(together["faces_seen"])
    every, by_era = Scored(), {era: Scored() for era in eras["era"]}
    for piece, count in zip(pieces, faces, strict=True):
        if not count or not piece.parts:
            continue
        every.add(piece.mixture, math.log(count), piece.widening)
        if piece.era in by_era:
            by_era[piece.era].add(piece.mixture, math.log(count), piece.widening)
    labels = eras["label"] if "label" in eras else eras["era"]
    lines = [score_line(LEAVE_ONE_OUT, LEVEL, every)]
    for era, label in zip(eras["era"], labels, strict=True):
        if by_era[era].mixtures:
            lines.append(score_line(LEAVE_ONE_OUT, f"{LEVEL}: {label}", by_era[era]))
    return lines


def _counts(together: pd.DataFrame, eras: pd.DataFrame) -> list[Count]:
    """Return the counts of known month, in order of time and then of place."""
    status = together["status"] if "status" in together else [""] * len(together)
    columns = (
        together["force"],
        together["date"],
        assign_eras(together, eras),
        together["place_published"].fillna(""),
        known_floats(together["duration_h"]),
        known_floats(together["faces_seen"]),
        status,
    )
    counts = []
    for row, (force, date, era, place, hours, faces, state) in enumerate(
        zip(*columns, strict=True)
    ):
        seen = observe(faces, hours)
        if seen is None or len(date) < len("2024-07") or state == "aborted":
            continue
        log_hours = seen.log_hours or 0.0
        group = (force, era if isinstance(era, str) else "", seen.log_hours is not None)
        rate = seen.log_faces - log_hours
        counts.append(
            Count(row, date, month_of(date), group, place.casefold(), log_hours, rate)
        )
    return sorted(counts, key=_in_order)


def _in_order(count: Count) -> tuple[object, ...]:
    return (count.date, count.group, count.place, count.log_hours, count.rate)


def _gather(
    told: Sequence[tuple[Count, dict[str, Forecast]]], names: Sequence[str]
) -> dict[str, Scored]:
    """Put what each way expected beside what came."""
    gathered = {name: Scored() for name in names}
    for count, forecasts in told:
        for name in names:
            forecast = forecasts[name]
            gathered[name].add(forecast.mixture, count.log_faces, forecast.widening)
    return gathered


def _models(together: pd.DataFrame, *, plain: bool) -> dict[str, Way]:
    """Return the hierarchical model where places are known, perhaps also of places alone."""
    if not set(SPOTS) <= set(together.columns):
        return {}
    placed = together["x_m"].notna() & together["faces_seen"].notna()
    if placed.sum() < LEAST_PLACED:
        return {}
    covariates = [name for name in COVARIATES if name in together.columns]
    models: dict[str, Way] = {MODEL: BySites(together, covariates)}
    return {**models, MODEL_PLAIN: BySites(together, ())} if plain else models


def _rolling(counts: Sequence[Count], together: pd.DataFrame) -> list[tuple[object, ...]]:
    """Score every month by the months before, in the reviewed eras."""
    simple: dict[str, Way] = {
        LEVEL: Widened(by_level),
        TRAILING_RATE: by_trailing_rate,
        ERA_RATE: by_era_rate,
        SITE_MEAN: by_site_mean,
    }
    told = _latest(each_month(counts, simple))
    both = _with_models(told, counts, _models(together, plain=True))
    gathered = _gather(both, list(both[0][1]) if both else list(simple))
    return [score_line(ROLLING, name, scored) for name, scored in gathered.items()]


def _latest(told: list[Told]) -> list[Told]:
    """Keep what was expected of the last months, of which a model is asked too."""
    months = sorted({count.date[:7] for count, _ in told})[-MOST_MONTHS:]
    return [pair for pair in told if pair[0].date[:7] in months]


def _with_models(
    told: list[Told],
    counts: Sequence[Count],
    models: dict[str, Way],
    regroup: Regroup | None = None,
) -> list[Told]:
    """Ask models for the same counts, in the same order."""
    if not told or not models:
        return told
    since = told[0][0].date[:7]
    more = each_month(counts, models, regroup=regroup, since=since)
    return [
        (count, {**forecasts, **own})
        for (count, forecasts), (_, own) in zip(told, more, strict=True)
    ]


def _unseen(counts: Sequence[Count], together: pd.DataFrame) -> list[tuple[object, ...]]:
    """Score every place by the other places, a fold of places at a time."""
    ways: dict[str, Way] = {
        LEVEL: by_level,
        ERA_RATE: by_era_rate,
        **_models(together, plain=False),
    }
    gathered = _gather(each_fold(counts[-MOST_LEARNT:], ways), list(ways))
    return [score_line(UNSEEN, name, scored) for name, scored in gathered.items()]


def _known_then(
    counts: Sequence[Count], together: pd.DataFrame, eras: pd.DataFrame
) -> list[tuple[object, ...]]:
    """Score the months of each force's last era by the eras known when they began."""
    counted = {count.group[0] for count in counts}
    own = eras[eras["force"].isin(counted)]
    began = own.groupby("force")["first_date"].max().to_dict()
    since = min(began.values(), default="9")[:7]
    # As many months again as are scored teach how far intervals are widened.
    learnt = sorted({count.date[:7] for count in counts})[-2 * MOST_MONTHS :]
    months = [month for month in learnt if month >= since]
    known = {month: known_eras(together, as_of=f"{month}-01") for month in months}

    def regroup(
        before: Sequence[Count], now: Sequence[Count]
    ) -> tuple[list[Count], list[Count]]:
        month = now[0].date[:7]
        if month not in known:
            known[month] = known_eras(together, as_of=f"{month}-01")
        return _in_eras(before, known[month]), _in_eras(now, known[month])

    simple: dict[str, Way] = {
        LEVEL: Widened(by_level),
        TRAILING_RATE: by_trailing_rate,
        ERA_RATE: by_era_rate,
    }
    models = _models(together, plain=False)
    # The widening of intervals learns from months before, none before the eras known then.
    early = min([since, *(_last_begun(known[month]) for month in months)])
    early = max([early, *learnt[:1]])
    every = each_month(counts, simple, regroup=regroup, since=early)
    told = _latest([pair for pair in every if pair[0].date[:7] >= since])
    both = _with_models(told, counts, models, regroup)
    lines = []
    for part, first in ((FIRST_MONTH, True), (LATER_MONTHS, False)):
        pairs = [
            pair
            for pair in both
            if pair[0].group[0] in began
            and pair[0].date >= began[pair[0].group[0]]
            and (pair[0].date[:7] == began[pair[0].group[0]][:7]) == first
        ]
        split = f"{KNOWN_THEN}: {part}"
        gathered = _gather(pairs, [*simple, *models])
        lines += [score_line(split, name, scored) for name, scored in gathered.items()]
    return lines


def _last_begun(known: pd.DataFrame) -> str:
    """Return the first month in which a force's last era known had begun."""
    return min(known.groupby("force")["first_date"].max(), default="9")[:7]


def _in_eras(counts: Sequence[Count], known: pd.DataFrame) -> list[Count]:
    """Put each count into the last era known that had begun by its day."""
    firsts: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for force, first, era in zip(
        known["force"], known["first_date"], known["era"], strict=True
    ):
        firsts[force].append(first)
        names[force].append(era)
    placed = []
    for count in counts:
        force, _, with_hours = count.group
        begun = bisect_right(firsts[force], count.date)
        era = names[force][begun - 1] if begun else ""
        placed.append(count._replace(group=(force, era, with_hours)))
    return placed
