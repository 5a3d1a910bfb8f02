"""Look places up in the curated table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING

from geo.candidates import Candidate, drawn
from geo.fitting import compatible, narrowed
from geo.names import Names, union
from geo.place import kind_of, name_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import shapely

    from geo.gazetteer import CuratedPlace

MOST_PARTS = 4
"""Parts tried in every order; a curated row names one or two."""

QUESTION = re.compile(r"[^.?]*[?]")

STREET_MARGIN_M = 30.0
"""From a street's middle line to the back of its pavement."""


@dataclass(frozen=True)
class Curated:
    """
    The curated table of a gazetteer.

    Attributes
    ----------
    names
        Single names of the gazetteer, within the areas the search is bounded to.
    """

    names: Names

    def find(self, names: Sequence[str]) -> list[Candidate]:
        """
        Look the whole text up, then its parts by two and one, the rest agreeing.

        Parameters
        ----------
        names
            Parts of a place.

        Returns
        -------
        found
            Candidates of the curated rows they name.
        """
        for size in range(min(len(names), MOST_PARTS), 0, -1):
            for exact in (True, False):
                found = self._of(names, size, exact=exact)
                if found:
                    return found
        return []

    def whole(self, names: Sequence[str]) -> list[Candidate]:
        """
        Look the whole text up, as it is written, in any order.

        Parameters
        ----------
        names
            Parts of a place.

        Returns
        -------
        found
            Candidates of the curated rows that name every part.
        """
        return self._of(names, len(names), exact=True) if len(names) <= MOST_PARTS else []

    def named(self, name: str) -> list[Candidate]:
        """
        Look up every row that bears a name, though it need not suffice by itself.

        Parameters
        ----------
        name
            A cross street or landmark, which the rest of the text tells from its namesakes.

        Returns
        -------
        found
            Candidates of the rows of that name, wherever they are.
        """
        every = self.names.gazetteer.curated_rows
        rows = self.names.gazetteer.curated_names.get(name_key(name), [])
        made = [replace(self._row(row, 1.0, [name]), name=every[row].name) for row in rows]
        return [c for c in made if self.names.allowed(c.area_code)]

    def _of(self, names: Sequence[str], size: int, *, exact: bool) -> list[Candidate]:
        index = self.names.gazetteer.curated_keys
        found: dict[int, tuple[float, tuple[str, ...]]] = {}
        for order in permutations(names[:MOST_PARTS], size):
            key = " ".join(map(name_key, order))
            for match, score in index.hits(key, exact=exact):
                for row in index[match]:
                    if score > found.get(row, (0.0, ()))[0]:
                        found[row] = (score, order)
        made = [
            (self._row(row, score, names), [n for n in names if n not in order])
            for row, (score, order) in sorted(found.items())
        ]
        allowed = [(c, rest) for c, rest in made if self.names.allowed(c.area_code)]
        read = [(c, {name: self.names.single(name) for name in rest}) for c, rest in allowed]
        return [
            replace(narrowed(c, [*rest.values()]), lost=_lost_streets(c, rest))
            for c, rest in read
            if _agrees(c, [*rest.values()])
        ]

    def _row(self, position: int, score: float, names: Sequence[str]) -> Candidate:
        row = self.names.gazetteer.curated_rows[position]
        if row.precision == "area":
            shape, margin = self._union_of_areas(row.keys), 0.0
        else:
            spots = self.names.gazetteer.spots_of(row.keys)
            shape, margin = drawn(spots, row.precision, row.margin_m)
        made = Candidate(
            row.read_as(names), row.precision, shape, margin, row.area_code, score,
            "curated table", f"{row.note} [{row.keys}].", _question(row.note),
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


def _lost_streets(
    candidate: Candidate, rest: Mapping[str, Sequence[Candidate]]
) -> tuple[str, ...]:
    """Return the streets that no table holds beside a site: they are near it, not at it."""
    lost = (name for name, found in rest.items() if not found and kind_of(name) == "street")
    return tuple(lost) if candidate.precision == "site" else ()


def _question(note: str) -> str | None:
    """Return the question that a note asks, if it asks one."""
    asked = QUESTION.search(note)
    return asked[0].strip() if asked else None


def _agrees(candidate: Candidate, rest: Sequence[Sequence[Candidate]]) -> bool:
    """Tell whether the parts a curated row does not name are near it, where known."""
    return all(not found or compatible(candidate, found) for found in rest)
