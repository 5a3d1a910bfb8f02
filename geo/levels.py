"""How many faces a force counts: the level and spread of each counting era."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import pandas as pd

from geo.checks import require_columns
from geo.conformal import LEAST_RESIDUALS, Widening, widening
from geo.eras import assign_eras
from geo.later_totals import Known
from geo.moments import ENOUGH, Moments
from geo.rolling import roll
from geo.tracks import Track, month_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Basis = Literal["hour", "deployment"]
"""What a level is counted in: faces per hour, or per deployment where hours are unknown."""

Group = tuple[str, str]
"""A force and its counting era; the era is empty for a force without eras."""


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
    tracks
        The same counts along time, by basis and group.
    counts
        Days and faces of every count, by group.
    widenings
        How much wider intervals of a group must be than its counts alone say, by basis and
        group; none where too few of its months were predicted from earlier ones.
    """

    groups: Mapping[Basis, Mapping[Group, Moments]]
    hours: Mapping[str, Moments] = field(default_factory=dict)
    tracks: Mapping[Basis, Mapping[Group, Track]] = field(default_factory=dict)
    counts: Mapping[Group, Known] = field(default_factory=dict)
    widenings: Mapping[Basis, Mapping[Group, Widening]] = field(default_factory=dict)

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

    def track(
        self, group: Group, basis: Basis, *, month: float, left_out: Sequence[Observation] = ()
    ) -> Track:
        """
        Return the counts of a group along time, perhaps without some of one day.

        Parameters
        ----------
        group, basis
            Whose counts, and per hour or per deployment.
        month
            The day of the observations left out, as of `geo.tracks.month_of`.
        left_out
            Observations of the group not to use.

        Returns
        -------
        track
            The rest.
        """
        values = [each.value(basis) for each in left_out]
        known = [value for value in values if value is not None]
        return self.tracks[basis][group].without(month, known)

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
    found: dict[Basis, dict[Group, list[tuple[float, float]]]] = {"hour": {}, "deployment": {}}
    hours: dict[str, list[float]] = {"": []}
    counted: dict[Group, list[tuple[str, float]]] = {}
    named = assign_eras(ran, eras)
    columns = (
        ran["force"],
        ran["date"],
        named,
        known_floats(ran["faces_seen"]),
        known_floats(ran["duration_h"]),
    )
    for force, date, era, faces, length in zip(*columns, strict=True):
        if length and length > 0:
            hours.setdefault(force, []).append(math.log(length))
            hours[""].append(math.log(length))
        seen = observe(faces, length)
        if seen is None or (not isinstance(era, str) and force in with_eras):
            continue
        group = (force, era if isinstance(era, str) else "")
        counted.setdefault(group, []).append((date, faces or 0.0))
        for basis, groups in found.items():
            value = seen.value(basis)
            if value is not None:
                groups.setdefault(group, []).append((month_of(date), value))
    return _sum_up(found, hours, counted)


def _sum_up(
    found: Mapping[Basis, Mapping[Group, list[tuple[float, float]]]],
    hours: Mapping[str, list[float]],
    counted: Mapping[Group, list[tuple[str, float]]],
) -> Levels:
    """Sum up what was found by group."""
    levels = Levels(
        groups={
            basis: {group: Moments.of(log for _, log in pairs) for group, pairs in own.items()}
            for basis, own in found.items()
        },
        hours={force: Moments.of(values) for force, values in hours.items()},
        tracks={
            basis: {group: Track.of(pairs) for group, pairs in own.items()}
            for basis, own in found.items()
        },
        counts={
            group: Known([date for date, _ in rows], [faces for _, faces in rows])
            for group, rows in counted.items()
        },
    )
    return replace(levels, widenings=_widenings(levels))


def _widenings(levels: Levels) -> dict[Basis, dict[Group, Widening]]:
    """Return how far the intervals of each group with enough counts fell short."""
    found: dict[Basis, dict[Group, Widening]] = {"hour": {}, "deployment": {}}
    for basis, tracks in levels.tracks.items():
        for group, track in tracks.items():
            if len(track) < LEAST_RESIDUALS:
                continue
            elsewhere = levels.pooled(basis, group=group, instead=levels.of(group, basis))
            known = widening([each.outcome for each in roll(track, elsewhere=elsewhere)])
            if known is not None:
                found[basis][group] = known
    return found


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
