"""Read hours of the week as people write them."""

from __future__ import annotations

import re

from data.errors import ValueParseError
from geo.passages import hours_of_week

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {
    "weekday": range(5), "weekdays": range(5), "weekend": range(5, 7), "weekends": range(5, 7),
    "daily": range(7), "every day": range(7), "all week": range(7),
}  # fmt: skip
_TEXT = re.compile(
    r"(?P<days>[a-z][a-z ,\u2013-]*?)\s*"
    r"(?P<first>\d{1,2})(?::00)?(?:\s*(?:-|\u2013|to)\s*(?P<end>\d{1,2})(?::00)?)?\s*h?"
)
_DAY_SHORTEST = 2


def read_hours(text: str) -> tuple[int, ...]:
    """
    Read hours of the week.

    Parameters
    ----------
    text
        Days, then the hour that begins, or the hours from which to which: "Saturday 14",
        "weekdays 10-17", "Mon-Wed 8 to 10", "Fri, Sat 20-24", "daily 9-18".

    Returns
    -------
    hours
        As of `geo.passages.hours_of_week`: 0 is Monday from midnight to one.

    Raises
    ------
    ValueParseError
        If the text does not name them.

    Examples
    --------
    >>> read_hours("Saturday 14"), read_hours("Mon-Tue 10-12")
    ((134,), (10, 11, 34, 35))
    """
    found = _TEXT.fullmatch(" ".join(text.casefold().split()))
    days = _days(found["days"]) if found else []
    first = int(found["first"]) if found else 24
    end = int(found["end"]) if found and found["end"] else first + 1
    if not days or not 0 <= first < end <= 24:  # noqa: PLR2004 - hours of a day
        msg = (
            f"{text!r} names no hours of the week. Write days and full hours on the 24-hour "
            "clock, such as 'Saturday 14' or 'weekdays 10-17'."
        )
        raise ValueParseError(msg)
    return hours_of_week(days, first, end)


def _days(text: str) -> list[int]:
    """Return the days that some words name, none if one names nothing."""
    if text in _GROUPS:
        return [*_GROUPS[text]]
    days: list[int] = []
    for part in re.split(r"\s*(?:,| and )\s*", text.strip()):
        ends = [_day(word) for word in re.split(r"\s*(?:-|\u2013| to )\s*", part)]
        if None in ends or len(ends) > 2:  # noqa: PLR2004 - from one to another
            return []
        first, last = int(ends[0] or 0), int(ends[-1] or 0)
        days += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return days


def _day(word: str) -> int | None:
    matches = [n for n, day in enumerate(_DAYS) if day.startswith(word.removesuffix("s"))]
    return matches[0] if len(matches) == 1 and len(word) >= _DAY_SHORTEST else None
