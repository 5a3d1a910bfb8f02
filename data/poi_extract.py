"""Read points of interest and buildings out of an extract, with pyosmium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import shapely

from data.osm_files import whole
from data.osm_found import drawn, runs_of
from data.osm_pbf import Passes, line_of, spots_of
from data.poi_found import READ_KEYS, Points, Tagged, points_of
from geo.poi_classes import TELLING, may_be_poi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NODE_KEYS = tuple(TELLING)
"""Keys of which a node must have one."""

OUTLINE_KEYS = tuple(key for key in TELLING if key != "highway")
"""Keys of which a way must have one. Streets are many, and none is a bus stop."""


_KEYS = READ_KEYS | {"type"}


class _Area(NamedTuple):
    """A multipolygon relation: its tags, and the ways that draw it."""

    tags: dict[str, str]
    ref: str
    ways: tuple[int, ...]


def read_extract_points(path: Path, *, form: str, buildings: bool = False) -> Points:
    """
    Read the points of interest of an extract.

    Parameters
    ----------
    path
        The file.
    form
        Its format as libosmium calls it: ``pbf``, ``osm``, ``osm.gz``, ``osm.bz2``, ``o5m``.
    buildings
        Whether buildings are wanted too.

    Returns
    -------
    points
        Named or not; nodes, ways, multipolygons. Of what is clipped at the extract's edge, a
        point on what is there, without an area; buildings are whole or absent.

    Raises
    ------
    SourceError
        If the file is cut short or broken, or swells beyond reason.

    Notes
    -----
    Tags are sieved in C++, so that Python sees no street and no bench with a name only. The
    file is read in two passes, three where multipolygons are wanted. Memory holds 16 bytes
    for each node, and what is kept.
    """
    with whole(path, form=form):
        return points_of(_found(path, form, buildings=buildings), buildings=buildings)


def _found(path: Path, form: str, *, buildings: bool) -> Iterator[Tagged]:
    from osmium import osm
    from osmium.filter import IdFilter, KeyFilter
    from osmium.geom import WKBFactory

    passes, areas, drawer = Passes(path, form), list[_Area](), WKBFactory()
    outlines = KeyFilter(*OUTLINE_KEYS, *(["building"] if buildings else []))
    # Nodes come first, so that the positions of all are known once ways come.
    for thing in passes.over(osm.NODE, KeyFilter(*NODE_KEYS)):
        yield from _node(thing)
    for thing in passes.over(osm.WAY | osm.RELATION, outlines):
        tags = _tags(thing)
        if not (may_be_poi(tags) or (buildings and "building" in tags)):
            continue
        if thing.is_way():
            yield from _way(thing, tags, drawer)
        else:
            areas += _area(thing, tags)
    wanted = {number for area in areas for number in area.ways}
    if wanted:
        ways = passes.over(osm.WAY, IdFilter(sorted(wanted)))
        lines = {way.id: line for way in ways if (line := line_of(way))}
        for area in areas:
            yield from _filled(area, lines)


def _tags(thing: Any) -> dict[str, str]:  # noqa: ANN401 - pyosmium's own
    return {key: value for key, value in thing.tags if key in _KEYS}


def _node(node: Any) -> Iterator[Tagged]:  # noqa: ANN401 - pyosmium's own
    tags = _tags(node)
    if may_be_poi(tags) and node.location.valid():
        yield Tagged(tags, f"node/{node.id}", shapely.Point(node.lon, node.lat).wkb)


def _way(way: Any, tags: dict[str, str], drawer: Any) -> Iterator[Tagged]:  # noqa: ANN401 - pyosmium's own
    """Read a way; libosmium draws it at once where it is whole, as nearly all are."""
    import osmium

    if not len(way.nodes):
        return
    ref = f"way/{way.id}"
    try:
        shape = drawer.create_linestring(way)
    except (osmium.InvalidLocationError, RuntimeError):
        part = drawn(runs_of(spots_of(way)), street=False)
        if part is not None:
            yield Tagged(tags, ref, part.wkb)
    else:
        yield Tagged(tags, ref, shape, way.nodes[0].ref == way.nodes[-1].ref)


def _area(relation: Any, tags: dict[str, str]) -> list[_Area]:  # noqa: ANN401 - pyosmium's own
    if tags.get("type") != "multipolygon":
        return []
    ways = tuple(member.ref for member in relation.members if member.type == "w")
    return [_Area(tags, f"relation/{relation.id}", ways)]


def _filled(area: _Area, lines: dict[int, shapely.Geometry]) -> Iterator[Tagged]:
    rings = [lines[number] for number in area.ways if number in lines]
    shape = outline_of(rings, clipped=len(rings) < len(area.ways))
    if shape is not None:
        yield Tagged(area.tags, area.ref, shape.wkb)


def outline_of(rings: list[shapely.Geometry], *, clipped: bool) -> shapely.Geometry | None:
    """
    Return what rings enclose, their lines where some are missing, None where all are.

    Examples
    --------
    >>> outline_of([shapely.box(0, 0, 2, 1).exterior], clipped=False).area
    2.0
    """
    if not rings:
        return None
    lines = shapely.MultiLineString(rings)
    area = None if clipped else shapely.build_area(lines)
    return lines if area is None or area.is_empty else area
