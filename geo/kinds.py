"""Tell by its words alone what a part of a place is: a street, a landmark, a district."""

from __future__ import annotations

import re
import unicodedata

from geo.shorthand import POSTAL_AREAS
from geo.words import (
    DIRECTIONS,
    LANDMARK_LAST_WORDS,
    LANDMARK_WORDS,
    PREMISES,
    PREMISES_LAST_WORDS,
    STREET_WORDS,
    STREETS_ALONE,
    TOWN_WORDS,
    WELSH_STREETS,
)

QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201b`\u00b4\u02bc\u2032"), "'")
"""What people type for an apostrophe."""

_ROAD = re.compile(r"A\d{1,4}(?:\(M\))?|B\d{3,4}|M\d{1,3}")
_POSTCODE = re.compile(r"([A-Z]{1,2})\d[A-Z\d]?(?: ?\d[ABD-HJLNP-UW-Z]{2})?")


def name_key(text: str) -> str:
    """
    Return the form in which two spellings of one name are equal.

    Accents, case, apostrophes and punctuation go; "&" becomes "and", "Saint" becomes "St".

    Examples
    --------
    >>> name_key("King's Cross & St. Pancras"), name_key("kings cross and Saint Pancras")
    ('kings cross and st pancras', 'kings cross and st pancras')
    """
    plain = text if text.isascii() else _without_accents(text)
    plain = plain.casefold().replace("'", "")
    words = re.findall(r"[^\W_]+", plain.replace("&", " and "))
    return " ".join("st" if word == "saint" else word for word in words)


def _without_accents(text: str) -> str:
    # A compatibility form may hide a capital, and a capital's small form an accent: twice.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return bare.translate(QUOTES)


def kind_of(name: str) -> str:
    """
    Return what a part reads as by its words alone: street, landmark or district.

    Examples
    --------
    >>> [kind_of(n) for n in ("Mare Street", "Barking Station", "Station Parade", "Acton")]
    ['street', 'landmark', 'street', 'district']
    >>> [kind_of(n) for n in ("A406", "Heol y Porth", "Town Hall", "Market Harborough")]
    ['street', 'street', 'landmark', 'district']
    """
    words = name.casefold().split()
    if not words:
        return "district"
    if _is_landmark_by_last(words):
        return "landmark"
    if is_road(name.upper()) or _is_street(words):
        return "street"
    return "landmark" if any(word in LANDMARK_WORDS for word in words) else "district"


def _is_street(words: list[str]) -> bool:
    if len(words) == 1:
        return words[0] in STREETS_ALONE
    beside = words[-1] in DIRECTIONS and len(words) > 2  # noqa: PLR2004 - "High Street North"
    return words[0] in WELSH_STREETS or words[-2 if beside else -1] in STREET_WORDS


def _is_landmark_by_last(words: list[str]) -> bool:
    """Tell whether the last word makes a landmark; some need another word beside it."""
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in PREMISES_LAST_WORDS:
        return before in PREMISES
    if last == "mall":
        return len(words) > 2  # noqa: PLR2004 - Broad Street Mall, but The Mall, Pall Mall
    if last in {"centre", "center"}:
        return before not in TOWN_WORDS
    if last == "castle" and {"&", "and"} & set(words):
        return False  # Elephant & Castle
    return last in LANDMARK_LAST_WORDS or (words[0] == "terminal" and len(words) > 1)


def is_road(name: str) -> bool:
    """
    Tell whether a name is a road's number.

    Examples
    --------
    >>> [is_road(name) for name in ("A406", "A1(M)", "M25", "B1", "N4")]
    [True, True, True, False, False]
    """
    return _ROAD.fullmatch(name) is not None


def is_postcode(name: str) -> bool:
    """
    Tell whether a name is a postcode or the outward half of one.

    "M1" may be a motorway or a part of Manchester; only the rest of the text tells.

    Examples
    --------
    >>> [is_postcode(name) for name in ("N4", "SE18 6AY", "SW1A", "A10", "O2")]
    [True, True, True, False, False]
    """
    match = _POSTCODE.fullmatch(name)
    return match is not None and match[1] in POSTAL_AREAS
