"""Take a published place apart into pieces: a name, and how it stands to the name before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from geo.asides import cut_remark, is_remark
from geo.joins import may_be_street, parted, street_first
from geo.kinds import is_postcode, is_road, kind_of, name_key
from geo.longhand import is_shouted, phrases_out, words_out
from geo.shorthand import (
    BESIDE,
    BOROUGH,
    DOUBTFUL,
    LOCATES,
    MEETS,
    RELATIONS,
)
from geo.words import (
    LANDMARK_LAST_WORDS,
    LANDMARK_WORDS,
    PLURALS,
)

_BREAKS = re.compile(r"\s*[,;|\n\r]\s*|:(?=\s|$)|(?<!\S)-+(?!\S)")
_SLASH = re.compile(r"(?<=[\w.']{2})/(?=[^\W\d_]\w)|(?<=[\w.']{2})\+(?=[^\W\d_]\w)")
_GROUPS = "|".join(
    f"(?P<{name.replace(' ', '_')}>{'|'.join(ways)})" for name, ways in RELATIONS.items()
)
_RELATION = re.compile(rf"(?<!\S)(?:{_GROUPS})(?!\S)", re.IGNORECASE)
_POINT_OF = re.compile(r"[nsew]\w*(?:[ -]\w+)? of", re.IGNORECASE)
_BOROUGH = re.compile(rf"({BOROUGH})\s+(?=\S)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?", re.IGNORECASE)
_EXIT = re.compile(r"j\d{1,2}[ab]?", re.IGNORECASE)
_MANCHESTER = re.compile(r"manchester|salford|\bm'cr\b", re.IGNORECASE)
_NUMBER_WORDS = frozenset({"no", "nos", "number", "numbers", "#"})
_FULL_PREFIX = {"l": "London Borough of", "r": "Royal Borough of"}
_JOINS = MEETS - {"x"}
_MOST_WORDS = 40
_NEAR = 60


@dataclass(frozen=True)
class Piece:
    """
    One part of a place.

    Attributes
    ----------
    name
        The name, in full words; empty where only a house number is given.
    relation
        How it stands to what precedes, or None; ``and`` is the second of two it is between.
    prefix
        What the name of a borough began with, such as ``London Borough of``.
    number
        House number or numbers.
    roads
        Numbers of the road, where a name follows them.
    is_code
        Whether the name is a postcode, whole or the outward half.
    """

    name: str
    relation: str | None = None
    prefix: str = ""
    number: str = ""
    roads: tuple[str, ...] = ()
    is_code: bool = False

    @property
    def kind(self) -> str:
        """What the name reads as by its words: street, landmark, district or postcode."""
        return "postcode" if self.is_code else kind_of(self.name)

    @property
    def written(self) -> str:
        """The piece in full words."""
        roads = " ".join(f"({road})" for road in self.roads)
        words = (self.relation, self.prefix, self.number, self.name, roads)
        return " ".join(word for word in words if word)


def written(pieces: list[Piece]) -> str:
    """
    Write pieces out, separated by commas.

    Examples
    --------
    >>> written([Piece("High Road"), Piece("Love Lane", "junction with")])
    'High Road, junction with Love Lane'
    """
    text = ""
    for piece in pieces:
        gap = " " if piece.relation == "and" else ", "
        text += (gap if text else "") + piece.written
    return text


def opens_with_relation(text: str) -> bool:
    """Tell whether a text begins with a relating word that something follows."""
    match = _RELATION.match(text.strip())
    return match is not None and match.end() < len(text.strip())


def read_pieces(text: str) -> tuple[list[Piece], list[str]]:
    """
    Take a place apart into pieces and remarks.

    Parameters
    ----------
    text
        The place, cleaned, without remarks in brackets.

    Returns
    -------
    pieces, notes
        Parts in the order published, and what is no place.

    Examples
    --------
    >>> pieces, notes = read_pieces("Deployment 2 - High St/Station Rd Ilford")
    >>> written(pieces), notes
    ('High Street, junction with Station Road, Ilford', ['Deployment 2'])
    """
    text = _SLASH.sub(lambda match: f" {match[0]} ", phrases_out(text))
    reader = _Reader(shouted=is_shouted(text), manchester=bool(_MANCHESTER.search(text)))
    notes: list[str] = []
    pieces = [
        piece
        for chunk in _BREAKS.split(text)
        for relation, name in reader.related(chunk, notes)
        for piece in reader.pieces(relation, name, notes)
    ]
    return _once(_numbered(_without_remarks(pieces, notes))), notes


@dataclass(frozen=True)
class _Reader:
    """Reads one text: whether its case says anything, and whether "M1" may be a postcode."""

    shouted: bool
    manchester: bool

    def words(self, name: str, relation: str | None = None) -> list[str]:
        return words_out(name, shouted=self.shouted, related=relation in BESIDE)

    # Relations ---------------------------------------------------------------------------

    def related(self, chunk: str, notes: list[str]) -> list[tuple[str | None, str]]:
        """Split at relating words; those that relate nothing are noted."""
        found: list[tuple[str | None, str]] = []
        relation: str | None = None
        said, start = "", 0
        for match in (*_RELATION.finditer(chunk), None):
            end = match.start() if match else len(chunk)
            name = chunk[start:end]
            if match and not self._relates(match[0].casefold(), name, chunk[match.end() :]):
                continue
            if any(c.isalnum() for c in name):
                found.append((relation, name))
            elif relation:
                notes.append(said)
            if match:
                relation = (match.lastgroup or "").replace("_", " ")
                said, start = match[0], match.end()
                if _POINT_OF.fullmatch(said):
                    notes.append(said)
        return found

    def _relates(self, said: str, before: str, after: str) -> bool:
        """Tell whether words relate; doubtful ones do so before a street, "Op" a landmark."""
        if said not in DOUBTFUL:
            return True
        rest = self.words(_RELATION.split(after[:_NEAR], maxsplit=1)[0])
        if said.startswith("op"):
            last = rest[-1].casefold() if rest else ""
            return kind_of(" ".join(rest)) != "district" and last not in PLURALS
        heads = self.words(before[-_NEAR:])
        if heads and kind_of(" ".join(heads)) == "district" and not may_be_street(heads):
            return False
        return street_first(rest)

    # Names -------------------------------------------------------------------------------

    def pieces(self, relation: str | None, name: str, notes: list[str]) -> list[Piece]:
        """Read what stands between two relating words."""
        words = _trimmed(self.words(name, relation), relation=relation)
        kept = cut_remark(words)
        if 0 < kept < len(words):
            notes.append(" ".join(words[kept:]))
            words = words[:kept]
        if len(words) > _MOST_WORDS:
            return [Piece(" ".join(words), relation)]
        return [
            piece for link, part in parted(relation, words) for piece in self._told(link, part)
        ]

    def _told(self, relation: str | None, words: list[str]) -> list[Piece]:
        """Tell the numbers, roads and postcodes of one name from the name."""
        words, code = self._postcode(words)
        after = [Piece(code, is_code=True)] if code else []
        if not words:
            return [Piece(code, relation, is_code=True)] if code else []
        apart = _road_apart(words)
        if apart:
            return [*self._told(relation, apart[0]), *self._told(None, apart[1]), *after]
        prefix, words = _prefix(words)
        road, words = _road(words)
        number, words, is_apart = _house(words, relation)
        if number and not road:
            road, words = _road(words)
        if is_apart:
            return [Piece("", relation, number=number), *self._told(None, words), *after]
        roads = (road,) if road else ()
        return [Piece(" ".join(words), relation, prefix, number, roads), *after]

    def _postcode(self, words: list[str]) -> tuple[list[str], str]:
        """Take a postcode, or the outward half of one, out of a name."""
        for at in range(len(words) - 1):
            both = f"{words[at]} {words[at + 1]}"
            if len(words[at + 1]) == 3 and self._is_code(both):  # noqa: PLR2004 - "6AY"
                return [*words[:at], *words[at + 2 :]], both.upper()
        if words and self._is_code(words[-1]):
            return words[:-1], _spaced(words[-1].upper())
        starts = len(words) > 1 and self._is_code(words[0])
        if starts and kind_of(" ".join(words)) != "landmark":
            return words[1:], _spaced(words[0].upper())
        return words, ""

    def _is_code(self, text: str) -> bool:
        said = text if not self.shouted else text.upper()
        if not is_postcode(_spaced(said)):
            return False
        return not is_road(said) or self.manchester


def _spaced(code: str) -> str:
    """Put the space into a whole postcode written without one."""
    return f"{code[:-3]} {code[-3:]}" if len(code) > 4 and " " not in code else code  # noqa: PLR2004


def _trimmed(words: list[str], *, relation: str | None) -> list[str]:
    """Drop what only joins a name to others: "the" after "opposite", a stray "and"."""
    start, end = 0, len(words)
    while end > start and words[end - 1].casefold() in _JOINS:
        end -= 1
    while start < end - 1 and (
        words[start].casefold() in _JOINS | LOCATES
        or (words[start] == "the" and (relation or start))
    ):
        start += 1
    return [] if start < end and words[start].casefold() in _JOINS else words[start:end]


def _prefix(words: list[str]) -> tuple[str, list[str]]:
    """Take "London Borough of" and its like from the name of a borough."""
    name = " ".join(words)
    match = _BOROUGH.match(name)
    if not match or kind_of(name[match.end() :]) != "district":
        return "", words
    said = match[1]
    if said.casefold().startswith("city") and len(name[match.end() :].split()) > 2:  # noqa: PLR2004
        return "", words
    full = said if len(said) > 8 else _FULL_PREFIX.get(said[0].casefold(), said)  # noqa: PLR2004
    return full, name[match.end() :].split()


def _road_apart(words: list[str]) -> tuple[list[str], list[str]] | None:
    """Part a road's number from a name that is not that road's: "A5 Cricklewood", "M4 J4"."""
    head, rest = words[0].upper(), words[1:]
    if rest and is_road(head):
        if _EXIT.fullmatch(rest[0]):
            return [head], ["Junction", rest[0][1:], *rest[1:]]
        landmark = len(rest) == 1 and rest[0].casefold() in LANDMARK_WORDS | LANDMARK_LAST_WORDS
        if not (landmark or street_first(rest) or _NUMBER.fullmatch(rest[0])):
            return [head], rest
    if rest and is_road(words[-1].upper()) and not may_be_street(words[:-1]):
        return words[:-1], words[-1:]
    return None


def _road(words: list[str]) -> tuple[str, list[str]]:
    """Take a road's number from before or after its name: "A23 Brighton Road"."""
    if len(words) > 1 and is_road(words[0].upper()) and kind_of(words[1]) != "landmark":
        return words[0].upper(), words[1:]
    if len(words) > 1 and is_road(words[-1].upper()):
        return words[-1].upper(), words[:-1]
    return "", words


def _house(words: list[str], relation: str | None) -> tuple[str, list[str], bool]:
    """Take a house number from a name; the last tells whether the rest stands apart."""
    said = bool(words) and words[0].casefold() in _NUMBER_WORDS and len(words) > 1
    at = 1 if said else 0
    if not words or not _NUMBER.fullmatch(words[at]):
        return "", words, False
    rest = words[at + 1 :]
    if not rest:
        return (words[at], [], False) if said or relation in BESIDE else ("", words, False)
    last = rest[-1].casefold()
    if street_first(rest) or last in {"square", "court", "gardens"}:
        return words[at], rest, False
    return (words[at], rest, True) if said and relation in BESIDE else ("", words, False)


# What is left of the pieces -------------------------------------------------------------------


def _without_remarks(pieces: list[Piece], notes: list[str]) -> list[Piece]:
    """Note the pieces that are no place, unless nothing else would be left."""
    remark = [
        piece.relation == "towards" or (piece.relation is None and _is_note(piece))
        for piece in pieces
    ]
    if all(remark):
        return pieces
    kept: list[Piece] = []
    for at, piece in enumerate(pieces):
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        house = piece.name.isdigit() and after and after.relation is None
        if not remark[at] or (house and after and after.kind == "street" and not after.number):
            kept.append(piece)
        else:
            notes.append(piece.written)
    return kept


def _is_note(piece: Piece) -> bool:
    return not piece.prefix and not piece.roads and is_remark(piece.written)


def _numbered(pieces: list[Piece]) -> list[Piece]:
    """Join a house number that a comma parts from its street: "24, High St"."""
    made: list[Piece] = []
    for piece in pieces:
        last = made[-1] if made else None
        if last and last.name.isdigit() and piece.kind == "street" and not piece.relation:
            made[-1] = replace(piece, number=last.name, relation=last.relation)
        else:
            made.append(piece)
    return made


def _once(pieces: list[Piece]) -> list[Piece]:
    """Drop a name that says again what an earlier one said."""
    seen: set[str] = set()
    made: list[Piece] = []
    for piece in pieces:
        key = name_key(piece.name)
        if key and key in seen and not piece.relation and not piece.number and not piece.roads:
            continue
        seen.add(key)
        made.append(piece)
    return made
