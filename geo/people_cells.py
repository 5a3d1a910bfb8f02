"""The cells of a grid near a network: who lives in each, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import STORED, measuring_system, to_metric, to_stored, to_system
from geo.grids import PopulationGrid, part_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.street_network import StreetNetwork

_MARGIN_CELLS = 1


@dataclass(frozen=True)
class PeopleCells:
    """
    The cells of a grid near a network.

    Attributes
    ----------
    grid
        The part of the grid, as it is.
    persons
        Persons of each cell who live within the network's extent, 0 where nothing is known,
        shape (rows, columns).
    covered
        Whether a cell is on the grid, and on none that comes before it.
    known
        Whether the grid holds data there.
    beyond
        Persons of the grid in none of these cells, or beyond the network's extent.
    """

    grid: PopulationGrid
    persons: NDArray[np.float64]
    covered: NDArray[np.bool_]
    known: NDArray[np.bool_]
    beyond: float


def cells_near(
    network: StreetNetwork,
    grid: PopulationGrid,
    *,
    earlier: Sequence[PopulationGrid] = (),
    reach_m: float,
) -> PeopleCells:
    """
    Return the cells of a grid near a network.

    Parameters
    ----------
    network
        Streets.
    grid
        Persons per cell.
    earlier
        Grids that count a spot before this one does.
    reach_m
        How far from the network cells matter.

    Returns
    -------
    cells
        Those within reach, and a row and a column more on every side that may be off the grid.
    """
    part = part_of(grid, _bounds(network, grid, reach_m), margin=_MARGIN_CELLS)
    covered = _on(part, grid)
    for one in earlier:
        covered &= ~_on(part, one)
    known = covered & np.isfinite(part.array)
    persons = np.where(known, part.array, 0.0)
    elsewhere = float(np.nansum(grid.array) - np.nansum(part.array))
    inside = persons * _within(part, persons > 0, network.extent)
    beyond = elsewhere + float((persons - inside).sum())
    return PeopleCells(part, inside, covered, known, beyond)


def boxes_of(
    grid: PopulationGrid, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> gpd.GeoSeries:
    """Return cells as polygons in the grid's own system."""
    t = grid.transform
    west, north = t.c + columns * t.a, t.f + rows * t.e
    return gpd.GeoSeries(shapely.box(west, north + t.e, west + t.a, north), crs=grid.crs)


def _bounds(
    network: StreetNetwork, grid: PopulationGrid, reach_m: float
) -> NDArray[np.float64]:
    """Return the bounds of a network and its reach, in a grid's system, as far as it goes."""
    bounds = to_stored(network.edges.geometry).total_bounds
    west, south, east, north = grid.bounds
    nowhere = np.array([west, south, west, south])
    if not np.isfinite(bounds).all():
        return nowhere
    system = measuring_system(*((bounds[:2] + bounds[2:]) / 2))
    # A street that runs due north is a box without width, which GEOS takes for nothing.
    bounds = bounds + np.array([-1, -1, 1, 1]) * 1e-6
    ground = gpd.GeoSeries([shapely.box(*bounds)], crs=STORED)
    longest = max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    around = to_metric(ground.segmentize(longest / 8 + 1e-6), crs=system)
    wide = shapely.box(*(around.total_bounds + np.array([-1, -1, 1, 1]) * 2 * reach_m))
    wide = shapely.segmentize(wide, wide.length / 64)
    there = to_system(gpd.GeoSeries([wide], crs=system), grid.crs).total_bounds
    if not np.isfinite(there).all():
        return nowhere
    near: NDArray[np.float64] = np.clip(
        there, (west, south, west, south), (east, north, east, north)
    )
    return near


def _on(part: PopulationGrid, grid: PopulationGrid) -> NDArray[np.bool_]:
    """Tell for each cell of a part whether its middle lies on a grid."""
    rows, columns = np.indices(part.array.shape)
    t = part.transform
    x = t.c + t.a * (columns.ravel() + 0.5)
    y = t.f + t.e * (rows.ravel() + 0.5)
    if grid.crs != part.crs:
        moved = to_system(gpd.GeoSeries.from_xy(x, y, crs=part.crs), grid.crs)
        x, y = moved.x.to_numpy(), moved.y.to_numpy()
    west, south, east, north = grid.bounds
    inside: NDArray[np.bool_] = (x > west) & (x < east) & (y > south) & (y < north)
    return inside.reshape(part.array.shape)


def _within(
    part: PopulationGrid, peopled: NDArray[np.bool_], extent: shapely.Geometry | None
) -> NDArray[np.float64]:
    """Return the share of each cell with people that lies within the network's extent."""
    shares = np.ones(part.array.shape)
    if extent is None or not peopled.any():
        return shares
    ground = gpd.GeoSeries([extent], crs=STORED).segmentize(0.01)
    shape = to_system(ground, part.crs).iloc[0]
    shapely.prepare(shape)
    rows, columns = np.nonzero(peopled)
    boxes = boxes_of(part, rows, columns).to_numpy()
    share = np.zeros(len(boxes))
    share[shapely.contains_properly(shape, boxes)] = 1.0
    edge = np.flatnonzero((share == 0) & shapely.intersects(shape, boxes))
    cut = shapely.area(shapely.intersection(boxes[edge], shape))
    share[edge] = np.minimum(cut / shapely.area(boxes[edge]), 1.0)
    shares[rows, columns] = share
    return shares
