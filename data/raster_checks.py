"""Tell whether the cells of a raster can be counted as people, before any is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from data.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    from affine import Affine
    from numpy.typing import NDArray

DENSITY_UNIT = "persons_per_km2"
"""The unit of cells that are multiplied by their area."""

UNITS = ("auto", "persons", DENSITY_UNIT)
"""What the cells of a raster may be said to hold."""

DENSITY = re.compile(
    r"(?:/|\bper\b|\bpp)\s*(?:sq(?:uare)?\.?\s*)?(?:km|kilomet|hectare|ha\b|mile)|density|km-2|km\^-2",
    re.IGNORECASE,
)
"""How rasters say that their cells hold persons per area instead of persons."""

DENSITY_NAME = re.compile(
    r"(?:^|[_\-. ])(?:pd|density|dens|ppkm2?|ppsqkm)(?:[_\-. ]|$)", re.IGNORECASE
)
"""The same in a file's name: WorldPop calls its density product ``gbr_pd_2020_1km``."""

_WORLD = (-360.5, -90.5, 360.5, 90.5)
_DEGREES_MOST = 361.0


def require_unit(unit: str) -> None:
    """
    Raise unless a unit is one that cells may be said to hold.

    Examples
    --------
    >>> require_unit("persons_per_ha")
    Traceback (most recent call last):
        ...
    data.errors.SourceError: 'persons_per_ha' is no unit of a population grid. Give one of \
auto, persons, persons_per_km2.
    """
    if unit not in UNITS:
        msg = f"{unit!r} is no unit of a population grid. Give one of {', '.join(UNITS)}."
        raise SourceError(msg)


def check_raster(raster: Any, name: str, stem: str, *, unit: str) -> None:  # noqa: ANN401 - rasterio has no types
    """
    Raise unless the cells of a raster can be counted.

    Parameters
    ----------
    raster
        An open raster.
    name
        What messages call it.
    stem
        Its bare name, which may tell a density.
    unit
        One of `UNITS`; "auto" refuses what calls itself a density.

    Raises
    ------
    SourceError
        If it has no reference system, or one that its coordinates contradict; if it is
        rotated; if its cells are complex numbers; or if it holds a density and nobody said so.
    """
    if raster.crs is None:
        msg = f"{name} declares no reference system. Set it with `gdal_edit.py -a_srs`."
        raise SourceError(msg)
    if raster.transform.b or raster.transform.d:
        msg = (
            f"{name} is rotated, so its cells are not upright rectangles. Warp it to a "
            "north-up grid with `gdalwarp -r sum`."
        )
        raise SourceError(msg)
    if any("complex" in dtype for dtype in raster.dtypes):
        msg = f"{name} holds complex numbers, which count nobody. Give the raster of counts."
        raise SourceError(msg)
    _require_sensible(raster, name)
    if unit == "auto" and _is_density(raster, stem):
        msg = (
            f"{name} says that its cells hold residents per area, not residents. Summing "
            "them would be wrong: give the raster of counts, or multiply by the cells' area, "
            f"which --population-unit {DENSITY_UNIT} does for residents per square kilometre."
        )
        raise SourceError(msg)


def true_density(
    density: NDArray[np.float64], transform: Affine, crs: str
) -> NDArray[np.float64]:
    """Return persons for persons per square kilometre, by the true area of each cell."""
    from geo.cell_areas import cell_areas_km2

    rows, columns = density.shape
    return density * cell_areas_km2((rows, columns), transform, crs)


def _is_density(raster: Any, stem: str) -> bool:  # noqa: ANN401
    told = [*raster.tags().values(), *raster.tags(1).values()]
    said = " ".join(str(text) for text in (*told, *raster.units, *raster.descriptions) if text)
    return bool(DENSITY.search(said) or DENSITY_NAME.search(stem))


def _require_sensible(raster: Any, name: str) -> None:  # noqa: ANN401
    """Refuse degrees called metres, metres called degrees, and systems of no place on Earth."""
    west, south, east, north = raster.bounds
    says = raster.crs.to_string()
    says = says if len(says) <= len("ESRI:1000000") else "a system"
    reach = f"its corners are {west:g}, {south:g} and {east:g}, {north:g}"
    if raster.crs.is_geographic:
        low, high = min(south, north), max(south, north)
        if west < _WORLD[0] or east > _WORLD[2] or low < _WORLD[1] or high > _WORLD[3]:
            msg = (
                f"{name} declares {says} in degrees, but {reach}, which no degrees are. "
                "Declare the system it was made in with `gdal_edit.py -a_srs`."
            )
            raise SourceError(msg)
    elif not raster.crs.is_projected:
        msg = (
            f"{name} declares {says} that is tied to no place on Earth. Declare the one it was "
            "made in with `gdal_edit.py -a_srs`."
        )
        raise SourceError(msg)
    elif max(map(abs, raster.bounds)) < _DEGREES_MOST and abs(raster.transform.a) < 1:
        msg = (
            f"{name} declares {says} in metres, but {reach}, which look like degrees. "
            "Declare the system it was made in with `gdal_edit.py -a_srs EPSG:4326`."
        )
        raise SourceError(msg)
