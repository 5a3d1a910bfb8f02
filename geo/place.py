"""Read a published place as a person would: street, cross street, landmark, district."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from geo.errors import GeocodeError
from geo.words import (
    ABBREVIATIONS,
    CROSSES,
    EITHER_WORDS,
    LANDMARK_WORDS,
    RELATIONS,
    SAINTS,
    STREET_WORDS,
    STREETS_ALONE,
)

_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u201b`\u00b4\u02bc\u2032"), "'")
_DOUBLE_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u2033"), '"')
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_TRANSLATE = _QUOTES | _DOUBLE_QUOTES | _DASHES
_NOTE = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_BRACKETS = re.compile(r"[()\[\]{}]")
_BREAKS = re.compile(r"\s*[,;|\n]\s*|\s+-\s+|\s+/\s+")
_GROUPS = "|".join(f"(?P<{name.replace(' ', '_')}>{how})" for name, how in RELATIONS)
_RELATION = re.compile(rf"(?<!\S)(?:{_GROUPS})(?!\S)", re.IGNORECASE)
_SETTLE_ROUNDS = 8


@dataclass(frozen=True)
class PlaceParts:
    """
    A published place, taken apart.

    Attributes
    ----------
    published
        The text as it was published.
    read
        The same place in full words, parts separated by commas, notes left out.
    names
        Its parts in the order published, without the words that relate them.
    street, cross_street, landmark
        The parts that read as such, or None.
    districts
        Parts that are neither: towns, districts, boroughs, in the order published.
    relation
        How the cross street or landmark stands to the rest, such as ``outside``.
    notes
        Remarks in brackets.
    """

    published: str
    read: str
    names: tuple[str, ...]
    street: str | None = None
    cross_street: str | None = None
    landmark: str | None = None
    districts: tuple[str, ...] = ()
    relation: str | None = None
    notes: tuple[str, ...] = ()


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
    return bare.translate(_TRANSLATE)


def parse_place(text: str) -> PlaceParts:
    """
    Take a published place apart, in either order, and write out its shorthand.

    Parameters
    ----------
    text
        The place as published: ``"High St o/s Primark, Ilford (aborted)"``.

    Returns
    -------
    parts
        What each part reads as. Nothing is looked up: whether a district exists is for
        the gazetteer to say.

    Raises
    ------
    GeocodeError
        If the text holds no name: no letter or digit, or only words like "opposite".

    Notes
    -----
    Reading is settled: ``parse_place(parts.read).read == parts.read``.

    Examples
    --------
    >>> parts = parse_place("Croydon, George St")
    >>> parts.read, parts.street, parts.districts
    ('Croydon, George Street', 'George Street', ('Croydon',))
    >>> parse_place("High Rd j/w Love Ln, Haringey (van moved)").read
    'High Road, junction with Love Lane, Haringey'
    """
    plain, notes = _without_notes(unicodedata.normalize("NFKC", text).translate(_TRANSLATE))
    read = plain
    for _ in range(_SETTLE_ROUNDS):
        pieces = _pieces(read)
        again = _written(pieces)
        if again == read:
            break
        read = again
    if not read:
        msg = (
            f"{text[:40]!r} names no place. Give a street, station, district or borough, "
            "for example 'High Street, Ilford'."
        )
        raise GeocodeError(msg)
    return _assign(text, read, _pieces(read), notes)


def _without_notes(text: str) -> tuple[str, tuple[str, ...]]:
    """Separate remarks in brackets, unless nothing else would be left."""
    notes = tuple(note.strip() for note in _NOTE.findall(text) if note.strip())
    rest = _BRACKETS.sub(" ", _NOTE.sub(" ", text))
    if any(character.isalnum() for character in rest):
        return rest, notes
    return _BRACKETS.sub(" ", text), ()


def _pieces(text: str) -> list[tuple[str | None, str]]:
    """Split at commas and relating words; each piece is (relation to what precedes, name)."""
    pieces: list[tuple[str | None, str]] = []
    for chunk in _BREAKS.split(text):
        relation: str | None = None
        start = 0
        for match in _RELATION.finditer(chunk):
            pieces.append((relation, chunk[start : match.start()]))
            relation = match.lastgroup and match.lastgroup.replace("_", " ")
            start = match.end()
        pieces.append((relation, chunk[start:]))
    shouted = not any(c.islower() for c in text) or not any(c.isupper() for c in text)
    named = [(relation, _expand(name, shouted=shouted)) for relation, name in pieces]
    return [(relation, name) for relation, name in named if name]


def _expand(name: str, *, shouted: bool) -> str:
    """Write out abbreviations word by word."""
    words = [word.strip(".,:!?\"'*") for word in name.split()]
    words = [word for word in words if any(c.isalnum() for c in word) or word == "&"]
    return " ".join(_word(words, place, shouted=shouted) for place in range(len(words)))


def _word(words: list[str], place: int, *, shouted: bool) -> str:
    """Write out one word; a name that is one word long is left alone, but for "St"."""
    word, low = words[place], words[place].casefold()
    if low in {"st", "str"}:
        following = words[place + 1].casefold() if place + 1 < len(words) else ""
        saint = len(words) > 1 and (place == 0 or (low == "st" and following in SAINTS))
        return "St" if saint else "Street"
    if low == "x" and place and words[place - 1].casefold() in CROSSES:
        return "Cross"
    if low in ABBREVIATIONS and len(words) > 1:
        return ABBREVIATIONS[low]
    return _cased(word) if shouted else word


def _cased(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _written(pieces: list[tuple[str | None, str]]) -> str:
    return ", ".join(f"{relation} {name}" if relation else name for relation, name in pieces)


def kind_of(name: str) -> str:
    """
    Return what a part reads as by its words alone: street, landmark or district.

    Examples
    --------
    >>> [kind_of(n) for n in ("Mare Street", "Barking Station", "Station Parade", "Acton")]
    ['street', 'landmark', 'street', 'district']
    """
    words = name.casefold().split()
    if words and words[-1] in STREET_WORDS and (len(words) > 1 or words[0] in STREETS_ALONE):
        return "street"
    if any(word in LANDMARK_WORDS for word in words):
        return "landmark"
    return "district"


def _assign(
    published: str,
    read: str,
    pieces: list[tuple[str | None, str]],
    notes: tuple[str, ...],
) -> PlaceParts:
    """Give each piece its part; a second street is the cross street."""
    streets: list[str] = []
    landmarks: list[str] = []
    districts: list[str] = []
    for relation, name in pieces:
        kind = kind_of(name)
        if kind == "district" and relation in {"outside", "opposite", "near", "rear of"}:
            kind = "landmark"
        {"street": streets, "landmark": landmarks, "district": districts}[kind].append(name)
    if not streets and len(districts) > 1:
        # "Croydon, North End": beside a town, a name that may be a street is one.
        either = [name for name in districts if name.casefold().split()[-1] in EITHER_WORDS]
        streets = either[:1]
        districts = [name for name in districts if name not in streets]
    return PlaceParts(
        published=published,
        read=read,
        names=tuple(name for _, name in pieces),
        street=streets[0] if streets else None,
        cross_street=streets[1] if len(streets) > 1 else None,
        landmark=landmarks[0] if landmarks else None,
        districts=tuple(districts),
        relation=next((relation for relation, _ in pieces if relation), None),
        notes=notes,
    )
