"""Search the gazetteer for the parts of one place, each constraining the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.candidates import NARROWEST_FIRST, Candidate, drawn
from geo.likeness import alike
from geo.place import kind_of, name_key
from geo.words import COMMON_FIRST_WORDS, QUALIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from geo.gazetteer import Gazetteer

    _Draw = Callable[[list[int], float], Candidate]

CENTRE_REACH_M = 1200.0
"""A town's centre and its high street lie within this of the point GeoNames gives it:
Chelmsford's High Street at 300 m, Southend's at 100 m, Cardiff's Queen Street at 800 m."""

DISTRICT_REACH_MIN_M = 700.0
"""No district is drawn smaller than a ten minutes' walk from its known points."""

STREET_REACH_M = 1500.0
"""How far a street may run from a station or dock that bears its name."""

STATION_MARGIN_M = 250.0
"""From a station's point to its farthest entrance or forecourt."""

SAME_DISTRICT_M = 3000.0
"""Points of one name farther apart than this are namesakes, not one district."""

NEIGHBOUR_M = 2200.0
"""How far from a district's point a station named after a part of it still belongs to it."""

WARD_MARGIN_M = 100.0
"""From a ward's outermost postcode to its boundary."""

CENTRE_WORDS = (" city centre", " town centre", " centre")
STATION_WORDS = (" station", " underground", " tube", " railway", " rail", " tram stop")
KIND_ORDER = ("town", "ward", "station", "dock_district", "dock")
"""Whose position names a district best, and so decides its borough."""

TABLES = {
    "town": "GeoNames", "ward": "wards", "station": "stations",
    "dock_district": "cycle docks", "dock": "cycle docks",
}  # fmt: skip
"""What readers call the table each kind of point comes from."""


@dataclass(frozen=True)
class Search:
    """
    One search: the gazetteer, and the areas it is bounded to.

    Attributes
    ----------
    gazetteer
        Named places.
    scope
        Codes of the areas that the force polices; None searches everywhere.
    """

    gazetteer: Gazetteer
    scope: frozenset[str] | None

    def find(self, names: Sequence[str]) -> list[Candidate]:
        """Return every reading of some parts, best first."""
        found = self._curated(names)
        if not found and len(names) == 1:
            found = self.single(names[0])
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
        index = self.gazetteer.curated_keys
        hits: dict[int, tuple[float, tuple[str, ...]]] = {}
        for order in permutations(names[:4], size):
            key = " ".join(map(name_key, order))
            for match, score in _hits(key, index, exact=exact):
                for row in index[match]:
                    if score > hits.get(row, (0.0, ()))[0]:
                        hits[row] = (score, order)
        made = [
            (self._curated_row(row, score, names), [n for n in names if n not in order])
            for row, (score, order) in sorted(hits.items())
        ]
        return [c for c, rest in made if self._allowed(c.area_code) and self._agrees(c, rest)]

    def _curated_row(self, position: int, score: float, names: Sequence[str]) -> Candidate:
        row = self.gazetteer.curated_rows[position]
        if row.precision == "area":
            shape, margin = self._union_of_areas(row.keys), 0.0
        else:
            spots = self.gazetteer.spots_of(row.keys)
            shape, margin = drawn(spots, row.precision, row.margin_m)
        return Candidate(
            row.read_as(names), row.precision, shape, margin, row.area_code, score,
            "curated table", f"{row.note} [{row.keys}].",
        )  # fmt: skip

    def _union_of_areas(self, keys: str) -> shapely.Geometry:
        prefixes = tuple(key.removeprefix("area:") for key in keys.split(";"))
        shapes = self.gazetteer.area_shapes
        return _union(shape for code, shape in shapes.items() if code.startswith(prefixes))

    def _agrees(self, candidate: Candidate, rest: Sequence[str]) -> bool:
        """Tell whether the parts a curated row does not name are near it, where known."""
        return all(
            not (found := self.single(name)) or _compatible(candidate, found) for name in rest
        )

    # One name by itself ------------------------------------------------------------------

    def single(self, name: str) -> list[Candidate]:
        """Read one name as an area or a district: exact spellings first, areas first."""
        found = self._as_area(name, exact=True) or self._as_named(name, exact=True)
        if found:
            return found
        slips = self._as_area(name, exact=False) + self._as_named(name, exact=False)
        return [c for c in slips if c.score >= max(s.score for s in slips) - 0.001]

    def area(self, code: str, name: str, score: float, reason: str) -> Candidate:
        """Return a whole area as a candidate."""
        shape = self.gazetteer.area_shapes[code]
        return Candidate(name, "area", shape, 0.0, code, score, "area boundary", reason)

    def _as_area(self, name: str, *, exact: bool) -> list[Candidate]:
        index = self.gazetteer.area_keys
        made = []
        for key, score in _hits(name_key(name), index, exact=exact):
            for code in index[key]:
                whole = self.gazetteer.area_names[code]
                reason = f"Only the borough or authority is named: somewhere in {whole}."
                made.append(self.area(code, whole, score, reason))
        return [c for c in made if self._allowed(c.area_code)]

    def _as_named(self, name: str, *, exact: bool) -> list[Candidate]:
        """Read a name as a station, a centre, a street or a district, by its words."""
        key = name_key(name)
        for tail in STATION_WORDS:
            if key.endswith(tail):
                stem = _without(key, STATION_WORDS)
                return self._points(stem, {"station"}, self._station, exact=exact)
        for tail in CENTRE_WORDS:
            if key.endswith(tail):
                stem = key.removesuffix(tail)
                found = self._points(stem, {"town"}, self._centre, exact=exact)
                return [replace(c, name=name) for c in found]
        if kind_of(name) == "street":
            if key.split()[0] in COMMON_FIRST_WORDS:
                return []
            return self._points(key, {"station", "dock"}, self._street, exact=exact)
        return self._points(key, set(KIND_ORDER) - {"dock"}, self._district, exact=exact)

    def _points(
        self, key: str, kinds: set[str], draw: _Draw, *, exact: bool
    ) -> list[Candidate]:
        """Draw each cluster of points that bear a name."""
        index, every = self.gazetteer.name_keys, self.gazetteer.kinds
        found = []
        for match, score in _hits(key, index, exact=exact):
            rows = self._in_scope([row for row in index[match] if every[row] in kinds])
            found += [draw(cluster, score) for cluster in self._clusters(rows)]
        return found

    def _station(self, rows: list[int], score: float) -> Candidate:
        shape, margin = drawn(self._spots(rows), "site", STATION_MARGIN_M)
        reason = "A station; the radius holds its entrances and forecourt."
        return self._named(
            rows, "site", shape, margin, score=score, reason=reason, suffix=" station"
        )

    def _centre(self, rows: list[int], score: float) -> Candidate:
        shape = shapely.Point(self._spots(rows)[0]).buffer(CENTRE_REACH_M)
        reason = f"Within {CENTRE_REACH_M:.0f} m of GeoNames's point for the town."
        return self._named(rows, "district", shape, 0.0, score=score, reason=reason)

    def _street(self, rows: list[int], score: float) -> Candidate:
        shape = shapely.MultiPoint(self._spots(rows)).convex_hull.buffer(STREET_REACH_M)
        reason = "A station or cycle dock bears the street's name; how far it runs is not held."
        return self._named(rows, "district", shape, 0.0, score=score, reason=reason)

    def _district(self, rows: list[int], score: float) -> Candidate:
        """Draw the district that points of one name, and their kin, lie in."""
        rows = sorted(
            {*rows, *self._kin(rows)},
            key=lambda row: (row not in rows, KIND_ORDER.index(self.gazetteer.kinds[row]), row),
        )
        shape = _union(self._reach(row, alone=len(rows) == 1) for row in rows).convex_hull
        points = "one known point" if len(rows) == 1 else f"{len(rows)} known points"
        reason = f"The district of that name, drawn from {points}."
        return self._named(rows, "district", shape, 0.0, score=score, reason=reason)

    def _named(  # noqa: PLR0913 - the fields of a candidate, in their order
        self, rows: list[int], precision: str, shape: shapely.Geometry, margin: float, /,
        *, score: float, reason: str, suffix: str = "",
    ) -> Candidate:  # fmt: skip
        kinds = sorted({self.gazetteer.kinds[row] for row in rows}, key=KIND_ORDER.index)
        tables = dict.fromkeys(TABLES[kind] for kind in kinds)
        name = self.gazetteer.labels[rows[0]] + suffix
        code = self._code(shapely.Point(self._spots(rows[:1])[0]))
        return Candidate(name, precision, shape, margin, code, score, ", ".join(tables), reason)

    def _kin(self, rows: list[int]) -> list[int]:
        """Return stations and wards whose names are the district's with a qualifier."""
        key = name_key(self.gazetteer.labels[rows[0]])
        near = np.hypot(*(self.gazetteer.spots - self._spots(rows)[0]).T) <= NEIGHBOUR_M
        kin = []
        for row in map(int, np.flatnonzero(near)):
            if self.gazetteer.kinds[row] in {"station", "ward"}:
                other = f" {name_key(self.gazetteer.labels[row])} "
                head, found, tail = other.partition(f" {key} ")
                if found and QUALIFIERS.issuperset([*head.split(), *tail.split()]):
                    kin.append(row)
        return self._in_scope(kin)

    def _reach(self, row: int, *, alone: bool) -> shapely.Geometry:
        """Return the ground that one point says its district covers."""
        ward = self.gazetteer.ward_rows.get(self.gazetteer.refs[row])
        if ward is not None and self.gazetteer.kinds[row] == "ward":
            return shapely.MultiPoint(ward).convex_hull.buffer(WARD_MARGIN_M)
        reach = self.gazetteer.reaches[row]
        if not alone and self.gazetteer.kinds[row] == "town":
            # Its stations and wards show how far it goes; the formula is for want of them.
            reach = min(reach, CENTRE_REACH_M)
        return shapely.Point(self.gazetteer.spots[row]).buffer(max(reach, DISTRICT_REACH_MIN_M))

    # Several names: each constrains the others --------------------------------------------

    def _constrained(self, names: Sequence[str]) -> list[Candidate]:
        """Read known parts together; streets that no table holds are named inside them."""
        if len(names) == 1:
            names = self._run_together(names[0])
        places = [(name, self.single(name)) for name in names]
        known = [found for _, found in places if found]
        lost = [name for name, found in places if not found]
        if not known:
            return []
        pool = [c for found in known for c in found]
        fits = [c for c in pool if all(_compatible(c, found) for found in known)]
        if not fits:
            return pool
        narrow = min(NARROWEST_FIRST[c.precision] for c in fits)
        chosen = [c for c in fits if NARROWEST_FIRST[c.precision] == narrow]
        chosen = [replace(c, name=", ".join(_read(places, c))) for c in chosen]
        return [self._with_detail(c, lost) for c in chosen] if lost else chosen

    def _with_detail(self, place: Candidate, details: list[str]) -> Candidate:
        """Say that a street is somewhere in a place whose extent is what we hold."""
        named = ", ".join(details)
        if place.precision == "area":
            reason = (
                f"{named!r} is in no table we hold: somewhere in {place.name}. "
                "Which part of it? Pin it in data/corrections.csv."
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
            shape=shape, margin_m=margin, score=place.score * 0.9,
        )  # fmt: skip

    def _run_together(self, name: str) -> list[str]:
        """Split "Southend High Street" where one end is a known place."""
        words = name.split()
        for cut in range(1, len(words)):
            head, tail = " ".join(words[:cut]), " ".join(words[cut:])
            for place, rest in ((tail, head), (head, tail)):
                if kind_of(rest) != "district" and self.single(place):
                    return [rest, place]
        return [name]

    # Small help --------------------------------------------------------------------------

    def _allowed(self, code: str | None) -> bool:
        return self.scope is None or code is None or code in self.scope

    def _spots(self, rows: list[int]) -> NDArray[np.float64]:
        return self.gazetteer.spots[rows]

    def _code(self, spot: shapely.Point) -> str:
        return self.gazetteer.area_at([spot])[0]

    @cached_property
    def _bounds(self) -> tuple[float, float, float, float]:
        shapes = self.gazetteer.area_shapes
        scope = self.scope if self.scope is not None else frozenset(shapes)
        edges = np.array([shapes[code].bounds for code in sorted(scope)])
        west, south = edges[:, :2].min(axis=0) - SAME_DISTRICT_M
        east, north = edges[:, 2:].max(axis=0) + SAME_DISTRICT_M
        return float(west), float(south), float(east), float(north)

    def _in_scope(self, rows: list[int]) -> list[int]:
        if self.scope is None or not rows:
            return rows
        west, south, east, north = self._bounds
        x, y = self._spots(rows).T
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        near = [row for row, keep in zip(rows, inside, strict=True) if keep]
        codes = self.gazetteer.area_at([shapely.Point(spot) for spot in self._spots(near)])
        return [row for row, code in zip(near, codes, strict=True) if code in self.scope]

    def _clusters(self, rows: list[int]) -> list[list[int]]:
        """Group points of one name that are near enough to be one place."""
        clusters: list[list[int]] = []
        for row in rows:
            spot = self.gazetteer.spots[row]
            for cluster in clusters:
                if np.hypot(*(self._spots(cluster) - spot).T).min() <= SAME_DISTRICT_M:
                    cluster.append(row)
                    break
            else:
                clusters.append([row])
        return clusters


def _hits(key: str, index: Collection[str], *, exact: bool) -> list[tuple[str, float]]:
    if exact:
        return [(key, 1.0)] if key in index else []
    return alike(key, index)


def _without(key: str, tails: tuple[str, ...]) -> str:
    for tail in tails:
        key = key.removesuffix(tail)
    return key


def _union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all(list(shapes))


def _read(places: list[tuple[str, list[Candidate]]], chosen: Candidate) -> list[str]:
    """Write the chosen reading, then the wider places that the text puts it in."""
    others = [
        min(found, key=lambda c: -c.score).name or name
        for name, found in places
        if found and chosen.name not in {c.name for c in found}
    ]
    return [chosen.name or "", *others[:1]]


def _compatible(candidate: Candidate, others: list[Candidate]) -> bool:
    """Tell whether a reading lies in or near a reading of another part of the same text."""
    shape = candidate.shape
    return any(
        shape is not None
        and other.shape is not None
        and shape.distance(other.shape)
        <= max(candidate.margin_m, other.margin_m, DISTRICT_REACH_MIN_M)
        for other in others
    )
