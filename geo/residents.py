"""Count residents within a walk of a place: context, not passers-by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import MEASURED, to_metric
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WALK_M = 800.0
"""Ten minutes on foot."""

COVERED_MIN_SHARE = 0.97
"""Least share of the ground that a grid must cover. The rest is left out, so a figure may
be that much too small; generalised boundaries stick out of a grid by a per cent or two."""

STREET_STEP_M = 100.0
"""Between the spots at which a street's residents are counted."""

SPOTS_PER_PLACE_MIN = 40
"""Spots at which the residents of an area are counted where cells have no size in metres."""


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
    shapes = to_metric(places.geometry)
    found = [_Count(None, "no population grid covers this place")] * len(shapes)
    for grid in _listed(grids):
        todo = [i for i, shape in enumerate(shapes) if _has(shape) and found[i].people is None]
        if todo:
            counts = _count_around([shapes.iloc[i] for i in todo], grid, distance_m)
            for i, count in zip(todo, counts, strict=True):
                found[i] = _better(found[i], count)
    methods = [
        count.method if _has(shape) else "the place is not known"
        for shape, count in zip(shapes, found, strict=True)
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
    shapes = to_metric(areas.geometry)
    found = [_Count(None, "no population grid covers this area")] * len(shapes)
    for grid in _listed(grids):
        todo = [i for i, shape in enumerate(shapes) if _has(shape) and found[i].people is None]
        if todo:
            ground = gpd.GeoSeries([shapes.iloc[i] for i in todo], crs=MEASURED)
            how = f"sum over the area; {_label(grid)}"
            for i, figures in zip(todo, sums(ground, grid), strict=True):
                found[i] = _better(found[i], _judged(figures, how, grid))
    counts, methods = [c.people for c in found], [c.method for c in found]
    return _frame(areas.index, "residents", counts, methods)


@dataclass(frozen=True)
class _Count:
    people: float | None
    method: str
    covered_share: float = 0.0


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
    shapes: list[shapely.Geometry], grid: PopulationGrid, distance_m: float
) -> list[_Count]:
    """Count around points and streets by their discs, over polygons by a moving sum."""
    broad = [shape.area > 0 for shape in shapes]
    if any(broad) and not is_metric(grid):
        broad = [False] * len(shapes)
    narrow = [i for i, wide in enumerate(broad) if not wide]
    wide = [i for i, is_wide in enumerate(broad) if is_wide]
    counts: dict[int, _Count] = {}
    if narrow:
        figures = _by_discs([shapes[i] for i in narrow], grid, distance_m)
        counts |= dict(zip(narrow, figures, strict=True))
    if wide:
        figures = _by_moving_sum([shapes[i] for i in wide], grid, distance_m)
        counts |= dict(zip(wide, figures, strict=True))
    return [counts[i] for i in range(len(shapes))]


def _how(shape: shapely.Geometry, grid: PopulationGrid, distance_m: float) -> str:
    over = {0: "of the spot", 1: "mean along the street", 2: "mean over the place"}
    words = over[shapely.get_dimensions(shape)]
    joint = " " if words.startswith("of") else ", "
    return f"residents within {distance_m:g} m{joint}{words}; {_label(grid)}"


def _by_discs(
    shapes: list[shapely.Geometry], grid: PopulationGrid, distance_m: float
) -> list[_Count]:
    """Average the counts of discs around each shape's spots."""
    spots = [spots_of(shape) for shape in shapes]
    owner = np.repeat(np.arange(len(shapes)), [len(own) for own in spots])
    discs = shapely.buffer(np.concatenate(spots), distance_m, quad_segs=32)
    figures = sums(gpd.GeoSeries(discs, crs=MEASURED), grid)
    means = pd.DataFrame(figures).groupby(owner).mean().to_numpy()
    return [
        _judged(row, _how(shape, grid, distance_m), grid)
        for shape, row in zip(shapes, means, strict=True)
    ]


def spots_of(shape: shapely.Geometry) -> NDArray[np.object_]:
    """Return spots spread evenly over a shape in metres."""
    if shapely.get_dimensions(shape) == 0:
        return np.array([shape.centroid], dtype=object)
    if shapely.get_dimensions(shape) == 1:
        steps = max(1, round(shape.length / STREET_STEP_M))
        shares = (np.arange(steps) + 0.5) / steps
        return np.asarray(shapely.line_interpolate_point(shape, shares, normalized=True))
    step = (shape.area / SPOTS_PER_PLACE_MIN) ** 0.5
    west, south, east, north = shape.bounds
    x, y = np.meshgrid(
        np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    )
    lattice = shapely.points(x.ravel(), y.ravel())
    inside: NDArray[np.object_] = lattice[shapely.covers(shape, lattice)]
    return inside if len(inside) else np.array([shape.representative_point()], dtype=object)


def _by_moving_sum(
    shapes: list[shapely.Geometry], grid: PopulationGrid, distance_m: float
) -> list[_Count]:
    """Average, over polygons, each cell's count of residents within the distance of it."""
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
