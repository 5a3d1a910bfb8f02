"""Read a published place as a person would: street, cross street, landmark, district."""

from __future__ import annotations

from dataclasses import dataclass

from geo.asides import clean, without_asides
from geo.errors import GeocodeError
from geo.kinds import is_postcode, is_road, kind_of, name_key
from geo.pieces import Piece, opens_with_relation, read_pieces, written
from geo.shorthand import BESIDE, CROSSINGS, MEETINGS, MOTORWAY
from geo.words import EITHER_WORDS, MEETING_WORDS

__all__ = ["PlaceParts", "kind_of", "name_key", "parse_place"]

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
        Its parts in the order published, without the words that relate them, without house
        numbers, and without the number of a road that is named. A postcode is a part.
    street, cross_street, landmark
        The parts that read as such, or None.
    districts
        Parts that are neither: towns, districts, boroughs, in the order published.
    relation
        How the cross street or landmark stands to the rest, such as ``outside``.
    notes
        What says nothing of where: remarks in brackets, times, dates, directions of travel,
        operations, numbers of deployments.
    postcode
        Postcode, or its outward half, or None.
    house_number
        Number or numbers on the street, or None.
    road_numbers
        Numbers of the roads named, such as ``A23``.
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
    postcode: str | None = None
    house_number: str | None = None
    road_numbers: tuple[str, ...] = ()


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
    >>> parts = parse_place("Deployment 2: O/S 24 A23 Brighton Rd N/B, CR8 2BG")
    >>> parts.street, parts.house_number, parts.road_numbers, parts.postcode, parts.notes
    ('Brighton Road', '24', ('A23',), 'CR8 2BG', ('N/B', 'Deployment 2'))
    """
    read, notes = text, dict[str, None]()
    pieces: list[Piece] = []
    for _ in range(_SETTLE_ROUNDS):
        rest, said = without_asides(clean(read), opens_with_relation)
        pieces, more = read_pieces(rest)
        notes.update(dict.fromkeys([*said, *more]))
        again = written(pieces)
        if again == read:
            break
        read = again
    if not any(piece.name or piece.number for piece in pieces):
        msg = (
            f"{text[:40]!r} names no place. Give a street, station, district or borough, "
            "for example 'High Street, Ilford'."
        )
        raise GeocodeError(msg)
    remarks = tuple(note.replace(MOTORWAY, "(M)") for note in notes)
    return _assign(text, read, pieces, remarks)


def _assign(
    published: str, read: str, pieces: list[Piece], notes: tuple[str, ...]
) -> PlaceParts:
    """Give each piece its part; a second street is the cross street."""
    parts = _parts(pieces)
    streets, districts = _streets(parts), _named(parts, "district")
    if not streets and len(districts) > 1:
        # "Croydon, North End": beside a town, a name that may be a street is one.
        either = [name for name in districts if name.casefold().split()[-1] in EITHER_WORDS]
        streets = either[:1]
        districts = [name for name in districts if name not in streets]
    codes = [*_named(parts, "postcode"), *filter(is_postcode, notes)]
    relations = (piece.relation for piece in pieces if piece.relation != "and")
    roads = (road for piece in pieces for road in _roads_of(piece))
    return PlaceParts(
        published=published,
        read=read,
        names=tuple(p.name for p, _ in parts) or tuple(p.number for p in pieces if p.number),
        street=streets[0] if streets else None,
        cross_street=streets[1] if len(streets) > 1 else None,
        landmark=next(iter(_named(parts, "landmark")), None),
        districts=tuple(districts),
        relation=next(filter(None, relations), None),
        notes=notes,
        postcode=next(iter(codes), None),
        house_number=next((piece.number for piece in pieces if piece.number), None),
        road_numbers=tuple(dict.fromkeys(roads)),
    )


def _roads_of(piece: Piece) -> tuple[str, ...]:
    alone = is_road(piece.name) and not piece.is_code
    return piece.roads or ((piece.name,) if alone else ())


def _parts(pieces: list[Piece]) -> list[tuple[Piece, str]]:
    """Return the pieces that are parts with their kinds; "A23" beside its road is none."""
    street_before = False
    kinds: list[str] = []
    for at, piece in enumerate(pieces):
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        kinds.append(_kind(piece, after, street_before=street_before))
        street_before |= kinds[-1] == "street" and not piece.relation
    parts = [(piece, kind) for piece, kind in zip(pieces, kinds, strict=True) if piece.name]
    named = any(k == "street" and not p.relation and not is_road(p.name) for p, k in parts)
    return [(p, k) for p, k in parts if not (named and is_road(p.name) and not p.relation)]


def _kind(piece: Piece, after: Piece | None, *, street_before: bool) -> str:
    """Return what a piece reads as between its neighbours."""
    kind = piece.kind
    if kind != "district" or piece.prefix:
        return kind
    if piece.roads or _is_met(piece, after, street_before=street_before):
        return "street"
    return "landmark" if piece.relation in BESIDE or piece.relation == "and" else kind


def _is_met(piece: Piece, after: Piece | None, *, street_before: bool) -> bool:
    """Tell whether a name that may be a street meets another: "Rushey Green j/w Bow Rd"."""
    words = piece.name.casefold().split()
    if len(words) < 2 or words[-1] not in MEETING_WORDS:  # noqa: PLR2004
        return False
    if piece.relation in MEETINGS:
        return True
    return after is not None and not street_before and after.relation in MEETINGS


def _named(parts: list[tuple[Piece, str]], kind: str) -> list[str]:
    return [piece.name for piece, kind_ in parts if kind_ == kind]


def _streets(parts: list[tuple[Piece, str]]) -> list[str]:
    """Return the streets, first the one along which the place is."""
    streets = [piece for piece, kind in parts if kind == "street"]
    # A stable sort: those that only cross it come last.
    streets.sort(key=lambda piece: piece.relation in MEETINGS | CROSSINGS)
    return [piece.name for piece in streets]
