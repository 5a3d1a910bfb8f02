"""The one place where coordinates change reference system."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from geo.errors import CrsError

if TYPE_CHECKING:
    import geopandas as gpd

STORED = "EPSG:4326"
"""Longitude and latitude in degrees (WGS 84): how every geometry is kept."""

MEASURED = "EPSG:27700"
"""British National Grid in metres: where every length and area is taken."""

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
    return shapes.to_crs(crs)


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
    return shapes.to_crs(STORED)


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
    return shapes.to_crs(crs)


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
