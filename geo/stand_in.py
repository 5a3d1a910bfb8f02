"""Measure how built-up and busy the ground around a place is, where streets are not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geo.crs import to_system
from geo.spots import spots_of

if TYPE_CHECKING:
    import geopandas as gpd
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
    sources = (_of_postcodes(postcodes), _of_stations(to_system(stations, postcodes.crs)))
    found = [_around(shape, postcodes, sources, weights) for shape in ground]
    columns = [*DENSITIES, "stand_in", "stand_in_log_sd"]
    frame = pd.DataFrame([row for row, _ in found], columns=columns, index=places.index)
    methods = pd.Series([method for _, method in found], index=places.index, dtype="str")
    return frame.astype("float64").assign(stand_in_method=methods)


@dataclass(frozen=True)
class _Points:
    """Points that count, sorted from south to north, with what each counts for, by column."""

    x: Floats
    y: Floats
    counts: Floats


def _of_postcodes(postcodes: PostcodeGrid) -> _Points:
    order = np.argsort(postcodes.row, kind="stable")
    counts = np.column_stack([postcodes.small_user, postcodes.large_user])[order]
    x = (postcodes.column[order] + 0.5) * postcodes.cell_m
    y = (postcodes.row[order] + 0.5) * postcodes.cell_m
    return _Points(x.astype(np.float64), y.astype(np.float64), counts.astype(np.float64))


def _of_stations(stations: gpd.GeoSeries) -> _Points:
    known = stations[stations.notna() & ~stations.is_empty]
    x, y = known.x.to_numpy(), known.y.to_numpy()
    order = np.lexsort((x, y))
    return _Points(x[order], y[order], np.ones((len(x), 1)))


_NOTHING = (np.nan,) * (len(DENSITIES) + 2)


def _around(
    shape: shapely.Geometry | None,
    postcodes: PostcodeGrid,
    sources: tuple[_Points, _Points],
    weights: StandInWeights,
) -> tuple[tuple[float, ...], str]:
    """Return the figures of one place and how they were reached, or why there are none."""
    if shape is None or shape.is_empty:
        return _NOTHING, "the place is not known"
    spots = _spots(shape, postcodes.cell_m)
    densities = np.column_stack([_smoothed(spots, points) for points in sources])
    if not densities[:, :2].any() and _is_far(shape, sources[0]):
        return _NOTHING, (
            f"no postcode of {postcodes.name} lies within {FAR_M / 1000:g} km of this place"
        )
    values = densities @ np.array([weights.small_user, weights.large_user, weights.station])
    above = values[values > 0]
    spread = float(np.log(above).std()) if len(above) > 1 else 0.0
    method = f"postcodes and stations within {REACH * KERNEL_M:g} m{_over(shape)}"
    figures = tuple(float(figure) for figure in (*densities.mean(axis=0), values.mean()))
    return (*figures, spread), f"{method}; {postcodes.name}, {postcodes.vintage}"


def _over(shape: shapely.Geometry) -> str:
    return (" of the spot", ", mean along the street", ", mean over the place")[
        int(shapely.get_dimensions(shape))
    ]


def _is_far(shape: shapely.Geometry, points: _Points) -> bool:
    """Tell whether no point lies within `FAR_M` of a shape."""
    west, south, east, north = shape.bounds
    first, last = np.searchsorted(points.y, [south - FAR_M, north + FAR_M])
    x, y = points.x[first:last], points.y[first:last]
    near = (x >= west - FAR_M) & (x <= east + FAR_M)
    if not near.any():
        return True
    return bool(shape.distance(shapely.MultiPoint(np.column_stack([x[near], y[near]]))) > FAR_M)


def _spots(shape: shapely.Geometry, cell_m: float) -> Floats:
    """Return spots of a place: points themselves, middles of cells of an area."""
    if shapely.get_dimensions(shape) == 0:
        return np.asarray(shapely.get_coordinates(shape))
    if shape.area > 0:
        inside = _middles_within(shape, _step(shape, cell_m))
        if len(inside):
            return inside
    elif shapely.get_dimensions(shape) > 1:
        shape = shape.centroid  # an outline with nothing in it, as of the world in these metres
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


_BLOCK = 64
"""Neighbouring spots that are weighed at once."""


def _smoothed(spots: Floats, points: _Points) -> Floats:
    """Return the kernel-weighted densities at spots, one column for each of the counts."""
    out = np.zeros((len(spots), points.counts.shape[1]))
    order = np.lexsort((spots[:, 0], spots[:, 1]))
    reach = REACH * KERNEL_M
    for first in range(0, len(order), _BLOCK):
        some = order[first : first + _BLOCK]
        x, y = spots[some].T
        low, high = np.searchsorted(points.y, [y.min() - reach, y.max() + reach])
        band = points.x[low:high]
        near = low + np.flatnonzero((band >= x.min() - reach) & (band <= x.max() + reach))
        dx, dy = x[:, None] - points.x[near], y[:, None] - points.y[near]
        out[some] = _kernel(dx, dy) @ points.counts[near]
    return out


def _kernel(dx: Floats, dy: Floats) -> Floats:
    """Return the weight per square kilometre of points at some distance."""
    within = (np.abs(dx) <= REACH * KERNEL_M) & (np.abs(dy) <= REACH * KERNEL_M)
    heights = np.exp(-(dx**2 + dy**2) / (2 * KERNEL_M**2))
    return np.asarray(within * heights * _SQUARE_KM_M2 / (2 * np.pi * KERNEL_M**2))
