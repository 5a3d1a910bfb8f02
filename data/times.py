"""How long, from when and until when, as clerks write it; strict like `data.values`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from data.cell import clean_cell, is_unknown, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

Unit = Literal["hours", "minutes", "decimal", "clock"]
"""
What a figure without a unit counts.

``decimal`` (5.25 is 5 h 15 min) and ``clock`` (5.25 is 5 h 25 min) settle what ``hours``
leaves open.
"""


LONGEST_H = 72.0
"""Longer than any deployment on record: a figure beyond it is minutes or a slip."""

_HALVES = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_WRITTEN_HALVES = (("1/2", "½"), ("1/4", "¼"), ("3/4", "¾"))
_QUARTERS = frozenset({"00", "25", "50", "75"})
_NO_MINUTES = frozenset(map(str, range(60, 100)))
_TWO_WAYS = (
    "4.5 hours; or say which it is: "
    '--map "Header=duration_h:clock" where 4.30 is 4 h 30 min, '
    '--map "Header=duration_h:decimal" where it is 4.3 hours'
)
_H = r"(?:h|hr|hrs|hour|hours)\.?"
_M = r"(?:m|min|mins|minute|minutes)\.?"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_S = r"(?:s|sec|secs|second|seconds)\.?"
_HOURS_MINUTES = re.compile(
    rf"(?P<h>[0-9]{{1,4}})\s*{_H}\s*(?:,|and|&)?\s*(?P<m>[0-9]{{1,3}})\s*"
    rf"(?:{_M}(?:\s*(?:,|and|&)?\s*(?P<s>[0-9]{{1,2}})\s*{_S})?)?"
)
_HOURS = re.compile(rf"(?P<h>{_NUMBER})?\s*(?P<half>[½¼¾])?\s*{_H}")
_MINUTES = re.compile(rf"(?P<m>[0-9]{{1,5}})\s*{_M}")
_CLOCK = re.compile(
    r"(?:0 days?,? )?(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.0+)?)?"
    rf"(?:\s*{_H})?"
)
_ISO = re.compile(r"pt(?=[0-9])(?:(?P<h>[0-9]{1,3})h)?(?:(?P<m>[0-9]{1,4})m)?(?:0s)?")
_DOTTED = re.compile(rf"[0-9]+\.(?P<part>[0-9]+)\s*(?:{_H})?")
_BARE = re.compile(rf"(?P<n>{_NUMBER})\s*(?P<half>[½¼¾])?")
_TIME = re.compile(
    r"(?P<h>[0-9]{1,2})(?:[:.h]?(?P<m>[0-9]{2}))?(?::[0-9]{2})?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?)?"
    r"\s*(?:hrs|hours|hr|h|gmt|bst)?"
)
_WITH_DATE = re.compile(
    r"(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2}))"
    r"[t ](?=[0-9]{1,2}:[0-9]{2})"
)


def parse_duration(text: str | None, *, unit: Unit | None = None) -> float | None:
    """
    Read how long a deployment lasted, in hours.

    Parameters
    ----------
    text
        The cell as published: ``5h03m``, ``5h40``, ``6h 07m``, ``5:03``, ``05:03:00``,
        ``5 hrs 3 mins``, ``5.5 hours``, ``330 mins``.
    unit
        Unit that the header states, for figures that state none.

    Returns
    -------
    duration_h
        Hours; None where the record has none.

    Raises
    ------
    ValueParseError
        If the text is no duration, has no unit, has 60 minutes or more beside hours, lasts
        longer than 72 h, or can be read two ways (``4.30 hrs``, ``0.2291667`` under hours).

    Examples
    --------
    >>> parse_duration("5h30m"), parse_duration("5h15"), parse_duration("330 mins")
    (5.5, 5.25, 5.5)
    >>> parse_duration("5", unit="hours")
    5.0
    """
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    for written, half in _WRITTEN_HALVES:
        plain = re.sub(rf"(?<![0-9/]){written}(?![0-9/])", half, plain)
    minutes = _minutes(plain, text, unit)
    if minutes is None:
        accepted = "5h03m, 5h40, 5:03, 05:03:00, 5 hrs 3 mins, 5.5 hours, 330 mins"
        raise refuse(text, "a duration", accepted)
    hours = minutes / 60
    if hours > LONGEST_H:
        kind = f"a deployment's duration: it exceeds {LONGEST_H:.0f} hours"
        raise refuse(text, kind, "up to 72 h")
    return hours


def _minutes(plain: str, text: str | None, unit: Unit | None) -> float | None:
    for pattern in (_HOURS_MINUTES, _CLOCK):
        if match := pattern.fullmatch(plain):
            return _sum_parts(match, text)
    if match := _ISO.fullmatch(plain):
        return 60.0 * int(match["h"] or 0) + int(match["m"] or 0)
    if match := _MINUTES.fullmatch(plain):
        return float(match["m"])
    if match := _HOURS.fullmatch(plain):
        return _decimal_hours(match, text, unit)
    if match := _BARE.fullmatch(plain):
        return _bare(match, text, unit)
    return None


def _sum_parts(match: re.Match[str], text: str | None) -> float:
    minutes = int(match["m"])
    seconds = int(match.groupdict().get("s") or 0)
    if minutes >= 60 or seconds >= 60:  # noqa: PLR2004 - minutes in an hour
        kind = "a duration: minutes beside hours run from 0 to 59"
        raise refuse(text, kind, "5h03m, 330 mins")
    return 60.0 * int(match["h"]) + minutes + seconds / 60


def _decimal_hours(match: re.Match[str], text: str | None, unit: Unit | None) -> float | None:
    whole, half = match["h"], match["half"]
    if whole is None and half is None:
        return None
    if half and "." in (whole or ""):
        return None
    return _hours_of(whole or "0", text, unit) + 60 * _HALVES.get(half or "", 0.0)


def _hours_of(number: str, text: str | None, unit: Unit | None) -> float:
    """Return the minutes in a number of hours; refuse one that reads two ways."""
    whole, _, fraction = number.partition(".")
    if unit == "clock" and len(fraction) == 2 and fraction < "60":  # noqa: PLR2004 - minutes
        return 60.0 * int(whole or 0) + int(fraction)
    if unit == "clock" and fraction.strip("0"):
        accepted = "5.03 for 5 h 3 min; or 5h30m"
        raise refuse(text, "hours and minutes around a point", accepted)
    # A clerk's "4.30 hrs" is as likely 4 h 30 min as 4.3 h.
    if unit != "decimal" and _reads_two_ways(fraction):
        raise refuse(text, "a duration that reads one way only", f"4h30m, or {_TWO_WAYS}")
    if unit != "decimal" and _is_part_of_day(float(number)):
        kind = "a duration in hours: it reads as a part of a day, as spreadsheets keep times"
        accepted = '5h30m, 5:30; or --map "Header=duration_h:decimal" if hours are meant'
        raise refuse(text, kind, accepted)
    return 60 * float(number)


def _reads_two_ways(fraction: str) -> bool:
    return len(fraction) == 2 and fraction < "60" and fraction not in _QUARTERS  # noqa: PLR2004 - as minutes


def unsettled_hours(texts: Iterable[str | None]) -> tuple[bool, list[str]]:
    """
    Tell how a column of hours writes parts of an hour, as far as its figures show it.

    Parameters
    ----------
    texts
        All duration cells of one document, under a header that says hours.

    Returns
    -------
    decimal
        Whether a figure such as 5.67 or 5.333 shows that they are decimal.
    open
        Otherwise, the figures that read two ways; empty where there is only one, which may
        be a slip.

    Examples
    --------
    >>> unsettled_hours(["5.30", "4.67"]), unsettled_hours(["5.30", "4.15", "5"])
    ((True, []), (False, ['5.30', '4.15']))
    """
    plain = [clean_cell(text).casefold() for text in texts]
    matches = [match for text in plain if (match := _DOTTED.fullmatch(text))]
    if any(len(m["part"]) > 2 or m["part"] in _NO_MINUTES for m in matches):  # noqa: PLR2004 - minutes have two
        return True, []
    telling = [match[0] for match in matches if _reads_two_ways(match["part"])]
    return False, telling if len(telling) > 1 else []


def _is_part_of_day(hours: float) -> bool:
    minutes = 1440 * hours
    whole = abs(minutes - round(minutes)) < 0.02 and round(minutes) > 0  # noqa: PLR2004 - as rounded
    return hours < 1 and whole and abs(60 * hours - round(60 * hours)) > 0.02  # noqa: PLR2004 - likewise


def _bare(match: re.Match[str], text: str | None, unit: Unit | None) -> float:
    if unit is None:
        accepted = '5h, 330 mins; or state the unit with --map "Header=duration_h:hours"'
        raise refuse(text, "a duration: it has no unit", accepted)
    half = _HALVES.get(match["half"] or "", 0.0)
    if unit == "minutes":
        return float(match["n"]) + half
    return _hours_of(match["n"], text, unit) + 60 * half


def parse_time(text: str | None) -> str | None:
    """
    Read a time of day as ``HH:MM``.

    Parameters
    ----------
    text
        The cell as published.

    Returns
    -------
    time
        On the 24-hour clock; None where the record has none.

    Raises
    ------
    ValueParseError
        If the text is no time of day; a bare hour needs ``am`` or ``pm``.

    Examples
    --------
    >>> parse_time("9.30am"), parse_time("1630hrs"), parse_time("10:00:00")
    ('09:30', '16:30', '10:00')
    """
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    if plain in {"noon", "midday", "12 noon"}:
        return "12:00"
    if plain in {"midnight", "12 midnight", "24:00", "24.00", "2400", "2400hrs"}:
        return "00:00"
    match = _TIME.fullmatch(_WITH_DATE.sub("", plain))
    clock = _on_the_clock(match) if match else None
    if clock is None:
        raise refuse(text, "a time of day", "10:00, 1000hrs, 9.30am, 4pm")
    return f"{clock[0]:02d}:{clock[1]:02d}"


def _on_the_clock(match: re.Match[str]) -> tuple[int, int] | None:
    hour, minute, half = int(match["h"]), int(match["m"] or 0), (match["half"] or "")[:1]
    if match["m"] is None and not half:
        return None
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours on a clock face
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute) if hour <= 23 and minute <= 59 else None  # noqa: PLR2004 - the day's last minute


def parse_span(text: str | None) -> tuple[str, str] | None:
    """
    Read a start and an end from one cell: ``10:00 - 16:30``.

    Examples
    --------
    >>> parse_span("1000-1630hrs"), parse_span("10am to 4.30pm")
    (('10:00', '16:30'), ('10:00', '16:30'))
    """
    if is_unknown(text):
        return None
    plain = re.sub(r"^(?:from|between)\s+", "", clean_cell(text).casefold())
    parts = re.split(r"\s*(?:-|/|\b(?:to|until|till|and)\b)\s*", plain)
    try:
        start, end = map(parse_time, parts)
    except ValueError:  # a ValueParseError, or not two parts
        start = end = None
    if start is None or end is None:
        raise refuse(text, "a start and an end", "10:00-16:30, 10am to 4.30pm")
    return start, end


def hours_between(start: str, end: str) -> float:
    """
    Return the hours from one time of day to the next occurrence of another.

    Examples
    --------
    >>> hours_between("10:00", "16:30"), hours_between("22:00", "01:00")
    (6.5, 3.0)
    """
    (start_h, start_m), (end_h, end_m) = (map(int, time.split(":")) for time in (start, end))
    return ((60 * end_h + end_m - 60 * start_h - start_m) % 1440) / 60
