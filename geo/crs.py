"""The one place where coordinates change reference system."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from geo.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

STORED = "EPSG:4326"
"""Longitude and latitude in degrees (WGS 84): how every geometry is kept."""

MEASURED = "EPSG:27700"
"""British National Grid in metres: where every length and area is taken."""

SEMI_MAJOR_M = 6_378_137.0
"""Radius of the WGS 84 ellipsoid at the equator (NGA.STND.0036_1.0.0, 2014)."""

FLATTENING = 1 / 298.257223563
"""By how much WGS 84 is flatter than a sphere, same source."""

BRITAIN = (-9.01, 49.75, 2.01, 61.01)
"""West, south, east and north of where British National Grid is meant to be used (EPSG)."""

FULL_TURN = 360.0
"""Degrees; longitudes run to 180, or to 360 in files that count eastwards only."""

RIGHT_ANGLE = 90.0
"""Degrees of latitude at the poles."""

Frame = TypeVar("Frame", "gpd.GeoDataFrame", "gpd.GeoSeries")


def _require_crs(shapes: Frame, name: str) -> None:
    if shapes.crs is None:
        msg = (
            f"`{name}` has no coordinate reference system, so its numbers could mean anything. "
            f"Set the one it was made in, for example `.set_crs({STORED!r})`."
        )
        raise CrsError(msg)


def to_metric(shapes: Frame, *, crs: str = MEASURED) -> Frame:
    """
    Return shapes in the metres of a country's grid.

    Parameters
    ----------
    shapes
        Geometries with a declared CRS.
    crs
        The grid: British National Grid (EPSG:27700) unless another country is measured.

    Returns
    -------
    metric
        The same rows in the same order, in that grid.

    Raises
    ------
    CrsError
        If the shapes declare no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> camden = gpd.GeoSeries.from_xy([-0.1426], [51.5390], crs="EPSG:4326")
    >>> to_metric(camden).x.round(-1).tolist()
    [528910.0]
    """
    _require_crs(shapes, "shapes")
    return _moved(shapes, crs)


def measuring_system(lon: float, lat: float) -> str:
    """
    Return a system in metres that lengths and areas around a spot are true in.

    Parameters
    ----------
    lon, lat
        The spot in EPSG:4326.

    Returns
    -------
    crs
        British National Grid in Britain; elsewhere a transverse Mercator whose middle is the
        nearest whole meridian, so that within half a degree of it lengths are true to 4e-5.

    Examples
    --------
    >>> measuring_system(-0.14, 51.54)
    'EPSG:27700'
    >>> measuring_system(24.94, 60.17)
    '+proj=tmerc +lat_0=60 +lon_0=25 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs'
    """
    west, south, east, north = BRITAIN
    if west <= lon <= east and south <= lat <= north:
        return MEASURED
    return (
        f"+proj=tmerc +lat_0={round(lat)} +lon_0={round(lon)} +k=1 +x_0=0 +y_0=0 "
        "+datum=WGS84 +units=m +no_defs"
    )


def measuring_systems(shapes: gpd.GeoSeries) -> list[str | None]:
    """
    Return, for each of some shapes, the system that it is best measured in.

    Parameters
    ----------
    shapes
        Geometries with a declared CRS.

    Returns
    -------
    systems
        As `measuring_system` of the middle of each shape's bounds; None where there is no
        shape, or none that longitude and latitude reach.

    Raises
    ------
    CrsError
        If the shapes declare no CRS.
    """
    bounds = to_stored(shapes).bounds.to_numpy()
    middles = (bounds[:, :2] + bounds[:, 2:]) / 2
    return [
        measuring_system(lon, lat)
        if abs(lon) <= FULL_TURN and abs(lat) <= RIGHT_ANGLE
        else None
        for lon, lat in middles
    ]


def to_stored(shapes: Frame) -> Frame:
    """
    Return shapes in longitude and latitude (EPSG:4326).

    Parameters
    ----------
    shapes
        Geometries with a declared CRS.

    Returns
    -------
    stored
        The same rows in the same order, in EPSG:4326.

    Raises
    ------
    CrsError
        If the shapes declare no CRS.
    """
    _require_crs(shapes, "shapes")
    return _moved(shapes, STORED)


def to_system(shapes: Frame, crs: str) -> Frame:
    """
    Return shapes in another reference system, such as that of a grid they are counted on.

    Parameters
    ----------
    shapes
        Geometries with a declared CRS.
    crs
        The system wanted, as text that pyproj reads.

    Returns
    -------
    moved
        The same rows in the same order.

    Raises
    ------
    CrsError
        If the shapes declare no CRS.
    """
    _require_crs(shapes, "shapes")
    return _moved(shapes, crs)


def _moved(shapes: Frame, crs: str) -> Frame:
    from pyproj.exceptions import ProjError  # noqa: PLC0415 - slow to import

    try:
        return shapes.to_crs(crs)
    except ProjError as error:
        msg = (
            f"Shapes in {str(shapes.crs)[:80]!r} have no place in {crs} ({str(error)[:200]}). "
            "State the system that they are in, such as EPSG:4326."
        )
        raise CrsError(msg) from error


def require_metric_crs(shapes: Frame, *, name: str) -> None:
    """
    Raise unless shapes are in a projected CRS whose unit is the metre.

    Parameters
    ----------
    shapes
        Geometries to look at; they are not changed.
    name
        What the caller calls them, for the message.

    Raises
    ------
    CrsError
        If there is no CRS, or one in degrees or feet.

    Examples
    --------
    >>> import geopandas as gpd
    >>> degrees = gpd.GeoSeries.from_xy([0.0], [51.0], crs="EPSG:4326")
    >>> require_metric_crs(degrees, name="streets")
    Traceback (most recent call last):
        ...
    geo.errors.CrsError: `streets` must be in a projected CRS in metres, such as EPSG:27700; \
got EPSG:4326 (WGS 84, unit degree). Reproject with `geo.crs.to_metric`.
    """
    _require_crs(shapes, name)
    crs = shapes.crs
    units = {axis.unit_name for axis in crs.axis_info}
    if crs.is_projected and units == {"metre"}:
        return
    code = crs.to_string()
    unit = ", ".join(sorted(units)) or "unknown"
    msg = (
        f"`{name}` must be in a projected CRS in metres, such as {MEASURED}; "
        f"got {code} ({crs.name}, unit {unit}). Reproject with `geo.crs.to_metric`."
    )
    raise CrsError(msg)


def segment_lengths_m(
    lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""
    Return the length of each step between consecutive positions, on the ground of any country.

    Parameters
    ----------
    lon, lat
        Positions in EPSG:4326, shape (positions,).

    Returns
    -------
    lengths_m
        Shape (positions - 1,); NaN where either end is.

    Notes
    -----
    The step is laid out flat at its middle latitude :math:`\varphi` on the WGS 84 ellipsoid,
    :math:`\sqrt{(M \Delta\varphi)^2 + (N \cos\varphi \Delta\lambda)^2}`, with its radii of
    curvature M along the meridian and N across it. A step across the meridian of 180 degrees
    goes the short way. Height is left out: a slope of one in ten adds 0.5 %.

    These are lengths on the ground. Those of the British National Grid (EPSG:27700) differ by
    its scale: 0.04 % less at 2 degrees west, 0.04 % more at the coasts of Norfolk and Cornwall,
    and about 0.1 % more in the Scillies and the Outer Hebrides.

    Examples
    --------
    >>> import numpy as np
    >>> segment_lengths_m(np.array([-0.1281, -0.1268]), np.array([51.508, 51.508])).round(2)
    array([90.26])
    """
    squashed = FLATTENING * (2 - FLATTENING)
    middle = np.radians((lat[1:] + lat[:-1]) / 2)
    swell = 1 - squashed * np.sin(middle) ** 2
    across = SEMI_MAJOR_M / np.sqrt(swell)
    along = across * (1 - squashed) / swell
    turn = np.diff(lon)
    turn -= 360.0 * np.round(turn / 360.0)
    east = across * np.cos(middle) * (turn * (math.pi / 180))
    north = along * (np.diff(lat) * (math.pi / 180))
    lengths: NDArray[np.float64] = np.hypot(east, north)
    return lengths


def line_lengths_m(
    lon: NDArray[np.float64], lat: NDArray[np.float64], starts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """
    Return the length of lines, as `segment_lengths_m` measures their steps.

    Parameters
    ----------
    lon, lat
        Positions in EPSG:4326, line after line, shape (positions,).
    starts
        Line ``i`` runs over the positions ``starts[i]:starts[i + 1]``; shape (lines + 1,).

    Returns
    -------
    lengths_m
        Shape (lines,); 0 for a line of one position or none; NaN where a position is.

    Examples
    --------
    >>> import numpy as np
    >>> lon, lat = np.array([0.0, 0.001, 0.001]), np.array([51.5, 51.5, 51.501])
    >>> line_lengths_m(lon, lat, np.array([0, 3])).round(1)
    array([180.7])
    """
    steps = np.append(segment_lengths_m(lon, lat), 0.0) if len(lon) else np.zeros(0)
    sizes = np.diff(starts)
    inside = np.ones(len(lon), dtype=bool)
    inside[starts[1:][sizes > 0] - 1] = False  # the step from a line's end to the next line
    line = np.repeat(np.arange(len(sizes)), sizes)
    sums = np.bincount(line[inside], weights=steps[inside], minlength=len(sizes))
    return sums.astype(np.float64)
