"""Read one name by itself: an area, a district, a station, a street."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.candidates import Candidate, drawn
from geo.fitting import compatible
from geo.likeness import is_one_slip
from geo.place import kind_of, name_key
from geo.words import COMMON_FIRST_WORDS, EVENT_WORDS, QUALIFIERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from geo.gazetteer import Gazetteer

    _Draw = Callable[[list[int], float], Candidate]

AS_GOOD = 0.01
"""Scores closer than this are equally good: several such candidates are a question."""

CENTRE_REACH_M = 1200.0
"""A town's centre and its high street lie within this of the point GeoNames gives it:
Chelmsford's High Street at 300 m, Southend's at 100 m, Cardiff's Queen Street at 800 m."""

DISTRICT_REACH_MIN_M = 700.0
"""No district is drawn smaller than a ten minutes' walk from its known points."""

STREET_REACH_M = 700.0
"""How far a street may run from a station or dock that bears its name: 98 % of known spots."""

AT_BORDER_M = 150.0
"""A station this near the border of an area that is searched has its door there too."""

STATION_MARGIN_M = 250.0
"""From a station's point to its farthest entrance or forecourt."""

SAME_DISTRICT_M = 3000.0
"""Points of one name farther apart than this are namesakes, not one district."""

OUT_OF_TOWN_M = 5000.0
"""How far from its town a railway station may stand: Wrenbury's is 4.7 km from the ward."""

NEIGHBOUR_M = 2200.0
"""How far from a district's point a station named after a part of it still belongs to it."""

WARD_MARGIN_M = 100.0
"""From a ward's outermost postcode to its boundary."""

POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})")
OUTWARD = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?")
POSTCODE_MARGIN_M = 150.0
"""From a postcode's point to the farthest of its fifteen or so addresses, in towns."""

CENTRE_WORDS = (" city centre", " town centre", " centre")
STATION_WORDS = (
    " station", " underground", " overground", " tube", " railway", " rail", " dlr",
    " tram stop",
)  # fmt: skip
STATIONS = frozenset({"station", "rail_station"})
"""Two tables, kept apart since their licences differ."""

KIND_ORDER = ("town", "ward", "station", "rail_station", "dock_district", "dock")
"""Whose position names a district best, and so decides its borough."""

TABLES = {
    "town": "GeoNames", "ward": "wards", "station": "stations",
    "rail_station": "railway stations", "dock_district": "cycle docks", "dock": "cycle docks",
}  # fmt: skip
"""What readers call the table each kind of point comes from."""


@dataclass(frozen=True)
class Names:
    """
    Single names of the gazetteer, within the areas a search is bounded to.

    Attributes
    ----------
    gazetteer
        Named places.
    scope
        Codes of the areas that the force polices; None searches everywhere.
    """

    gazetteer: Gazetteer
    scope: frozenset[str] | None

    def single(self, name: str) -> list[Candidate]:
        """Read one name as an area or a district: exact spellings first, areas first."""
        postcode = POSTCODE.fullmatch(name.strip().upper())
        if postcode:
            return self._as_postcode(" ".join(postcode.groups()))
        whole = self._as_area(name, exact=True)
        if any(name_key(c.name or "") == name_key(name) for c in whole):
            return whole
        named = self._as_named(name, exact=True)
        # "Richmond" is short for a borough, unless another Richmond is in reach.
        known = [*whole, *(c for c in named if not whole or not compatible(c, whole))]
        known = self._with_mapped(name, known, exact=True)
        if known:
            return known
        slips = self._as_area(name, exact=False) + self._as_named(name, exact=False)
        slips = self._with_mapped(name, slips, exact=False)
        return [c for c in slips if c.score >= max(s.score for s in slips) - AS_GOOD]

    def _with_mapped(
        self, name: str, known: list[Candidate], *, exact: bool
    ) -> list[Candidate]:
        """
        Add what maps at hand hold of a name.

        A street on the map is narrower than the surroundings of a dock that bears its name,
        and takes its place, unless the map cuts it; anything else our own tables know needs
        no second reading.
        """
        if known and kind_of(name) != "street":
            return known
        mapped = self.mapped(name, exact=exact)
        whole = [c for c in mapped if c.precision != "district"]
        cut = [c for c in mapped if c.precision == "district" and not compatible(c, known)]
        return [*(c for c in known if not compatible(c, whole)), *whole, *cut]

    def mapped(self, name: str, *, exact: bool) -> list[Candidate]:
        """Return the features of maps at hand that bear a name."""
        features = self.gazetteer.mapped
        made = []
        for key, score in features.keys.hits(name_key(name), exact=exact):
            if not exact and not is_one_slip(name_key(name), key):
                continue
            rows = features.rows_of(name, key)
            codes = self.gazetteer.area_at(features.spots(rows))
            found = zip(rows, codes, strict=True)
            made += [
                features.candidate(row, code=code, score=score)
                for row, code in found
                if self.allowed(code)
            ]
        return made

    def area(self, code: str, name: str, score: float, reason: str) -> Candidate:
        """Return a whole area as a candidate."""
        shape = self.gazetteer.area_shapes[code]
        return Candidate(name, "area", shape, 0.0, code, score, "area boundary", reason)

    def _as_area(self, name: str, *, exact: bool) -> list[Candidate]:
        index = self.gazetteer.area_keys
        made = []
        for key, score in index.hits(name_key(name), exact=exact):
            for code in index[key]:
                whole = self.gazetteer.area_names[code]
                reason = f"Only the borough or authority is named: somewhere in {whole}."
                made.append(self.area(code, whole, score, reason))
        return [c for c in made if self.allowed(c.area_code)]

    def _as_postcode(self, code: str) -> list[Candidate]:
        """Read a whole postcode, where its position is embedded."""
        spot = self.gazetteer.postcode_at(code)
        if spot is None:
            return []
        point = shapely.Point(spot)
        area = self._code(point)
        reason = "A postcode: the middle of the addresses that share it."
        made = Candidate(code, "site", point, POSTCODE_MARGIN_M, area, 1.0, "postcodes", reason)
        return [made] if self.allowed(area) else []

    def postal(self, name: str) -> list[Candidate]:
        """Read a postal district, such as N4, where its postcodes are embedded."""
        code = name.strip().upper()
        spots = self.gazetteer.postal_districts.get(code) if OUTWARD.fullmatch(code) else None
        if spots is None:
            return []
        hull = shapely.MultiPoint(spots).convex_hull.buffer(POSTCODE_MARGIN_M)
        reason = f"A postal district: the ground of its {len(spots)} postcodes."
        areas = set(self.gazetteer.area_at(list(shapely.points(spots))))
        area = areas.pop() if len(areas) == 1 else None
        made = Candidate(code, "district", hull, 0.0, area, 1.0, "postcodes", reason)
        return [made] if any(map(self.allowed, areas or {area})) else []

    def _as_named(self, name: str, *, exact: bool) -> list[Candidate]:
        """Read a name as a station, a centre, a street or a district, by its words."""
        key = name_key(name)
        for tail in STATION_WORDS:
            if key.endswith(tail):
                stem = _without(key, STATION_WORDS)
                return self.points(stem, STATIONS, self._station, exact=exact)
        for tail in CENTRE_WORDS:
            if key.endswith(tail):
                stem = key.removesuffix(tail)
                found = self.points(stem, {"town"}, self.centre, exact=exact)
                return [replace(c, name=name) for c in found]
        for tail in EVENT_WORDS:
            if key.endswith(f" {tail}"):
                stem = key.removesuffix(f" {tail}")
                return [replace(c, name=name) for c in self._as_named(stem, exact=exact)]
        if kind_of(name) == "street":
            if not exact:
                # Our tables hold few streets: most of what looks like a slip is another one.
                return []
            common = key.split()[0] in COMMON_FIRST_WORDS
            kinds = set() if common else set(KIND_ORDER)
            return self.points(key, kinds, self._street, exact=exact)
        return self.points(key, set(KIND_ORDER) - {"dock"}, self._district, exact=exact)

    def points(
        self, key: str, kinds: AbstractSet[str], draw: _Draw, *, exact: bool
    ) -> list[Candidate]:
        """Draw each cluster of points that bear a name."""
        index, every = self.gazetteer.name_keys, self.gazetteer.kinds
        found = []
        for match, score in index.hits(key, exact=exact):
            rows = self._in_scope([row for row in index[match] if every[row] in kinds])
            found += [draw(cluster, score) for cluster in self._clusters(rows)]
        return found

    def _station(self, rows: list[int], score: float) -> Candidate:
        shape, margin = drawn(self._spots(rows), "site", STATION_MARGIN_M)
        reason = "A station; the radius holds its entrances and forecourt."
        return self._named(
            rows, "site", shape, margin, score=score, reason=reason, suffix=" station"
        )

    def centre(self, rows: list[int], score: float) -> Candidate:
        """Draw the middle of a town."""
        shape = shapely.Point(self._spots(rows)[0]).buffer(CENTRE_REACH_M)
        reason = f"Within {CENTRE_REACH_M:.0f} m of GeoNames's point for the town."
        return self._named(rows, "district", shape, 0.0, score=score, reason=reason)

    def _street(self, rows: list[int], score: float) -> Candidate:
        shape = shapely.MultiPoint(self._spots(rows)).convex_hull.buffer(STREET_REACH_M)
        reason = "A point in our tables bears the street's name; how far it runs is not held."
        made = self._named(rows, "district", shape, 0.0, score=score, reason=reason)
        return replace(made, kind="point")

    def _district(self, rows: list[int], score: float) -> Candidate:
        """Draw the district that points of one name, and their kin, lie in."""
        rows = sorted(
            {*rows, *self._kin(rows)},
            key=lambda row: (row not in rows, KIND_ORDER.index(self.gazetteer.kinds[row]), row),
        )
        rows = self._telling(rows)
        shape = self._hull(rows)
        points = "one known point" if len(rows) == 1 else f"{len(rows)} known points"
        reason = f"The district of that name, drawn from {points}."
        return self._named(rows, "district", shape, 0.0, score=score, reason=reason)

    def _telling(self, rows: list[int]) -> list[int]:
        """Leave out railway stations where the other points draw the district anyway."""
        others = [row for row in rows if self.gazetteer.kinds[row] != "rail_station"]
        drawn_anyway = self._hull(others)
        return [
            row
            for row in rows
            if row in others
            or not drawn_anyway.covers(shapely.Point(self.gazetteer.spots[row]))
        ]

    def _hull(self, rows: list[int]) -> shapely.Geometry:
        """Return the convex hull of the ground that each point says its district covers."""
        # A railway station says where its town is, not how far the town goes.
        alone = sum(self.gazetteer.kinds[row] != "rail_station" for row in rows) <= 1
        return union(self._reach(row, alone=alone) for row in rows).convex_hull

    def _named(  # noqa: PLR0913 - the fields of a candidate, in their order
        self, rows: list[int], precision: str, shape: shapely.Geometry, margin: float, /,
        *, score: float, reason: str, suffix: str = "",
    ) -> Candidate:  # fmt: skip
        kinds = sorted({self.gazetteer.kinds[row] for row in rows}, key=KIND_ORDER.index)
        tables = dict.fromkeys(TABLES[kind] for kind in kinds)
        name = self.gazetteer.labels[rows[0]] + suffix
        code = self._code(shapely.Point(self._spots(rows[:1])[0]))
        score *= max(self.gazetteer.prominence(row) for row in rows)
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

    def allowed(self, code: str | None) -> bool:
        """Tell whether an area lies within the bounds of the search."""
        return self.scope is None or code is None or code in self.scope

    def _spots(self, rows: list[int]) -> NDArray[np.float64]:
        return self.gazetteer.spots[rows]

    def _code(self, spot: shapely.Point) -> str | None:
        """Return the area of a spot: one that is searched, if its border is as near as that."""
        code = self.gazetteer.area_at([spot])[0]
        if self.scope is None or code in self.scope:
            return code
        near = self.gazetteer.areas_near(spot, AT_BORDER_M)
        return next((other for other in near if other in self.scope), code)

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
        codes = [self._code(shapely.Point(spot)) for spot in self._spots(near)]
        return [row for row, code in zip(near, codes, strict=True) if code in self.scope]

    def is_station(self, name: str) -> bool:
        """Tell whether a name is a station's, in or out of the bounds of the search."""
        key = name_key(name)
        stem = _without(key, STATION_WORDS)
        rows = self.gazetteer.name_keys.get(stem, []) if stem != key else []
        return any(self.gazetteer.kinds[row] in STATIONS for row in rows)

    def _clusters(self, rows: list[int]) -> list[list[int]]:
        """Group points of one name that are near enough to be one place."""
        clusters: list[list[int]] = []
        for row in rows:
            spot = self.gazetteer.spots[row]
            rail = self.gazetteer.kinds[row] == "rail_station"
            within = OUT_OF_TOWN_M if rail else SAME_DISTRICT_M
            for cluster in clusters:
                if np.hypot(*(self._spots(cluster) - spot).T).min() <= within:
                    cluster.append(row)
                    break
            else:
                clusters.append([row])
        return clusters


def _without(key: str, tails: tuple[str, ...]) -> str:
    for tail in tails:
        key = key.removesuffix(tail)
    return key


def union(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """Return the union of some shapes."""
    return shapely.union_all(list(shapes))
