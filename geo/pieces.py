"""Take a published place apart into pieces: a name, and how it stands to the name before."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from geo.asides import cut_remark, is_remark
from geo.kinds import is_postcode, is_road, kind_of, name_key
from geo.shorthand import (
    BESIDE,
    BOROUGH,
    DOUBTFUL,
    LOCATES,
    MEETINGS,
    MEETS,
    RELATIONS,
    WHOLE_NAMES,
)
from geo.spelling_out import is_shouted, phrases_out, words_out
from geo.words import (
    DIRECTIONS,
    EITHER_WORDS,
    LANDMARK_LAST_WORDS,
    LANDMARK_WORDS,
    MEETING_WORDS,
    PREMISES,
    STREET_WORDS,
)

_BREAKS = re.compile(r"\s*[,;|\n\r]\s*|:(?=\s|$)|(?<!\S)-+(?!\S)")
_SLASH = re.compile(r"(?<=[\w.']{2})/(?=[^\W\d_]\w)|(?<=[\w.']{2})\+(?=[^\W\d_]\w)")
_GROUPS = "|".join(f"(?P<{name.replace(' ', '_')}>{how})" for name, how in RELATIONS)
_RELATION = re.compile(rf"(?<!\S)(?:{_GROUPS})(?!\S)", re.IGNORECASE)
_POINT_OF = re.compile(r"[nsew]\w*(?:[ -]\w+)? of", re.IGNORECASE)
_BOROUGH = re.compile(rf"({BOROUGH})\s+(?=\S)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,4}[a-z]?(?:[-/]\d{1,4}[a-z]?)?", re.IGNORECASE)
_EXIT = re.compile(r"j\d{1,2}[ab]?", re.IGNORECASE)
_MANCHESTER = re.compile(r"manchester|salford|\bm'cr\b", re.IGNORECASE)
_NUMBER_WORDS = frozenset({"no", "nos", "number", "numbers", "#"})
_FULL_PREFIX = {"l": "London Borough of", "r": "Royal Borough of"}
_SPLIT_STREETS = frozenset({
    "road", "street", "lane", "avenue", "crescent", "terrace", "square", "place", "parade",
    "broadway", "drive", "way", "close", "gardens", "grove", "row", "walk",
})  # fmt: skip
_SPLIT_LANDMARKS = frozenset({"station", "stadium", "hospital", "library"})
_PLURALS = {"roads": "Road", "streets": "Street", "lanes": "Lane", "avenues": "Avenue"}
_JOINS = MEETS - {"x"}
_MOST_WORDS = 40
_NEAR = 120
_NOT_A_TOWN = (
    LANDMARK_WORDS | LANDMARK_LAST_WORDS | STREET_WORDS | PREMISES | DIRECTIONS | MEETS
    | EITHER_WORDS | {
        "railway", "rail", "tram", "elizabeth", "police", "fire", "bus", "primary", "town's",
        "junior", "infant", "high", "secondary", "methodist", "baptist", "farm", "surgery",
        "medical", "health", "community", "leisure", "sports", "recreation", "allotments",
        "cottages", "shops", "corner", "baths", "works", "goods", "sidings", "bridges", "of",
        "upper", "lower", "extension", "post", "cross", "head", "wharf", "services", "area",
        "point", "court", "park", "house", "yard", "estate", "gardens", "village", "city",
        "garden", "site", "line", "branch", "entrance", "exit", "side", "junction", "no",
    }
)  # fmt: skip
"""What may follow a street's name without being the town it is in."""


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
        words = (self.relation, self.prefix, *self.roads, self.number, self.name)
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
            if match and match[0].casefold() in DOUBTFUL:
                if not self._relates(name, chunk[match.end() :], match[0].casefold()):
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

    def _relates(self, before: str, after: str, said: str) -> bool:
        """Tell whether doubtful shorthand relates: only a street, "Op" also a landmark."""
        rest = self.words(_RELATION.split(after[:_NEAR], maxsplit=1)[0])
        if said.startswith("op"):
            last = rest[-1].casefold() if rest else ""
            return kind_of(" ".join(rest)) != "district" and last not in _PLURALS
        heads = self.words(before[-_NEAR:])
        if heads and kind_of(" ".join(heads)) == "district" and not _may_be_street(heads):
            return False
        return _street_first(rest)

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
            piece
            for link, part in _parted(relation, words)
            for piece in self._told(link, part)
        ]

    def _told(self, relation: str | None, words: list[str]) -> list[Piece]:
        """Tell the numbers, roads and postcodes of one name from the name."""
        words, code = self._postcode(words)
        after = [Piece(code, is_code=True)] if code else []
        if not words:
            return [Piece(code, relation, is_code=True)] if code else []
        prefix, words = _prefix(words)
        roads, words = _roads(words)
        number, words, apart = _house(words, relation)
        if roads and words and not (_street_first(words) or number):
            return [Piece(roads, relation), *self._told(None, words), *after]
        name = " ".join(words)
        if roads and not words:
            name, roads = roads, ""
        if apart:
            return [Piece("", relation, number=number), *self._told(None, words), *after]
        made = Piece(name, relation, prefix, number, (roads,) if roads else ())
        return [made, *after]

    def _postcode(self, words: list[str]) -> tuple[list[str], str]:
        """Take a postcode, or the outward half of one, out of a name."""
        for at in range(len(words) - 1):
            both = f"{words[at]} {words[at + 1]}"
            if len(words[at + 1]) == 3 and self._is_code(both):  # noqa: PLR2004 - "6AY"
                return [*words[:at], *words[at + 2 :]], both.upper()
        if words and self._is_code(words[-1]):
            return words[:-1], _spaced(words[-1].upper())
        if len(words) > 1 and self._is_code(words[0]) and kind_of(" ".join(words)) != "landmark":
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


def _parted(relation: str | None, words: list[str]) -> list[tuple[str | None, list[str]]]:
    """Part streets that meet, and a street from the town written after it."""
    if relation == "between":
        return _between(words)
    lows = [word.casefold() for word in words]
    spread = _spread(words, lows)
    if spread:
        return [(relation, spread[0]), ("junction with", spread[1])]
    for at, low in enumerate(lows):
        if 0 < at < len(words) - 1 and low in MEETS | LOCATES:
            meet = relation in MEETINGS
            link = _link(low, words[:at], words[at + 1 :], meet=meet)
            if link is not None:
                # "Corner of A and B" is A, at its corner with B.
                turned = meet and link == "junction with"
                head = _parted(None if turned else relation, words[:at])
                return [*head, *_parted((relation if turned else link) or None, words[at + 1 :])]
    cut = _town_after(words, lows)
    if cut:
        return [(relation, words[:cut]), *_parted(None, words[cut:])]
    return [(relation, words)]


def _link(low: str, left: list[str], right: list[str], *, meet: bool) -> str | None:
    """Return how two parts joined by a word meet, "" if merely, or None if they are one."""
    streets = _may_be_street(left) and (_street_first(right) or (meet and _may_be_street(right)))
    if low in LOCATES:
        known = kind_of(" ".join(left)) != "district"
        return "" if known and (low == "in" or _street_first(right)) else None
    if streets:
        return "junction with"
    if low in {"/", "+", "@"}:
        return "near" if low == "@" else ""
    return "near" if low == "at" and kind_of(" ".join(left)) == "street" else None


def _spread(words: list[str], lows: list[str]) -> tuple[list[str], list[str]] | None:
    """Read "Church & Station Roads" as two roads."""
    if len(words) < 4 or lows[-1] not in _PLURALS:  # noqa: PLR2004 - "A and B Roads"
        return None
    for at in range(1, len(words) - 2):
        if lows[at] in {"&", "and", "/", "+"}:
            one = _PLURALS[lows[-1]]
            return [*words[:at], one], [*words[at + 1 : -1], one]
    return None


def _between(words: list[str]) -> list[tuple[str | None, list[str]]]:
    """Part the two things that something is between."""
    lows = [word.casefold() for word in words]
    for joins in ({"to"}, {"and"}, {"&"}, {"/", "+"}):
        places = [at for at, low in enumerate(lows) if low in joins and 0 < at < len(words) - 1]
        if places:
            at = places[-1]
            first, *more = _parted("between", words[:at]) if joins != {"to"} else [
                ("between", words[:at])
            ]
            return [first, *more, *_parted("and", words[at + 1 :])]
    return [("between", words)]


def _may_be_street(words: list[str]) -> bool:
    last = words[-1].casefold() if words else ""
    return kind_of(" ".join(words)) == "street" or (len(words) > 1 and last in MEETING_WORDS)


def _street_first(words: list[str]) -> bool:
    """Tell whether a text begins with a street's name, whatever follows."""
    rest = [word for word in words if not is_postcode(word)]
    if not rest:
        return False
    lows = [word.casefold() for word in rest]
    return (
        is_road(rest[0])
        or kind_of(" ".join(rest)) == "street"
        or any(low in _SPLIT_STREETS for low in lows[1:-1]) and bool(_town_after(rest, lows))
    )


def _town_after(words: list[str], lows: list[str]) -> int:
    """Return where a town's name begins after a street's, or 0: "High Street Teddington"."""
    if name_key(" ".join(words)) in WHOLE_NAMES:
        return 0
    if lows[:1] == ["junction"] and len(words) > 2 and words[1].isdigit():  # noqa: PLR2004
        return 2
    for at in range(1, len(words) - 1):
        ends = lows[at] in _SPLIT_STREETS | _SPLIT_LANDMARKS or (
            lows[at] in {"centre", "hall"} and lows[at - 1] in PREMISES | {"town", "civic"}
        )
        cut = at + 1
        if ends and lows[cut] in DIRECTIONS and cut < len(words) - 1:
            cut += 1
        if ends and _is_town(words[cut:], lows[cut:]):
            return cut
    return 0


def _is_town(words: list[str], lows: list[str]) -> bool:
    """Tell whether what follows a street is another place: a town, or a landmark by name."""
    if lows[0] in {"town", "market"} and len(words) > 1:
        return kind_of(" ".join(words)) == "landmark"
    return lows[0] not in _NOT_A_TOWN and words[0][0].isupper()


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


def _roads(words: list[str]) -> tuple[str, list[str]]:
    """Take a road's number from before or after a name: "A23 Brighton Road"."""
    if is_road(words[0].upper()) and len(words) > 1:
        alone = len(words) == 2 and words[1].casefold() in LANDMARK_WORDS | LANDMARK_LAST_WORDS  # noqa: PLR2004
        if not alone or _EXIT.fullmatch(words[1]):
            exits = [f"Junction {words[1][1:]}"] if _EXIT.fullmatch(words[1]) else words[1:2]
            return words[0].upper(), [*" ".join(exits).split(), *words[2:]]
    if len(words) > 1 and is_road(words[-1].upper()) and _may_be_street(words[:-1]):
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
    if _street_first(rest) or last in {"square", "court", "gardens"}:
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
