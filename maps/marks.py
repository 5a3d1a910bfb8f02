"""Marks: the shapes that stand for one or several deployments at the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import geopandas as gpd

    from maps.rows import Row

DRAWN = ("area", "district", "street", "site")
"""Vague first, so that a hatch never hides a dot."""

_DEFAULT_RADIUS_M = {"site": 60.0, "street": 250.0, "district": 900.0, "area": 3000.0}
"""Used only where a place comes without its radius; the order of size is what matters."""


@dataclass(frozen=True)
class Mark:
    """
    One shape on the map.

    Attributes
    ----------
    precision
        How narrowly the place is known: ``site``, ``street``, ``district`` or ``area``.
    lon, lat
        The middle.
    radius_m
        Radius that holds the place.
    name
        What to call it.
    area_code
        Area that holds it, where known.
    geometry
        Its shape, where it is a line or an area.
    rows
        Positions of its deployments in the table, in date order.
    """

    precision: str
    lon: float
    lat: float
    radius_m: float
    name: str
    area_code: str | None
    geometry: shapely.Geometry | None
    rows: tuple[int, ...]


def _key(row: Row, shape: shapely.Geometry | None) -> Hashable:
    if row["precision"] == "area" and row["area_code"]:
        return ("area", row["area_code"])
    where = None if shape is None else shapely.to_wkb(shape)
    return (row["precision"], row["lon"], row["lat"], where)


def _middle(row: Row, shape: shapely.Geometry | None) -> tuple[float, float] | None:
    if row["lon"] is not None and row["lat"] is not None:
        return float(row["lon"]), float(row["lat"])
    if shape is None:
        return None
    spot = shapely.point_on_surface(shape)
    return float(spot.x), float(spot.y)


def _drawn_shape(precision: str, shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return the shape itself where it is drawn as such; dots and discs need none."""
    kind = "" if shape is None else shape.geom_type
    wanted = {"street": "LineString", "area": "Polygon"}.get(precision)
    return shape if wanted and kind in {wanted, f"Multi{wanted}"} else None


def build_marks(deployments: gpd.GeoDataFrame, rows: Sequence[Row]) -> list[Mark]:
    """
    Gather deployments at the same place into one mark each.

    Parameters
    ----------
    deployments
        The published table with its geometries.
    rows
        The same rows as mappings, in the same order.

    Returns
    -------
    marks
        In order of their first deployment; places that are unknown have none.
    """
    shapes = [
        shape if shape is not None and not shape.is_empty else None
        for shape in deployments.geometry
    ]
    groups: dict[Hashable, list[int]] = {}
    for index, row in enumerate(rows):
        if row["precision"] in DRAWN and _middle(row, shapes[index]) is not None:
            groups.setdefault(_key(row, shapes[index]), []).append(index)
    marks = [_mark(indices, rows, shapes) for indices in groups.values()]
    return sorted(marks, key=lambda mark: (rows[mark.rows[0]]["date"], mark.rows[0]))


def _mark(
    indices: list[int], rows: Sequence[Row], shapes: Sequence[shapely.Geometry | None]
) -> Mark:
    indices = sorted(indices, key=lambda index: (rows[index]["date"], index))
    first = rows[indices[0]]
    shape = shapes[indices[0]]
    precision = first["precision"]
    lon, lat = _middle(first, shape) or (0.0, 0.0)
    is_area = precision == "area"
    name = (first["area_name"] if is_area else first["place_read"]) or first["place_published"]
    return Mark(
        precision=precision,
        lon=lon,
        lat=lat,
        radius_m=float(first["uncertainty_m"] or _DEFAULT_RADIUS_M[precision]),
        name=str(name),
        area_code=first["area_code"],
        geometry=_drawn_shape(precision, shape),
        rows=tuple(indices),
    )
