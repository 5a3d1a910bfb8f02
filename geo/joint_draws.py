"""Draw the faces of many deployments together, so that what they share stays shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.level_grid import ALIKE
from geo.shared_levels import Placed, shared_covariance
from geo.tracks import month_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from geo.arithmetic import Arithmetic
    from geo.current_level import CurrentLevel
    from geo.levels import Basis, Group
    from geo.parts import Part
    from geo.tracks import Floats, Track

    Tracks = Mapping[Basis, Mapping[Group, Track]]
    Courses = Mapping[tuple[Basis, str, str], Mapping[Placed, Floats]]

DRAWS = 4096
"""Draws of a sum: its quantiles are then right to about a fiftieth of its spread."""

_SEED = 20230101
_MOST_AXES = 4000
"""Axes of the sequence; noise of rows beyond it is drawn plainly, for it hardly shows."""

_COURSES = 24
"""Courses of an era's level that are drawn, the widest; what is left is drawn by the row."""

_FARTHEST = 100.0
"""Logarithms beyond this are drawn as this: a scale of two degrees of freedom has no end."""

_FULL_DATE = len("2024-07-25")


class _Line(NamedTuple):
    """One level that one row may come from."""

    row: int
    date: str
    part: Part

    @property
    def group(self) -> tuple[Basis, str, str]:
        return (self.part.basis, self.part.force, self.part.era)

    @property
    def placed(self) -> Placed:
        return Placed(month_of(self.date), self.part.level)


def draw_sum(pieces: Sequence[Arithmetic], tracks: Tracks) -> Floats:
    """
    Draw the sum of the faces of several deployments.

    Parameters
    ----------
    pieces
        Their predictions, each with parts; in any order.
    tracks
        The counts that levels are means of, as of `geo.levels.Levels.tracks`.

    Returns
    -------
    faces
        `DRAWS` draws of the sum, always the same; before any widening.

    Notes
    -----
    By itself every row is drawn from the distribution published for it: about its centre, a
    Student t, which is a normal distribution whose variance is known from few counts. Rows of
    one era share that variance, what the errors of its level have in common
    (`geo.shared_levels`) and, where it is open which era it is, the choice; rows without hours
    share the error of the mean hours; rows of one day share `geo.level_grid.ALIKE` of their
    noise. The draws are a Sobol sequence, each axis shifted (Cranley and Patterson 1976).
    """
    ordered = sorted(pieces, key=_place)
    lines = [
        [_Line(row, piece.date, part) for part in piece.parts]
        for row, piece in enumerate(ordered)
    ]
    courses = _courses([line for own in lines for line in own], tracks)
    axes = _Axes.of(_keys(lines, courses))
    total = np.zeros(DRAWS)
    for own in lines:
        logs = np.stack([_draw(line, courses[line.group][line.placed], axes) for line in own])
        if len(own) > 1:
            which = np.floor(axes.uniform(_choice(own)) * len(own)).astype(int)
            logs = np.take_along_axis(logs, which[None, :], axis=0)
        total += np.exp(np.clip(logs[0], -_FARTHEST, _FARTHEST))
    return total


def _place(piece: Arithmetic) -> tuple[str, str, str, float, float]:
    """Put rows in one order whatever order they came in; of equal ones any will do."""
    return (piece.force, piece.era or "", piece.date, piece.hours or 0.0, piece.expected)


def _courses(lines: Sequence[_Line], tracks: Tracks) -> Courses:
    """Return how the errors of every era's levels go with the courses that are drawn."""
    found: dict[tuple[Basis, str, str], dict[Placed, None]] = {}
    for line in lines:
        found.setdefault(line.group, {})[line.placed] = None
    courses = {}
    for group, levels in found.items():
        placed = list(levels)
        covariance = shared_covariance(placed, tracks[group[0]].get(group[1:]))
        variances, ways = np.linalg.eigh(covariance)
        ways = ways * np.where(ways.sum(axis=0) < 0, -1.0, 1.0)  # a solver may turn them round
        loads = (ways * np.sqrt(np.maximum(variances, 0.0)))[:, ::-1][:, :_COURSES]
        courses[group] = dict(zip(placed, loads, strict=True))
    return courses


def _keys(lines: Sequence[Sequence[_Line]], courses: Courses) -> list[Hashable]:
    """Name everything that is drawn, what most rows share first."""
    keys: dict[Hashable, None] = {}
    for group, own in courses.items():
        keys[("spread", *group)] = None
        keys |= {("level", *group, k): None for k in range(len(next(iter(own.values()))))}
    for shared in (_choice, _hours, _day):
        keys |= dict.fromkeys(shared(own) for own in lines)
    return [*keys, *(("row", own[0].row) for own in lines)]


def _choice(own: Sequence[_Line]) -> Hashable:
    """Name the choice between eras: the same for all rows that may come from the same."""
    return ("which", *(line.group for line in own))


def _hours(own: Sequence[_Line]) -> Hashable:
    return ("hours", own[0].part.force)


def _day(own: Sequence[_Line]) -> Hashable:
    return ("day", own[0].part.force, own[0].date)


def _draw(line: _Line, loads: Floats, axes: _Axes) -> Floats:
    """Draw the logarithm of the faces of one row, were its level this."""
    part = line.part
    day = ALIKE * part.level.sd_log**2 if len(line.date) == _FULL_DATE else 0.0
    hours = part.hours_sd_log**2 / part.hours_n if part.hours_n else 0.0
    # Whatever rows share, by itself each has the scale published for it.
    own = max(part.scale**2 - float(loads @ loads) - day - hours, 0.0)
    error = np.sqrt(own) * axes.normal(("row", line.row))
    for k, load in enumerate(loads):
        error += load * axes.normal(("level", *line.group, k))
    if day:
        error += np.sqrt(day) * axes.normal(_day([line]))
    if hours:
        error += np.sqrt(hours) * axes.normal(_hours([line]))
    return part.centre + error * _spread(axes.uniform(("spread", *line.group)), part.level)


def _spread(uniform: Floats, level: CurrentLevel) -> Floats:
    """Draw by what a standard deviation known from few counts may be off."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import

    half = level.freedom / 2
    return np.asarray(1 / np.sqrt(gammaincinv(half, uniform) / half))


@dataclass(frozen=True)
class _Axes:
    """Evenly spread points in as many dimensions as things are drawn."""

    places: Mapping[Hashable, int]
    points: Floats

    @classmethod
    def of(cls, keys: Sequence[Hashable]) -> _Axes:
        from scipy.stats import qmc  # noqa: PLC0415 - slow to import

        random = np.random.default_rng(_SEED)
        even = qmc.Sobol(min(len(keys), _MOST_AXES), scramble=False).random(DRAWS)
        even = (even + random.random(even.shape[1])) % 1.0
        plain = random.random((DRAWS, len(keys) - even.shape[1]))
        tiny = 1e-12
        points = np.clip(np.hstack([even, plain]), tiny, 1 - tiny)
        return cls({key: place for place, key in enumerate(keys)}, np.asfortranarray(points))

    def uniform(self, key: Hashable) -> Floats:
        return self.points[:, self.places[key]]

    def normal(self, key: Hashable) -> Floats:
        from scipy.special import ndtri  # noqa: PLC0415 - slow to import

        return np.asarray(ndtri(self.uniform(key)))
