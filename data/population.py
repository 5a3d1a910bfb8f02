"""Load grids of residents: the embedded ones, or a raster of the reader's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from data.addresses import shown
from data.errors import SourceError
from data.ranges import Patience, name_of, open_ranges
from data.raster_checks import DENSITY_UNIT, check_raster, require_unit, true_density
from data.raster_windows import windows_of
from geo.grids import PopulationGrid

if TYPE_CHECKING:
    import geopandas as gpd
    from affine import Affine
    from numpy.typing import NDArray

EMBEDDED = Path(__file__).resolve().parent / "embedded" / "population"

EMBEDDED_GRIDS = {
    "london_population2011_250m.tif": "residents of Greater London",
    "cardiff_population2011_250m.tif": "residents of Cardiff",
}
EMBEDDED_VINTAGE = "census 2011 on 250 m cells"

LARGEST_CELLS = 60_000_000
"""Cells read whole; a bigger raster is read in windows around the places."""

LARGEST_WINDOW_CELLS = 60_000_000
"""Cells of one window."""

LARGEST_CELLS_REMOTE = 1_000_000
"""The same over the web, where every cell has to travel."""

MOST_PEOPLE = 1e9
"""No cell holds more; a bigger figure is a fill value that nobody declared."""

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*):/{1,2}(?=[^/])", re.IGNORECASE)
_GDAL_QUIET = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "GDAL_CACHEMAX": 64,
}  # fmt: skip


def is_address(source: Path | str) -> bool:
    """
    Tell whether a source is an address on the web, and no path.

    Examples
    --------
    >>> is_address("https://example.org/gbr.tif"), is_address("gbr.tif")
    (True, False)
    """
    return _ADDRESS.match(str(source)) is not None


@dataclass(frozen=True)
class RasterReading:
    """
    How a raster is read.

    Attributes
    ----------
    unit
        What its cells hold: "auto", to go by what the raster says; "persons"; or
        "persons_per_km2", to be multiplied by the true area of each cell.
    offline
        Whether no connection may be made.
    patience
        How long reading it over the web may take, and how much.
    """

    unit: str = "auto"
    offline: bool = False
    patience: Patience = field(default_factory=Patience)


def load_grids(
    path: Path | str | None = None,
    *,
    around: gpd.GeoDataFrame | None = None,
    reading: RasterReading | None = None,
) -> list[PopulationGrid]:
    """
    Return the grids that residents, or other people, are counted on.

    Parameters
    ----------
    path
        A GeoTIFF of people per cell, in any reference system: its path, or its http(s)
        address, of which only the parts wanted are fetched. None for the embedded census
        grids of London and Cardiff.
    around
        Places to read windows around. Needed for rasters too big to read whole.
    reading
        The unit of the cells, and what may be asked of the web.

    Returns
    -------
    grids
        Cells as persons, north at the top, NaN where the raster holds no data. None where a
        raster read in windows covers no place.

    Raises
    ------
    SourceError
        If the file is missing, cannot be fetched, is not a GeoTIFF, has no reference system or
        one that its coordinates contradict, is rotated, holds a density instead of counts, or
        counts below zero.
    """
    reading = reading or RasterReading()
    require_unit(reading.unit)
    if path is None:
        return [
            grid
            for file, name in EMBEDDED_GRIDS.items()
            for grid in _read_file(EMBEDDED / file, _Wanted(name, None, EMBEDDED_VINTAGE))
        ]
    if is_address(path):
        return _read_address(str(path), around, reading)
    path = Path(path)
    return _read_file(path, _Wanted(path.stem, around, None, reading.unit))


@dataclass(frozen=True)
class _Wanted:
    """What is wanted of a raster, and what it is called."""

    name: str
    around: gpd.GeoDataFrame | None = None
    vintage: str | None = None
    unit: str = "auto"
    whole_cells: int | None = None


def _read_file(path: Path, wanted: _Wanted) -> list[PopulationGrid]:
    """Open a raster as GeoTIFF only: a .tif holding a VRT would read another file."""
    import rasterio
    from rasterio.errors import RasterioIOError

    if not path.is_file():
        msg = f"There is no population grid at {path}. Give the path of a GeoTIFF."
        raise SourceError(msg)
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            return _grids(raster, path.name, wanted)
    except RasterioIOError as error:
        raise _unreadable(path.name) from error


def _read_address(
    url: str, around: gpd.GeoDataFrame | None, reading: RasterReading
) -> list[PopulationGrid]:
    """Read a raster on the web by its parts; GDAL finds nothing else beside it."""
    import rasterio
    from rasterio.errors import RasterioIOError

    url = _ADDRESS.sub(r"\1://", url, count=1)  # a Path has one slash only
    if reading.offline:
        msg = (
            f"The population grid {shown(url)} is on the web, and --offline forbids "
            "connections. Give a downloaded file, or run without --offline."
        )
        raise SourceError(msg)
    name = name_of(url)
    wanted = _Wanted(Path(name).stem, around, None, reading.unit, LARGEST_CELLS_REMOTE)
    with open_ranges(url, reading.patience) as file:

        def opener(asked: str, mode: str = "rb", **_: object) -> object:
            if asked != name or "w" in mode:
                raise FileNotFoundError(asked)
            file.seek(0)
            return file

        try:
            with (
                rasterio.Env(**_GDAL_QUIET),
                rasterio.open(name, driver="GTiff", opener=opener, sharing=False) as raster,
            ):
                return _grids(raster, shown(url), wanted)
        except RasterioIOError as error:
            raise file.error or _unreadable(shown(url)) from error


def _unreadable(name: str) -> SourceError:
    msg = (
        f"{name} cannot be read as a GeoTIFF. Give a raster of residents per cell, "
        "such as WorldPop's or GHS-POP's; convert others with `gdal_translate -of GTiff`."
    )
    return SourceError(msg)


def _grids(
    raster: Any,  # noqa: ANN401 - rasterio has no types
    name: str,
    wanted: _Wanted,
) -> list[PopulationGrid]:
    check_raster(raster, name, wanted.name, unit=wanted.unit)
    remote = wanted.whole_cells if wanted.around is not None else None
    windows = windows_of(
        raster, wanted.around, name, whole=remote or LARGEST_CELLS, most=LARGEST_WINDOW_CELLS
    )
    return [_grid(raster, window, wanted) for window in windows]


def _vintage(raster: Any) -> str:  # noqa: ANN401 - rasterio has no types
    """Return what the raster says of its date, or that it says nothing."""
    tags = {str(key).casefold(): str(value) for key, value in raster.tags().items()}
    for key in ("vintage", "year", "date", "tifftag_datetime"):
        if key in tags:
            return tags[key]
    return "vintage not stated"


def _grid(raster: Any, window: Any, wanted: _Wanted) -> PopulationGrid:  # noqa: ANN401
    """Read one window as persons, NaN where there is no data."""
    cells = raster.read(1, window=window, masked=True)
    people = np.ma.filled(cells.astype("float64"), np.nan)
    people = people * raster.scales[0] + raster.offsets[0]
    people, transform = _north_up(people, raster.window_transform(window))
    _require_people(people, wanted.name)
    crs = raster.crs.to_wkt()
    if wanted.unit == DENSITY_UNIT:
        people = true_density(people, transform, crs)
    return PopulationGrid(
        array=people,
        transform=transform,
        crs=crs,
        nodata=raster.nodata,
        name=wanted.name,
        vintage=wanted.vintage or _vintage(raster),
    )


def _north_up(
    people: NDArray[np.float64], transform: Affine
) -> tuple[NDArray[np.float64], Affine]:
    """Turn a raster whose rows run northwards, or whose columns run westwards."""
    t, (rows, columns) = transform, people.shape
    if t.e > 0:
        people, t = people[::-1], type(t)(t.a, t.b, t.c, t.d, -t.e, t.f + t.e * rows)
    if t.a < 0:
        people, t = people[:, ::-1], type(t)(-t.a, t.b, t.c + t.a * columns, t.d, t.e, t.f)
    return np.ascontiguousarray(people), t


def _require_people(people: NDArray[np.float64], name: str) -> None:
    """Refuse cells that hold what no cell can."""
    least, most = np.nanmin(people, initial=0.0), np.nanmax(people, initial=0.0)
    if least < 0:
        msg = (
            f"{name} holds {least:g} in a cell, and no cell holds fewer than no "
            "residents. If that value means 'no data', declare it: `gdal_edit.py -a_nodata`."
        )
        raise SourceError(msg)
    if most > MOST_PEOPLE:
        msg = (
            f"{name} holds {most:g} in a cell, and no cell holds so many people. If that value "
            "means 'no data', declare it: `gdal_edit.py -a_nodata`."
        )
        raise SourceError(msg)
