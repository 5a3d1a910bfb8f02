"""Write out the words of a place that clerks write short."""

from __future__ import annotations

import re

from geo.kinds import is_postcode, is_road
from geo.shorthand import ALONE, BOROUGHS, MEETS, MOTORWAY, NUMBERED, NUMBERS, PHRASES, TOWNS
from geo.words import (
    ABBREVIATIONS,
    ACRONYMS,
    CROSSES,
    DIRECTIONS,
    SAINTS,
    SMALL_WORDS,
    STREET_WORDS,
)

_COMPASS = {"n": "North", "s": "South", "e": "East", "w": "West"}
_SIZES = frozenset({"great", "gt", "little", "lt", "upper", "upr", "lower", "lwr"})
_STREETS = frozenset({"st", "rd", "road", "street", "ave", "avenue", "ln", "lane", "sq"})
_MARKS = ".,:!?\"'*"
_PHRASES = [(re.compile(how, re.IGNORECASE), full) for how, full in PHRASES]
_EXIT = re.compile(r"j(\d{1,2}[ab]?)", re.IGNORECASE)
_PART = re.compile(r"[^-]+")


def is_shouted(text: str) -> bool:
    """Tell whether a text is all capitals or all small, so that its case says nothing."""
    return not any(c.islower() for c in text) or not any(c.isupper() for c in text)


def phrases_out(text: str) -> str:
    """
    Write out shorthand of more than one word.

    Examples
    --------
    >>> phrases_out("St.Mary's C of E Sch, Rec Gd")
    "St Mary's Church of England Sch, Recreation Ground"
    """
    for pattern, full in _PHRASES:
        text = pattern.sub(full, text)
    return text


def words_out(name: str, *, shouted: bool, related: bool = False) -> list[str]:
    """
    Write out the words of one part; one word that is the whole part is mostly left alone.

    Parameters
    ----------
    name
        The part.
    shouted
        Whether the case of the text says nothing, so that we choose it.
    related
        Whether a relating word stands before it: then "stn" alone is the station.

    Examples
    --------
    >>> " ".join(words_out("ST MARYS C OF E SCH", shouted=True))
    'St Marys C of E School'
    >>> " ".join(words_out("Upr St Martin's Ln", shouted=False))
    "Upper St Martin's Lane"
    """
    words = [_bare(word) for word in name.split()]
    words = [word for word in words if word in MEETS or any(c.isalnum() for c in word)]
    if len(words) > 1 and {words[0].casefold(), words[1].casefold()} == {"st"}:
        words = words[1:]
    lows = [word.casefold() for word in words]
    alone = len(words) == 1 and not related
    return [_word(words, lows, at, shouted=shouted, alone=alone) for at in range(len(words))]


def _bare(word: str) -> str:
    """Take punctuation from a word's ends, and the "(M)" of a motorway out of hiding."""
    return word.strip(_MARKS).replace(MOTORWAY, "(M)")


def _word(words: list[str], lows: list[str], at: int, *, shouted: bool, alone: bool) -> str:
    low = lows[at]
    full = _by_place(lows, at) or BOROUGHS.get(low) or TOWNS.get(low)
    if full:
        return full
    if _is_compass(words, lows, at, shouted=shouted):
        return _COMPASS[low]
    if low in ABBREVIATIONS and (not alone or low in ALONE):
        return ABBREVIATIONS[low]
    return _cased(words[at], first=at == 0) if shouted else words[at]


def _by_place(lows: list[str], at: int) -> str | None:
    """Write out a word whose meaning is told by the words beside it."""
    low, before = lows[at], lows[at - 1] if at else ""
    if low in {"st", "str"}:
        return "St" if _is_saint(lows, at) else "Street"
    if low == "x" and before in CROSSES:
        return "Cross"
    if low == "circ" and before:
        return "Circular" if before in DIRECTIONS | _COMPASS.keys() else "Circus"
    return NUMBERS.get(low) if lows[at + 1 : at + 2] and lows[at + 1] in NUMBERED else None


def _is_saint(lows: list[str], at: int) -> bool:
    """Tell a saint from a street: "St Ann's", "Upper St Martin's", not "High St"."""
    if len(lows) == 1 or lows[at] == "str":
        return False
    following = lows[at + 1] if at + 1 < len(lows) else ""
    before = lows[at - 1] if at else ""
    if at == 0 or before in MEETS or before in {"the", "of", "to"}:
        return bool(following)
    if following == "st" or before == "high":
        return False
    saint = following in SAINTS or (before in _SIZES and following not in {"", *_STREETS})
    return saint or (before in _STREETS | STREET_WORDS and bool(following))


def _is_compass(words: list[str], lows: list[str], at: int, *, shouted: bool) -> bool:
    """Tell whether one letter is a point of the compass: "N End Rd", "High St N"."""
    if lows[at] not in _COMPASS or len(lows) == 1 or not (shouted or words[at].isupper()):
        return False
    if at == 0:
        return len(lows[1]) > 2 and lows[1].isalpha()  # noqa: PLR2004 - "N of", "S & M"
    last = at == len(lows) - 1 or lows[at + 1] in MEETS
    return last and (lows[at - 1] in _STREETS or lows[at - 1] in STREET_WORDS)


def _cased(word: str, *, first: bool) -> str:
    """Give a word of a shouted text its capitals."""
    low, high = word.lower(), word.upper()
    if low in ACRONYMS or is_road(high) or is_postcode(high) or _EXIT.fullmatch(word):
        return high
    if low in SMALL_WORDS:
        return low.capitalize() if first else low
    parts = [m[0] for m in _PART.finditer(low)]
    if len(parts) < 2:  # noqa: PLR2004 - no hyphen
        return low[:1].upper() + low[1:]
    return "-".join(p if p in SMALL_WORDS else p[:1].upper() + p[1:] for p in parts)
