"""Every word and number as a reader sees it; another language would start here."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LANGUAGE = "en-GB"

NONE = "\N{EN DASH}"
"""What stands for a figure that is not published; never 0."""

ELSEWHERE = "told elsewhere: "
"""Start of ``located_by`` where another disclosure's words placed a deployment."""

CONFLICT = f"; {ELSEWHERE}"
"""What ``located_by`` holds where both tellings did, since they conflict."""

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"

MINUS = "\N{MINUS SIGN}"

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""Counts below ten are words in a sentence, as in the press."""

TITLE = "Where police used live facial recognition"

NOT_LINE = f"Faces seen is the force{APOSTROPHE}s own estimate of passages, not people."

PRECISION_NAMES = {
    "site": "Spot",
    "street": "Street",
    "district": "District",
    "area": "Whole area",
    "unknown": "Not located",
}

PRECISION_MEANINGS = {
    "site": "station, venue, junction",
    "street": "somewhere along it",
    "district": "somewhere inside the disc",
    "area": "somewhere in the outline",
    "unknown": "listed, not drawn",
}

REGIONS = {"Metropolitan Police": "London", "City of London Police": "London"}
"""What to call the view that holds a force's marks, where its name does not say."""

LONGEST_TEXT = 300
"""Characters of a published text shown before it is trimmed; the longest real place has 90."""

_MILLION = 1_000_000
_KM = 1000.0
_MINUTES_PER_HOUR = 60
_YEAR_PARTS, _MONTH_PARTS = 1, 2


def is_given(value: object) -> bool:
    """
    Say whether a cell holds something.

    Examples
    --------
    >>> is_given(0), is_given(""), is_given(None), is_given(float("nan"))
    (True, False, False, False)
    """
    return not (value is None or value is pd.NA or value == "" or value != value)  # noqa: PLR0124 - NaN


def clean(text: object, *, longest: int = LONGEST_TEXT) -> str:
    r"""
    Return a published text fit to show: one line, no control characters, trimmed.

    Characters that reorder or hide text (U+202E and its kin) are dropped, since a place
    name could otherwise read as something that the record does not say.

    Examples
    --------
    >>> clean("High St,\n Ilford\u202e")
    'High St, Ilford'
    >>> clean("abcdef", longest=4)
    'abc…'
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in str(text)
        if character.isspace()
        or unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs"}
    )
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def count(number: float) -> str:
    """
    Write a reported number exactly.

    Examples
    --------
    >>> count(28220)
    '28,220'
    """
    return f"{round(number):,}"


def big(number: float) -> str:
    """
    Write a total: exactly below a million, to three figures above.

    Examples
    --------
    >>> big(247764), big(1391234), big(2000000)
    ('247,764', '1.39 million', '2 million')
    """
    if number < _MILLION:
        return count(number)
    return f"{float(f'{number / _MILLION:.3g}'):,g} million"


def rough(number: float) -> str:
    """
    Write an estimate to two significant figures.

    Examples
    --------
    >>> rough(9431), rough(0.061), rough(0)
    ('9,400', '0.061', '0')
    """
    if not number:
        return "0"
    digits = 1 - math.floor(math.log10(abs(number)))
    rounded = round(number, digits)
    return (
        f"{rounded:,.0f}" if digits <= 0 else f"{rounded:,.{digits}f}".rstrip("0").rstrip(".")
    )


def likely(middle: float, low: float, high: float, *, noun: str) -> str:
    """
    Write an estimate with its 80 % interval.

    Examples
    --------
    >>> likely(9431, 5790, 15020, noun="faces")
    'about 9,400 faces, likely 5,800 to 15,000'
    """
    return f"about {rough(middle)} {noun}, likely {rough(low)} to {rough(high)}"


def hours(length_h: float) -> str:
    """
    Write a duration.

    Examples
    --------
    >>> hours(8.15), hours(5), hours(0.5)
    ('8 h 9 min', '5 h', '30 min')
    """
    whole, minutes = divmod(round(length_h * _MINUTES_PER_HOUR), _MINUTES_PER_HOUR)
    parts = [f"{whole:,} h"] if whole else []
    if minutes or not whole:
        parts.append(f"{minutes} min")
    return " ".join(parts)


def date(iso: str) -> str:
    """
    Write a date as precisely as it is known.

    Examples
    --------
    >>> date("2023-05-06"), date("2023-08"), date("2023")
    ('6 May 2023', 'August 2023', '2023')
    """
    parts = iso.split("-")
    if len(parts) == _YEAR_PARTS:
        return parts[0]
    month = MONTHS[int(parts[1]) - 1]
    if len(parts) == _MONTH_PARTS:
        return f"{month} {parts[0]}"
    return f"{int(parts[2])} {month} {parts[0]}"


def distance(length_m: float) -> str:
    """
    Write a radius to two significant figures.

    Examples
    --------
    >>> distance(148), distance(2340)
    ('150 m', '2.3 km')
    """
    if length_m < _KM:
        return f"{rough(length_m)} m"
    return f"{rough(length_m / _KM)} km"


def surface(area_km2: float) -> str:
    """
    Write the size of an area.

    Examples
    --------
    >>> surface(14.857), surface(150.1)
    ('14.9 km²', '150 km²')
    """
    return f"{float(f'{area_km2:.3g}'):,g} km²"


def spelt(number: int) -> str:
    """
    Write a small count as a word.

    Examples
    --------
    >>> spelt(2), spelt(15)
    ('two', '15')
    """
    return NUMERALS[number] if number < len(NUMERALS) else count(number)


def percent(share: float, *, digits: int = 0) -> str:
    """
    Write a share of a whole; what is not all of it never reads 100 %, nor some of it 0 %.

    Examples
    --------
    >>> [percent(share) for share in (0, 0.001, 0.125, 0.999, 1)]
    ['0 %', 'under 1 %', '13 %', 'over 99 %', '100 %']
    >>> [percent(share, digits=1) for share in (0.9498, 0.9999, 1)]
    ['95.0 %', 'over 99.9 %', '100 %']
    """
    unit = 10**digits
    parts = math.floor(round(100 * share * unit, 6) + 0.5)
    if parts == 0 and share > 0:
        return f"under {1 / unit:g} %"
    if parts == 100 * unit and share < 1:
        return f"over {100 - 1 / unit:g} %"
    return f"{parts / unit:.{digits if 0 < share < 1 else 0}f} %"


def plural(number: float, one: str, many: str | None = None) -> str:
    """
    Write a number with its noun.

    Examples
    --------
    >>> plural(1, "arrest"), plural(618, "arrest")
    ('1 arrest', '618 arrests')
    """
    noun = one if number == 1 else many or f"{one}s"
    return f"{count(number)} {noun}"


def joined(text: str) -> str:
    r"""
    Keep numbers with what follows them when a line breaks.

    Examples
    --------
    >>> joined("Met: 618 arrests to 6 May 2023")
    'Met: 618\xa0arrests to 6\xa0May 2023'
    """
    return re.sub(r"(?<=\d) (?=\S)", "\N{NO-BREAK SPACE}", text)


def listing(items: Sequence[str]) -> str:
    """
    Join words as prose does.

    Examples
    --------
    >>> listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def short_force(name: str) -> str:
    """
    Return what a headline calls a force.

    Examples
    --------
    >>> short_force("Metropolitan Police Service"), short_force("Essex Police")
    ('Met', 'Essex Police')
    """
    return "Met" if name.startswith("Metropolitan Police") else clean(name, longest=60)


def region(force: str) -> str:
    """
    Return what to call the part of the country a force polices.

    Examples
    --------
    >>> region("Metropolitan Police Service"), region("South Wales Police")
    ('London', 'South Wales')
    """
    for start, name in REGIONS.items():
        if force.startswith(start):
            return name
    for ending in (" Police", " Constabulary", " Police Service"):
        force = force.removesuffix(ending)
    return clean(force, longest=40)


def how_sure(place: Mapping[str, object], *, area_km2: float | None) -> str:
    """
    Say how a place was read and how large it is for that.

    Parameters
    ----------
    place
        ``precision``, ``place_read``, ``area_name``, ``area_code``, ``uncertainty_m``,
        ``place_published`` and ``located_by`` of one place; anything but the precision may
        be null.
    area_km2
        Size of the area where the whole of it is meant.

    Examples
    --------
    >>> islington = {"precision": "area", "area_name": "Islington", "area_code": "E09000019"}
    >>> how_sure(islington, area_km2=14.86)
    'Islington (whole borough, 14.9 km²; the record says no more)'
    >>> how_sure({**islington, "place_published": "Islington, High Rd"}, area_km2=None)
    'Islington (whole borough; nothing narrower can be read)'
    >>> spot = {"precision": "site", "place_read": "Dalston Kingsland", "uncertainty_m": 150.0}
    >>> how_sure(spot, area_km2=None)
    'Dalston Kingsland, to within 150 m'
    >>> told = {"located_by": "told elsewhere: curated table", "place_published": "Oak"}
    >>> how_sure({**spot, **told}, area_km2=None)
    'Dalston Kingsland, to within 150 m (so told elsewhere; the record says only Oak)'
    """
    by = clean(place["located_by"]) if is_given(place.get("located_by")) else ""
    if CONFLICT in by:
        return f"{clean(place['place_read'])}: the record and another disclosure disagree"
    said = _how_sure(place, area_km2=area_km2)
    if by.startswith(ELSEWHERE):
        words = clean(place["place_published"])
        return f"{said} (so told elsewhere; the record says only {words})"
    return said


def _how_sure(place: Mapping[str, object], *, area_km2: float | None) -> str:
    read = clean(place["place_read"]) if is_given(place.get("place_read")) else ""
    area = clean(place["area_name"]) if is_given(place.get("area_name")) else ""
    name = read or area or "this place"
    radius = place.get("uncertainty_m")
    within = distance(float(str(radius))) if is_given(radius) else ""
    precision = place["precision"]
    if precision == "area":
        borough = str(place.get("area_code", "")).startswith("E09")
        kind = "whole borough" if borough else "whole local authority"
        size = f", {surface(area_km2)}" if area_km2 else ""
        told = (
            clean(place.get("place_published") or area).casefold() in (area or name).casefold()
        )
        limit = "the record says no more" if told else "nothing narrower can be read"
        return f"{area or name} ({kind}{size}; {limit})"
    if precision == "unknown":
        return "not located; the record does not say which place it means"
    if not within:
        return name
    if precision == "street":
        return f"along {name}, within {within} of its middle"
    if precision == "district":
        return f"somewhere in {name}, within {within} of its middle"
    return f"{name}, to within {within}"
