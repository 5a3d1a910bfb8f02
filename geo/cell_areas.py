"""How much ground each cell of a grid covers, whatever its reference system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

LATTICE = 33
"""Cells along each side of a grid whose area is worked out; the rest lie between them."""

_M2_PER_KM2 = 1e6


def cell_areas_km2(shape: tuple[int, int], transform: Affine, crs: str) -> NDArray[np.float64]:
    """
    Return the true area of each cell of a grid.

    Parameters
    ----------
    shape
        Rows and columns.
    transform
        From column and row to coordinates; not rotated.
    crs
        Reference system of those coordinates: geographic or projected.

    Returns
    -------
    areas
        [km2], shape (rows, columns).

    Notes
    -----
    In degrees: the area on the ellipsoid between two parallels and two meridians, in closed
    form [1]_. In a projection: the geodesic area of cells on a lattice, interpolated between
    them, for it changes slowly. Area on the map would be wrong even in an equal-area one that
    takes the Earth for a sphere, as the Mollweide of GHS-POP does: by 0.1 % at 50 degrees.
    NaN beyond the edge of the projection's world.

    References
    ----------
    .. [1] J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395
       (1987), equation 3-12.

    Examples
    --------
    >>> from affine import Affine
    >>> degree = Affine(1, 0, 0, 0, -1, 1)
    >>> cell_areas_km2((1, 1), degree, "EPSG:4326").round(0).tolist()
    [[12308.0]]
    """
    import pyproj  # noqa: PLC0415 - slow to import

    system = pyproj.CRS.from_user_input(crs)
    if system.is_geographic:
        return _between_parallels(shape, transform, system)
    return _on_the_map(shape, transform, system)


def _between_parallels(
    shape: tuple[int, int],
    transform: Affine,
    system: Any,  # noqa: ANN401
) -> NDArray[np.float64]:
    ellipsoid = system.ellipsoid
    unit = system.axis_info[0].unit_conversion_factor
    a, b = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    e = np.sqrt(max(1 - (b / a) ** 2, 0.0))
    edges = np.clip((transform.f + transform.e * np.arange(shape[0] + 1)) * unit, *_POLES)
    sine = np.sin(edges)
    # from the equator to a parallel, per radian of longitude; a sphere where e is 0
    round_part = np.arctanh(e * sine) / e if e else sine
    zone = b**2 / 2 * (sine / (1 - (e * sine) ** 2) + round_part)
    rows = np.abs(np.diff(zone)) * abs(transform.a) * unit / _M2_PER_KM2
    return np.repeat(rows[:, None], shape[1], axis=1)


_POLES = (-np.pi / 2, np.pi / 2)


def _on_the_map(
    shape: tuple[int, int],
    transform: Affine,
    system: Any,  # noqa: ANN401
) -> NDArray[np.float64]:
    from scipy.interpolate import RegularGridInterpolator  # noqa: PLC0415 - slow to import

    rows, columns = (np.unique(np.linspace(0, n - 1, LATTICE).round()) for n in shape)
    measured = _geodesic(*np.meshgrid(rows, columns, indexing="ij"), transform, system)
    # one row or column has nothing to interpolate between
    rows, measured = _doubled(rows, measured, axis=0)
    columns, measured = _doubled(columns, measured, axis=1)
    at = RegularGridInterpolator((rows, columns), measured)
    down, across = (np.arange(n, dtype=float) for n in shape)
    return np.asarray(at(np.stack(np.meshgrid(down, across, indexing="ij"), axis=-1)))


def _doubled(
    places: NDArray[np.float64], values: NDArray[np.float64], *, axis: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(places) > 1:
        return places, values
    return np.append(places, places[0] + 1), np.repeat(values, 2, axis=axis)


def _geodesic(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    transform: Affine,
    system: Any,  # noqa: ANN401 - pyproj's types leave None open
) -> NDArray[np.float64]:
    """Return the area on the ellipsoid of some cells, by their corners and edges' middles."""
    import pyproj  # noqa: PLC0415

    ring = np.array([(0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0.5, 1), (0, 1), (0, 0.5)])
    x = transform.c + transform.a * (columns[..., None] + ring[:, 0])
    y = transform.f + transform.e * (rows[..., None] + ring[:, 1])
    degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    lon, lat = degrees.transform(x, y)
    geod = system.get_geod()
    areas = np.full(rows.shape, np.nan)
    for place in np.ndindex(rows.shape):
        if np.isfinite(lon[place]).all() and np.isfinite(lat[place]).all():
            area, _ = geod.polygon_area_perimeter(lon[place], lat[place])
            areas[place] = abs(area) / _M2_PER_KM2
    return areas
