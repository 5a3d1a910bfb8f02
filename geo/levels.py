"""How many faces a force counts: the level and spread of each counting era."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

from geo.checks import require_columns
from geo.eras import assign_eras

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Basis = Literal["hour", "deployment"]
"""What a level is counted in: faces per hour, or per deployment where hours are unknown."""

Group = tuple[str, str]
"""A force and its counting era; the era is empty for a force without eras."""

ENOUGH = 3
"""Fewest counts whose own spread is used: two leave one degree of freedom, without a mean."""

LEAST_SD_LOG = 0.27
"""
Least log standard deviation of one count that is believed.

Street counters repeat no better at the same site, weekday and hours. Without it, a few counts
that happen to be equal, or are rounded alike, would give an interval of no width.
"""


@dataclass(frozen=True)
class Moments:
    """
    Number, mean and sum of squared deviations of some logarithms.

    Attributes
    ----------
    n
        How many.
    mean
        Their mean; 0 for none.
    squares
        Sum of squared deviations from it.
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Iterable[float]) -> Moments:
        """
        Sum up logarithms.

        Examples
        --------
        >>> Moments.of([1.0, 3.0])
        Moments(n=2, mean=2.0, squares=2.0)
        """
        kept = list(values)
        if not kept:
            return cls()
        mean = math.fsum(kept) / len(kept)
        return cls(len(kept), mean, math.fsum((value - mean) ** 2 for value in kept))

    @property
    def sd(self) -> float:
        """Standard deviation of a sample; NaN below two."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else math.nan

    @property
    def spread(self) -> float:
        """Standard deviation of one new count: the sample's, but at least `LEAST_SD_LOG`."""
        return max(self.sd, LEAST_SD_LOG)

    def without(self, value: float) -> Moments:
        """
        Leave one of the logarithms out, in closed form.

        Parameters
        ----------
        value
            One that was summed.

        Returns
        -------
        rest
            The moments of the others.

        Examples
        --------
        >>> Moments.of([1.0, 3.0]).without(3.0)
        Moments(n=1, mean=1.0, squares=0.0)
        """
        rest = self.n - 1
        if rest <= 0:
            return Moments()
        mean = (self.n * self.mean - value) / rest
        squares = self.squares - (value - self.mean) * (value - mean)
        return Moments(rest, mean, max(squares, 0.0) if rest > 1 else 0.0)


@dataclass(frozen=True)
class Observation:
    """
    One reported count.

    Attributes
    ----------
    log_faces
        Natural logarithm of the faces seen.
    log_hours
        Natural logarithm of the hours; None where unknown.
    """

    log_faces: float
    log_hours: float | None

    def value(self, basis: Basis) -> float | None:
        """Return the logarithm of faces per hour or per deployment."""
        if basis == "deployment":
            return self.log_faces
        return None if self.log_hours is None else self.log_faces - self.log_hours


@dataclass(frozen=True)
class Levels:
    """
    Levels and spreads of every era, and typical hours of every force.

    Attributes
    ----------
    groups
        Moments of log faces, by basis and group.
    hours
        Moments of log hours by force; under the empty name those of all forces.
    """

    groups: Mapping[Basis, Mapping[Group, Moments]]
    hours: Mapping[str, Moments] = field(default_factory=dict)

    def of(
        self, group: Group, basis: Basis, *, left_out: Sequence[Observation] = ()
    ) -> Moments:
        """
        Return the moments of a group, perhaps without some observations.

        Parameters
        ----------
        group
            Force and era.
        basis
            Per hour or per deployment.
        left_out
            Observations of the group not to use.

        Returns
        -------
        moments
            Those of the rest; empty for an unknown group.
        """
        moments = self.groups[basis].get(group, Moments())
        for observation in left_out:
            value = observation.value(basis)
            moments = moments if value is None else moments.without(value)
        return moments

    def pooled(self, basis: Basis, *, group: Group, instead: Moments) -> Moments:
        """
        Pool the spread within all groups about their own means.

        Parameters
        ----------
        basis
            Per hour or per deployment.
        group, instead
            The group to count with other moments: those without the row predicted.

        Returns
        -------
        moments
            ``squares`` within groups, and ``n`` one more than their degrees of freedom.
        """
        used = {**self.groups[basis], group: instead}
        freedom = sum(max(moments.n - 1, 0) for moments in used.values())
        return Moments(freedom + 1, 0.0, math.fsum(m.squares for m in used.values()))

    def typical_hours(self, force: str) -> Moments | None:
        """
        Return moments of the log hours of a force, else of all forces.

        Returns
        -------
        moments
            Or None where fewer than three durations are known.
        """
        for name in (force, ""):
            moments = self.hours.get(name, Moments())
            if moments.n >= ENOUGH:
                return moments
        return None


def observe(faces: float | None, hours: float | None) -> Observation | None:
    """
    Return a count as logarithms.

    Parameters
    ----------
    faces
        Faces counted, or None.
    hours
        Duration [h], or None where unknown.

    Returns
    -------
    observation
        Or None where no count is known above 0.

    Examples
    --------
    >>> observe(1.0, None)
    Observation(log_faces=0.0, log_hours=None)
    >>> observe(None, 2.0) is None
    True
    """
    if faces is None or not faces > 0:
        return None
    return Observation(math.log(faces), math.log(hours) if hours and hours > 0 else None)


def calibrate(deployments: pd.DataFrame, eras: pd.DataFrame) -> Levels:
    """
    Sum up every reported count, by force and counting era.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date``, ``duration_h`` [h] and ``faces_seen``, and
        perhaps ``status``. Aborted deployments, counts of 0 (they have no logarithm) and
        dates that leave the era open teach nothing about a level.
    eras
        Counting eras, as for `geo.eras.eras_possible`.

    Returns
    -------
    levels
        Moments of log faces per hour and per deployment.

    Raises
    ------
    MissingColumnError
        If a frame lacks a column.
    """
    require_columns(
        deployments, {"force", "date", "duration_h", "faces_seen"}, name="deployments"
    )
    ran = (
        deployments[deployments["status"] != "aborted"]
        if "status" in deployments
        else deployments
    )
    with_eras = set(eras["force"])
    found: dict[Basis, dict[Group, list[float]]] = {"hour": {}, "deployment": {}}
    hours: dict[str, list[float]] = {"": []}
    named = assign_eras(ran, eras)
    columns = (
        ran["force"],
        named,
        known_floats(ran["faces_seen"]),
        known_floats(ran["duration_h"]),
    )
    for force, era, faces, length in zip(*columns, strict=True):
        if length and length > 0:
            hours.setdefault(force, []).append(math.log(length))
            hours[""].append(math.log(length))
        seen = observe(faces, length)
        if seen is None or (not isinstance(era, str) and force in with_eras):
            continue
        group = (force, era if isinstance(era, str) else "")
        for basis, groups in found.items():
            value = seen.value(basis)
            if value is not None:
                groups.setdefault(group, []).append(value)
    return Levels(
        {
            basis: {g: Moments.of(v) for g, v in groups.items()}
            for basis, groups in found.items()
        },
        {force: Moments.of(values) for force, values in hours.items()},
    )


def known_floats(column: pd.Series[float]) -> list[float | None]:
    """
    Return a column's numbers.

    Parameters
    ----------
    column
        Numbers of any type, perhaps null.

    Returns
    -------
    numbers
        As floats, None where null.

    Examples
    --------
    >>> known_floats(pd.Series([1, None], dtype="Int64"))
    [1.0, None]
    """
    return [None if pd.isna(value) else float(value) for value in column]
