"""Search for all parts of one place together, each constraining the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

from geo.candidates import Candidate, drawn
from geo.fitting import agreeing, compatible, crossing_grounds, fit, narrowed
from geo.gazetteer import spellings
from geo.names import CENTRE_REACH_M, DISTRICT_REACH_MIN_M, TABLES, Names, union
from geo.place import kind_of, name_key
from geo.words import COMMON_FIRST_WORDS, COUNTRY_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import shapely

    from geo.gazetteer import CuratedPlace
    from geo.place import PlaceParts

EDGE_M = 100.0
"""A place said to be in a borough may lie on the far pavement of its border."""

GENERIC_WORDS = frozenset({
    "high", "street", "road", "station", "stations", "railway", "rail", "underground", "tube",
    "bus", "town", "city", "centre", "shopping", "market", "library", "hospital", "broadway",
    "parade", "junction", "square", "bridge",
})  # fmt: skip
"""Words that make nothing of their own beside a place: "Acton High Street"."""

STREET_MARGIN_M = 30.0
"""From a street's middle line to the back of its pavement."""


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
    """

    names: Names
    beside: frozenset[str] = frozenset()

    def find(self, names: Sequence[str]) -> list[Candidate]:
        """Return every reading of some parts, best first."""
        narrower = [name for name in names if name_key(name) not in COUNTRY_WORDS]
        names = narrower or names[:1]
        found = self._curated(names)
        if not found and len(names) == 1 and not is_everywhere(names[0]):
            found = self.names.single(names[0])
        if not found:
            found = self._constrained(names)
        return sorted(found, key=lambda c: (-c.score, c.name or "", c.area_code or ""))

    # Curated places ----------------------------------------------------------------------

    def _curated(self, names: Sequence[str]) -> list[Candidate]:
        """Look the whole text up, then its parts by two and one, the rest agreeing."""
        for size in range(min(len(names), 4), 0, -1):
            for exact in (True, False):
                found = self._curated_of(names, size, exact=exact)
                if found:
                    return found
        return []

    def _curated_of(self, names: Sequence[str], size: int, *, exact: bool) -> list[Candidate]:
        index = self.names.gazetteer.curated_keys
        found: dict[int, tuple[float, tuple[str, ...]]] = {}
        for order in permutations(names[:4], size):
            key = " ".join(map(name_key, order))
            for match, score in index.hits(key, exact=exact):
                for row in index[match]:
                    if score > found.get(row, (0.0, ()))[0]:
                        found[row] = (score, order)
        made = [
            (self._curated_row(row, score, names), [n for n in names if n not in order])
            for row, (score, order) in sorted(found.items())
        ]
        allowed = [(c, rest) for c, rest in made if self.names.allowed(c.area_code)]
        read = [(c, [self.names.single(name) for name in rest]) for c, rest in allowed]
        streets = [c for c, rest in read if c.precision == "street" and _agrees(c, rest)]
        if self.beside and len({order for _, order in found.values()}) == len(streets) > 1:
            shared = crossing_grounds(streets)
            return [shared] if shared is not None else streets
        return [narrowed(c, rest) for c, rest in read if _agrees(c, rest)]

    def _curated_row(self, position: int, score: float, names: Sequence[str]) -> Candidate:
        row = self.names.gazetteer.curated_rows[position]
        if row.precision == "area":
            shape, margin = self._union_of_areas(row.keys), 0.0
        else:
            spots = self.names.gazetteer.spots_of(row.keys)
            shape, margin = drawn(spots, row.precision, row.margin_m)
        made = Candidate(
            row.read_as(names), row.precision, shape, margin, row.area_code, score,
            "curated table", f"{row.note} [{row.keys}].",
        )  # fmt: skip
        return self._as_mapped(made, row)

    def _as_mapped(self, made: Candidate, row: CuratedPlace) -> Candidate:
        """Draw a curated street as a map has it, where a map covers the whole of its ground."""
        mapped = self.names.gazetteer.mapped
        if row.precision not in {"street", "district"} or made.shape is None:
            return made
        ground = made.shape.buffer(made.margin_m)
        if not mapped.covers(ground):
            return made
        lines = mapped.streets_in((row.name, *row.other_names), ground)
        if lines.is_empty:
            return made
        reason = f"{made.reason} Drawn as the map at hand has it on that ground."
        return replace(
            made, precision="street", shape=lines, margin_m=STREET_MARGIN_M, axis=lines,
            kind="street", located_by=f"{made.located_by}, OpenStreetMap", reason=reason,
        )  # fmt: skip

    def _union_of_areas(self, keys: str) -> shapely.Geometry:
        prefixes = tuple(key.removeprefix("area:") for key in keys.split(";"))
        shapes = self.names.gazetteer.area_shapes
        return union(shape for code, shape in shapes.items() if code.startswith(prefixes))

    # Several names: each constrains the others --------------------------------------------

    def _constrained(self, names: Sequence[str]) -> list[Candidate]:
        """Read known parts together; streets that no table holds are named inside them."""
        whole = names[0] if len(names) == 1 else None
        if whole is not None:
            names = self._run_together(whole)
        places = [(name, self.names.single(name)) for name in names]
        if not any(found for _, found in places):
            return []
        places = agreeing(places)
        known = [found for _, found in places if found]
        lost = [name for name, found in places if not found]
        fitting = fit(known)
        if not fitting:
            return [c for found in known for c in found]
        stated = {c.area_code for found in known for c in found if c.precision == "area"}
        if len(stated) == 1:
            (code,) = stated
            fitting = [self._within(c, code) for c in fitting]
        chosen = [narrowed(c, known) for c in fitting]
        chosen = [replace(c, name=", ".join(_read(places, c))) for c in chosen]
        if not lost:
            return chosen
        if whole is not None and kind_of(lost[0]) == "landmark":
            return [replace(self._with_detail(c, [whole]), name=whole) for c in chosen]
        return [self._with_detail(c, lost) for c in chosen]

    def _within(self, place: Candidate, code: str | None) -> Candidate:
        """Keep a place to the borough that the text says it is in: Kilburn lies in three."""
        if code is None or place.shape is None or place.precision == "area":
            return place
        if place.precision != "district":
            return replace(place, area_code=code)
        kept = place.shape.intersection(self.names.gazetteer.area_shapes[code].buffer(EDGE_M))
        return replace(place, area_code=code, shape=place.shape if kept.is_empty else kept)

    def _with_detail(self, place: Candidate, details: list[str]) -> Candidate:
        """Say that a street is somewhere in a place whose extent is what we hold."""
        named = ", ".join(details)
        centre = self._high_street(details, place)
        if centre is not None:
            return centre
        if place.precision == "street" and self.beside.issuperset(details):
            # Outside a shop, or where a lane we lack meets it, is on the street all the same.
            reason = f"{place.reason} {named!r} is in no table we hold: somewhere along it."
            name = f"{named}, {place.name}"
            return replace(place, name=name, reason=reason, lost=tuple(details))
        question = None
        if place.precision == "area":
            question = f"In which part of {place.name} is {named}?"
            reason = (
                f"{named!r} is in no table we hold: somewhere in {place.name}. "
                f"{question} Pin it in data/corrections.csv."
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
        """Split "Southend High Street" where one end is a known place."""
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
        plain = GENERIC_WORDS.issuperset(rest.casefold().split())
        return any(plain or c.located_by != TABLES["ward"] for c in self.names.single(place))


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
    return kind_of(name) == "street" and name_key(name).split()[0] in COMMON_FIRST_WORDS


def _agrees(candidate: Candidate, rest: Sequence[Sequence[Candidate]]) -> bool:
    """Tell whether the parts a curated row does not name are near it, where known."""
    return all(not found or compatible(candidate, found) for found in rest)


def _read(places: list[tuple[str, list[Candidate]]], chosen: Candidate) -> list[str]:
    """Write the chosen reading, then the wider places that the text puts it in."""
    others = [
        min(found, key=lambda c: -c.score).name or name
        for name, found in places
        if found and not any((c.name or "") in (chosen.name or "") for c in found)
    ]
    return [chosen.name or "", *others[:1]]
