"""
The table of public events: facts with sources, beside which deployments are held by date.

Ours are in ``data/events.csv``; a user's, in the same columns, are laid over them.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.dates import parse_date
from data.delimited import DELIMITERS, decode
from data.errors import EventError, SourceError, ValueParseError
from data.event_schema import EVENT_KINDS
from data.values import parse_coordinate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EMBEDDED = Path(__file__).with_name("events.csv")
_OURS = "the embedded events.csv"

COLUMNS = (
    "event", "kind", "first_date", "last_date", "place", "lon", "lat", "radius_m", "area_code",
    "source", "note",
)  # fmt: skip
"""Columns of the table; a spot or an area's code may be left empty, and so may the note."""

CANCELLED = "cancelled"
"""Kind of a line that takes an event back: it did not take place."""

MOST_RADIUS_M = 20_000.0
"""No venue is wider; more is a unit taken for another."""

MOST_DAYS = 31
"""No event is longer; more is a slip in a date."""

_NUMBERS = ("lon", "lat", "radius_m")
_NEEDED = ("event", "kind", "first_date", "last_date", "place", "source")
_FRAME = (*COLUMNS, "file", "line")
_BEYOND = "beyond the last column"


def load_events(paths: Sequence[Path] = ()) -> pd.DataFrame:
    """
    Return our public events, with those of other files laid over them.

    Parameters
    ----------
    paths
        Further files, the last one counting most; one that does not exist adds nothing. A
        line with the event and first date of an earlier file's stands in its place; one of
        the kind `CANCELLED` takes that event away.

    Returns
    -------
    events
        One row per event by first date, event and place, with the file and line it stands in;
        ``lon``, ``lat`` [degree] and ``radius_m`` are null for an event known only by area.

    Raises
    ------
    EventError
        If a file lacks a column or gives an event twice, or a line lacks a value or holds one
        that does not parse; the message names the file and the line.

    Notes
    -----
    The list is never complete: a day without an event is a day without one in the list.

    Examples
    --------
    >>> events = load_events()
    >>> events.loc[events["kind"] == "royal", "first_date"].tolist()
    ['2023-05-06', '2023-06-17', '2024-06-15']
    """
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for path in (EMBEDDED, *paths):
        if path != EMBEDDED and not path.is_file():
            continue
        latest |= _once(_read(path))
    kept = [line for line in latest.values() if line["kind"] != CANCELLED]
    kept.sort(key=lambda line: (line["first_date"], line["event"], line["place"]))
    frame = pd.DataFrame(kept, columns=list(_FRAME))
    types = dict.fromkeys(_NUMBERS, "float64") | {"line": "int64"}
    return frame.astype({name: types.get(name, "str") for name in _FRAME})


def _once(lines: Iterable[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Key the lines of one file, refusing an event that stands in it twice."""
    held: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        key = (line["event"].casefold(), line["first_date"])
        if key in held:
            msg = (
                f"{_where(line)} gives {line['event']} on {line['first_date']} again, after "
                f"line {held[key]['line']}. Keep one of the two."
            )
            raise EventError(msg)
        held[key] = line
    return held


def _read(path: Path) -> list[dict[str, Any]]:
    name = _OURS if path == EMBEDDED else path.name
    try:
        text = decode(path.read_bytes(), name=name)
    except SourceError as error:
        raise EventError(str(error)) from error
    head = text.partition("\n")[0]
    mark = max(DELIMITERS, key=head.count)
    # Strict: a quote left open would otherwise swallow every line after it.
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=mark, restkey=_BEYOND, strict=True
    )
    try:
        return _lines(reader, name)
    except csv.Error as error:
        msg = f"{name}, line {reader.line_num + 1} cannot be read ({error}). Close its quotes."
        raise EventError(msg) from error


def _lines(reader: csv.DictReader[str], name: str) -> list[dict[str, Any]]:
    lacking = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if lacking:
        needed = ", ".join(COLUMNS)
        msg = f"{name} lacks the columns {lacking}. Its first line must name: {needed}."
        raise EventError(msg)
    lines = []
    for row in reader:
        place = {"file": name, "line": reader.line_num}
        if row.get(_BEYOND):
            msg = (
                f"{_where(place)} has more cells than there are columns. Put double quotes "
                "around a cell that holds a comma."
            )
            raise EventError(msg)
        held = {column: " ".join((row.get(column) or "").split()) for column in COLUMNS}
        if any(held.values()):
            lines.append(_event(held | place))
    return lines


def _event(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line with its values checked and its numbers read; an empty cell is null."""
    _require_whole(line)
    dates = {name: _day(line, name) for name in ("first_date", "last_date")}
    _require_span(line, **dates)
    spot = {
        "lon": _coordinate(line, "lon", 180),
        "lat": _coordinate(line, "lat", 90),
        "radius_m": _radius(line),
    }
    _require_somewhere(line, spot)
    texts = {name: line[name] or None for name in ("area_code", "note")}
    return line | dates | spot | texts


def _require_whole(line: Mapping[str, Any]) -> None:
    needed = [column for column in _NEEDED if not line[column]]
    if needed:
        msg = (
            f"{_where(line)} says nothing under {needed}. Every event needs a name, a kind, a "
            "first and a last date, a place and a source."
        )
        raise EventError(msg)
    if line["kind"] not in (*EVENT_KINDS, CANCELLED):
        known = ", ".join((*EVENT_KINDS, CANCELLED))
        msg = f"{_where(line)}: '{line['kind']}' is no kind of event. Known: {known}."
        raise EventError(msg)


def _day(line: Mapping[str, Any], name: str) -> str:
    try:
        date = parse_date(line[name])
    except ValueParseError as error:
        msg = f"{_where(line)}, {name}: {error}"
        raise EventError(msg) from error
    if date.precision != "day":
        msg = (
            f"{_where(line)}, {name}: '{line[name]}' is no single day, and an event is held "
            "beside deployments by the day. Give the day, such as 2023-05-06."
        )
        raise EventError(msg)
    return date.iso


def _require_span(line: Mapping[str, Any], *, first_date: str, last_date: str) -> None:
    days = (pd.Timestamp(last_date) - pd.Timestamp(first_date)).days
    if days < 0:
        said = f"ends on {last_date}, before it begins on {first_date}"
        msg = f"{_where(line)} {said}. Put the earlier date first."
        raise EventError(msg)
    if days >= MOST_DAYS:
        msg = (
            f"{_where(line)} lasts from {first_date} to {last_date}, more than {MOST_DAYS} "
            "days. Give a line for each day or run of days on which it was held."
        )
        raise EventError(msg)


def _coordinate(line: Mapping[str, Any], name: str, limit: float) -> float | None:
    try:
        return parse_coordinate(line[name], limit=limit)
    except ValueParseError as error:
        msg = f"{_where(line)}, {name}: {error}"
        raise EventError(msg) from error


def _radius(line: Mapping[str, Any]) -> float | None:
    if not line["radius_m"]:
        return None
    try:
        radius_m = float(line["radius_m"])
    except ValueError:
        radius_m = 0.0
    if not 0 < radius_m <= MOST_RADIUS_M:
        msg = (
            f"{_where(line)}, radius_m: '{line['radius_m']}' is no radius of a venue. Give "
            f"metres, more than 0 and at most {MOST_RADIUS_M:.0f}, such as 300."
        )
        raise EventError(msg)
    return radius_m


def _require_somewhere(line: Mapping[str, Any], spot: Mapping[str, float | None]) -> None:
    given = [name for name in _NUMBERS if spot[name] is not None]
    if given and len(given) < len(_NUMBERS):
        lacking = [name for name in _NUMBERS if name not in given]
        msg = f"{_where(line)} gives {given} but not {lacking}. A venue needs all three."
        raise EventError(msg)
    if not given and not line["area_code"]:
        msg = (
            f"{_where(line)} says nowhere where {line['event']} was. Give lon, lat and "
            "radius_m of its venue, or the area_code of the borough it was held in."
        )
        raise EventError(msg)


def _where(line: Mapping[str, Any]) -> str:
    return f"{line['file']}, line {line['line']}"
