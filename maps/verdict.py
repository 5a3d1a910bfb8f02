"""What the scorecard amounts to, and what no interval covers, in words."""

from __future__ import annotations

from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING

from geo.forecast_ways import TRAILING
from geo.scorecard import (
    ERA_RATE,
    FIRST_MONTH,
    KNOWN_THEN,
    LATER_MONTHS,
    LEVEL,
    MODEL,
    NEEDED_GAIN,
    ROLLING,
    SITE_MEAN,
    TRAILING_RATE,
)
from maps import words
from maps.notes import LEAST_RATES, rates_by_era

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from maps.rows import Row

SPOKEN = {
    LEVEL: "the level of the day",
    TRAILING_RATE: f"the mean of the last {TRAILING} rates of the era",
    ERA_RATE: "the mean of all rates of the era",
    SITE_MEAN: "the mean of the earlier rates of the place",
}
"""The lines of the scorecard that need no model, as prose names them."""

_BY_THEN = "from the months before, by the eras known then"

_STRICTEST = f"{KNOWN_THEN}: {LATER_MONTHS}"
"""The split that knows least."""

_LATER = "the later months of the last era"

CAPTIONS = {
    f"{KNOWN_THEN}: {FIRST_MONTH}": f"The first month of the last era, {_BY_THEN}",
    _STRICTEST: f"The strictest test: {_LATER}, {_BY_THEN}",
}
"""Splits that need other words above a table than in the file."""

_LEAST_GAP = 0.005
"""Share of a score below which two scores are called equal."""


def verdict(scores: Sequence[Row]) -> list[str]:
    """
    Say which way to predict scored best, and why the level of the day is shown.

    Parameters
    ----------
    scores
        Lines of the scorecard.

    Returns
    -------
    paragraphs
        On the simple ways, and on the model where one was scored; empty where the lines by
        month scored nothing.

    Examples
    --------
    >>> line = {"split": ROLLING, "rows": 50, "crps": 0.2}
    >>> line |= {"coverage80_share": 0.8, "coverage90_share": 0.9}
    >>> scores = [{"name": LEVEL, **line}, {"name": SITE_MEAN, **line, "crps": 0.25}]
    >>> verdict(scores)[0].split(", ")[1][:41]
    'the level of the day has the lowest CRPS '
    """
    lines, then = (
        {s["name"]: s for s in scores if s["split"] == split and s["crps"] is not None}
        for split in (ROLLING, _STRICTEST)
    )
    rivals = [line for name, line in lines.items() if name in SPOKEN and name != LEVEL]
    if LEVEL not in lines or not rivals:
        return []
    held = _held_against(lines[LEVEL], min(rivals, key=lambda line: line["crps"]))
    paragraphs = [f"{held} {_strictest(then)}", _models(lines, then)]
    return [text.strip().replace("%", " %") for text in paragraphs if text]


def _held_against(own: Row, rival: Row) -> str:
    """Say how the level shown scored beside the best of the simpler ways."""
    name = SPOKEN[rival["name"]]
    start = "Of the simple ways to predict each month from the months before,"
    gap = (own["crps"] - rival["crps"]) / own["crps"]
    if gap < _LEAST_GAP:
        lead = (rival["crps"] - own["crps"]) / rival["crps"]
        how = f"{lead:.0%} below" if lead >= _LEAST_GAP else "as good as equal to"
        return (
            f"{start} {SPOKEN[LEVEL]} has the lowest CRPS ({own['crps']:.3f}; {how} that of "
            f"{name}). Its 80 and 90% intervals held {_held(own)} of the {_counts(own)}."
        )
    return (
        f"{start} {name} has the lowest CRPS: {rival['crps']:.3f}, which is {gap:.0%} below "
        f"that of {SPOKEN[LEVEL]} ({own['crps']:.3f}). {_choice(own, rival)}"
    )


def _strictest(then: Mapping[str, Row]) -> str:
    """Say how the simple ways did where least was known, whoever did best there."""
    if LEVEL not in then or TRAILING_RATE not in then:
        return ""
    own, mean = then[LEVEL], then[TRAILING_RATE]
    return (
        f"In the strictest test, on the {_counts(own)} of {_LATER} by the eras known then, "
        f"{SPOKEN[LEVEL]} scored {own['crps']:.3f} and {SPOKEN[TRAILING_RATE]} "
        f"{mean['crps']:.3f}; the intervals held {_held(own)}."
    )


def _models(lines: Mapping[str, Row], then: Mapping[str, Row]) -> str:
    """Say what a model of places gained over the trailing rate, and whether it is used."""
    base, model = lines.get(TRAILING_RATE), lines.get(MODEL)
    if base is None or model is None:
        return ""
    text = (
        "A hierarchical model that also knows each place, what surrounds it and the day scored "
        f"{model['crps']:.3f}, {_beside(model, base)} {SPOKEN[TRAILING_RATE]} "
        f"({base['crps']:.3f}), on months that include some of those its settings were chosen "
        "on, which flatters it."
    )
    gains = [1 - model["crps"] / base["crps"]]
    if TRAILING_RATE in then and MODEL in then:
        strict, own = then[TRAILING_RATE], then[MODEL]
        gains.append(1 - own["crps"] / strict["crps"])
        text += (
            f" In the strictest test it scored {own['crps']:.3f}, {_beside(own, strict)} that "
            f"mean ({strict['crps']:.3f})."
        )
    if min(gains) < NEEDED_GAIN:
        return (
            f"{text} To be used it would have to lie {NEEDED_GAIN:.0%} below: it is not used."
        )
    return (
        f"{text} That is the {NEEDED_GAIN:.0%} asked of it: on these records it would be the "
        "better estimate."
    )


def _counts(line: Row) -> str:
    return words.plural(line["rows"], "count")


def _beside(score: Row, other: Row) -> str:
    gap = 1 - score["crps"] / other["crps"]
    return f"{abs(gap):.0%} {'below' if gap >= 0 else 'above'}"


def _choice(own: Row, rival: Row) -> str:
    """Say how the intervals of the level shown compare with those of a sharper rival."""
    held = f"{_held(own)} of the counts, against {_held(rival)}"
    if _miss(own) < _miss(rival):
        return (
            "Every estimate here is made from the level of the day all the same, since its "
            "intervals come nearer to what they say: its 80 and 90% intervals held "
            f"{held}."
        )
    return (
        "Every estimate here is still made from the level of the day, although its 80 and 90% "
        f"intervals come no nearer to what they say either: they held {held}. On these records "
        "the baseline would be the better estimate."
    )


def _held(line: Row) -> str:
    return f"{line['coverage80_share']:.0%} and {line['coverage90_share']:.0%}"


def _miss(line: Row) -> float:
    """Return how far the shares inside both intervals are from what they should be."""
    return float(abs(line["coverage80_share"] - 0.8) + abs(line["coverage90_share"] - 0.9))


def not_covered(rows: Sequence[Row], eras: Sequence[Row]) -> str:
    """
    Say what the intervals leave out: breaks and drift, as large as they have been so far.

    Parameters
    ----------
    rows
        Deployments with ``force``, ``date``, ``counting_era``, ``faces_seen`` and
        ``duration_h``.
    eras
        The counting eras.

    Examples
    --------
    >>> not_covered([], [])[:61]
    'No interval here covers a change in how a force counts. For a'
    """
    known = [pair for pair in rates_by_era(rows, eras) if len(pair[1]) >= LEAST_RATES]
    breaks = [
        _factor([median(before), median(after)])
        for _, own in groupby(known, key=lambda pair: pair[0]["force"])
        for (_, before), (_, after) in pairwise(list(own))
    ]
    drifts = [_factor(medians) for medians in _monthly(rows) if len(medians) > 1]
    text = (
        "No interval here covers a change in how a force counts. For a date after the record "
        "intervals widen with the months, as far as levels have drifted before; an expectation "
        "still holds only if the era goes on."
    )
    if breaks:
        text += (
            f" So far the median of faces per hour has changed {_times(len(breaks))} between "
            f"eras, by up to a factor of {words.rough(max(breaks))}."
        )
    if drifts:
        text += (
            " Within one era the medians of its months lay up to a factor of "
            f"{words.rough(max(drifts))} apart; that is in the intervals only as far as the "
            "counts of that era show it."
        )
    return text


def _monthly(rows: Iterable[Row]) -> list[list[float]]:
    """Return, for each era, the medians of the months with enough rates."""
    months: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in rows:
        if row["counting_era"] and row["faces_seen"] and row["duration_h"]:
            era = months.setdefault((row["force"], row["counting_era"]), {})
            rate = row["faces_seen"] / row["duration_h"]
            era.setdefault(str(row["date"])[:7], []).append(rate)
    return [
        [median(rates) for rates in era.values() if len(rates) >= LEAST_RATES]
        for era in months.values()
    ]


def _factor(medians: Sequence[float]) -> float:
    low, high = min(medians), max(medians)
    return high / low if low > 0 else 1.0


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{words.spelt(number)} times")
