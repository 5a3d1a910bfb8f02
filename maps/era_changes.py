"""How the counting changed: the levels of the eras, and a line for each change between them."""

from __future__ import annotations

import math
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from maps import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from maps.rows import Row

MIXED_FACTOR = 2.5
"""How far the medians of rounded and other counts lie apart where two ways may be mixed."""

LEAST_OF_BOTH = 3
"""Fewest counts of either kind for that to be said."""

_SAY = "has not said why"

_MOST_ODDS = 1000
"""Odds above this are told as more than it: the model itself is not as sure."""


def levels_of(eras: Sequence[Row]) -> list[dict[str, str]]:
    """
    Return the cells of each era that has deployments, or none where none has rates.

    Parameters
    ----------
    eras
        Rows of ``out_eras``, in order.

    Examples
    --------
    >>> levels_of([{"label": "a", "force": "Met"}])
    []
    """
    if not any(_is_known(era, "faces_per_h_median") for era in eras):
        return []
    told = [era for era in eras if era.get("deployments")]
    several = len({era["force"] for era in told}) > 1
    return [_cells(era, several=several) for era in told]


def _is_known(era: Row, name: str) -> bool:
    return era.get(name) is not None


def _cells(era: Row, *, several: bool) -> dict[str, str]:
    """Return one era's cells; the force is named where there are several."""
    force = f"{words.short_force(era['force'])}, " if several else ""
    return {
        "label": force + words.clean(era["label"]),
        "deployments": words.count(era["deployments"]),
        "median": _number(era, "faces_per_h_median"),
        "between": _between(era),
        "fives": _percent(era, "multiples_of_5_share"),
        "thresholds": words.clean(_thresholds(era)),
    }


def _number(era: Row, name: str) -> str:
    return words.count(era[name]) if _is_known(era, name) else words.NONE


def _percent(era: Row, name: str) -> str:
    return words.percent(era[name]) if _is_known(era, name) else words.NONE


def _between(era: Row) -> str:
    if not _is_known(era, "faces_per_h_p10"):
        return words.NONE
    return f"{_number(era, 'faces_per_h_p10')} to {_number(era, 'faces_per_h_p90')}"


def _thresholds(era: Row) -> str:
    """Return the thresholds; counts of each only where there are several."""
    told = era.get("thresholds")
    if not told:
        return words.NONE
    return str(told) if "," in told else str(told).partition(" ")[0]


def changes_of(eras: Iterable[Row]) -> list[str]:
    """
    Tell each change between two eras in a line that implies no cause.

    Parameters
    ----------
    eras
        Rows of ``out_eras``.

    Returns
    -------
    lines
        By force and in order of time.

    Examples
    --------
    >>> era = {"force": "Essex Police", "deployments_rated": 9, "multiples_of_5_share": 0.2}
    >>> for line in changes_of([
    ...     {**era, "first_date": "2023-01-01", "faces_per_h_median": 900.0},
    ...     {**era, "first_date": "2024-05-01", "faces_per_h_median": 300.0},
    ... ]):
    ...     print(line)
    1 May 2024: the median fell from 900 to 300 faces per hour. Essex Police has not said why.
    """
    known = [era for era in eras if era.get("deployments_rated")]
    known.sort(key=lambda era: (era["force"], era["first_date"]))
    lines = []
    for force, own in groupby(known, key=lambda era: era["force"]):
        name = force if force.endswith(" Police") and "politan" not in force else f"The {force}"
        for before, after in pairwise(own):
            line = f"{words.date(after['first_date'])}: {_moved(before, after)}."
            lines.append(" ".join([line, *_by_counts(after), *_mixture(after)]))
            lines[-1] += f" {name} {_SAY}."
    return lines


def _moved(before: Row, after: Row) -> str:
    low, high = before["faces_per_h_median"], after["faces_per_h_median"]
    verb = "fell" if high < low else "rose"
    return f"the median {verb} from {words.count(low)} to {words.count(high)} faces per hour"


def _by_counts(era: Row) -> list[str]:
    """Say what the counts alone tell of the day, where they show a break."""
    if not _is_known(era, "break_date"):
        return []
    first, last = (words.date(era[f"break_date_{end}90"]) for end in ("lo", "hi"))
    about = f"between {first} and {last}" if first != last else f"on {first}"
    share = era["break_share"]
    odds = share / (1 - share) if share < 1 else math.inf
    told = words.count(odds) if odds <= _MOST_ODDS else f"more than {words.count(_MOST_ODDS)}"
    return [f"The counts alone show a break too (odds {told} to 1), its first day {about}."]


def is_mixed(era: Row) -> bool:
    """
    Say whether rounded counts and others lie so far apart that two ways may be mixed.

    Parameters
    ----------
    era
        A row of ``out_eras``.

    Examples
    --------
    >>> medians = {"faces_per_h_median_multiples": 2000.0, "faces_per_h_median_others": 400.0}
    >>> is_mixed({**medians, "multiples_of_5_share": 0.5, "deployments_counted": 20})
    True
    >>> is_mixed({**medians, "multiples_of_5_share": 0.1, "deployments_counted": 20})
    False
    """
    names = ("faces_per_h_median_multiples", "faces_per_h_median_others")
    if not all(_is_known(era, name) and era[name] > 0 for name in names):
        return False
    fives = round(era["multiples_of_5_share"] * era["deployments_counted"])
    both = min(fives, era["deployments_counted"] - fives) >= LEAST_OF_BOTH
    rounded, other = (era[name] for name in names)
    return both and abs(math.log(rounded / other)) >= math.log(MIXED_FACTOR)


def median_line(era: Row, level: float | None) -> str:
    """
    Say the median of an era in a popup, and that it belongs to neither of two levels mixed.

    Parameters
    ----------
    era
        A row of ``out_eras``.
    level
        Median faces per hour of its deployments; None where none has hours.

    Examples
    --------
    >>> median_line({"label": "a"}, 1813.3)
    'median 1,800 faces an hour'
    """
    if not level:
        return ""
    mixed = "two levels mixed, " if is_mixed(era) else ""
    return f"{mixed}median {words.rough(level)} faces an hour"


def _mixture(era: Row) -> list[str]:
    """Say so where two ways of counting may be mixed."""
    if not is_mixed(era):
        return []
    told = (
        "From then on two levels are mixed: counts that are multiples of 5 have a median of "
        f"{words.count(era['faces_per_h_median_multiples'])}, the others one of "
        f"{words.count(era['faces_per_h_median_others'])}."
    )
    return [told]
