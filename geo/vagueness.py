"""Measure how vaguely a force tells its places: by deployment and by face."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import pandas as pd

from geo.candidates import NARROWEST_FIRST
from geo.checks import require_columns
from geo.errors import GeocodeError
from geo.place import parse_place

MONTH_CHARACTERS = 7
"""Of an ISO date: 2024-09."""

DAY_CHARACTERS = 10

LEAST_GAIN_LOG = 10.0
"""A parting this much likelier (20,000 times) is not chosen out of a few hundred by chance."""


def index_vagueness(deployments: pd.DataFrame) -> pd.DataFrame:
    """
    Share out each force's deployments and faces, month by month, by precision.

    Parameters
    ----------
    deployments
        Columns ``force``, ``date`` (ISO, perhaps partial), ``precision``,
        ``place_published`` and ``faces_seen``.

    Returns
    -------
    vagueness
        ``force``, ``month`` (a year alone where no month is known), ``precision``,
        ``deployments``, ``deployments_share``, ``deployments_no_spot`` (see `names_spot`),
        ``faces_seen`` and ``faces_share``: one row for each precision found, in that order.
        Shares are of the force's month. Faces are null where none is reported, and the
        share is of those reported.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Examples
    --------
    >>> rows = {"force": "A", "date": "2024-01-02", "precision": ["area", "site"]}
    >>> rows |= {"place_published": ["Oak", "Ash Stn"], "faces_seen": [30, 90]}
    >>> found = index_vagueness(pd.DataFrame(rows))
    >>> found[["month", "precision", "deployments_share", "faces_share"]].to_numpy().tolist()
    [['2024-01', 'site', 0.5, 0.75], ['2024-01', 'area', 0.5, 0.25]]
    """
    columns = ["force", "date", "precision", "place_published", "faces_seen"]
    require_columns(deployments, columns, name="deployments")
    rows = pd.DataFrame(deployments[columns]).assign(
        month=deployments["date"].str[:MONTH_CHARACTERS],
        rank=deployments["precision"].map(NARROWEST_FIRST),
        no_spot=[not names_spot(str(place)) for place in deployments["place_published"]],
    )
    groups = rows.groupby(["force", "month", "rank", "precision"], sort=True)
    out = groups["faces_seen"].sum(min_count=1).rename("faces_seen").to_frame()
    out["deployments"] = groups.size()
    out["deployments_no_spot"] = groups["no_spot"].sum()
    out = out.reset_index().drop(columns="rank")
    wholes = out.groupby(["force", "month"])
    for name, share in (("deployments", "deployments_share"), ("faces_seen", "faces_share")):
        whole = wholes[name].transform("sum").astype("float64")
        out[share] = (out[name].astype("float64") / whole.where(whole > 0)).round(6)
    return out


@cache
def names_spot(place: str) -> bool:
    """
    Tell whether a published place names a street, a station or a venue.

    Parameters
    ----------
    place
        The place as published. It is judged by its words alone, so that what we can find
        out about it does not make it less vague: "Kings Cross" names a district.

    Examples
    --------
    >>> [names_spot(place) for place in ("Camden", "Ealing B'way Stn", "Mare St, Hackney")]
    [False, True, True]
    """
    try:
        parts = parse_place(place)
    except GeocodeError:
        return False
    return any((parts.street, parts.cross_street, parts.landmark))


@dataclass(frozen=True)
class Turn:
    """
    The day after which a force's words changed most.

    Attributes
    ----------
    date
        Last day before the change.
    before, no_spot_before
        Deployments up to then, and those of them that name no spot.
    after, no_spot_after
        The same from then on.
    """

    date: str
    before: int
    no_spot_before: int
    after: int
    no_spot_after: int


def find_turn(deployments: pd.DataFrame) -> Turn | None:
    """
    Find the day that best parts one force's record into vaguer and narrower words.

    Parameters
    ----------
    deployments
        Columns ``date`` and ``place_published`` of one force; partial dates are left out.

    Returns
    -------
    turn
        The parting that makes the words most likely, or None where none makes them more so
        by `LEAST_GAIN_LOG`: then the words never clearly changed.
    """
    require_columns(deployments, ["date", "place_published"], name="deployments")
    rows = deployments[deployments["date"].str.len() == DAY_CHARACTERS]
    vague = [not names_spot(str(place)) for place in rows["place_published"]]
    days = pd.DataFrame({"date": rows["date"], "vague": vague}).groupby("date")["vague"]
    summed = days.agg(["size", "sum"]).sort_index().cumsum()
    counts = [(str(day), int(n), int(k)) for day, n, k in summed.itertuples()]
    if not counts:
        return None
    _, n, k = counts[-1]
    turns = [Turn(day, m, j, n - m, k - j) for day, m, j in counts[:-1]]
    best = max(turns, key=_likelihood_log, default=None)
    if best is None or _likelihood_log(best) - _log(k, n) < LEAST_GAIN_LOG:
        return None
    return best


def _likelihood_log(turn: Turn) -> float:
    return _log(turn.no_spot_before, turn.before) + _log(turn.no_spot_after, turn.after)


def _log(some: int, every: int) -> float:
    """Return the log likelihood of some of every at their own share."""
    parts = [part for part in (some, every - some) if part]
    return math.fsum(part * math.log(part / every) for part in parts)
