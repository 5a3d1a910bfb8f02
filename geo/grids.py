"""Grids of residents: part of one, sums near each cell, sums over shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.covered_sums import covered_sums
from geo.crs import MEASURED, require_metric_crs, to_system
from geo.errors import CoverageError

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray


@dataclass(frozen=True)
class PopulationGrid:
    """
    Residents per cell.

    Attributes
    ----------
    array
        Persons in each cell, north at the top; NaN where the grid holds no data.
    transform
        From column and row to coordinates; not rotated.
    crs
        Reference system of those coordinates, as text.
    nodata
        The value that meant "no data" in the file, for the record.
    name
        What the grid is and how far it goes: "Greater London".
    vintage
        Date the residents were counted: "census 2011".
    """

    array: NDArray[np.float64]
    transform: Affine
    crs: str
    nodata: float | None
    name: str
    vintage: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge."""
        rows, columns = self.array.shape
        west, north = self.transform.c, self.transform.f
        return (
            west,
            north + self.transform.e * rows,
            west + self.transform.a * columns,
            north,
        )


def is_metric(grid: PopulationGrid) -> bool:
    """Tell whether the grid lies in British National Grid, so that discs stay discs in it."""
    system = gpd.GeoSeries([], crs=grid.crs).crs
    return bool(system is not None and system.to_epsg() == int(MEASURED.removeprefix("EPSG:")))


def kernel_of(grid: PopulationGrid, distance_m: float) -> NDArray[np.float64]:
    """Return how much of each neighbouring cell a disc around a cell's centre covers."""
    wide, high = abs(grid.transform.a), abs(grid.transform.e)
    columns, rows = int(distance_m // wide) + 1, int(distance_m // high) + 1
    disc = shapely.Point(0, 0).buffer(distance_m, quad_segs=32)
    kernel = np.empty((2 * rows + 1, 2 * columns + 1))
    for row in range(-rows, rows + 1):
        for column in range(-columns, columns + 1):
            x, y = column * wide, row * high
            cell = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            kernel[row + rows, column + columns] = disc.intersection(cell).area / cell.area
    return kernel


def moving_sum(cells: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum each cell's neighbourhood with the kernel's weights; beyond the edge is empty."""
    rows, columns = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = np.pad(cells, ((rows, rows), (columns, columns)))
    total = np.zeros_like(cells)
    for (row, column), weight in np.ndenumerate(kernel):
        if weight:
            total += (
                weight * padded[row : row + cells.shape[0], column : column + cells.shape[1]]
            )
    return total


def part_of(
    grid: PopulationGrid, bounds: NDArray[np.float64], *, margin: int
) -> PopulationGrid:
    """Return the part of a grid around some bounds, NaN where it sticks out of the grid."""
    west, south, east, north = bounds
    t = grid.transform
    first = int(np.floor((west - t.c) / t.a)) - margin
    last = int(np.ceil((east - t.c) / t.a)) + margin
    top = int(np.floor((north - t.f) / t.e)) - margin
    bottom = int(np.ceil((south - t.f) / t.e)) + margin
    rows, columns = grid.array.shape
    out = np.full((bottom - top, last - first), np.nan)
    r0, r1, c0, c1 = max(top, 0), min(bottom, rows), max(first, 0), min(last, columns)
    if r0 < r1 and c0 < c1:
        out[r0 - top : r1 - top, c0 - first : c1 - first] = grid.array[r0:r1, c0:c1]
    moved = type(t)(t.a, t.b, t.c + first * t.a, t.d, t.e, t.f + top * t.e)
    return PopulationGrid(out, moved, grid.crs, grid.nodata, grid.name, grid.vintage)


def _near(grid: PopulationGrid, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return bounds without what lies off the grid, where nobody is known of anyway."""
    west, south, east, north = grid.bounds
    return np.clip(bounds, (west, south, west, south), (east, north, east, north))


def held_by(window: PopulationGrid, grid: PopulationGrid) -> NDArray[np.float64]:
    """Return 1 for the cells of a window that the grid has, data or no data."""
    rows, columns = window.array.shape
    west, south, east, north = grid.bounds
    x = window.transform.c + window.transform.a * (np.arange(columns) + 0.5)
    y = window.transform.f + window.transform.e * (np.arange(rows) + 0.5)
    within = np.outer((y > south) & (y < north), (x > west) & (x < east))
    return within.astype(float)


def sums(ground: gpd.GeoSeries, grid: PopulationGrid) -> NDArray[np.float64]:
    """Return the residents on some ground, and the shares of it covered and known."""
    require_metric_crs(ground, name="ground")
    shapes = to_system(ground, grid.crs)
    box = shapely.box(*grid.bounds)
    reached = np.isfinite(shapes.bounds.to_numpy()).all(axis=1)
    figures = np.zeros((len(shapes), 3))
    shapes = shapes[reached]
    met = shapely.intersects(shapes.to_numpy(), box)
    shapes = shapes[met]
    if shapes.empty:
        return figures
    near = part_of(grid, _near(grid, shapes.total_bounds), margin=1)
    outlines = shapes.to_numpy()
    known = np.isfinite(near.array)
    layers = [np.where(known, near.array, 0.0), known.astype(np.float64)]
    people, cells = covered_sums(outlines, layers, _upright(near)).T
    whole = shapely.area(outlines)
    covered = shapely.area(shapely.intersection(outlines, box)) / whole
    share = cells * abs(grid.transform.a * grid.transform.e) / whole
    figures[np.flatnonzero(reached)[met]] = np.column_stack([people, covered, share])
    return figures


def _upright(grid: PopulationGrid) -> Affine:
    """Return a grid's transform, or refuse a rotated one."""
    if grid.transform.b or grid.transform.d:
        msg = (
            f"The population grid {grid.name!r} is rotated, so its cells are not upright "
            "rectangles. Warp it to a north-up grid with `gdalwarp -r sum`."
        )
        raise CoverageError(msg)
    return grid.transform


def zonal(
    layers: list[NDArray[np.float64]],
    grid: PopulationGrid,
    shapes: gpd.GeoSeries,
    operations: list[str],
) -> NDArray[np.float64]:
    """Return one row per shape: each operation over each layer, by the fraction covered."""
    from exactextract import exact_extract  # noqa: PLC0415 - slow to import
    from exactextract.raster import NumPyRasterSource  # noqa: PLC0415

    _upright(grid)
    system = shapes.crs.to_wkt()
    rasters = [
        NumPyRasterSource(cells, *grid.bounds, name=f"layer{i}", srs_wkt=system)
        for i, cells in enumerate(layers)
    ]
    frame = gpd.GeoDataFrame(geometry=shapes.reset_index(drop=True))
    out = exact_extract(
        rasters, frame, operations, output="pandas", strategy="raster-sequential"
    )
    table: NDArray[np.float64] = out.astype("float64").fillna(0.0).to_numpy()
    return table
