"""Search for all parts of one place together, each constraining the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.curated import Curated
from geo.fitting import agreeing, clipped, compatible, fit, narrowed
from geo.names import CENTRE_REACH_M, DISTRICT_REACH_MIN_M, TABLES, Names
from geo.place import kind_of, name_key
from geo.words import COMMON_FIRST_WORDS, COUNTRY_WORDS
from geo.written import spellings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.candidates import Candidate
    from geo.place import PlaceParts

EDGE_M = 100.0
"""A place said to be in a borough may lie on the far pavement of its border."""

NEXT_STRETCH_M = 1000.0
"""How much farther a street may run from a station of its name in another borough."""

COMPOUND_WORDS = frozenset({
    "bridge", "park", "hill", "green", "common", "court", "gate", "grove", "wood", "heath",
    "palace", "wharf", "circus",
})  # fmt: skip
"""Words that join the name before them: Vauxhall Bridge Road is no Bridge Road in Vauxhall."""

GENERIC_WORDS = frozenset({
    "high", "street", "road", "station", "stations", "railway", "rail", "underground", "tube",
    "bus", "town", "city", "centre", "shopping", "market", "library", "hospital", "broadway",
    "parade", "junction", "square", "bridge",
})  # fmt: skip
"""Words that make nothing of their own beside a place: "Acton High Street"."""

GENERIC_LANDMARKS = frozenset({
    "station", "railway", "rail", "tube", "underground", "bus", "town", "hall", "library",
    "hospital", "market", "shopping", "centre",
})  # fmt: skip
"""Words of landmarks that every town has: alone they are the one of the town named."""


@dataclass(frozen=True)
class Search:
    """
    One search through the gazetteer.

    Attributes
    ----------
    names
        Single names of a gazetteer, within the areas the search is bounded to.
    beside
        Names that the place is only beside: landmarks and cross streets.
    around
        Names of districts that the place is in.
    relation
        How the place stands to what it is beside, where that is said once.
    """

    names: Names
    beside: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    relation: str | None = None

    def find(self, names: Sequence[str]) -> list[Candidate]:
        """
        Return every reading of some parts, best first.

        What the place is beside, a landmark or a cross street, only narrows what the other
        parts say; by itself it is the place.
        """
        narrower = [name for name in names if name_key(name) not in COUNTRY_WORDS]
        joined = joined_landmarks(narrower or names[:1])
        main = [name for name, written in joined if written not in self.beside]
        beside = [name for name, written in joined if written in self.beside]
        every = [name for name, _ in joined]
        found = Curated(self.names).whole(every)
        if not found and main and beside:
            found = self._with_beside(self._of(main) or self._met(main, beside), main, beside)
        if not found:
            found = self._of(every)
        return sorted(found, key=lambda c: (-c.score, c.name or "", c.area_code or ""))

    def _of(self, names: Sequence[str]) -> list[Candidate]:
        """Read parts that are all of the place."""
        found = [self._beyond(c) for c in Curated(self.names).find(names)]
        if not found and len(names) == 1 and not is_everywhere(names[0]):
            found = self.names.single(names[0]) or self.names.postal(names[0])
        return found or self._constrained(names)

    def _beyond(self, place: Candidate) -> Candidate:
        """Widen a site that the text only names a street by: "Duke Street, Marble Arch"."""
        if not place.lost or self.relation is not None:
            return replace(place, lost=())
        return self._with_detail(replace(place, lost=()), list(place.lost))

    # What a place is beside ----------------------------------------------------------------

    def _with_beside(
        self, found: Sequence[Candidate], main: Sequence[str], beside: Sequence[str]
    ) -> list[Candidate]:
        """Narrow readings of a place by what it is beside."""
        if not found:
            return []
        wide = [name for name in main if name in self.around]
        details = [(name, self._detail(name, wide, found)) for name in beside]
        known = [readings for _, readings in details if readings]
        lost = [name for name, readings in details if not readings]
        fitting = [c for c in found if all(compatible(c, readings) for readings in known)]
        if not fitting:
            return [*found, *(c for readings in known for c in readings)]
        if not known:
            return [self._with_detail(c, lost) for c in fitting]
        made = [narrowed(c, known) for c in fitting]
        apart = [c for c in fitting if c in made and c.precision == "street"]
        others = [r for c in apart for readings in known for r in _streets(readings, c)]
        return [*made, *others]

    def _met(self, main: Sequence[str], beside: Sequence[str]) -> list[Candidate]:
        """Read a street that only what the place is beside tells from its namesakes."""
        if len(main) != 1 or kind_of(main[0]) != "street":
            return []
        company = self._of(beside)
        named = Curated(self.names).named(main[0])
        return [c for c in named if c.precision != "area" and compatible(c, company)]

    def _detail(
        self, name: str, wide: Sequence[str], found: Sequence[Candidate]
    ) -> list[Candidate]:
        """
        Read a landmark or cross street within what the place lies in.

        Elsewhere counts only what the curated table knows by that very name: that is a
        contradiction. Shops and cross streets of one name are many.
        """
        read = self._of([name, *wide]) if wide else Curated(self.names).find([name])
        read = [c for c in read if not c.lost and c.precision != "area"]
        read = read or ([] if wide else self.names.single(name))
        near = [reading for reading in read if compatible(reading, found)]
        if near:
            return near
        curated = Curated(self.names)
        named = [c for c in curated.named(name) if c.precision != "area"]
        near = [c for c in named if compatible(c, found)] or curated.whole([name, *wide])
        return near or curated.whole([name]) or self._town_elsewhere(name, found)

    def _town_elsewhere(self, name: str, found: Sequence[Candidate]) -> list[Candidate]:
        """Read the town that a landmark names, where none of the places found is in it."""
        towns = [c for part in self._run_together(name)[1:] for c in self.names.single(part)]
        return [] if any(compatible(town, found) for town in towns) else towns

    # Several names: each constrains the others --------------------------------------------

    def _constrained(self, names: Sequence[str]) -> list[Candidate]:
        """Read known parts together; streets that no table holds are named inside them."""
        whole = names[0] if len(names) == 1 else None
        split = [part for name in names for part in self._run_together(name)]
        split, hull = self._without_postal(split)
        places = [(name, self.names.single(name)) for name in split]
        if not any(found for _, found in places):
            return [self._with_detail(hull, split)] if hull is not None else []
        places = agreeing(places)
        known = [found for _, found in places if found]
        lost = [name for name, found in places if not found]
        fitting = fit(known)
        if not fitting:
            return [c for found in known for c in found]
        if hull is not None:
            near = [c for c in fitting if compatible(c, [hull])]
            fitting = [_postal_part(c, hull) for c in near] or fitting
        fitting = [clipped(c, known) for c in fitting if c.axis is not None] or fitting
        others = [[part for part in known if not _is_of(c, part)] for c in fitting]
        chosen = [narrowed(c, rest) for c, rest in zip(fitting, others, strict=True)]
        stated = {c.area_code for found in known for c in found if c.precision == "area"}
        if len(stated) == 1:
            (code,) = stated
            chosen = [self._within(c, code) for c in chosen]
        chosen = [replace(c, name=", ".join(_read(places, c))) for c in chosen]
        if not lost:
            return chosen
        if whole is not None and kind_of(lost[0]) == "landmark":
            return [replace(self._with_detail(c, [whole]), name=whole) for c in chosen]
        return [self._with_detail(c, lost) for c in chosen]

    def _without_postal(self, names: Sequence[str]) -> tuple[list[str], Candidate | None]:
        """Set a postal district apart: it bounds the other parts and is none of them."""
        found = {name: self.names.postal(name) for name in names}
        rest = [name for name in names if not found[name]]
        hulls = [c for readings in found.values() for c in readings]
        return (rest, hulls[0]) if rest and hulls else (list(names), None)

    def _within(self, place: Candidate, code: str | None) -> Candidate:
        """Keep a place to the borough that the text says it is in: Kilburn lies in three."""
        if code is None or place.shape is None or place.precision == "area":
            return place
        if place.precision != "district":
            return replace(place, area_code=code)
        shape = place.shape
        if place.area_code != code and kind_of(str(place.name)) == "street":
            # The station of that name lies elsewhere: this is another stretch of the road.
            shape = shape.buffer(NEXT_STRETCH_M)
        kept = shape.intersection(self.names.gazetteer.area_shapes[code].buffer(EDGE_M))
        return replace(place, area_code=code, shape=shape if kept.is_empty else kept)

    def _with_detail(self, place: Candidate, details: list[str]) -> Candidate:
        """Say that a street is somewhere in a place whose extent is what we hold."""
        named = ", ".join(details)
        centre = self._high_street(details, place)
        if centre is not None:
            return centre
        if place.precision == "street" and self.beside.issuperset(details):
            # Outside a shop, or where a lane we lack meets it, is on the street all the same.
            reason = f"{place.reason} {named!r} is in no table we hold: somewhere along it."
            name = self._in_words(named, place.name or "")
            return replace(place, name=name, reason=reason, lost=tuple(details))
        question = None
        if place.precision == "area":
            question = f"In which part of {place.name} is {named}?"
            reason = (
                f"{named!r} is in no table we hold: somewhere in {place.name}. "
                f"{question} Pin it in corrections.csv."
            )
        else:
            reason = (
                f"{named!r} itself is in no table we hold: somewhere in or near {place.name}."
            )
        shape, margin, precision = place.shape, place.margin_m, place.precision
        if precision in {"site", "street"} and shape is not None:
            shape, margin = shape.buffer(margin + DISTRICT_REACH_MIN_M), 0.0
            precision = "district"
        return replace(
            place, name=f"{named}, {place.name}", reason=reason, precision=precision,
            shape=shape, margin_m=margin, score=place.score * 0.9, question=question,
            lost=tuple(details),
        )  # fmt: skip

    def _in_words(self, detail: str, place: str) -> str:
        """Name a street and what it is said to be beside: "High Street, outside Boots"."""
        if self.relation is None:
            return f"{detail}, {place}"
        street, *around = place.split(", ", maxsplit=1)
        return ", ".join([street, f"{self.relation} {detail}", *around])

    def _high_street(self, details: Sequence[str], place: Candidate) -> Candidate | None:
        """Place the high street of an authority named after its town in the town's centre."""
        if place.precision != "area" or name_key(details[0]) != "high street":
            return None
        stems = spellings(place.name or "")
        found = [
            centre
            for stem in sorted(stems)
            for centre in self.names.points(stem, {"town"}, self.names.centre, exact=True)
            if centre.area_code == place.area_code
        ]
        if not found:
            return None
        reason = f"The high street of a town: within {CENTRE_REACH_M:.0f} m of its middle."
        name = f"{', '.join(details)}, {place.name}"
        return replace(found[0], name=name, reason=reason, score=place.score * 0.9)

    def _run_together(self, name: str) -> list[str]:
        """Split "Southend High Street" where one end is a known place and the whole is not."""
        if self.names.single(name) or self.names.is_station(name):
            return [name]
        words = name.split()
        for long in range(len(words) - 1, 0, -1):
            ends = ((words[-long:], words[:-long]), (words[:long], words[long:]))
            for place, rest in ((" ".join(end), " ".join(other)) for end, other in ends):
                if kind_of(rest) != "district" and self._stands_before(place, rest):
                    return [rest, place]
        return [name]

    def _stands_before(self, place: str, rest: str) -> bool:
        """Tell whether words name a place that further words may be part of."""
        # "Alexandra" is a ward of Kingston, and "Palace Rail Station" no part of it.
        words = rest.casefold().split()
        if len(words) > 1 and words[0] in COMPOUND_WORDS:
            return False
        plain = GENERIC_WORDS.issuperset(words)
        return any(plain or c.located_by != TABLES["ward"] for c in self.names.single(place))


def joined_landmarks(names: Sequence[str]) -> list[tuple[str, str]]:
    """
    Give "Town Hall" and the like the name of the one place they are said to be in.

    Returns
    -------
    joined
        Each name to look up, and the name as it was written.

    Examples
    --------
    >>> joined_landmarks(["Tube Station", "Brixton"])
    [('Brixton Tube Station', 'Tube Station'), ('Brixton', 'Brixton')]
    """
    bare = [name for name in names if GENERIC_LANDMARKS.issuperset(name.casefold().split())]
    others = [name for name in names if name not in bare]
    if not bare or not others:
        return [(name, name) for name in names]
    places = [name for name in others if kind_of(name) == "district"] or others
    return [(f"{places[0]} {n}" if n in bare else n, n) for n in names]


def standing_by(parts: PlaceParts) -> frozenset[str]:
    """
    Return the names that a place is only beside: its landmark and its cross street.

    Examples
    --------
    >>> from geo.place import parse_place
    >>> sorted(standing_by(parse_place("High St o/s Primark j/w Love Lane, Ilford")))
    ['Love Lane', 'Primark']
    """
    return frozenset(name for name in (parts.landmark, parts.cross_street) if name)


def is_everywhere(name: str) -> bool:
    """
    Tell whether a name is of a street that every town has, and so places nothing by itself.

    Examples
    --------
    >>> [is_everywhere(name) for name in ("High Street", "The Broadway", "Briggate")]
    [True, True, False]
    """
    words = name_key(name).split()
    if kind_of(name) != "street":
        return False
    return words[0] in COMMON_FIRST_WORDS or words in (["broadway"], ["parade"], ["mall"])


def _postal_part(place: Candidate, hull: Candidate) -> Candidate:
    """Narrow a borough to its part in a postal district: "Camden, NW1"."""
    if place.precision != "area" or place.shape is None or hull.shape is None:
        return place
    kept = place.shape.intersection(hull.shape)
    if kept.is_empty:
        return place
    reason = f"The part of {place.name} in the postal district {hull.name}."
    return replace(
        place, name=f"{place.name} ({hull.name})", precision="district", shape=kept,
        located_by=hull.located_by, reason=reason,
    )  # fmt: skip


def _is_of(candidate: Candidate, part: Sequence[Candidate]) -> bool:
    """Tell whether a candidate is one of the readings of a part."""
    axis = candidate.axis
    return any(
        reading.shape is candidate.shape or (axis is not None and reading.axis is axis)
        for reading in part
    )


def _streets(readings: Sequence[Candidate], street: Candidate) -> list[Candidate]:
    """Return the streets among some readings that a street is said to meet, and does not."""
    return [r for r in readings if r.precision == "street" and compatible(r, [street])]


def _read(places: list[tuple[str, list[Candidate]]], chosen: Candidate) -> list[str]:
    """Write the chosen reading, then the wider places that the text puts it in."""
    others = [
        min(found, key=lambda c: -c.score).name or name
        for name, found in places
        if found and not any((c.name or "") in (chosen.name or "") for c in found)
    ]
    return [chosen.name or "", *others[:1]]
