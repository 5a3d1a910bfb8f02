"""The named streets that a vague place may be on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from geo.checks import require_columns
from geo.stretches import stretches_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

APART_M = 300.0
"""Parts of one name that lie farther apart are two streets that share a name."""


def candidate_streets(places: gpd.GeoSeries, edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    List the named streets of each place.

    Parameters
    ----------
    places
        Polygons in a metric CRS.
    edges
        Lines of a street network in the same CRS, with ``name``, null where they have none.

    Returns
    -------
    streets
        One row per place and street, by place, name and position: ``place``, a position in
        ``places``; ``street``, its name; ``length_m`` of it inside the place; ``geometry``,
        that part. Parts of one name more than `APART_M` from each other are streets of
        their own.

    Raises
    ------
    MissingColumnError
        If ``edges`` lack their names.
    CrsError
        If either is not in metres, or their systems differ.

    Examples
    --------
    >>> lines = ["LINESTRING (0 0, 50 0)", "LINESTRING (50 0, 90 0)", "LINESTRING (0 0, 0 90)"]
    >>> edges = gpd.GeoDataFrame({"name": ["Ash Road", "Ash Road", None]},
    ...     geometry=gpd.GeoSeries.from_wkt(lines), crs="EPSG:27700")
    >>> square = gpd.GeoSeries([shapely.box(-5, -5, 70, 70)], crs="EPSG:27700")
    >>> candidate_streets(square, edges)[["place", "street", "length_m"]].values.tolist()
    [[0, 'Ash Road', 70.0]]
    """
    require_columns(edges, {"name"}, name="edges")
    named = edges[edges["name"].notna()].reset_index(drop=True)
    found = stretches_of(places, named.geometry)
    found = found.assign(street=named["name"].to_numpy()[found["edge"]])
    shapes, grounds = named.geometry.to_numpy(), places.to_numpy()
    rows = [
        (place, street, float(line.length), line)
        for (place, street), own in found.groupby(["place", "street"], sort=True)
        for line in _streets(shapes[own["edge"].to_numpy()], grounds[place])
    ]
    columns = ["place", "street", "length_m", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=places.crs)


def _streets(
    lines: NDArray[np.object_], ground: shapely.Geometry
) -> Iterator[shapely.Geometry]:
    """Yield the streets that lines of one name are, each within the ground."""
    inside = shapely.union_all(shapely.intersection(lines, ground))
    grown = shapely.get_parts(shapely.buffer(inside, APART_M / 2, quad_segs=2))
    parts = shapely.get_parts(inside)
    parts = parts[shapely.get_dimensions(parts) == 1]
    own = [shapely.union_all(parts[shapely.intersects(parts, one)]) for one in grown]
    kept = [shapely.normalize(shapely.line_merge(line)) for line in own if line.length > 0]
    yield from sorted(kept, key=lambda line: line.bounds)
