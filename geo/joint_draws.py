"""Draw the faces of many deployments together, so that what they share stays shared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.level_grid import ALIKE
from geo.shared_levels import Placed, shared_covariance
from geo.tracks import month_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from geo.arithmetic import Arithmetic
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

_COURSES = 40
"""Courses of an era's level drawn at most; what they leave of it is drawn by the row."""

_NEAR = 1e-3
"""Share of a level's variance below which nothing more is drawn of it."""

_FARTHEST = 100.0
"""Logarithms beyond this are drawn as this: a scale of two degrees of freedom has no end."""

TAILS = 6
"""
Degrees of freedom of what is one count's own.

A single far count hardly moves an interval of counts, but it moves a sum. In the two largest
eras of the record the logarithms of counts about their level have an excess kurtosis of 2.5
and 1.2; that of six degrees of freedom is 3. The 80 % interval of one count stays what it is.
"""

_TINY = 1e-12
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
    def spread(self) -> tuple[tuple[Basis, str, str], int]:
        """Whose spread it has, and the degrees of freedom that is known to."""
        return (self.group, self.part.level.freedom)

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
    By itself every row has the median and the 80 % interval published for it: a Student t is a
    normal distribution whose variance is known from few counts; that part of it which is the
    row's own has besides the tails of `TAILS` degrees of freedom. Rows of
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
    every = [line for own in lines for line in own]
    courses = _courses(every, tracks)
    axes = _Axes.of(_keys(lines, courses))
    spreads = {key: _spread(axes, *key) for key in {line.spread for line in every}}
    total = np.zeros(DRAWS)
    for own in lines:
        logs = np.stack(
            [
                line.part.centre
                + spreads[line.spread] * _error(line, courses[line.group][line.placed], axes)
                for line in own
            ]
        )
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
        loads = _loads(shared_covariance(placed, tracks[group[0]].get(group[1:])))
        courses[group] = dict(zip(placed, loads, strict=True))
    return courses


def _loads(covariance: Floats) -> Floats:
    """Factor a covariance, as far as few courses tell it: a Cholesky factor with pivots."""
    left = np.diag(covariance).copy()
    columns = [np.zeros(len(left))]
    enough = _NEAR * float(left.max())
    while len(columns) <= _COURSES and left.max() > enough:
        pivot = int(np.argmax(left))
        told = sum(column * column[pivot] for column in columns)
        columns.append((covariance[:, pivot] - told) / math.sqrt(left[pivot]))
        left = np.maximum(left - columns[-1] ** 2, 0.0)
        left[pivot] = 0.0
    return np.column_stack(columns)


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


def _error(line: _Line, loads: Floats, axes: _Axes) -> Floats:
    """Draw by what the logarithm of one row's faces misses its centre, were its level this."""
    part = line.part
    day = ALIKE * part.level.sd_log**2 if len(line.date) == _FULL_DATE else 0.0
    hours = part.hours_sd_log**2 / part.hours_n if part.hours_n else 0.0
    # Whatever rows share, by itself each has the scale published for it.
    own = max(part.scale**2 - float(loads @ loads) - day - hours, 0.0)
    error = math.sqrt(own) * axes.own(("row", line.row))
    first = axes.places[("level", *line.group, 0)]
    error += axes.normals[:, first : first + len(loads)] @ loads
    if day:
        error += math.sqrt(day) * axes.normal(_day([line]))
    if hours:
        error += math.sqrt(hours) * axes.normal(_hours([line]))
    return error


def _spread(axes: _Axes, group: tuple[Basis, str, str], freedom: int) -> Floats:
    """Draw by what a standard deviation known from few counts may be off."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow to import

    half = freedom / 2
    return np.asarray(1 / np.sqrt(gammaincinv(half, axes.uniform(("spread", *group))) / half))


@dataclass(frozen=True)
class _Axes:
    """Evenly spread points in as many dimensions as things are drawn."""

    places: Mapping[Hashable, int]
    normals: Floats
    tails: tuple[Floats, Floats]

    @classmethod
    def of(cls, keys: Sequence[Hashable]) -> _Axes:
        from scipy.special import ndtri  # noqa: PLC0415 - slow to import
        from scipy.stats import qmc  # noqa: PLC0415 - slow to import

        random = np.random.default_rng(_SEED)
        points = np.empty((DRAWS, len(keys)), order="F")
        even = points[:, :_MOST_AXES]
        even[:] = qmc.Sobol(even.shape[1], scramble=False).random(DRAWS)
        even += random.random(even.shape[1])
        even %= 1.0
        for place in range(even.shape[1], len(keys)):
            points[:, place] = random.random(DRAWS)
        np.clip(points, _TINY, 1 - _TINY, out=points)
        places = {key: place for place, key in enumerate(keys)}
        return cls(places, ndtri(points, out=points), _tails())

    def uniform(self, key: Hashable) -> Floats:
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import

        return np.asarray(ndtr(self.normal(key)))

    def normal(self, key: Hashable) -> Floats:
        return self.normals[:, self.places[key]]

    def own(self, key: Hashable) -> Floats:
        """Return draws with heavy tails, whose 80 % interval is that of normal ones."""
        return np.asarray(np.interp(self.normal(key), *self.tails))


def _tails() -> tuple[Floats, Floats]:
    """Return normal quantiles and those of heavier tails that stand for them."""
    from scipy.special import ndtr, ndtri, stdtrit  # noqa: PLC0415 - slow to import

    below = np.linspace(-8.0, 0.0, 801)
    heavy = stdtrit(TAILS, ndtr(below)) * (ndtri(0.9) / stdtrit(TAILS, 0.9))
    heavy[-1] = 0.0
    both = np.concatenate([below, -below[-2::-1]]), np.concatenate([heavy, -heavy[-2::-1]])
    return both[0], both[1]
