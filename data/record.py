"""Read one record's cells into a deployment, or into what is wrong with them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.cell import clean_cell, is_unknown, one_line
from data.dates import PublishedDate, parse_date
from data.errors import ValueParseError
from data.times import hours_between, parse_duration, parse_span, parse_time
from data.values import (
    parse_coordinate,
    parse_count,
    parse_share,
    parse_status,
    parse_text,
    parse_threshold,
)
from data.vocabulary import Hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from data.times import Unit

OUTCOMES = (
    "faces_seen",
    "alerts",
    "true_alerts_confirmed",
    "true_alerts_unconfirmed",
    "false_alerts_confirmed",
    "false_alerts_unconfirmed",
    "arrests",
    "true_alerts",
    "false_alerts",
    "engagements",
    "false_alert_engagements",
    "other_disposals",
    "no_action",
)
"""Counts of what came of a deployment; all N/A where it was broken off."""

_NO_HINTS = Hints()
_ABORTED = re.compile(
    r"\b(?:fault|abort|cancel|abandon|stopp|terminat|withdrawn|fail|postpone|curtail"
    r"|stood down|not deployed|did not|no deployment)"
)
_TOTALS = frozenset(
    {"total", "totals", "subtotal", "subtotals", "sum", "average", "mean", "median"}
)
_BESIDE_TOTALS = frozenset(
    {"grand", "overall", "sub", "for", "of", "the", "year", "annual", "ytd", "to", "date",
     "all", "deployment", "deployments", "running", "cumulative", "per"}
)  # fmt: skip
_EARLIEST = "07:00"  # an earlier start is as likely a duration
_ROUGHER = {"day": 10, "month": 7, "year": 4}

_PARSERS: dict[str, Callable[[str | None, Hints], Any]] = {
    "area_published": lambda text, _: parse_text(text),
    "date": lambda text, hints: parse_date(text, month_first=hints.month_first),
    "date_precision": lambda text, _: _parse_precision(text),
    "duration_h": lambda text, hints: parse_duration(text, unit=hints.unit),
    "event": lambda text, _: parse_text(text),
    "false_alert_rate_share": lambda text, hints: parse_share(text, percent=hints.percent),
    "lat": lambda text, _: parse_coordinate(text, limit=90),
    "lon": lambda text, _: parse_coordinate(text, limit=180),
    "note": lambda text, _: parse_text(text),
    "place": lambda text, _: _parse_place(text),
    "source_url": lambda text, _: parse_text(text),
    "start_time": lambda text, _: parse_time(text),
    "end_time": lambda text, _: parse_time(text),
    "status": lambda text, _: parse_status(text),
    "threshold": lambda text, hints: parse_threshold(text, percent=hints.percent),
    "times": lambda text, hints: _parse_times(text, hints),  # noqa: PLW0108 - it stands below
    "use_case": lambda text, _: parse_text(text),
    "watchlist_size": lambda text, _: parse_count(text),
    **{column: lambda text, _: parse_count(text) for column in OUTCOMES},
}


@dataclass(frozen=True)
class Problem:
    """A cell that did not parse: its column, its text, and what is wrong with it."""

    column: str
    text: str | None
    reason: str


@dataclass(frozen=True)
class Record:
    """
    What one record says.

    Attributes
    ----------
    fields
        Columns of ``core_deployments`` that its cells give.
    problems
        Cells that did not parse; a record with any is rejected.
    remarks
        Flags that only the reading knows, with their detail.
    """

    fields: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    remarks: dict[str, str] = field(default_factory=dict)


def _parse_place(text: str | None) -> str:
    place = one_line(text)
    if is_unknown(place):
        msg = f"'{place}' is no place. A deployment without one cannot be kept; name its place."
        raise ValueParseError(msg)
    return place


def _parse_times(text: str | None, hints: Hints) -> tuple[str, str | None] | float | None:
    """Read "Time": a start and an end, or what else a clerk puts there, if it reads one way."""
    try:
        return parse_span(text)
    except ValueParseError:
        hours, start = _tried(parse_duration, text, unit=hints.unit), _tried(parse_time, text)
        if hours is not None and (hints.unit or start is None):
            return float(hours)
        if start is not None and (hours is None or start >= _EARLIEST):
            return start, None
        raise


def _tried(parse: Callable[..., Any], text: str | None, **hints: Unit | None) -> Any:  # noqa: ANN401 - what it parses
    try:
        return parse(text, **hints)
    except ValueParseError:
        return None


def _parse_precision(text: str | None) -> str | None:
    precision = parse_text(text)
    if precision is None or precision.casefold() in _ROUGHER:
        return precision and precision.casefold()
    msg = f"'{precision}' is no precision of a date. Accepted: day, month, year."
    raise ValueParseError(msg)


def is_totals(cells: Mapping[str, str | None]) -> bool:
    """
    Return whether a record is a line of totals rather than a deployment.

    Examples
    --------
    >>> is_totals({"place": "Total", "arrests": "609"}), is_totals({"place": "Totteridge"})
    (True, False)
    """
    first = next((text for text in cells.values() if text and text.strip()), "")
    return any(map(_says_totals, (first, cells.get("place"), cells.get("date"))))


def _says_totals(text: str | None) -> bool:
    words = set(re.findall(r"[a-z]+", clean_cell(text).casefold()))
    return bool(words & _TOTALS) and words <= _TOTALS | _BESIDE_TOTALS


def read_record(
    cells: Mapping[str, str | None], *, hints: Mapping[str, Hints] | None = None
) -> Record:
    """
    Read one record.

    Parameters
    ----------
    cells
        Text by known column, verbatim.
    hints
        What headers say about how cells are written, by column.

    Returns
    -------
    record
        Its values, or its problems; every problem is listed, not only the first.

    Examples
    --------
    >>> record = read_record({"place": "Camden", "date": "06/04/23", "duration_h": "5h30m"})
    >>> record.fields["date"], record.fields["duration_h"], record.fields["status"]
    ('2023-04-06', 5.5, 'reported')
    >>> [p.column for p in read_record({"place": "Camden", "date": "soon"}).problems]
    ['date']
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, text in cells.items():
        if (parse := _PARSERS.get(column)) is None:
            continue
        try:
            values[column] = parse(text, (hints or {}).get(column, _NO_HINTS))
        except ValueParseError as error:
            if column == "duration_h" and (span := _span_of(text)):
                values["times"] = span
            else:
                problems.append(Problem(column, text, str(error)))
    problems += _settle_date(values, cells)
    remarks = _settle_times(values)
    remarks |= _settle_status(values, cells)
    _settle_note(values)
    values["place_published"] = values.pop("place", one_line(cells.get("place")))
    return Record(values, tuple(problems), remarks)


def _span_of(text: str | None) -> tuple[str, str] | None:
    try:
        return parse_span(text)
    except ValueParseError:
        return None


def _settle_date(values: dict[str, Any], cells: Mapping[str, str | None]) -> list[Problem]:
    date: PublishedDate | None = values.pop("date", None)
    stated: str | None = values.pop("date_precision", None)
    values["date_published"] = one_line(cells.get("date"))
    if date is None:
        return []
    values |= {"date": date.iso, "date_precision": date.precision}
    if stated is None:
        return []
    if _ROUGHER[stated] > _ROUGHER[date.precision]:
        text = cells.get("date_precision")
        said = f"The date '{values['date_published']}' is not known to the {stated}."
        return [Problem("date_precision", text, f"{said} Accepted: {date.precision}, or none.")]
    values |= {"date": date.iso[: _ROUGHER[stated]], "date_precision": stated}
    return []


def _settle_times(values: dict[str, Any]) -> dict[str, str]:
    span = values.pop("times", None)
    if isinstance(span, float):
        values["duration_h"] = values.get("duration_h") or span
    elif span:
        for column, time in zip(("start_time", "end_time"), span, strict=True):
            values[column] = values.get(column) or time
    start, end = values.get("start_time"), values.get("end_time")
    if values.get("duration_h") is not None or not start or not end or start == end:
        return {}
    values["duration_h"] = hours_between(start, end)
    detail = f"The duration is not stated; {start} to {end} is {values['duration_h']:.2f} h."
    return {"duration-from-times": detail}


def _settle_status(values: dict[str, Any], cells: Mapping[str, str | None]) -> dict[str, str]:
    note = _aborted_note(values.get("place", ""), cells)
    if note:
        values["note"] = "; ".join(filter(None, (note, values.get("note"))))
        values["status"] = values.get("status") or "aborted"
    values["status"] = values.get("status") or "reported"
    if note:
        return {"place-note": f"The place cell also says '{note}', kept as the note."}
    return {}


def _aborted_note(place: str, cells: Mapping[str, str | None]) -> str | None:
    bracketed = re.search(r"\(([^()]+)\)\s*$", place)
    if not bracketed or not _ABORTED.search(bracketed[1].casefold()):
        return None
    outcomes = [cells[column] for column in OUTCOMES if column in cells]
    broken_off = any(outcomes) and all(map(is_unknown, outcomes))
    return bracketed[1].strip() if broken_off else None


def _settle_note(values: dict[str, Any]) -> None:
    source = values.pop("source_url", None)
    if source:
        values["note"] = "; ".join(filter(None, (values.get("note"), f"Source: {source}")))
