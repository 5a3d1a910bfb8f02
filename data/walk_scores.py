"""Score lines and weeks, each counter or borough predicted from all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.passage_fit import (
    LEVEL_ONLY,
    SCORES,
    Slope,
    each_from_others,
    fit_line,
    hour_noise,
    levels_of,
    log_ratios,
    pooled,
    score,
    typical_week,
)
from geo.passages import BASE_HOURS, HOURS_PER_WEEK, hours_of_week
from geo.prediction import Student
from geo.student_sums import sum_of_students

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geo.passage_fit import Scale

    Floats = NDArray[np.float64]

OTHER_TOWN = "the other town's geometric mean"

DECIMALS = 3
"""Decimals kept of a score: more would be noise, and differ between machines."""

WAKING_HOURS = hours_of_week(range(5), 7, 22)

Row = dict[str, str | float]


def score_cameras(
    basis: str, x: Floats, y: Floats, *, slopes: Mapping[str, Slope]
) -> Iterator[Row]:
    """
    Score lines on cameras, each predicted from the others.

    Parameters
    ----------
    basis
        What ``x`` is, for the rows.
    x, y
        Log basis and log passages per hour of each camera.
    slopes
        The lines to score: a name, and the slope expected.

    Yields
    ------
    row
        ``what``, ``model`` and the figures of `geo.passage_fit.SCORES`.
    """
    for name, expected in slopes.items():
        yield _row(basis, name, _scored(each_from_others(x, y, expected), x, y, expected))


def score_boroughs(
    basis: str,
    x: Floats,
    y: Floats,
    boroughs: pd.Series,
    *,
    slopes: Mapping[str, Slope],
) -> Iterator[Row]:
    """
    Score lines on stations, those of each borough predicted from all other boroughs.

    Parameters
    ----------
    basis, x, y, slopes
        As for `score_cameras`.
    boroughs
        The borough of each station.

    Yields
    ------
    row
        As of `score_cameras`.
    """
    for name, expected in slopes.items():
        predictions = dict.fromkeys(range(len(x)), Student(0.0, 1.0, 2.0))
        for borough in sorted(set(boroughs)):
            inside = (boroughs == borough).to_numpy()
            line = fit_line(x[~inside], y[~inside], expected)
            predictions |= {i: line.at(float(x[i])) for i in np.flatnonzero(inside).tolist()}
        yield _row(basis, name, _scored(list(predictions.values()), x, y, expected))


def score_carried(what: str, own: Floats, other: Floats, *, street: Scale, towns: Scale) -> Row:
    """
    Score one town's counters, all predicted from the level of another town.

    Parameters
    ----------
    what
        Name of the row.
    own, other
        Log levels of the town predicted, and of the town that predicts.
    street, towns
        Spread of streets about their town's level, and of towns about each other.

    Returns
    -------
    row
        As of `score_cameras`.
    """
    parts = np.array([[street.log_sd**2 * (1 + 1 / len(other))], [towns.log_sd**2]])
    scale, freedom = sum_of_students(parts, np.array([street.freedom, towns.freedom]))
    one = Student(float(other.mean()), float(scale[0]), float(freedom[0]))
    return _row(what, OTHER_TOWN, score([one] * len(own), own))


def score_shipped(
    basis: str, x: Floats, y: Floats, slope: Slope, *, towns: Mapping[str, Floats]
) -> Row:
    """
    Score the line and the spread of streets that are shipped, each camera from the others.

    Parameters
    ----------
    basis, x, y
        As for `score_cameras`.
    slope
        That of the line, and how well it is known.
    towns
        Log levels of the other towns' counters, which widen the spread.

    Returns
    -------
    row
        As of `score_cameras`; the intervals leave out other towns, years and single hours.
    """
    predictions = []
    for i in range(len(x)):
        others = np.arange(len(x)) != i
        line = fit_line(x[others], y[others], Slope(slope.value, 0.0))
        street = pooled([y[others], *towns.values()])
        wide = replace(line, slope_sd=slope.sd, log_sd=street.log_sd, freedom=street.freedom)
        predictions.append(wide.at(float(x[i])))
    return _row(basis, "as shipped, streets' spread", _scored(predictions, x, y, slope))


def score_hours(what: str, counts: pd.DataFrame, weeks: Mapping[str, pd.DataFrame]) -> Row:
    """
    Score single hours of a town's counters, each counter predicted from the others.

    Parameters
    ----------
    what
        The town, a key of ``weeks``.
    counts
        Its counts: ``counter``, ``hour_of_week``, ``passages``.
    weeks
        Counters' weeks by town.

    Returns
    -------
    row
        As of `score_cameras`, over every hour counted at `BASE_HOURS`: the level of the other
        counters, the week of all others, and the spread of streets, weeks and single hours.
    """
    own = weeks[what]
    rest = {name: table for name, table in weeks.items() if name != what}
    predictions: list[Student] = []
    observed = []
    for counter in own.index:
        others = own.drop(index=counter)
        logs = np.log(levels_of(others).to_numpy())
        week = typical_week({**rest, what: others})
        street = pooled([logs, *(np.log(levels_of(t).to_numpy()) for t in rest.values())])
        noise = hour_noise(counts[counts["counter"] != counter])
        hours = counts[counts["counter"].eq(counter) & counts["hour_of_week"].isin(BASE_HOURS)]
        hours = hours[hours["passages"] > 0]
        spread = street.log_sd**2 * (1 + 1 / len(logs)) + noise**2
        at = {
            hour: Student(
                float(logs.mean() + np.log(week.ratios[hour])),
                float(np.sqrt(spread + week.log_sds[hour] ** 2)),
                street.freedom,
            )
            for hour in BASE_HOURS
        }
        predictions += [at[hour] for hour in hours["hour_of_week"]]
        observed.append(np.log(hours["passages"].to_numpy()))
    name = f"{what}, single hours"
    return _row(
        name, "the others' level and week", score(predictions, np.concatenate(observed))
    )


def _scored(predictions: list[Student], x: Floats, y: Floats, slope: Slope) -> dict[str, float]:
    return score(predictions, y, basis=None if slope == LEVEL_ONLY else x)


def _row(what: str, model: str, figures: dict[str, float]) -> Row:
    rounded = {name: round(figures[name], DECIMALS) + 0.0 for name in SCORES}
    return {"what": what, "model": model, **rounded}


def score_weeks(weeks: Mapping[str, pd.DataFrame]) -> Iterator[Row]:
    """
    Score the typical week on each counter, by the mean absolute error of log ratios.

    Parameters
    ----------
    weeks
        Counters' weeks by town, as of `geo.passage_fit.week_of`.

    Yields
    ------
    row
        ``what``: the town scored; ``model``: whose week predicts; ``base_error``,
        ``waking_error`` and ``week_error`` over weekdays 10 to 17, weekdays 7 to 22 and all
        hours. ``all hours alike`` predicts that every hour has the same passages.
    """
    for town, own in weeks.items():
        others = {name: table for name, table in weeks.items() if name != town}
        logs = log_ratios(own)
        alike = np.zeros_like(logs)
        carried = np.tile(np.log(typical_week(others).ratios), (len(own), 1))
        both = [
            np.log(typical_week({**others, town: own.drop(index=counter)}).ratios)
            for counter in own.index
        ]
        at_home = [
            np.log(typical_week({town: own.drop(index=counter)}).ratios)
            for counter in own.index
        ]
        models = {
            "all hours alike": alike,
            "the other town's week": carried,
            "both towns' week, the counter left out": np.array(both),
            "its own town's week, the counter left out": np.array(at_home),
        }
        for model, predicted in models.items():
            yield {"what": town, "model": model, **_errors(np.abs(logs - predicted))}


def _errors(errors: Floats) -> dict[str, float]:
    return {
        "base_error": float(errors[:, list(BASE_HOURS)].mean()),
        "waking_error": float(errors[:, list(WAKING_HOURS)].mean()),
        "week_error": float(errors[:, :HOURS_PER_WEEK].mean()),
    }


def period_row(town: str, period: str, weeks: pd.DataFrame, used: pd.DataFrame) -> Row:
    """
    Say how another period differs from the one used.

    Parameters
    ----------
    town, period
        Which, for the row.
    weeks, used
        Counters' weeks of the period, and of the one used.

    Returns
    -------
    row
        ``counters``; ``level_per_h``, geometric mean of their levels; ``street_log_sd``; and
        ``week_difference``, mean absolute difference of the town's log ratios from those of
        the period used, over weekdays 7 to 22.
    """
    levels = np.log(levels_of(weeks).to_numpy())
    ours, theirs = (log_ratios(table).mean(axis=0) for table in (weeks, used))
    return {
        "town": town,
        "period": period,
        "counters": float(len(levels)),
        "level_per_h": float(np.exp(levels.mean())),
        "street_log_sd": float(levels.std(ddof=1)),
        "week_difference": float(np.abs(ours - theirs)[list(WAKING_HOURS)].mean()),
    }
