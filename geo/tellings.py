"""Read one place told twice: keep the narrower telling, or hold both where they conflict."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.candidates import NARROWEST_FIRST, Candidate
from geo.checks import require_columns
from geo.crs import STORED
from geo.locate import candidate_table, read_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.gazetteer import Gazetteer

Relation = Literal["narrower", "wider", "different"]

KEY = ["force", "place_published", "area_published", "place_told", "told_by", "postcode_told"]
"""What a place told twice is known by."""

BORDER_M = 100.0
"""A street may run along a border, and its ends stand on the far side of it."""

INSIDE_SHARE = 0.9
"""Least share of a telling's shape inside the other place for it to lie inside."""

POSTCODE_REACH_M = 100.0
"""A postcode is one point for a dozen doors or so; they lie about as far from it."""

_DISTRICT = re.compile(r"(?<![A-Z0-9])[A-Z]{1,2}\d[A-Z\d]?(?![A-Z0-9])")


@dataclass(frozen=True)
class Told:
    """
    One place as the record and another disclosure tell it.

    Attributes
    ----------
    own, other
        Each by itself.
    shown
        What to show for the deployment: the narrower, or both.
    relation
        How the other lies to the record's own.
    """

    own: Candidate
    other: Candidate
    shown: Candidate
    relation: Relation

    def rows(self) -> Iterator[tuple[str, Candidate]]:
        """Yield what to list: what is shown and, where they conflict, each by itself."""
        if self.relation != "different":
            yield self.relation, self.shown
            return
        yield "both", self.shown
        yield "record", replace(self.own, reason=f"{self.own.reason} {self.shown.reason}")
        yield (
            "elsewhere",
            replace(self.other, reason=f"{self.other.reason} {self.shown.reason}"),
        )


def locate_told(places: pd.DataFrame, gazetteer: Gazetteer) -> gpd.GeoDataFrame:
    """
    Locate places that another disclosure tells too.

    Parameters
    ----------
    places
        The columns `KEY`: the record's words, the other's words, who told them and the
        postcode it gives (or null).
    gazetteer
        Named places to search.

    Returns
    -------
    located
        The columns of `geo.locate.locate_places`, ``place_told``, ``told_by``,
        ``postcode_told`` and ``telling``, with a fresh index. Where one place lies inside
        the other there is one row, the narrower of the two (``narrower``; ``wider`` where
        that is the record's own). Where they conflict there are three: ``both``, whose
        shape holds both and whose class is the coarser, then ``record`` and ``elsewhere``,
        each by itself. ``place_published`` is always the record's.

    Raises
    ------
    MissingColumnError
        If a column is missing.

    Notes
    -----
    The relation is worked out from the shapes, see `relate_places`, whatever anyone says.
    """
    require_columns(places, KEY, name="places")
    keys, rows, kinds = [], [], []
    for key in places[KEY].itertuples(index=False):
        cells = [None if pd.isna(cell) else str(cell) for cell in key]
        for kind, candidate in read_told(cells, gazetteer).rows():
            keys.append(cells)
            kinds.append(kind)
            rows.append(candidate)
    frame = pd.DataFrame(keys, columns=KEY, dtype="str").assign(
        telling=pd.Series(kinds, dtype="str")
    )
    table = candidate_table(rows, gazetteer)
    return gpd.GeoDataFrame(pd.concat([frame, table], axis=1), geometry="geometry", crs=STORED)


def read_told(key: list[str | None], gazetteer: Gazetteer) -> Told:
    """
    Read both tellings of one place.

    Parameters
    ----------
    key
        The values of `KEY`.
    gazetteer
        Named places to search.

    Returns
    -------
    told
        Each by itself, and what to show.
    """
    force, published, area, place_told, told_by, postcode = key
    own = read_place(published or "", gazetteer, force=force, area=area)
    other = read_place(place_told or "", gazetteer, force=force)
    other = by_postal_district(other, place_told or "", gazetteer, postcode=postcode)
    relation = relate_places(own.shape, other.shape)
    words = (
        f"The record says {published!r}; told as {place_told!r} elsewhere, by the {told_by}."
    )
    if relation == "different":
        shown = hold_both(own, other, words=words)
    elif relation == "narrower":
        shown = _credited(other, f"{words} {other.reason}{_postcode_words(other, postcode)}")
    else:
        shown = replace(own, reason=f"{own.reason} {words}")
    return Told(own, _credited(other, other.reason), shown, relation)


def _credited(told: Candidate, reason: str) -> Candidate:
    return replace(told, located_by=f"told elsewhere: {told.located_by}", reason=reason)


def _postcode_words(told: Candidate, postcode: str | None) -> str:
    return f" The telling gives the postcode {postcode}." if postcode and told.shape else ""


def by_postal_district(
    found: Candidate, text: str, gazetteer: Gazetteer, *, postcode: str | None = None
) -> Candidate:
    """
    Narrow a borough to the part in the postal district that the words name.

    Parameters
    ----------
    found
        How the words were read; anything but a whole area stays as it is.
    text
        The words: ``"Camden (NW1)"``.
    gazetteer
        Holds the postcodes.
    postcode
        Postcode told with the words. It is not used as a spot, since it may be no more
        than an address to find the place by; one of another district leaves the borough.

    Returns
    -------
    narrowed
        Of class ``district``: the hull of the district's postcodes in the borough.
    """
    named = _DISTRICT.findall(text)
    if found.precision != "area" or found.area_code is None or len(named) != 1:
        return found
    code = named[0]
    if postcode and not re.match(rf"{code}[A-Z]? ", postcode):
        return found
    borough = gazetteer.area_shapes[found.area_code]
    rows = gazetteer.postcodes
    rows = rows[rows["postcode"].str.match(rf"{code}[A-Z]? ")]
    spots = shapely.points(rows[["easting_m", "northing_m"]].to_numpy(dtype=float))
    inside = spots[shapely.covers(borough, spots)] if len(spots) else np.array([])
    if not len(inside):
        return found
    hull = shapely.MultiPoint(list(inside)).convex_hull.buffer(POSTCODE_REACH_M)
    reason = (
        f"The part of {found.name} in the postal district {code}: "
        f"the ground of its {len(inside)} postcodes there."
    )
    return replace(
        found,
        name=f"{found.name} ({code})",
        precision="district",
        shape=hull.intersection(borough),
        margin_m=0.0,
        located_by="postcodes",
        reason=reason,
    )


def hold_both(own: Candidate, other: Candidate, *, words: str) -> Candidate:
    """
    Make one place that holds two.

    Parameters
    ----------
    own, other
        Two readings, both with shapes.
    words
        Who says what.

    Returns
    -------
    both
        Its shape holds every spot of either; its class is the coarser; it has an area only
        where both have the same.

    Examples
    --------
    >>> ground, spot = shapely.box(0, 0, 9, 9), shapely.Point(50, 0)
    >>> here = Candidate("Oak", "area", ground, 0, "E1", 1, "area boundary", "")
    >>> there = Candidate("Elm Street", "street", spot, 20, "E2", 1, "curated table", "")
    >>> both = hold_both(here, there, words="Two say two things.")
    >>> both.name, both.precision, both.area_code, both.shape.covers(shapely.Point(69, 0))
    ('Oak, or Elm Street (told differently)', 'area', None, True)
    """
    shapes = [_ground(candidate) for candidate in (own, other)]
    return Candidate(
        name=f"{own.name}, or {other.name} (told differently)",
        precision=max(own.precision, other.precision, key=NARROWEST_FIRST.__getitem__),
        shape=shapely.union_all([shape for shape in shapes if shape is not None]),
        margin_m=0.0,
        area_code=own.area_code if own.area_code == other.area_code else None,
        score=min(own.score, other.score),
        located_by=f"{own.located_by}; told elsewhere: {other.located_by}",
        reason=f"{words} Neither lies in the other, so the shape holds both.",
    )


def _ground(candidate: Candidate) -> shapely.Geometry | None:
    """Return a polygon that holds every spot of a candidate."""
    if candidate.shape is None or not candidate.margin_m:
        return candidate.shape
    # The corners of a buffer stand on its circle, its sides inside: hence a tenth more.
    return candidate.shape.buffer(1.1 * candidate.margin_m)


def relate_places(own: shapely.Geometry | None, other: shapely.Geometry | None) -> Relation:
    """
    Say how another telling's place lies to one's own.

    Parameters
    ----------
    own, other
        Shapes in metres, or None where not known.

    Returns
    -------
    relation
        ``narrower`` where nine tenths of it lie inside (a border counts as 100 m wide),
        ``wider`` where one's own lies so inside it, else ``different``. What is known is
        narrower than what is not.

    Examples
    --------
    >>> borough, street = shapely.box(0, 0, 4000, 4000), shapely.LineString([(9, 9), (900, 9)])
    >>> relate_places(borough, street), relate_places(street, borough)
    ('narrower', 'wider')
    >>> relate_places(borough, shapely.Point(5000, 0))
    'different'
    """
    if other is None:
        return "wider"
    if own is None:
        return "narrower"
    if _share_inside(own, other) >= INSIDE_SHARE:
        return "wider"
    return "narrower" if _share_inside(other, own) >= INSIDE_SHARE else "different"


def _share_inside(inner: shapely.Geometry, outer: shapely.Geometry) -> float:
    ground = outer.buffer(BORDER_M)
    for size in (shapely.area, shapely.length):
        if size(inner) > 0:
            return float(size(shapely.intersection(inner, ground)) / size(inner))
    return float(shapely.covers(ground, inner))
