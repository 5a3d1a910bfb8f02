"""Predict each month of an era from the months before, as it could have been done then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.conformal import Outcome, Widening, widening
from geo.current_level import level_on
from geo.drift import learned_drift
from geo.moments import ENOUGH
from geo.prediction import Student

if TYPE_CHECKING:
    from geo.moments import Moments
    from geo.tracks import Track


class Rolled(NamedTuple):
    """
    One count, predicted from the months before.

    Attributes
    ----------
    place
        Its position in the track.
    outcome
        The prediction and the count, as logarithms of the track's units.
    widening
        What was known then of how intervals had fallen short; None where too little.
    """

    place: int
    outcome: Outcome
    widening: Widening | None


def roll(track: Track, *, elsewhere: Moments) -> list[Rolled]:
    """
    Predict every count of an era from the counts of earlier months.

    Parameters
    ----------
    track
        The counts of one era.
    elsewhere
        Spread within all eras of the force.

    Returns
    -------
    rolled
        In the order of the track; without the first counts, before which there are not three
        in earlier months.
    """
    found: list[Rolled] = []
    months = np.floor(track.months)
    for month in np.unique(months).tolist():
        before = track.before(month)
        if len(before) < ENOUGH:
            continue
        known = widening([each.outcome for each in found])
        drift = learned_drift(before)
        for place in np.flatnonzero(months == month).tolist():
            level = level_on(
                before, float(track.months[place]), elsewhere=elsewhere, drift=drift
            )
            student = Student(level.centre, math.sqrt(level.variance), float(level.freedom))
            outcome = Outcome(student, float(track.logs[place]))
            found.append(Rolled(place, outcome, known))
    return found
