"""Which parts of a raster to read: all of it, or what lies around some places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import SourceError

if TYPE_CHECKING:
    import geopandas as gpd

Box = tuple[float, float, float, float]

MARGIN_M = 3000.0
"""Ground kept around the places of a windowed read."""


def windows_of(
    raster: Any,  # noqa: ANN401 - rasterio has no types
    around: gpd.GeoDataFrame | None,
    name: str,
    *,
    whole: int,
    most: int,
) -> list[Any]:
    """
    Return the windows of a raster to read.

    Parameters
    ----------
    raster
        An open raster, not rotated.
    around
        Places in any CRS, or None.
    name
        What messages call the raster.
    whole
        Cells up to which it is read whole.
    most
        Cells a window may have.

    Returns
    -------
    windows
        One of the whole, or one around each group of places; windows share no cell. None
        where the raster lies around no place.

    Raises
    ------
    SourceError
        If the raster is too big to read whole and there is no place to read around, or the
        places lie too far apart for windows.
    """
    from rasterio.windows import Window

    cells = raster.width * raster.height
    if cells <= whole:
        return [Window(0, 0, raster.width, raster.height)]
    if around is None:
        msg = (
            f"{name} has {cells:,} cells, too many to read whole. "
            "Clip it to the region with `gdalwarp -te`, keeping its cells as they are."
        )
        raise SourceError(msg)
    boxes = _merged([box for box in _boxes(around, raster) if box is not None])
    windows = [Window(left, top, right - left, low - top) for left, top, right, low in boxes]
    biggest = max((window.width * window.height for window in windows), default=0)
    if biggest > most:
        msg = (
            f"The places lie so far apart that {biggest:,} cells of {name} would be read. "
            "Clip it to the region with `gdalwarp -te`, keeping its cells as they are."
        )
        raise SourceError(msg)
    return windows


def _boxes(around: gpd.GeoDataFrame, raster: Any) -> list[Box | None]:  # noqa: ANN401
    """Return rows and columns around each place: left, top, right, low; None off the raster."""
    import geopandas as gpd
    import shapely

    from geo.crs import measuring_systems, to_metric, to_system

    known = around.geometry[around.geometry.notna() & ~around.geometry.is_empty]
    systems = np.array(measuring_systems(known), dtype=object)
    boxes: list[Box | None] = []
    for system in sorted({text for text in systems if text}):
        metric = to_metric(known[systems == system], crs=system)
        grown = shapely.box(*(metric.bounds.to_numpy() + _MARGIN).T)
        series = gpd.GeoSeries(grown, crs=system).segmentize(1000)
        bounds = to_system(series, raster.crs.to_wkt()).bounds.to_numpy()
        boxes += [_cells(raster, row) for row in bounds]
    return boxes


_MARGIN = np.array([-1, -1, 1, 1]) * MARGIN_M


def _cells(raster: Any, bounds: Any) -> Box | None:  # noqa: ANN401
    west, south, east, north = bounds
    if not np.isfinite(bounds).all():
        return None
    t = raster.transform
    columns = sorted(((west - t.c) / t.a, (east - t.c) / t.a))
    rows = sorted(((south - t.f) / t.e, (north - t.f) / t.e))
    left, right = max(np.floor(columns[0]), 0), min(np.ceil(columns[1]), raster.width)
    top, low = max(np.floor(rows[0]), 0), min(np.ceil(rows[1]), raster.height)
    if left >= right or top >= low:
        return None
    return int(left), int(top), int(right), int(low)


def _merged(boxes: list[Box]) -> list[Box]:
    """Return boxes that share no cell, each around the given ones that touch."""
    import shapely

    shapes = [shapely.box(*box) for box in boxes]
    while True:
        parts = shapely.get_parts(shapely.union_all(shapes))
        again = [shapely.box(*part.bounds) for part in parts]
        if len(again) == len(shapes):
            break
        shapes = again
    found = ((int(a), int(b), int(c), int(d)) for a, b, c, d in (s.bounds for s in again))
    return sorted(found)
