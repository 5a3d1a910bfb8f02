"""Read an OpenStreetMap extract, as PBF, XML or O5M, with pyosmium."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import shapely

from data.osm_files import box_of, header_of, locations, whole
from data.osm_found import (
    Found,
    Reading,
    Spot,
    found_area,
    found_point,
    found_way,
    kind_of_way,
    reading_of,
)
from data.osm_kinds import READ_KEYS, classify, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_extract(path: Path, *, form: str) -> Reading:
    """
    Read the named things of an extract.

    Parameters
    ----------
    path
        The file.
    form
        Its format as libosmium calls it: ``pbf``, ``osm``, ``osm.gz``, ``osm.bz2``, ``o5m``.

    Returns
    -------
    reading
        Its named things, and the box that its header states.

    Raises
    ------
    SourceError
        If the file is cut short or broken, or swells beyond reason.

    Notes
    -----
    The file is read in three or four passes: nodes and relations, ways, the ways that outline
    areas. Memory holds 16 bytes for each node, and what is named; not the file. Nodes may come
    after the ways that use them.
    """
    with whole(path, form=form):
        return _read(path, form)


# Passes ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Area:
    """A multipolygon relation: its tags, and the ways that draw it."""

    number: int
    tags: dict[str, str]
    ways: tuple[int, ...]


@dataclass(frozen=True)
class Passes:
    """One file, and the positions of its nodes, which the first pass fills in."""

    path: Path
    form: str
    spots: Any = field(default_factory=locations)

    def over(self, entities: Any, *filters: Any) -> Iterator[Any]:  # noqa: ANN401 - pyosmium's own
        """Yield the objects of some kinds that pass some filters."""
        import osmium

        opened = osmium.io.File(str(self.path), self.form)
        with osmium.io.Reader(opened, entities) as reader:
            things: Iterator[Any] = osmium.OsmFileIterator(reader, self.spots, *filters)
            for thing in things:
                if not thing.deleted:
                    yield thing


def _read(path: Path, form: str) -> Reading:
    from osmium import osm
    from osmium.filter import IdFilter, KeyFilter
    from osmium.geom import WKBFactory

    passes, named = Passes(path, form), KeyFilter("name")
    found: list[Found] = []
    areas: list[_Area] = []
    for thing in passes.over(osm.NODE | osm.RELATION, named):
        if thing.is_node():
            _add(found, _node(thing))
        else:
            areas += _area(thing)
    drawer = WKBFactory()
    for way in passes.over(osm.WAY, named):
        _add(found, _way(way, drawer))
    wanted = {number for area in areas for number in area.ways}
    if wanted:
        ways = passes.over(osm.WAY, IdFilter(sorted(wanted)))
        rings = {way.id: line for way in ways if (line := line_of(way))}
        for area in areas:
            _add(found, _filled(area, rings))
    return reading_of(found, box=box_of(header_of(path, form=form)))


def _add(found: list[Found], thing: Found | None) -> None:
    if thing is not None:
        found.append(thing)


def _tags(thing: Any) -> dict[str, str]:  # noqa: ANN401 - pyosmium's own
    return {tag.k: tag.v for tag in thing.tags if tag.k in READ_KEYS}


def _node(node: Any) -> Found | None:  # noqa: ANN401 - pyosmium's own
    if not node.location.valid():
        return None
    return found_point(_tags(node), ref=f"node/{node.id}", spot=(node.lon, node.lat))


def _area(relation: Any) -> list[_Area]:  # noqa: ANN401 - pyosmium's own
    tags = _tags(relation)
    if tags.get("type") not in {"multipolygon", "boundary"}:
        return []
    if classify(tags, shape="outline") is None:
        return []
    ways = tuple(member.ref for member in relation.members if member.type == "w")
    return [_Area(relation.id, tags, ways)]


def _way(way: Any, drawer: Any) -> Found | None:  # noqa: ANN401 - pyosmium's own
    """Read a way; libosmium draws it at once where it is whole, as nearly all are."""
    import osmium

    if not len(way.nodes):
        return None
    tags, closed = _tags(way), way.nodes[0].ref == way.nodes[-1].ref
    told = kind_of_way(tags, closed=closed)
    if told is None:
        return None
    ref = f"way/{way.id}"
    try:
        shape = drawer.create_linestring(way)
    except (osmium.InvalidLocationError, RuntimeError):
        return found_way(tags, ref=ref, spots=spots_of(way), closed=closed)
    name, others = names_of(tags, told[0])
    return Found(name, others, told[0], ref, shape, closed=told[1]) if name else None


def spots_of(way: Any) -> list[Spot | None]:  # noqa: ANN401 - pyosmium's own
    """Return the positions of a way's nodes, None where the file lacks one."""
    return [(n.lon, n.lat) if n.location.valid() else None for n in way.nodes]


def line_of(way: Any) -> shapely.Geometry | None:  # noqa: ANN401 - pyosmium's own
    """Return a whole way's line, or None."""
    spots = spots_of(way)
    return None if None in spots or len(spots) < 2 else shapely.LineString(spots)  # noqa: PLR2004


def _filled(area: _Area, lines: dict[int, shapely.Geometry]) -> Found | None:
    rings = [lines[number] for number in area.ways if number in lines]
    ref, clipped = f"relation/{area.number}", len(rings) < len(area.ways)
    return found_area(area.tags, ref=ref, rings=rings, clipped=clipped)
