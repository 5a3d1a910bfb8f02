"""Load grids of residents: the embedded ones, or a raster of the reader's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import SourceError
from geo.grids import PopulationGrid

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

EMBEDDED = Path(__file__).resolve().parent / "embedded" / "population"

EMBEDDED_GRIDS = {
    "london_population2011_250m.tif": "residents of Greater London",
    "cardiff_population2011_250m.tif": "residents of Cardiff",
}
EMBEDDED_VINTAGE = "census 2011 on 250 m cells"

DENSITY = re.compile(
    r"(?:/|\bper\b|\bpp)\s*(?:sq(?:uare)?\.?\s*)?(?:km|kilomet|hectare|ha\b|mile)|density|km-2|km\^-2",
    re.IGNORECASE,
)
"""How rasters say that their cells hold persons per area instead of persons."""

DENSITY_NAME = re.compile(
    r"(?:^|[_\-. ])(?:pd|density|dens|ppkm2?|ppsqkm)(?:[_\-. ]|$)", re.IGNORECASE
)
"""The same in a file's name: WorldPop calls its density product ``gbr_pd_2020_1km``."""

WINDOW_MARGIN_M = 3000.0
"""Ground kept around the places of a windowed read."""

LARGEST_CELLS = 60_000_000
"""Cells read whole; a bigger raster is read in windows around the places."""


def load_grids(
    path: Path | None = None, *, around: gpd.GeoDataFrame | None = None
) -> list[PopulationGrid]:
    """
    Return the grids that residents are counted on.

    Parameters
    ----------
    path
        A GeoTIFF of residents per cell, in any reference system; None for the embedded
        census grids of London and Cardiff.
    around
        Places to read windows around. Needed for rasters too big to read whole.

    Returns
    -------
    grids
        Cells as persons, NaN where the raster holds no data.

    Raises
    ------
    SourceError
        If the file is missing, is not a GeoTIFF, has no reference system, holds a
        density instead of counts, or counts below zero.
    """
    if path is not None:
        return _read(Path(path), name=Path(path).stem, vintage=None, around=around)
    return [
        grid
        for file, name in EMBEDDED_GRIDS.items()
        for grid in _read(EMBEDDED / file, name=name, vintage=EMBEDDED_VINTAGE, around=None)
    ]


def _read(
    path: Path, *, name: str, vintage: str | None, around: gpd.GeoDataFrame | None
) -> list[PopulationGrid]:
    """Open a raster as GeoTIFF only: a .tif holding a VRT would read another file."""
    import rasterio
    from rasterio.errors import RasterioIOError

    if not path.is_file():
        msg = f"There is no population grid at {path}. Give the path of a GeoTIFF."
        raise SourceError(msg)
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            _check(raster, path)
            windows = _windows(raster, around, path)
            return [
                _grid(raster, window, name, vintage or _vintage(raster)) for window in windows
            ]
    except RasterioIOError as error:
        msg = (
            f"{path.name} cannot be read as a GeoTIFF. Give a raster of residents per cell, "
            "such as WorldPop's or GHS-POP's; convert others with `gdal_translate -of GTiff`."
        )
        raise SourceError(msg) from error


def _check(raster: Any, path: Path) -> None:  # noqa: ANN401 - rasterio has no types
    """Refuse rasters whose cells could not be counted."""
    if raster.crs is None:
        msg = f"{path.name} declares no reference system. Set it with `gdal_edit.py -a_srs`."
        raise SourceError(msg)
    told = [*raster.tags().values(), *raster.tags(1).values()]
    said = " ".join(str(text) for text in (*told, *raster.units, *raster.descriptions) if text)
    if DENSITY.search(said) or DENSITY_NAME.search(path.stem):
        msg = (
            f"{path.name} says that its cells hold residents per area, not residents. Summing "
            "them would be wrong: give the raster of counts, or multiply by the cells' area."
        )
        raise SourceError(msg)


def _vintage(raster: Any) -> str:  # noqa: ANN401 - rasterio has no types
    """Return what the raster says of its date, or that it says nothing."""
    tags = {str(key).casefold(): str(value) for key, value in raster.tags().items()}
    for key in ("vintage", "year", "date", "tifftag_datetime"):
        if key in tags:
            return tags[key]
    return "vintage not stated"


def _windows(raster: Any, around: gpd.GeoDataFrame | None, path: Path) -> Iterable[Any]:  # noqa: ANN401
    """Return one window of the whole raster, or some around the places."""
    from rasterio.windows import Window

    whole = Window(0, 0, raster.width, raster.height)
    if raster.width * raster.height <= LARGEST_CELLS:
        return [whole]
    if around is None:
        msg = (
            f"{path.name} has {raster.width * raster.height:,} cells, too many to read whole. "
            "Clip it to the region with `gdalwarp -te`, keeping its cells as they are."
        )
        raise SourceError(msg)
    return [
        window
        for window in (_window(raster, box) for box in _boxes(around, raster.crs))
        if window is not None
    ]


def _boxes(around: gpd.GeoDataFrame, crs: object) -> list[tuple[float, float, float, float]]:
    """Return boxes around places, merged where they overlap, in the raster's system."""
    import geopandas as gpd
    import shapely

    from geo.crs import MEASURED, to_metric, to_system

    known = to_metric(around.geometry.dropna())
    boxes = [shapely.box(*shape.buffer(WINDOW_MARGIN_M).bounds) for shape in known]
    while True:
        merged = shapely.get_parts(shapely.union_all(boxes))
        again = [shapely.box(*part.bounds) for part in merged]
        if len(again) == len(boxes):
            break
        boxes = again
    series = gpd.GeoSeries(boxes, crs=MEASURED).segmentize(1000)
    return [tuple(shape.bounds) for shape in to_system(series, str(crs))]


def _window(raster: Any, box: tuple[float, float, float, float]) -> Any:  # noqa: ANN401
    from rasterio.windows import Window, from_bounds, intersect

    window = from_bounds(*box, transform=raster.transform)
    window = window.round_offsets().round_lengths()
    whole = Window(0, 0, raster.width, raster.height)
    return window.intersection(whole) if intersect(window, whole) else None


def _grid(raster: Any, window: Any, name: str, vintage: str) -> PopulationGrid:  # noqa: ANN401
    """Read one window as persons, NaN where there is no data."""
    cells = raster.read(1, window=window, masked=True)
    people = np.ma.filled(cells.astype("float64"), np.nan)
    if np.nanmin(people, initial=0.0) < 0:
        msg = (
            f"{name} holds {np.nanmin(people):g} in a cell, and no cell holds fewer than no "
            "residents. If that value means 'no data', declare it: `gdal_edit.py -a_nodata`."
        )
        raise SourceError(msg)
    return PopulationGrid(
        array=people,
        transform=raster.window_transform(window),
        crs=raster.crs.to_wkt(),
        nodata=raster.nodata,
        name=name,
        vintage=vintage,
    )
