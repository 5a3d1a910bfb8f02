"""Part what a published place says of where from what it says of when, how and who."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from geo.kinds import QUOTES, is_road, kind_of
from geo.longhand import words_out
from geo.shorthand import (
    BEFORE_FAILED,
    ENDS,
    FAILED,
    FORCES,
    MOTORWAY,
    REMARK_WORDS,
    REMARKS,
    SPANS,
)
from geo.words import EITHER_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

_DOUBLE_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u2033"), '"')
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_TRANSLATE = QUOTES | _DOUBLE_QUOTES | _DASHES
_HIDDEN = {"Cf", "Co", "Cn", "Cs"}
_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_BRACKETS = re.compile(r"[()\[\]{}]")
_MOTORWAY = re.compile(r"\b(A\d{1,3})\s?\(M\)", re.IGNORECASE)
_SPANS = re.compile("|".join(SPANS), re.IGNORECASE)
_REMARK = re.compile("|".join(REMARKS), re.IGNORECASE)
_SPACES = re.compile(r" {2,}")
_CODE = re.compile(r"[A-Z]{2}")
_LONGEST_ASIDE = 60


def clean(text: str) -> str:
    """
    Return a text with one kind of quote, dash and space, and nothing that cannot be seen.

    Examples
    --------
    >>> clean("King\u2019s\u200b Cross \u2013 A1 (M)").replace(MOTORWAY, "(M)")
    "King's Cross - A1(M)"
    """
    plain = unicodedata.normalize("NFKC", text).translate(_TRANSLATE)
    if not plain.isascii():
        plain = "".join(c for c in plain if unicodedata.category(c) not in _HIDDEN)
    plain = "\n".join(" ".join(line.split()) for line in plain.splitlines())
    return _MOTORWAY.sub(rf"\1{MOTORWAY}", plain)


def without_asides(text: str, opens: Callable[[str], bool]) -> tuple[str, list[str]]:
    """
    Take remarks in brackets, times, dates, directions and the like out of a text.

    Parameters
    ----------
    text
        The place, cleaned.
    opens
        Tells whether a text begins with a relating word such as "opposite".

    Returns
    -------
    rest, notes
        What is left, and what was taken out. A text that is all remark stays as it is, and
        what brackets hold stays where it names a place: "High St (opp Boots)", "(A23)".

    Examples
    --------
    >>> without_asides("Croydon (van moved) 10:00-14:00", lambda text: False)
    ('Croydon ,  , ', ['van moved', '10:00-14:00'])
    """
    notes: list[str] = []

    def kept(said: str, outside: str) -> str | None:
        return _of_place(said, outside, opens)

    rest = _taken(_BRACKETED, text, notes, kept)
    rest = _SPACES.sub(" ", _BRACKETS.sub(" ", rest))
    return _taken(_SPANS, rest, notes, lambda *_: None), notes


def _taken(
    pattern: re.Pattern[str],
    text: str,
    notes: list[str],
    keep: Callable[[str, str], str | None],
) -> str:
    """Replace what a pattern finds by what is kept of it, and note the rest of it."""
    outside = pattern.sub(" ", text)
    if not any(character.isalnum() for character in outside):
        return text

    def swap(match: re.Match[str]) -> str:
        said = (match[match.lastindex or 0] or "").strip()
        kept = keep(said, outside)
        if kept is None and any(character.isalnum() for character in said):
            notes.append(said)
        return " , " if kept is None else kept

    return pattern.sub(swap, text)


def _of_place(said: str, outside: str, opens: Callable[[str], bool]) -> str | None:
    """Return what stands in brackets as a part of the place, or None where it is a remark."""
    if len(said) > _LONGEST_ASIDE or not said:
        return None
    if is_road(said.upper()):
        return f" {said} "
    return f" , {said} , " if opens(said) or _is_name(said, outside) else None


def _is_name(said: str, outside: str) -> bool:
    """Tell whether words in brackets name a street, or the district that a street lacks."""
    words = said.casefold().split()
    if any(word.strip(".,:;!?'\"") in REMARK_WORDS for word in words) or is_remark(said):
        return False
    if not all(word[:1].isupper() for word in said.split()) or any(map(str.isdigit, said)):
        return False
    parts = [part.strip() for part in re.split(r"[,;]| - ", outside) if part.strip()]
    return _may_be_street(said) or all(
        is_remark(part) or kind_of(_spelt(part)) == "street" for part in parts
    )


def _may_be_street(said: str) -> bool:
    words = _spelt(said).casefold().split()
    either = len(words) > 1 and words[-1] in EITHER_WORDS
    return either or kind_of(" ".join(words)) == "street"


def _spelt(name: str) -> str:
    return " ".join(words_out(name, shouted=False))


def is_remark(name: str) -> bool:
    """
    Tell whether a part says who, when or how often rather than where.

    Examples
    --------
    >>> [is_remark(n) for n in ("Op Sceptre", "Deployment 2", "Various", "MPS", "Soho")]
    [True, True, True, True, False]
    """
    low, last = name.casefold(), name.rpartition(" ")[2]
    return (
        low in FORCES
        or _REMARK.fullmatch(name) is not None
        or (_CODE.fullmatch(name) is not None and low not in {"uk", "gb"})
        or not FAILED.isdisjoint(low.split())
        or last in ENDS
    )


def cut_remark(words: list[str]) -> int:
    """
    Return how many words come before what went wrong: all of them where nothing did.

    Examples
    --------
    >>> cut_remark("Croydon technical fault".split()), cut_remark("Croydon High Street".split())
    (1, 3)
    """
    at = next((at for at, word in enumerate(words) if word in FAILED), len(words))
    while 0 < at < len(words) and words[at - 1] in BEFORE_FAILED:
        at -= 1
    return at
