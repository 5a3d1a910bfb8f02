"""Ways to expect the counts of a month from the months before, held against each other."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from geo.conformal import Outcome, Widening, widening
from geo.current_level import level_on
from geo.drift import learned_drift
from geo.moments import ENOUGH, Moments
from geo.prediction import Mixture, Student
from geo.tracks import Track

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TRAILING = 30
"""Rows behind the trailing rate: about two months of the record of 2024."""

FOLDS = 5
"""Folds of places: as many fits of a model as it takes to leave every place out once."""

Group = tuple[str, str, bool]
"""Force, era, and whether hours are known: counts of one group may be compared."""


class Count(NamedTuple):
    """
    One count to predict or to learn from.

    Attributes
    ----------
    row
        Its position in the table it comes from.
    date
        ISO date, to the month at least.
    month
        The same as of `geo.tracks.month_of`.
    group
        Force, era, and whether its hours are known: what it may be compared with.
    place
        The published place, small letters.
    log_hours
        Logarithm of its hours; 0 where unknown.
    rate
        Log faces per hour, or per deployment where hours are unknown.
    """

    row: int
    date: str
    month: float
    group: Group
    place: str
    log_hours: float
    rate: float

    @property
    def log_faces(self) -> float:
        """Logarithm of the faces counted."""
        return self.rate + self.log_hours


class Forecast(NamedTuple):
    """
    What one way expects of one count.

    Attributes
    ----------
    mixture
        The distribution of its log faces.
    widening
        How much wider its intervals are made; None not at all.
    """

    mixture: Mixture
    widening: Widening | None = None


if TYPE_CHECKING:
    Way = Callable[[Sequence[Count], Sequence[Count]], list[Forecast]]
    """From the counts of a month, and those of the months before, to what is expected."""


def by_group(counts: Sequence[Count]) -> dict[Group, list[Count]]:
    """Return counts by what they may be compared with, each in the order given."""
    groups: dict[Group, list[Count]] = defaultdict(list)
    for count in counts:
        groups[count.group].append(count)
    return groups


def by_level(now: Sequence[Count], before: Sequence[Count]) -> list[Forecast]:
    """
    Expect the level of the day, as the map does.

    Parameters
    ----------
    now
        Counts of one month; each must have at least three before it that it may be compared
        with.
    before
        Counts of earlier months.
    """
    groups = by_group(before)
    elsewhere = _within(list(groups.values()))
    known = {group: _ready(groups[group]) for group in {count.group for count in now}}
    forecasts = []
    for count in now:
        track, drift = known[count.group]
        level = level_on(track, count.month, elsewhere=elsewhere, drift=drift)
        centre = level.centre + count.log_hours
        student = Student(centre, math.sqrt(level.variance), float(level.freedom))
        forecasts.append(Forecast((student,)))
    return forecasts


def _ready(counts: Sequence[Count]) -> tuple[Track, float]:
    track = Track.of((count.month, count.rate) for count in counts)
    return track, learned_drift(track)


def _within(groups: Sequence[Sequence[Count]]) -> Moments:
    """Pool the spread within groups about their own means."""
    own = [Moments.of(count.rate for count in group) for group in groups]
    freedom = sum(max(moments.n - 1, 0) for moments in own)
    return Moments(freedom + 1, 0.0, math.fsum(moments.squares for moments in own))


class Widened:
    """
    A way whose intervals are widened by how far its own earlier ones fell short.

    Parameters
    ----------
    way
        The way; it must be asked for the months in order of time.
    """

    def __init__(self, way: Way) -> None:
        self._way = way
        self._seen: dict[Group, list[Outcome]] = defaultdict(list)

    def __call__(self, now: Sequence[Count], before: Sequence[Count]) -> list[Forecast]:
        """Expect the counts of a month, and remember what came of them."""
        groups = {count.group for count in now}
        known = {group: widening(self._seen[group]) for group in groups}
        forecasts = [
            forecast._replace(widening=known[count.group])
            for count, forecast in zip(now, self._way(now, before), strict=True)
        ]
        for count, forecast in zip(now, forecasts, strict=True):
            if len(forecast.mixture) == 1:
                outcome = Outcome(forecast.mixture[0], count.log_faces)
                self._seen[count.group].append(outcome)
        return forecasts


def by_trailing_rate(now: Sequence[Count], before: Sequence[Count]) -> list[Forecast]:
    """Expect the geometric mean of the last 30 rates of the era, with their spread."""
    forecasts, groups = [], by_group(before)
    for count in now:
        recent = Moments.of(other.rate for other in groups[count.group][-TRAILING:])
        forecasts.append(_about(count, recent, recent))
    return forecasts


def by_era_rate(now: Sequence[Count], before: Sequence[Count]) -> list[Forecast]:
    """Expect the hours times the geometric mean of all the rates of the era so far."""
    forecasts, groups = [], by_group(before)
    for count in now:
        level = Moments.of(other.rate for other in groups[count.group])
        forecasts.append(_about(count, level, level))
    return forecasts


def by_site_mean(now: Sequence[Count], before: Sequence[Count]) -> list[Forecast]:
    """Expect the mean of the place's own rates of the era, else the trailing rate."""
    forecasts, groups = [], by_group(before)
    for count in now:
        own = groups[count.group]
        site = Moments.of(other.rate for other in own if other.place == count.place)
        recent = Moments.of(other.rate for other in own[-TRAILING:])
        # One place's few counts tell its mean, not its spread: that is the era's.
        level = Moments.of(other.rate for other in own)
        forecasts.append(
            _about(count, site, level) if site.n else _about(count, recent, recent)
        )
    return forecasts


def _about(count: Count, about: Moments, spread: Moments) -> Forecast:
    """Predict a count about a mean, with the spread of perhaps other counts."""
    variance = spread.spread**2 * (1 + 1 / about.n)
    student = Student(
        about.mean + count.log_hours, math.sqrt(variance), max(float(spread.n - 1), 1.5)
    )
    return Forecast((student,))


def each_month(
    counts: Sequence[Count],
    ways: dict[str, Way],
    *,
    regroup: Regroup | None = None,
    since: str = "",
) -> list[tuple[Count, dict[str, Forecast]]]:
    """
    Expect every count in each way from the counts of the months before.

    Parameters
    ----------
    counts
        Counts in order of time.
    ways
        The ways by name.
    regroup
        Tells the eras known at the start of a month; by default the counts' own hold.
    since
        First ISO month to be predicted; by default all.

    Returns
    -------
    forecasts
        The counts that can be predicted, each from at least three that it may be compared
        with, and what each way expects.
    """
    found: list[tuple[Count, dict[str, Forecast]]] = []
    for month in sorted({count.date[:7] for count in counts if count.date[:7] >= since}):
        before = [count for count in counts if count.date[:7] < month]
        now = [count for count in counts if count.date[:7] == month]
        if regroup is not None:
            before, now = regroup(before, now)
        groups = by_group(before)
        now = [count for count in now if len(groups[count.group]) >= ENOUGH]
        found += _told(now, before, ways)
    return found


def each_fold(
    counts: Sequence[Count], ways: dict[str, Way]
) -> list[tuple[Count, dict[str, Forecast]]]:
    """
    Expect the counts of every place from those of other places, earlier and later.

    Parameters
    ----------
    counts
        Counts in order of time.
    ways
        The ways by name.

    Returns
    -------
    forecasts
        As from `each_month`. Places are left out a fold at a time: the first of
        `FOLDS` in the order of their names, the second, and so on round.
    """
    places = {place: number % FOLDS for number, place in enumerate(_places(counts))}
    found: list[tuple[Count, dict[str, Forecast]]] = []
    for fold in range(FOLDS):
        others = [count for count in counts if places[count.place] != fold]
        now = [count for count in counts if places[count.place] == fold]
        groups = by_group(others)
        now = [count for count in now if len(groups[count.group]) >= ENOUGH]
        found += _told(now, others, ways)
    return found


def _places(counts: Sequence[Count]) -> list[str]:
    return sorted({count.place for count in counts})


def _told(
    now: Sequence[Count], known: Sequence[Count], ways: dict[str, Way]
) -> list[tuple[Count, dict[str, Forecast]]]:
    """Ask every way for the same counts."""
    if not now:
        return []
    told = {name: way(now, known) for name, way in ways.items()}
    return [
        (count, {name: forecasts[place] for name, forecasts in told.items()})
        for place, count in enumerate(now)
    ]


if TYPE_CHECKING:
    Regroup = Callable[[Sequence[Count], Sequence[Count]], tuple[list[Count], list[Count]]]
    """From the counts before a month and those of it to the same in the eras known then."""
