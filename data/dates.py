"""Dates as clerks write them: the day stated first, sometimes only a month or a year."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from data.cell import clean_cell
from data.errors import ValueParseError

if TYPE_CHECKING:
    from collections.abc import Iterable

Precision = Literal["day", "month", "year"]

_FIRST_YEAR = 2014  # the first use by a British force was in 2015
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY = r"(?:(?P<w>mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ?(?:the )?)?"
_CLOCK = r"(?:[t ]\(?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?\)?(?:z| ?(?:am|pm|hrs))?)?"
_NAME = r"(?P<name>[a-z]{3,9})"
_ISO = re.compile(rf"(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}}){_CLOCK}")
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})(?P<sep> ?[-/.] ?| )(?P<m>[0-9]{{1,2}})(?P=sep)"
    rf"(?P<y>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}"
)
_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?[ \-/.]?(?:of )?{_NAME}\.?,?[ \-/.]?'?"
    rf"(?P<y>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}"
)
_NAMED_US = re.compile(
    rf"{_WEEKDAY}{_NAME}\.? (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<y>[0-9]{{4}}){_CLOCK}"
)
_MONTH_NAMED = re.compile(rf"{_NAME}\.?,?[ \-/]?(?P<y>[0-9]{{4}})")
_MONTH_ISO = re.compile(r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{1,2})")
_MONTH_NUMERIC = re.compile(r"(?P<m>[0-9]{1,2})[-/](?P<y>[0-9]{4})")
_COMPACT = re.compile(r"(?P<y>20[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_YEAR = re.compile(r"(?P<y>[0-9]{4})")
_DAY_FORMS = (_ISO, _NUMERIC, _NAMED, _NAMED_US, _COMPACT)
_WHY_NOT = (
    (r"4[0-9]{4}(?:\.[0-9]+)?",
     ": it reads as a spreadsheet's count of days; give the column the format of a date"),
    (rf"{_WEEKDAY}[0-9]{{1,2}}(?:st|nd|rd|th)? ?[a-z]{{3,9}}", ": the year is missing"),
    (r"[0-9]{1,2}[/.-][0-9]{1,2}", ": the year is missing"),
    (r".*[0-9].*(?: - | to | and |&|, ?(?=[0-9])).*[0-9].*|[0-9]+[-/][0-9]+ [a-z]+.*",
     ": it names several days; give each a row of its own, or the first alone"),
    (r"[a-z]+[ -]'?[0-9]{2}", " that reads one way only: it may be a day or a year"),
)  # fmt: skip
_LONGEST = 60  # letters of a cell that is looked at for why it is no date
_MONTH_FORMS = (_MONTH_NAMED, _MONTH_ISO, _MONTH_NUMERIC)

ACCEPTED = "06/05/23 (day first), 2023-05-06, 6 May 2023; May 2023 or 2023 if no more is known"


@dataclass(frozen=True)
class PublishedDate:
    """
    A date as far as the record states it.

    Attributes
    ----------
    iso
        ``2023-05-06``, ``2023-05`` or ``2023``.
    precision
        ``day``, ``month`` or ``year``.
    """

    iso: str
    precision: Precision


def _refuse(text: str | None, why: str, accepted: str = ACCEPTED) -> ValueParseError:
    shown = clean_cell(text)[:_LONGEST]
    return ValueParseError(f"'{shown}' is not a date{why}. Accepted: {accepted}.")


def parse_date(text: str | None, *, month_first: bool = False) -> PublishedDate:
    """
    Read a date, the day first.

    Parameters
    ----------
    text
        The cell as published.
    month_first
        Whether the header (or the caller) says that the month comes before the day.

    Returns
    -------
    date
        With its precision.

    Raises
    ------
    ValueParseError
        If the text is no date, is impossible, names the wrong weekday, or is the month-first
        kind where days come first.

    Notes
    -----
    Years of two digits from 14 to 79 are 2014 to 2079; others are refused, since no force
    deployed before 2015: ``24/03/05`` with the year first would otherwise become 2005.

    Examples
    --------
    >>> parse_date("06/05/23").iso, parse_date("Sat 6th May 2023").iso
    ('2023-05-06', '2023-05-06')
    >>> parse_date("May 2023")
    PublishedDate(iso='2023-05', precision='month')
    """
    plain = clean_cell(text).casefold()
    for form in _DAY_FORMS:
        if match := form.fullmatch(plain):
            return _day(match, text, month_first=month_first and form is _NUMERIC)
    for form in _MONTH_FORMS:
        if match := form.fullmatch(plain):
            month = _month(match, text)
            if not 1 <= month <= 12:  # noqa: PLR2004 - months
                raise _refuse(text, f": there is no month {month}")
            return PublishedDate(f"{_year(match, text):04d}-{month:02d}", "month")
    if match := _YEAR.fullmatch(plain):
        return PublishedDate(f"{_year(match, text):04d}", "year")
    short = plain if len(plain) <= _LONGEST else ""
    why = next((why for form, why in _WHY_NOT if re.fullmatch(form, short)), "")
    raise _refuse(text, why if plain else ": the cell is empty")


def only_month_first(texts: Iterable[str | None]) -> list[str]:
    """
    Return dates that only make sense with the month first, where none needs the day first.

    Parameters
    ----------
    texts
        All date cells of one document.

    Returns
    -------
    telling
        The cells that tell; empty where one at least needs the day first, or a single one
        tells otherwise, which may be a slip.

    Examples
    --------
    >>> only_month_first(["05/06/23", "05/13/23", "06/20/23"])
    ['05/13/23', '06/20/23']
    >>> only_month_first(["05/13/23", "06/20/23", "13/05/23"])
    []
    """
    telling = []
    for text in texts:
        match = _NUMERIC.fullmatch(clean_cell(text).casefold())
        if match and int(match["d"]) > 12 and int(match["m"]) <= 12:  # noqa: PLR2004 - months
            return []
        if match and int(match["m"]) > 12 and 1 <= int(match["d"]) <= 12:  # noqa: PLR2004 - months
            telling.append(clean_cell(text))
    return telling if len(telling) > 1 else []


def _year(match: re.Match[str], text: str | None) -> int:
    digits = match["y"]
    year = int(digits) + (2000 if len(digits) == 2 else 0)  # noqa: PLR2004 - a year of two digits
    if not _FIRST_YEAR <= year <= 2079:  # noqa: PLR2004 - the span of two-digit years
        raise _refuse(text, f" of a deployment: the year reads as {digits}")
    return year


def _month(match: re.Match[str], text: str | None) -> int:
    name = match.groupdict().get("name")
    if name is None:
        return int(match["m"])
    if name not in _MONTHS:
        raise _refuse(text, f": '{name}' is no month")
    return _MONTHS[name]


def _day(match: re.Match[str], text: str | None, *, month_first: bool) -> PublishedDate:
    year, month, day = _year(match, text), _month(match, text), int(match["d"])
    if month_first:
        month, day = day, month
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise _impossible(text, month, day, month_first=month_first) from None
    weekday = match.groupdict().get("w")
    true_day = _DAYS[date.weekday()]
    if weekday and not true_day.casefold().startswith(weekday):
        raise _refuse(text, f": {date.isoformat()} was a {true_day}")
    return PublishedDate(date.isoformat(), "day")


def _impossible(
    text: str | None, month: int, day: int, *, month_first: bool
) -> ValueParseError:
    if month > 12 and 1 <= day <= 12 and not month_first:  # noqa: PLR2004 - months
        remedy = (
            "dates are read day first; if this document writes the month first, say so with "
            '--map "Header=date:month-first"'
        )
        return _refuse(text, f": there is no month {month}", remedy)
    return _refuse(text, ": there is no such day")
