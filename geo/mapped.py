"""Find named features of maps at hand, and read them as candidates."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo.candidates import Candidate
from geo.crs import STORED, to_metric
from geo.features import COLUMNS, Features
from geo.place import kind_of, name_key
from geo.spellings import Spellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

CUT_STREET_M = 1500.0
"""How far a street may run on beyond the edge of a map that cuts it."""

KINDS_BY_WORDS: dict[str, tuple[frozenset[str], ...]] = {
    "street": (frozenset({"street"}), frozenset({"venue", "station"})),
    "landmark": (
        frozenset({"station"}), frozenset({"venue"}), frozenset({"street"}),
        frozenset({"district", "town"}),
    ),
    "district": (
        frozenset({"district", "town", "area", "postcode"}), frozenset({"street"}),
        frozenset({"station"}), frozenset({"venue"}),
    ),
}  # fmt: skip
"""What a name may be by its words, likeliest first; the first that is found counts."""


@dataclass(frozen=True)
class Mapped:
    """
    Features of several sources in metres of one grid.

    Attributes
    ----------
    frame
        The columns of `geo.features.Features.frame`, row by row from 0, in metres.
    extents
        The ground that each source with an extent covers, in metres.
    """

    frame: gpd.GeoDataFrame
    extents: tuple[shapely.Geometry, ...]

    @cached_property
    def keys(self) -> Spellings[int]:
        """Rows that each spelling may mean."""
        found: dict[str, list[int]] = defaultdict(list)
        columns = zip(self.frame["name"], self.frame["other_names"], strict=True)
        for row, (name, others) in enumerate(columns):
            for text in (name, *str(others).split("|")):
                key = name_key(text)
                if key and row not in found[key][-1:]:
                    found[key].append(row)
        return Spellings(found)

    @cached_property
    def kinds(self) -> list[str]:
        """Kinds, row by row."""
        return [str(kind) for kind in self.frame["kind"]]

    @cached_property
    def shapes(self) -> NDArray[np.object_]:
        """Geometries, row by row."""
        shapes: NDArray[np.object_] = self.frame.geometry.to_numpy()
        return shapes

    def rows_of(self, name: str, key: str) -> list[int]:
        """Return the rows that bear a key, of the likeliest kind by the words of a name."""
        rows = self.keys.get(key, [])
        for kinds in KINDS_BY_WORDS[kind_of(name)]:
            found = [row for row in rows if self.kinds[row] in kinds]
            if found:
                return found
        return []

    def spots(self, rows: Sequence[int]) -> list[shapely.Point]:
        """Return a point on each of some rows."""
        return [shapely.point_on_surface(self.shapes[row]) for row in rows]

    def candidate(self, row: int, *, code: str | None, score: float) -> Candidate:
        """Read one row as a candidate."""
        cells = self.frame.iloc[row]
        shape, margin_m = self.shapes[row], float(cells["margin_m"])
        precision, reason = str(cells["precision"]), _reason(cells, shape)
        street = cells["kind"] == "street"
        if street and not cells["whole"]:
            shape, margin_m, precision = shape.buffer(CUT_STREET_M), 0.0, "district"
        elif precision == "district" and margin_m:
            shape, margin_m = shape.buffer(margin_m), 0.0
        elif precision == "site" and shape.geom_type != "Point":
            margin_m += _radius(shape)
            shape = shapely.minimum_bounding_circle(shape).centroid
        name = str(cells["name"])
        return Candidate(
            name, precision, shape, margin_m, code, score, str(cells["source"]), reason,
            kind=str(cells["kind"]), axis=self.shapes[row] if street else None,
        )  # fmt: skip

    def covers(self, ground: shapely.Geometry) -> bool:
        """Tell whether one source covers some ground whole."""
        return any(shapely.covers(extent, ground) for extent in self.extents)

    def streets_in(self, names: Iterable[str], ground: shapely.Geometry) -> shapely.Geometry:
        """Return what lies on some ground of the streets that bear one of some names."""
        rows = sorted({r for name in names for r in self.keys.get(name_key(name), [])})
        lines = [self.shapes[row] for row in rows if self.kinds[row] == "street"]
        return shapely.intersection(shapely.union_all(lines), ground)


def _radius(shape: shapely.Geometry) -> float:
    return float(shapely.minimum_bounding_radius(shape))


def _reason(cells: pd.Series, shape: shapely.Geometry) -> str:
    """Say what kind of thing the map holds."""
    kind = str(cells["kind"])
    if kind == "street":
        cut = "" if cells["whole"] else " It may run on beyond the edge of the map at hand."
        return f"A street of that name, mapped over {shape.length:.0f} m.{cut}"
    told = {
        "station": "A station on the map; the radius holds its entrances and forecourt.",
        "venue": "A place of that name on the map.",
        "junction": "A junction on the map.",
        "postcode": "A postcode on the map.",
        "area": "An area on the map: somewhere in it.",
    }
    return told.get(kind, "A district on the map, as large as such districts are.")


def gather_mapped(features: Sequence[Features], *, crs: str) -> Mapped:
    """
    Put the features of several sources into one grid.

    Parameters
    ----------
    features
        Named features, in EPSG:4326.
    crs
        The grid to measure in, in metres.

    Returns
    -------
    mapped
        All of them, in order.
    """
    frames = [to_metric(one.frame[list(COLUMNS)], crs=crs) for one in features]
    empty = gpd.GeoDataFrame(columns=list(COLUMNS), geometry="geometry", crs=crs)
    frame = pd.concat(frames, ignore_index=True) if frames else empty
    grounds = [one.extent for one in features if one.extent is not None]
    extents = gpd.GeoSeries(grounds, crs=STORED)
    return Mapped(
        frame=gpd.GeoDataFrame(frame, geometry="geometry", crs=crs),
        extents=tuple(to_metric(extents, crs=crs)) if grounds else (),
    )
