"""
People within 5,000 polygons, by four means in one run: `python tests/benchmarks/bench_zonal.py`.

The grid is the embedded census grid of London; the polygons tile it, one around each of 5,000
random spots, so that their people must add up to the grid's. Each contestant is given the grid in
memory and the polygons as shapely has them. "Ours" is `geo.grids.sums`, as the project counts, with
the shares of the ground covered and known besides. Errors are against a computation in shapely
alone: every polygon cut with every cell that it meets. Times are of the processor, best of some, as
other work on the machine disturbs those of the clock.

Needs the `bench` extra.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from data.population import load_grids
from geo.grids import sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.grids import PopulationGrid

POLYGONS = 5000
SEED = 11


def tiles(grid: PopulationGrid, count: int, seed: int) -> gpd.GeoDataFrame:
    """Return polygons that tile a grid: the ground nearest to each of some random spots."""
    rng = np.random.default_rng(seed)
    west, south, east, north = grid.bounds
    spots = shapely.MultiPoint(rng.uniform((west, south), (east, north), (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(spots))
    inside = shapely.intersection(cells, shapely.box(*grid.bounds))
    return gpd.GeoDataFrame(geometry=inside, crs=grid.crs)


def by_shapely(grid: PopulationGrid, polygons: gpd.GeoDataFrame) -> np.ndarray:
    """Cut every polygon with every cell that it meets."""
    rows, columns = np.nonzero(np.nan_to_num(grid.array) > 0)
    t = grid.transform
    west, north = t.c + columns * t.a, t.f + rows * t.e
    boxes = shapely.box(west, north + t.e, west + t.a, north)
    shapes = polygons.geometry.to_numpy()
    cell, polygon = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    cut = shapely.area(shapely.intersection(boxes[cell], shapes[polygon]))
    people = grid.array[rows, columns][cell] * cut / shapely.area(boxes[cell])
    return np.bincount(polygon, people, len(shapes))


def by_us(grid: PopulationGrid, polygons: gpd.GeoDataFrame) -> np.ndarray:
    """Count as the project does."""
    return sums(polygons.geometry, grid)[:, 0]


def by_exactextract(grid: PopulationGrid, polygons: gpd.GeoDataFrame) -> np.ndarray:
    """Count with exactextract, raster by raster."""
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    raster = NumPyRasterSource(grid.array, *grid.bounds, srs_wkt=polygons.crs.to_wkt())
    options = {"strategy": "raster-sequential", "output": "pandas"}
    return exact_extract(raster, polygons, ["sum"], **options)["sum"].fillna(0).to_numpy()


def by_rasterstats(grid: PopulationGrid, polygons: gpd.GeoDataFrame) -> np.ndarray:
    """Count with rasterstats: a cell belongs to the polygon that holds its middle."""
    import rasterstats

    cells = np.nan_to_num(grid.array, nan=-1.0)
    options = {"affine": grid.transform, "nodata": -1.0, "stats": ["sum"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = rasterstats.zonal_stats(polygons.geometry, cells, **options)
    return np.array([row["sum"] or 0.0 for row in found], dtype=float)


def timed(
    count: Callable[..., np.ndarray], given: tuple[object, ...], times: int
) -> tuple[float, np.ndarray]:
    """Return the least processor time of some runs, and what they counted."""
    best = np.inf
    for _ in range(times):
        began = time.process_time()
        counted = count(*given)
        best = min(best, time.process_time() - began)
    return best, counted


def main() -> None:
    """Count by each means, and print times, ratios and errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=POLYGONS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    grid = load_grids()[0]
    polygons = tiles(grid, options.polygons, options.seed)
    exact = by_shapely(grid, polygons)
    peopled = exact > 1
    print(
        f"{len(polygons):,} polygons on {grid.array.size:,} cells, {np.nansum(grid.array):,.0f} people"
    )
    slowest = None
    for name, count, times in (
        ("rasterstats", by_rasterstats, 2),
        ("exactextract, raster-sequential", by_exactextract, 4),
        ("ours", by_us, 4),
    ):
        seconds, counted = timed(count, (grid, polygons), times)
        slowest = slowest or seconds
        error = np.abs(counted - exact)[peopled] / exact[peopled]
        print(
            f"{name:32} {seconds * 1000:8.0f} ms CPU  {slowest / seconds:5.1f} x rasterstats  "
            f"error median {np.median(error):.1%}, largest {error.max():.2g} of a polygon's "
            f"people; total off by {counted.sum() - exact.sum():.2g}"
        )


if __name__ == "__main__":
    main()
