"""
Parse one published cell strictly: a value, unknown, or an error that says what would do.

Each parser takes the cell's text and returns the value, or None where the record says that it
has none (blank, ``N/A``, a dash). Anything else raises `ValueParseError`; nothing is guessed.
"""

from __future__ import annotations

import re
from typing import Literal

from data.cell import clean_cell, is_unknown
from data.errors import ValueParseError

Unit = Literal["hours", "minutes"]

LONGEST_H = 72.0
"""Longer than any deployment on record: a figure beyond it is minutes or a slip."""

_MAX_COUNT = 10**12  # beyond any crowd: a telephone number or a slip
_HALVES = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_H = r"(?:h|hr|hrs|hour|hours)\.?"
_M = r"(?:m|min|mins|minute|minutes)\.?"
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_HOURS_MINUTES = re.compile(
    rf"(?P<h>[0-9]{{1,4}})\s*{_H}\s*(?:,|and|&)?\s*(?P<m>[0-9]{{1,3}})\s*(?:{_M})?"
)
_HOURS = re.compile(rf"(?P<h>{_NUMBER})?\s*(?P<half>[½¼¾])?\s*{_H}")
_MINUTES = re.compile(rf"(?P<m>[0-9]{{1,5}})\s*{_M}")
_CLOCK = re.compile(
    r"(?:0 days?,? )?(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})(?::(?P<s>[0-9]{2})(?:\.0+)?)?"
)
_ISO = re.compile(r"pt(?=[0-9])(?:(?P<h>[0-9]{1,3})h)?(?:(?P<m>[0-9]{1,4})m)?(?:0s)?")
_BARE = re.compile(rf"(?P<n>{_NUMBER})\s*(?P<half>[½¼¾])?")
_COUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)(?:\.00?)?")
_DECIMAL = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")
_TIME = re.compile(
    r"(?P<h>[0-9]{1,2})(?:[:.h]?(?P<m>[0-9]{2}))?(?::[0-9]{2})?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?)?"
    r"\s*(?:hrs|hours|hr|h|gmt|bst)?"
)
_STATUS = {
    "reported": "reported completed complete deployed done held concluded finished",
    "announced": "announced planned scheduled upcoming intended",
    "aborted": "aborted cancelled canceled abandoned stopped stood-down terminated",
}
_STATUS_OF = {word: status for status, words in _STATUS.items() for word in words.split()}


def _refuse(text: str | None, kind: str, accepted: str) -> ValueParseError:
    shown = clean_cell(text)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."  # noqa: PLR2004 - a line's worth
    return ValueParseError(f"'{shown}' is not {kind}. Accepted: {accepted}.")


def parse_count(text: str | None) -> int | None:
    """
    Read a whole number, with or without separators for thousands.

    Parameters
    ----------
    text
        The cell as published.

    Returns
    -------
    count
        The number; None where the record has none. ``nil`` and ``zero`` are 0. ``none`` is
        refused, since it says zero in one document and unknown in another.

    Raises
    ------
    ValueParseError
        If the text is no exact count: ``c. 500``, ``500+``, ``-3``, ``4.5``.

    Examples
    --------
    >>> parse_count("28,220"), parse_count("28 220"), parse_count("N/A"), parse_count("nil")
    (28220, 28220, None, 0)
    """
    if text is not None and text.isascii() and text.isdigit() and len(text) <= 12:  # noqa: PLR2004 - the plain case, fast
        return int(text)
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    if plain in {"nil", "zero"}:
        return 0
    if plain == "none":
        raise _refuse(text, "a count: it may mean zero or unknown", "0, or N/A where unknown")
    if not _COUNT.fullmatch(plain):
        accepted = "28220, 28,220, 28 220, nil, or N/A where unknown"
        raise _refuse(text, "an exact count", accepted)
    count = int(re.sub(r"\.00?$", "", plain).replace(",", "").replace(" ", ""))
    if count > _MAX_COUNT:
        raise _refuse(text, "a count of people or alerts", f"at most {_MAX_COUNT}")
    return count


def _decimal(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) and len(text) <= 24 else None  # noqa: PLR2004 - keeps it finite


def parse_share(text: str | None, *, percent: bool = False) -> float | None:
    """
    Read a share: ``0.08%`` is 0.0008.

    Parameters
    ----------
    text
        The cell as published.
    percent
        Whether the header says that figures are percentages, sign or no sign.

    Returns
    -------
    share
        In 0..1; None where the record has none. A figure without a sign is taken as a share
        already, which is how spreadsheets store percentages.

    Raises
    ------
    ValueParseError
        If the text is no number, or lies outside 0..1 (0..100 %).

    Examples
    --------
    >>> parse_share("0.08%"), parse_share("0.08", percent=True), parse_share("N/A")
    (0.0008, 0.0008, None)
    """
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    signed = re.sub(r"\s*(?:%|per ?cent|pct)$", "", plain)
    number = _decimal(signed)
    in_percent = percent or signed != plain
    if number is None or number > (100 if in_percent else 1):
        raise _refuse(text, "a share", "0.08%, or a share from 0 to 1")
    return round(number / 100, 12) if in_percent else number


def parse_threshold(text: str | None, *, percent: bool = False) -> float | None:
    """
    Read a similarity threshold between 0 and 1, or as a percentage.

    Parameters
    ----------
    text
        The cell as published.
    percent
        Whether the header says that figures are percentages.

    Returns
    -------
    threshold
        In 0..1; None where the record has none.

    Raises
    ------
    ValueParseError
        If it is neither.

    Examples
    --------
    >>> parse_threshold("0.60"), parse_threshold("64%")
    (0.6, 0.64)
    """
    try:
        return parse_share(text, percent=percent)
    except ValueParseError:
        raise _refuse(text, "a similarity threshold", "0.6, 0.60 or 60%") from None


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
        longer than 72 h, or can be read two ways (``4.30 hrs``).

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
    minutes = _minutes(plain, text, unit)
    if minutes is None:
        accepted = "5h03m, 5h40, 5:03, 05:03:00, 5 hrs 3 mins, 5.5 hours, 330 mins"
        raise _refuse(text, "a duration", accepted)
    hours = minutes / 60
    if hours > LONGEST_H:
        kind = f"a deployment's duration: it exceeds {LONGEST_H:.0f} hours"
        raise _refuse(text, kind, "up to 72 h")
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
        return _decimal_hours(match, text)
    if match := _BARE.fullmatch(plain):
        return _bare(match, text, unit)
    return None


def _sum_parts(match: re.Match[str], text: str | None) -> float:
    minutes = int(match["m"])
    seconds = int(match.groupdict().get("s") or 0)
    if minutes >= 60 or seconds >= 60:  # noqa: PLR2004 - minutes in an hour
        kind = "a duration: minutes beside hours run from 0 to 59"
        raise _refuse(text, kind, "5h03m, 330 mins")
    return 60.0 * int(match["h"]) + minutes + seconds / 60


def _decimal_hours(match: re.Match[str], text: str | None) -> float | None:
    whole, half = match["h"], match["half"]
    if whole is None and half is None:
        return None
    fraction = (whole or "").partition(".")[2]
    # A clerk's "4.30 hrs" is as likely 4 h 30 min as 4.3 h.
    if len(fraction) == 2 and fraction not in {"00", "25", "50", "75"} and fraction < "60":  # noqa: PLR2004
        raise _refuse(text, "a duration that reads one way only", "4h30m, or 4.5 hours")
    if fraction and half:
        return None
    return 60 * (float(whole or 0) + _HALVES.get(half or "", 0.0))


def _bare(match: re.Match[str], text: str | None, unit: Unit | None) -> float:
    if unit is None:
        accepted = '5h, 330 mins; or state the unit with --map "Header=duration_h:hours"'
        raise _refuse(text, "a duration: it has no unit", accepted)
    number = float(match["n"]) + _HALVES.get(match["half"] or "", 0.0)
    return number * (60 if unit == "hours" else 1)


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
    match = _TIME.fullmatch(plain)
    clock = _on_the_clock(match) if match else None
    if clock is None:
        raise _refuse(text, "a time of day", "10:00, 1000hrs, 9.30am, 4pm")
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
    parts = re.split(r"\s*(?:-|\bto\b|\buntil\b|\btill\b)\s*", clean_cell(text).casefold())
    try:
        start, end = map(parse_time, parts)
    except ValueError:  # a ValueParseError, or not two parts
        start = end = None
    if start is None or end is None:
        raise _refuse(text, "a start and an end", "10:00-16:30, 10am to 4.30pm")
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


def parse_coordinate(text: str | None, *, limit: float) -> float | None:
    """
    Read degrees of longitude (limit 180) or latitude (limit 90).

    Examples
    --------
    >>> parse_coordinate("-0.1419", limit=180)
    -0.1419
    """
    plain = clean_cell(text)
    if is_unknown(plain):
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?", plain) and abs(float(plain)) <= limit:
        return float(plain)
    accepted = f"decimal degrees from -{limit:.0f} to {limit:.0f}, such as -0.1419"
    raise _refuse(text, "a coordinate", accepted)


def parse_status(text: str | None) -> str | None:
    """
    Read whether a deployment was reported, only announced, or aborted.

    Examples
    --------
    >>> parse_status("Completed"), parse_status("planned"), parse_status("")
    ('reported', 'announced', None)
    """
    plain = clean_cell(text).casefold()
    if is_unknown(plain):
        return None
    if plain.replace(" ", "-") not in _STATUS_OF:
        raise _refuse(text, "a status", "reported, announced or aborted")
    return _STATUS_OF[plain.replace(" ", "-")]


def parse_text(text: str | None) -> str | None:
    r"""
    Return text on one line, or None where it says nothing.

    Examples
    --------
    >>> parse_text("Crime\nHotspot")
    'Crime Hotspot'
    """
    line = " ".join((text or "").split())
    return None if is_unknown(line) else line
