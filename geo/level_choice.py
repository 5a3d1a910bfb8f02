"""Choose the levels that the prediction of one deployment may draw on."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from geo.arithmetic import Arithmetic, Source
from geo.current_level import CurrentLevel, level_on, whole_level
from geo.eras import eras_possible
from geo.later_totals import Told, totals_after
from geo.moments import ENOUGH, Moments
from geo.parts import Part
from geo.tracks import month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geo.levels import Basis, Group, Levels, Observation

UNKNOWN_FORCE_SD_LOG = 0.5
"""
Log standard deviation added to a level borrowed from another force.

No second force has published the counts that would measure it. 0.5 is a factor of 1.65 either
way: between the spread of deployments within the Met's steadiest era (0.43) and that between
the levels of its four eras with hourly rates (0.90), which the mixture already carries.
"""

_BASES: tuple[Basis, ...] = ("hour", "deployment")
"""Best first: a deployment of twice the hours should count twice the faces."""

_ABORTED = "the deployment was aborted, so it did not run as others did."
_NO_COUNTS = "too few counts are known, of this force or any other, to say how far they spread."


class Case(NamedTuple):
    """
    One deployment to predict.

    Attributes
    ----------
    force, date
        Who and when (ISO, perhaps partial).
    era
        Its counting era, or None.
    hours
        Its duration [h], or None where unknown.
    left_out
        Its own count, as often as the record tells it: not to be used for any level.
    aborted
        Whether it was broken off, so that no count is expected.
    """

    force: str
    date: str
    era: str | None
    hours: float | None
    left_out: tuple[Observation, ...]
    aborted: bool


def choose(
    case: Case, levels: Levels, eras: pd.DataFrame, *, totals: pd.DataFrame | None = None
) -> Arithmetic:
    """
    Find the levels a case may draw on, best first.

    Parameters
    ----------
    case
        The deployment.
    levels
        Levels of every era, as calibrated.
    eras
        Counting eras, as for `geo.eras.eras_possible`.
    totals
        Totals that forces published, as for `geo.later_totals.totals_after`.

    Returns
    -------
    piece
        The arithmetic up to its quantiles, or the reason why there is none.
    """
    blank = Arithmetic(case.force, case.date, case.hours, case.era, (), None, "")
    if case.aborted:
        return replace(blank, reason=_ABORTED)
    has_eras = case.force in set(eras["force"])
    parts: tuple[Part, ...] = ()
    source: Source = "modelled"
    if case.era is not None or not has_eras:
        own = _OwnEra((case.force, case.era or ""), *_days(case, eras), totals)
        parts = _own_level(case, own, levels)
        if parts and not parts[0].pooled:
            known = levels.widenings[parts[0].basis].get(own.group)
            return replace(blank, parts=parts, source=source, widening=known)
    if not parts and has_eras:
        possible = eras_possible(eras, force=case.force, date=case.date)
        if not case.era and possible:
            parts = _mixture(case, levels, [(case.force, era) for era in possible])
        every = [(case.force, era) for era in eras["era"][eras["force"] == case.force]]
        parts = parts or _mixture(case, levels, [g for g in every if g[1] != case.era])
    if not parts:
        groups = {group for basis in _BASES for group in levels.groups[basis]}
        others = sorted(group for group in groups if group[0] != case.force)
        parts = _mixture(case, levels, others, force_sd_log=UNKNOWN_FORCE_SD_LOG)
        source = "borrowed"
    if not parts:
        return replace(blank, reason=_NO_COUNTS)
    return replace(blank, parts=parts, source=source)


class _Hours(NamedTuple):
    """What a level is multiplied by, as a logarithm, and how unsure it is."""

    log: float = 0.0
    sd_log: float = 0.0
    n: int = 0


def _hours(case: Case, levels: Levels, basis: Basis) -> _Hours | None:
    """Return the hours known, else the force's typical ones, else None."""
    if basis == "deployment":
        return _Hours()
    if case.hours is not None:
        return _Hours(math.log(case.hours))
    typical = levels.typical_hours(case.force)
    return _Hours(typical.mean, typical.sd, typical.n) if typical else None


class _OwnEra(NamedTuple):
    """The era a case lies in, its days, and totals that may tell of its later months."""

    group: Group
    first_date: str
    last_date: str | None
    totals: pd.DataFrame | None


def _days(case: Case, eras: pd.DataFrame) -> tuple[str, str | None]:
    """Return the first and last day of a case's era; open where there is none."""
    # A plain loop: masks of pandas cost more than all else where rows are many.
    columns = (eras["force"], eras["era"], eras["first_date"], eras["last_date"])
    for force, era, first, last in zip(*columns, strict=True):
        if (force, era) == (case.force, case.era):
            return str(first), last if isinstance(last, str) else None
    return "", None


def _own_level(case: Case, own: _OwnEra, levels: Levels) -> tuple[Part, ...]:
    """Take the case's own era: as it stands on the day, or its mean where counts are few."""
    few: tuple[Part, ...] = ()
    for basis in _BASES:
        hours = _hours(case, levels, basis)
        moments = levels.of(own.group, basis, left_out=case.left_out)
        if hours is None or not moments.n:
            continue
        pooled = levels.pooled(basis, group=own.group, instead=moments)
        if _has_spread(moments):
            level = _on_its_day(case, own, levels, basis, elsewhere=pooled)
            return (_part(own.group, basis, level, hours),)
        if _has_spread(pooled) and not few:
            level = whole_level(moments, spread=pooled)
            few = (_part(own.group, basis, level, hours, pooled=True),)
    return few


def _on_its_day(
    case: Case, own: _OwnEra, levels: Levels, basis: Basis, *, elsewhere: Moments
) -> CurrentLevel:
    """Return the level of the case's era on its day, by its other counts and by totals."""
    month = month_of(case.date)
    track = levels.track(own.group, basis, month=month, left_out=case.left_out)
    told: list[Told] = []
    if own.totals is not None and month > track.months[-1]:
        told = totals_after(
            own.totals[own.totals["force"] == case.force],
            levels.counts[own.group],
            mean_log=float(track.logs.mean()),
            first_date=own.first_date,
            last_date=own.last_date,
        )
    return level_on(track, month, elsewhere=elsewhere, told=told)


def _mixture(
    case: Case, levels: Levels, groups: Sequence[Group], *, force_sd_log: float = 0.0
) -> tuple[Part, ...]:
    """Weigh alike every group with a spread of its own, on the best basis any of them has."""
    for basis in _BASES:
        hours = _hours(case, levels, basis)
        found = [(group, levels.of(group, basis)) for group in groups]
        parts = [
            replace(_part(group, basis, whole_level(moments), hours), force_sd_log=force_sd_log)
            for group, moments in found
            if hours is not None and _has_spread(moments)
        ]
        if parts:
            return tuple(parts)
    return ()


def _has_spread(moments: Moments) -> bool:
    return moments.n >= ENOUGH


def _part(
    group: Group, basis: Basis, level: CurrentLevel, hours: _Hours, *, pooled: bool = False
) -> Part:
    """Put a level together with its hours."""
    return Part(
        force=group[0],
        era=group[1],
        basis=basis,
        level=level,
        pooled=pooled,
        log_hours=hours.log,
        hours_sd_log=hours.sd_log,
        hours_n=hours.n,
        force_sd_log=0.0,
    )
