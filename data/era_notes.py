"""Tell of breaks that no reviewed era tells of, and of counts that lie in none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from data.eras import COLUMNS
from data.forces import force_named
from geo.eras import assign_eras, eras_possible

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

_MOST_ODDS = 1000
"""Odds above this are told as more than it: the model itself is not as sure."""


def tell_breaks(breaks: pd.DataFrame) -> tuple[str, ...]:
    """
    Tell readers of breaks that no reviewed era tells of.

    Parameters
    ----------
    breaks
        What `geo.era_evidence.untold_breaks` gives.

    Returns
    -------
    sentences
        One text per break, implying no cause.

    Examples
    --------
    >>> breaks = pd.DataFrame({"force": ["Essex Police"], "first_date": ["2025-03-05"],
    ...     "step_log": [1.1], "first_date_lo90": ["2025-03-01"], "break_share": [0.99],
    ...     "first_date_hi90": ["2025-03-09"], "deployments_after": [24]})
    >>> print(tell_breaks(breaks)[0])
    From about 5 March 2025 the faces per hour of Essex Police lie at 3.0 times the level \
before (24 deployments; odds 99 to 1; first day between 1 March 2025 and 9 March 2025): \
perhaps a new counting era. No line of data/eras.csv tells of it, so figures from before and \
after still stand together here. Nobody has said why.
    """
    return tuple(
        f"From about {_day(one['first_date'])} the faces per hour of {one['force']} lie at "
        f"{_times(one)} the level before ({_shown(one)}; first day {_between(one)}): perhaps "
        "a new counting era. No line of data/eras.csv tells of it, so figures from before "
        "and after still stand together here. Nobody has said why."
        for one in breaks.to_dict("records")
    )


def tell_remedies(breaks: pd.DataFrame) -> tuple[str, ...]:
    """
    Tell who runs it of the same breaks, with the line that would make each an era.

    Parameters
    ----------
    breaks
        What `geo.era_evidence.untold_breaks` gives.

    Returns
    -------
    notes
        One text per break; its line can be put in a project's ``eras.csv`` as it is.
    """
    told = zip(tell_breaks(breaks), breaks.to_dict("records"), strict=True)
    return tuple(
        f"{sentence} Look at the record; if you judge it a new way of counting, put this line "
        f"in eras.csv in the project's folder, under the line {','.join(COLUMNS)}: "
        f"{_era_line(one)}"
        for sentence, one in told
    )


def tell_outside(deployments: pd.DataFrame, eras: pd.DataFrame) -> tuple[str, ...]:
    """
    Tell who runs it of counts that lie in no era of their force, though it has eras.

    Parameters
    ----------
    deployments
        Rows with columns ``force``, ``date`` and ``faces_seen``.
    eras
        The counting eras, as from `data.eras.load_eras`.

    Returns
    -------
    notes
        One text per force, in order of their names.

    Examples
    --------
    >>> eras = pd.DataFrame({"force": ["F"], "era": ["a"], "first_date": ["2024-01-01"],
    ...     "last_date": ["2024-06-30"]})
    >>> rows = pd.DataFrame({"force": ["F", "G", "F"], "faces_seen": [10, 20, 30],
    ...     "date": ["2024-07-02", "2024-07-02", "2024-06"]})
    >>> tell_outside(rows, eras)[0].partition(",")[0]
    'No counting era holds 1 of the counts of F (2024-07-02 to 2024-07-02)'
    """
    counted = deployments[
        deployments["faces_seen"].notna() & deployments["force"].isin(set(eras["force"]))
    ]
    unsure = counted[assign_eras(counted, eras).isna()]
    outside: dict[str, list[str]] = {}
    for force, date in sorted(zip(unsure["force"], unsure["date"], strict=True)):
        if not eras_possible(eras, force=force, date=date):
            outside.setdefault(force, []).append(date)
    return tuple(
        f"No counting era holds {len(dates)} of the counts of {force} ({dates[0]} to "
        f"{dates[-1]}), so no rate tells of them and no expectation learns from them. Add an "
        "era that does to eras.csv in the project's folder, or leave the last_date of the one "
        "before empty."
        for force, dates in outside.items()
    )


def _era_line(one: Mapping[Hashable, object]) -> str:
    first = str(one["first_date"])
    force = str(one["force"])
    note = f"The counts show a level {_times(one)} that before ({_shown(one)})."
    label = f"since {_day(first)}"
    cells = (force, f"{force_named(force).code}-{first}", first, "", label, f'"{note}"')
    return ",".join(cells)


def _day(iso: object) -> str:
    day = pd.Timestamp(str(iso))
    return f"{day.day} {day:%B %Y}"


def _between(one: Mapping[Hashable, object]) -> str:
    first, last = _day(one["first_date_lo90"]), _day(one["first_date_hi90"])
    return f"between {first} and {last}" if first != last else first


def _times(one: Mapping[Hashable, object]) -> str:
    factor = math.exp(float(str(one["step_log"])))
    return f"{factor:.1f} times" if factor >= 1 else f"{factor:.2f} times"


def _shown(one: Mapping[Hashable, object]) -> str:
    share = float(str(one["break_share"]))
    odds = share / (1 - share) if share < 1 else math.inf
    told = f"{odds:.0f}" if odds <= _MOST_ODDS else f"more than {_MOST_ODDS:,}"
    return f"{one['deployments_after']} deployments; odds {told} to 1"
