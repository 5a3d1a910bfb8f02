"""What pages say of public events on a deployment's day: that they were, and how near."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from geo.events import REACH_M
from maps import words
from maps.rows import as_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from maps.rows import Row
    from maps.tables import SiteTables

_LONGEST = 120


def events_by_id(tables: SiteTables) -> dict[str, list[Row]]:
    """
    Return the events of every deployment that has any, the nearest first.

    Parameters
    ----------
    tables
        The tables of the site.
    """
    held: dict[str, list[Row]] = defaultdict(list)
    for row in [] if tables.events is None else as_rows(tables.events):
        held[row["deployment_id"]].append(row)
    return held


def event_line(event: Mapping[str, Any]) -> str:
    """
    Say what was on that day, and how near.

    Examples
    --------
    >>> row = {"event": "Home v Away", "place": "The Ground", "answer": "near",
    ...        "distance_m": 1234.0, "within_reach_share": 1.0}
    >>> event_line(row)
    'Home v Away (The Ground), about 1.2 km away'
    >>> event_line({**row, "answer": "may be near", "within_reach_share": 0.35})
    'Home v Away (The Ground), perhaps near: in reach of 35 % of the spots this place may be'
    >>> event_line({**row, "answer": "same area"})
    'Home v Away (The Ground), in the same borough or authority, about 1.2 km away'
    """
    named, place = (words.clean(event[key], longest=_LONGEST) for key in ("event", "place"))
    return f"{named} ({place}), {_how_near(event)}"


def _how_near(event: Mapping[str, Any]) -> str:
    answer, distance = event["answer"], event["distance_m"]
    away = "" if distance is None else f"about {words.distance(distance)} away"
    if answer == "at":
        return "at this place"
    if answer == "near":
        return away
    if answer == "may be near":
        share = words.percent(event["within_reach_share"])
        return f"perhaps near: in reach of {share} of the spots this place may be"
    return ", ".join(filter(None, ["in the same borough or authority", away]))


def same_day_lines(events: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """
    Say the nearest event of a deployment's day, in a line at most: so much room has a popup.

    Examples
    --------
    >>> row = {"event": "Fair", "place": "The Green", "answer": "at", "distance_m": 9.0}
    >>> same_day_lines([row, {**row, "event": "Parade"}])
    ['Fair (The Green), at this place (and 1 more: see the table)']
    >>> same_day_lines(None)
    []
    """
    if not events:
        return []
    rest = len(events) - 1
    more = f" (and {words.count(rest)} more: see the table)" if rest else ""
    return [event_line(events[0]) + more]


def events_note(tables: SiteTables) -> dict[str, str] | None:
    """
    Say for the method page how many deployments fell on a listed event's day, and who says so.

    Parameters
    ----------
    tables
        The tables of the site.

    Returns
    -------
    note
        ``counted``, ``reach`` and ``sources``, or None where no events were looked for.
    """
    if tables.events is None or not tables.listed_events:
        return None
    held = events_by_id(tables)
    nearest = Counter(_NEARNESS[_surest(rows)] for rows in held.values())
    kinds = [f"{words.count(nearest[kind])} {kind}" for kind in _KINDS if nearest[kind]]
    total = words.plural(len(tables.deployments), "deployment")
    listed = words.count(tables.listed_events)
    matched = words.count(len(held)) if held else "none"
    split = f": {words.listing(kinds)}" if kinds else ""
    publishers = {_publisher(row["source"]) for rows in held.values() for row in rows}
    return {
        "counted": f"Of {total}, {matched} fell on the day of one of {listed} public events "
        f"that we list, at its place or around it{split}.",
        "reach": words.distance(REACH_M),
        "sources": words.listing(sorted(publishers)),
    }


_NEARNESS = {
    "at": "at it or near it",
    "near": "at it or near it",
    "may be near": "perhaps near it",
    "same area": "in the same borough or authority",
}
_KINDS = tuple(dict.fromkeys(_NEARNESS.values()))


def _surest(rows: Sequence[Row]) -> str:
    """Return the surest answer among a deployment's events."""
    return min((row["answer"] for row in rows), key=list(_NEARNESS).index)


def _publisher(source: str) -> str:
    """Return who published a source: what stands before its first comma."""
    return words.clean(source.partition(",")[0], longest=_LONGEST)
