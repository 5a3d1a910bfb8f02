"""Count who and what lies within a distance of a place as the crow flies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import measuring_systems, to_metric
from geo.residents import residents_within
from geo.spots import spots_of
from geo.street_ground import StreetGround, counts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Counts:
    """
    Counts as they are made, in the order of the places.

    Attributes
    ----------
    counts
        By place, layer and distance; NaN where not known.
    snap_m
        Mean distance from a place's spots to their streets.
    method
        How each place was counted.
    """

    counts: NDArray[np.float64]
    snap_m: NDArray[np.float64]
    method: list[str]

    @classmethod
    def blank(cls, places: int, layers: int, distances: int) -> Counts:
        """Return counts of places that are not known."""
        values = np.full((places, layers, distances), np.nan)
        return cls(values, np.full(places, np.nan), ["the place is not known"] * places)


@dataclass(frozen=True)
class Walk:
    """What is counted, within which distances, and how spots are put on streets."""

    ground: StreetGround
    distances_m: tuple[float, ...]
    snap_m: float
    threads: int | None

    def ticks(self) -> NDArray[np.int64]:
        """Return the distances in ticks of the streets' lengths."""
        from geo.reach import TICKS_PER_M  # noqa: PLC0415 - imports numba

        ticks: NDArray[np.int64] = np.rint(np.array(self.distances_m) * TICKS_PER_M).astype(int)
        return ticks


def count_by_crow(
    out: Counts, shapes: gpd.GeoSeries, rows: NDArray[np.intp], walk: Walk, why: str
) -> None:
    """
    Fill in the counts of some places, as the crow flies.

    Parameters
    ----------
    out
        Where to put them.
    shapes
        All places.
    rows
        Which of them to count.
    walk
        What to count, and how far.
    why
        Why not along the streets.
    """
    if not len(rows):
        return
    own = shapes.iloc[rows]
    notes = [""] * len(rows)
    for i, (name, layer) in enumerate(walk.ground.layers.items()):
        if isinstance(layer, gpd.GeoDataFrame):
            out.counts[rows, i] = _points_near(own, layer, name, walk.distances_m)
            continue
        frame = gpd.GeoDataFrame(geometry=own)
        for k, distance in enumerate(walk.distances_m):
            found = residents_within(frame, layer, distance_m=distance)
            out.counts[rows, i, k] = found.iloc[:, 0]
        told = zip(found["residents_method"], found.iloc[:, 0].isna(), strict=True)
        notes = [
            f"{note}; {name}: {text}" if null else f"{note}; {name} from {_grid_in(text)}"
            for note, (text, null) in zip(notes, told, strict=True)
        ]
    for row, mean, note in zip(rows, over(own.to_numpy()), notes, strict=True):
        out.method[row] = f"as the crow flies, for {why}; {mean}{note}"


def spots_in(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the spots of shapes in metres, and which shape each is of."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        return shapes, np.arange(len(shapes))
    each = [spots_of(shape) for shape in shapes]
    return np.concatenate(each), np.repeat(np.arange(len(shapes)), [len(own) for own in each])


def over(shapes: NDArray[np.object_]) -> list[str]:
    """
    Say what the counts of shapes are a mean over.

    Examples
    --------
    >>> over(np.array([shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])]))
    ['of the spot', 'mean along the street']
    """
    dimensions = np.minimum(shapely.get_dimensions(shapes), 2)
    alone = shapely.get_num_geometries(shapes) == 1
    point = np.where(alone, "of the spot", "mean over the spots")
    said = np.array(["", "mean along the street", "mean over the place"])
    means: list[str] = np.where(dimensions > 0, said[dimensions], point).tolist()
    return means


def _grid_in(method: str) -> str:
    """Return the grid that a method of `geo.residents` names, and what it says of it."""
    return method.partition("; ")[2]


def _points_near(
    shapes: gpd.GeoSeries, points: gpd.GeoDataFrame, name: str, distances_m: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return the mean over each place's spots of the points within each distance of a spot."""
    counts = counts_of(points, name)
    out = np.full((len(shapes), len(distances_m)), np.nan)
    systems = np.array(measuring_systems(shapes), dtype=object)
    for system in sorted({text for text in systems if text}):
        rows = np.flatnonzero(systems == system)
        spots, owner = spots_in(to_metric(shapes.iloc[rows], crs=system).to_numpy())
        tree = shapely.STRtree(shapely.centroid(to_metric(points.geometry, crs=system)))
        many = np.bincount(owner)
        for k, distance in enumerate(distances_m):
            spot, point = tree.query(spots, predicate="dwithin", distance=distance)
            out[rows, k] = np.bincount(owner[spot], counts[point], len(rows)) / many
    return out
