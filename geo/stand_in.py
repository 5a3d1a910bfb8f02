"""Measure how built-up and busy the ground around a place is, where streets are not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_system
from geo.residents import spots_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KERNEL_M = 400.0
"""Standard deviation of the kernel: half of a ten-minute walk."""

REACH = 3.0
"""The kernel ends at so many standard deviations, east and west, north and south."""

FAR_M = 10_000.0
"""A place with no postcode so near lies outside the country of the postcodes, or at sea."""

SPOTS_MOST = 2000
"""An area with more cells than this is looked at in coarser steps."""

DENSITIES = ("small_user_per_km2", "large_user_per_km2", "stations_per_km2")
"""Columns of the densities, in order."""

_SQUARE_KM_M2 = 1e6


@dataclass(frozen=True)
class PostcodeGrid:
    """
    Postcodes counted on a grid, only the cells that hold any.

    Attributes
    ----------
    column, row
        Cell ``(column, row)`` reaches from ``column * cell_m`` to ``(column + 1) * cell_m``
        east and likewise north, in the metres of ``crs``; sorted by row, then column.
    small_user
        Postcodes in the cell that share deliveries: homes and small businesses.
    large_user
        Addresses in the cell with a postcode of their own: mostly businesses.
    cell_m
        Width and height of a cell.
    crs
        Reference system of the metres.
    name, vintage
        What the grid is, and the date of its postcodes.
    """

    column: NDArray[np.int32]
    row: NDArray[np.int32]
    small_user: NDArray[np.int32]
    large_user: NDArray[np.int32]
    cell_m: float
    crs: str
    name: str
    vintage: str


@dataclass(frozen=True)
class StandInWeights:
    """
    What each density counts for in the stand-in, in small-user postcodes.

    Attributes
    ----------
    small_user, large_user, station
        Small-user postcodes that one of each is worth.
    """

    small_user: float
    large_user: float
    station: float


def stand_in(
    places: gpd.GeoDataFrame,
    postcodes: PostcodeGrid,
    stations: gpd.GeoSeries,
    *,
    weights: StandInWeights,
) -> pd.DataFrame:
    r"""
    Return the stand-in for walk flow at each place.

    Parameters
    ----------
    places
        Points, streets or polygons in any declared CRS; null where not known.
    postcodes
        Postcodes of the country the places lie in.
    stations
        Points in any declared CRS, one per station.
    weights
        What each density counts for.

    Returns
    -------
    stand_in
        Indexed like ``places``: the `DENSITIES` [per square kilometre]; ``stand_in``, their
        weighted sum [small-user postcodes per square kilometre]; ``stand_in_log_sd``, the
        standard deviation of its logarithm over the spots the place may be, 0 for a point;
        ``stand_in_method``. Null, with the reason in ``stand_in_method``, where the place is
        not known or no postcode lies within 10 km of it.

    Raises
    ------
    CrsError
        If the places or the stations declare no CRS.

    Notes
    -----
    The density at a spot is :math:`\sum_i n_i e^{-d_i^2 / 2 h^2} / 2 \pi h^2` with
    :math:`h` = 400 m, cut off at 1200 m east, west, north and south; postcodes stand at the
    middle of their cells. One definition for every class of place, as for residents: the mean
    over the spots it may be, which are one spot, spots along the street, or the middles of
    the cells of the area.

    Nothing here knows one street from the next: two streets of one neighbourhood get the same
    figure, however busy one of them is.
    """
    ground = to_system(places.geometry, postcodes.crs)
    trains = _positions(to_system(stations, postcodes.crs))
    found = [_around(shape, postcodes, trains, weights) for shape in ground]
    columns = [*DENSITIES, "stand_in", "stand_in_log_sd"]
    frame = pd.DataFrame([row for row, _ in found], columns=columns, index=places.index)
    methods = pd.Series([method for _, method in found], index=places.index, dtype="str")
    return frame.astype("float64").assign(stand_in_method=methods)


_Row = tuple[float, float, float, float, float]
_NOTHING: _Row = (np.nan,) * 5


def _around(
    shape: shapely.Geometry | None,
    postcodes: PostcodeGrid,
    trains: Floats,
    weights: StandInWeights,
) -> tuple[_Row, str]:
    """Return the figures of one place and how they were reached, or why there are none."""
    if shape is None or shape.is_empty:
        return _NOTHING, "the place is not known"
    near = _near(postcodes, shape.bounds, FAR_M)
    if not near.any() or shape.distance(_middles(postcodes, near)) > FAR_M:
        return _NOTHING, (
            f"no postcode of {postcodes.name} lies within {FAR_M / 1000:g} km of this place"
        )
    spots = _spots(shape, postcodes)
    densities = _densities(spots, postcodes, trains)
    worth = np.array([weights.small_user, weights.large_user, weights.station])
    values = densities @ worth
    above = values[values > 0]
    spread = float(np.log(above).std()) if len(above) > 1 else 0.0
    method = f"postcodes and stations within {REACH * KERNEL_M:g} m{_over(shape)}"
    figures = [float(figure) for figure in (*densities.mean(axis=0), values.mean())]
    return (*figures, spread), f"{method}; {postcodes.name}, {postcodes.vintage}"  # type: ignore[return-value]


def _over(shape: shapely.Geometry) -> str:
    return (" of the spot", ", mean along the street", ", mean over the place")[
        int(shapely.get_dimensions(shape))
    ]


def _near(
    postcodes: PostcodeGrid, bounds: tuple[float, float, float, float], margin_m: float
) -> NDArray[np.bool_]:
    """Tell the cells whose middle lies within a margin of some bounds."""
    x, y = _centres(postcodes)
    west, south, east, north = bounds
    return np.asarray(
        (y >= south - margin_m) & (y <= north + margin_m)
        & (x >= west - margin_m) & (x <= east + margin_m)
    )


def _centres(postcodes: PostcodeGrid) -> tuple[Floats, Floats]:
    x = (postcodes.column + 0.5) * postcodes.cell_m
    y = (postcodes.row + 0.5) * postcodes.cell_m
    return x, y


def _middles(postcodes: PostcodeGrid, chosen: NDArray[np.bool_]) -> shapely.MultiPoint:
    x, y = _centres(postcodes)
    return shapely.multipoints(shapely.points(x[chosen], y[chosen]))


def _positions(points: gpd.GeoSeries) -> Floats:
    known = points[points.notna() & ~points.is_empty]
    return np.column_stack([known.x, known.y])


def _spots(shape: shapely.Geometry, postcodes: PostcodeGrid) -> Floats:
    """Return the spots of a place: of an area, middles of cells in it; of points, themselves."""
    if shapely.get_dimensions(shape) == 0:
        return np.asarray(shapely.get_coordinates(shape))
    if shape.area > 0:
        inside = _middles_within(shape, _step(shape, postcodes.cell_m))
        if len(inside):
            return inside
    return np.asarray(shapely.get_coordinates(spots_of(shape)))


def _step(shape: shapely.Geometry, cell_m: float) -> float:
    """Return a cell's width, or as many times that as keep the spots of an area few."""
    return float(cell_m * max(1, np.ceil(np.sqrt(shape.area / cell_m**2 / SPOTS_MOST))))


def _middles_within(shape: shapely.Geometry, step_m: float) -> Floats:
    west, south, east, north = np.asarray(shape.bounds) / step_m
    columns = np.arange(np.floor(west), np.ceil(east)) + 0.5
    rows = np.arange(np.floor(south), np.ceil(north)) + 0.5
    x, y = (middles.ravel() * step_m for middles in np.meshgrid(columns, rows))
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    return np.column_stack([x[inside], y[inside]])


def _densities(spots: Floats, postcodes: PostcodeGrid, trains: Floats) -> Floats:
    """Return the kernel-weighted densities at spots, one column each."""
    west, south = spots.min(axis=0)
    east, north = spots.max(axis=0)
    near = _near(postcodes, (west, south, east, north), REACH * KERNEL_M)
    x, y = (middles[near] for middles in _centres(postcodes))
    counts = np.column_stack([postcodes.small_user[near], postcodes.large_user[near]])
    out = np.zeros((len(spots), 3))
    out[:, :2] = _smoothed(spots, x, y, counts.astype(float))
    out[:, 2:] = _smoothed(spots, trains[:, 0], trains[:, 1], np.ones((len(trains), 1)))
    return out


_BLOCK = 4_000_000
"""Pairs of spots and points that are weighed at once: 32 MB."""


def _smoothed(spots: Floats, x: Floats, y: Floats, counts: Floats) -> Floats:
    out = np.zeros((len(spots), counts.shape[1]))
    if len(x) == 0:
        return out
    step = max(1, _BLOCK // len(x))
    for first in range(0, len(spots), step):
        some = spots[first : first + step]
        out[first : first + step] = _kernel(some[:, :1] - x, some[:, 1:] - y) @ counts
    return out


def _kernel(dx: Floats, dy: Floats) -> Floats:
    """Return the weight per square kilometre of points at some distance."""
    within = (np.abs(dx) <= REACH * KERNEL_M) & (np.abs(dy) <= REACH * KERNEL_M)
    heights = np.exp(-(dx**2 + dy**2) / (2 * KERNEL_M**2))
    return np.asarray(within * heights * _SQUARE_KM_M2 / (2 * np.pi * KERNEL_M**2))
