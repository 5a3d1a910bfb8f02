"""Count residents within a walk of a place: context, not passers-by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import MEASURED, measuring_systems, to_metric
from geo.grids import (
    PopulationGrid,
    held_by,
    is_metric,
    kernel_of,
    moving_sum,
    part_of,
    sums,
    zonal,
)
from geo.spots import spots_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

WALK_M = 800.0
"""Ten minutes on foot."""

COVERED_MIN_SHARE = 0.97
"""Least share of the ground that a grid must cover. The rest is left out, so a figure may
be that much too small; generalised boundaries stick out of a grid by a per cent or two."""


def residents_within(
    places: gpd.GeoDataFrame,
    grids: PopulationGrid | Sequence[PopulationGrid],
    *,
    distance_m: float = WALK_M,
) -> pd.DataFrame:
    """
    Count the residents within a walk of each place.

    Parameters
    ----------
    places
        Points, streets or polygons in any declared CRS; null where not known.
    grids
        Residents per cell, in any CRS. The first grid that covers a place counts it.
    distance_m
        Length of the walk, as the crow flies.

    Returns
    -------
    residents
        Indexed like ``places``: ``residents_800m`` [persons] and ``residents_method``.
        Null, with the reason in ``residents_method``, where no grid covers the place.

    Raises
    ------
    CrsError
        If the places declare no CRS.

    Notes
    -----
    One definition for every class: the mean, over the spots the place may be, of the
    residents within ``distance_m`` of a spot. For a point that is the plain count; for a
    street, the mean along it; for a district or borough, the mean over its ground. A
    buffer of a whole borough would count the vagueness, not the place.

    Shapes are reprojected to the grid, never the grid to them. Cells are counted by the
    fraction that a disc covers (exactextract), as if residents were spread evenly in each.
    """
    column = f"residents_{distance_m:g}m"
    found = [_Count(None, "no population grid covers this place")] * len(places)
    for system, rows, shapes in _measured(places.geometry):
        for grid in _listed(grids):
            todo = [i for i in rows if found[i].people is None]
            if todo:
                counts = _count_around(shapes.loc[todo], grid, distance_m, system)
                for i, count in zip(todo, counts, strict=True):
                    found[i] = _better(found[i], count)
    methods = [
        count.method if _has(shape) else "the place is not known"
        for shape, count in zip(places.geometry, found, strict=True)
    ]
    return _frame(places.index, column, [count.people for count in found], methods)


def residents_of(
    areas: gpd.GeoDataFrame, grids: PopulationGrid | Sequence[PopulationGrid]
) -> pd.DataFrame:
    """
    Count the residents of each area.

    Parameters
    ----------
    areas
        Polygons in any declared CRS.
    grids
        Residents per cell, in any CRS.

    Returns
    -------
    residents
        Indexed like ``areas``: ``residents`` [persons] and ``residents_method``; null,
        with the reason, where no grid covers the area.

    Examples
    --------
    >>> from affine import Affine
    >>> cells = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> north_up = Affine(100, 0, 0, 0, -100, 200)
    >>> grid = PopulationGrid(cells, north_up, "EPSG:27700", None, "Toy", "2011")
    >>> areas = gpd.GeoDataFrame(geometry=[shapely.box(50, 0, 200, 200)], crs="EPSG:27700")
    >>> residents_of(areas, grid)["residents"].tolist()
    [8.0]
    """
    found = [_Count(None, "no population grid covers this area")] * len(areas)
    for _, rows, shapes in _measured(areas.geometry):
        for grid in _listed(grids):
            todo = [i for i in rows if found[i].people is None]
            if todo:
                how = f"sum over the area; {_label(grid)}"
                for i, figures in zip(todo, sums(shapes.loc[todo], grid), strict=True):
                    found[i] = _better(found[i], _judged(figures, how, grid))
    counts, methods = [c.people for c in found], [c.method for c in found]
    return _frame(areas.index, "residents", counts, methods)


@dataclass(frozen=True)
class _Count:
    people: float | None
    method: str
    covered_share: float = 0.0


def _measured(shapes: gpd.GeoSeries) -> Iterator[tuple[str, list[int], gpd.GeoSeries]]:
    """Yield systems to measure in, and the rows and shapes that each is for."""
    there = np.array([_has(shape) for shape in shapes], dtype=bool)
    rows = np.flatnonzero(there)
    known = shapes.reset_index(drop=True).iloc[rows]
    systems = np.array(measuring_systems(known), dtype=object)
    for system in sorted({text for text in systems if text}):
        own = known[systems == system]
        yield system, own.index.tolist(), to_metric(own, crs=system)


def _listed(grids: PopulationGrid | Sequence[PopulationGrid]) -> Sequence[PopulationGrid]:
    return [grids] if isinstance(grids, PopulationGrid) else grids


def _has(shape: shapely.Geometry | None) -> bool:
    return shape is not None and not shape.is_empty


def _better(old: _Count, new: _Count) -> _Count:
    """Keep a count once there is one; until then, the reason that came closest."""
    if new.people is not None or new.covered_share > old.covered_share:
        return new
    return old


def _frame(
    index: pd.Index, column: str, people: list[float | None], methods: list[str]
) -> pd.DataFrame:
    counts = pd.Series(people, index=index, dtype="float64").round(0)
    text = pd.Series(methods, index=index, dtype="str")
    return pd.DataFrame({column: counts, "residents_method": text})


def _label(grid: PopulationGrid) -> str:
    return f"{grid.name}, {grid.vintage}"


def _judged(figures: NDArray[np.float64], how: str, grid: PopulationGrid) -> _Count:
    """Turn residents, share covered and share known into a count, or into why there is none."""
    people, covered, known = (float(figure) for figure in figures)
    if covered <= 0:
        return _Count(None, "no population grid covers this place")
    if covered < COVERED_MIN_SHARE:
        reason = f"the population grid {grid.name!r} covers only {covered:.0%} of this place"
        return _Count(None, reason, covered)
    if known <= 0:
        return _Count(None, f"the population grid {grid.name!r} holds no data here", covered)
    if known < COVERED_MIN_SHARE * covered:
        how += f"; {1 - known / covered:.0%} of the ground has no data and counts as empty"
    return _Count(people, how, covered)


def _count_around(
    ground: gpd.GeoSeries, grid: PopulationGrid, distance_m: float, system: str
) -> list[_Count]:
    """Count around points and streets by their discs, over polygons by a moving sum."""
    shapes = list(ground)
    even = system == MEASURED and is_metric(grid)
    broad = [even and shape.geom_type in {"Polygon", "MultiPolygon"} for shape in shapes]
    narrow = [i for i, wide in enumerate(broad) if not wide]
    wide = [i for i, is_wide in enumerate(broad) if is_wide]
    counts: dict[int, _Count] = {}
    if narrow:
        figures = _by_discs([shapes[i] for i in narrow], grid, distance_m, system)
        counts |= dict(zip(narrow, figures, strict=True))
    if wide:
        figures = _by_moving_sum([shapes[i] for i in wide], grid, distance_m)
        counts |= dict(zip(wide, figures, strict=True))
    return [counts[i] for i in range(len(shapes))]


def _how(shape: shapely.Geometry, grid: PopulationGrid, distance_m: float) -> str:
    over = {0: "of the spot", 1: "mean along the street", 2: "mean over the place"}
    several = shapely.get_num_geometries(shape) > 1 and not shapely.get_dimensions(shape)
    words = "mean over the spots" if several else over[shapely.get_dimensions(shape)]
    return f"residents within {distance_m:g} m as the crow flies, {words}; {_label(grid)}"


def _by_discs(
    shapes: list[shapely.Geometry], grid: PopulationGrid, distance_m: float, system: str
) -> list[_Count]:
    """Average the counts of discs around each shape's spots."""
    spots = [spots_of(shape) for shape in shapes]
    owner = np.repeat(np.arange(len(shapes)), [len(own) for own in spots])
    discs = shapely.buffer(np.concatenate(spots), distance_m, quad_segs=32)
    figures = sums(gpd.GeoSeries(discs, crs=system), grid)
    means = pd.DataFrame(figures).groupby(owner).mean().to_numpy()
    return [
        _judged(row, _how(shape, grid, distance_m), grid)
        for shape, row in zip(shapes, means, strict=True)
    ]


def _by_moving_sum(
    shapes: list[shapely.Geometry], grid: PopulationGrid, distance_m: float
) -> list[_Count]:
    """Average, over polygons, each cell's count of residents within the distance of it."""
    box = shapely.box(*grid.bounds)
    near = [shape.intersects(box) for shape in shapes]
    if not all(near):
        off = _judged(np.zeros(3), "", grid)
        rest = [shape for shape, is_near in zip(shapes, near, strict=True) if is_near]
        counted = iter(_by_moving_sum(rest, grid, distance_m) if rest else [])
        return [next(counted) if is_near else off for is_near in near]
    kernel = kernel_of(grid, distance_m)
    reach = max(kernel.shape) // 2 + 1
    ground = gpd.GeoSeries(shapes, crs=MEASURED)
    window = part_of(grid, ground.total_bounds, margin=2 * reach)
    people = np.nan_to_num(window.array)
    layers = np.stack([people, held_by(window, grid), np.isfinite(window.array)]).astype(float)
    summed = np.stack([moving_sum(layer, kernel) for layer in layers])
    summed[1:] /= kernel.sum()
    means = zonal(list(summed), window, ground, ["mean"])
    return [
        _judged(row, _how(shape, grid, distance_m), grid)
        for shape, row in zip(shapes, means, strict=True)
    ]
