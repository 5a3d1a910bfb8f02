"""A small map of Soho drawn by hand: a grid of streets with shops, a school and a station."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from pathlib import Path

LON, LAT = -0.1357, 51.5126
STEP_LON, STEP_LAT = 0.00217, 0.00135
"""A hundred and fifty metres each way."""

REACH = 7
"""Blocks from the middle to each edge, more than 800 m."""

SHORT = 5
"""Blocks at either end of a street that have no name: the named part is 600 m long."""

NAMES = {0: "Lexington Street", -3: "Poland Street", 4: "Dean Street"}
ACROSS = {0: "Brewer Street", 5: "Oxford Street"}
KINDS = (
    {"shop": "bakery", "name": "Bread"}, {"amenity": "cafe"}, {"shop": "clothes"},
    {"office": "company"}, {"amenity": "school", "name": "Soho Parish School"},
    {"highway": "bus_stop"},
)  # fmt: skip
STATION = {"railway": "station", "name": "Piccadilly Circus", "station": "subway"}


@dataclass
class Drawn:
    """Nodes with their positions and tags, and ways with their nodes and tags."""

    nodes: dict[int, tuple[float, float, dict[str, str]]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north."""
        lon, lat = [n[0] for n in self.nodes.values()], [n[1] for n in self.nodes.values()]
        return min(lon), min(lat), max(lon), max(lat)


def drawn(*, points: bool = True, named: bool = True, middle=(LON, LAT)) -> Drawn:
    """Draw the map, with or without what people walk to and the names of its streets."""
    made, span = Drawn(), range(-REACH, REACH + 1)

    def number(column: int, row: int) -> int:
        return 1000 + 100 * (column + REACH) + row + REACH

    for column in span:
        for row in span:
            at = (middle[0] + column * STEP_LON, middle[1] + row * STEP_LAT)
            made.nodes[number(column, row)] = (*at, {})
    for at in span:
        for first, nodes, name in (
            (1000 + 10 * at, [number(at, row) for row in span], NAMES.get(at)),
            (2000 + 10 * at, [number(column, at) for column in span], ACROSS.get(at)),
        ):
            parts = nodes[: SHORT + 1], nodes[SHORT:-SHORT], nodes[-SHORT - 1 :]
            for part, (refs, called) in enumerate(zip(parts, (None, name, None), strict=True)):
                tags = {"highway": "residential"} | (
                    {"name": called} if called and named else {}
                )
                made.ways[first + part] = (refs, tags)
    if points:
        _add_points(made, middle)
    return made


def _add_points(made: Drawn, middle: tuple[float, float]) -> None:
    for i in range(60):
        column, row = (i * 7) % 13 - 6, (i * 5) % 11 - 5
        lon = middle[0] + (column + 0.3) * STEP_LON
        made.nodes[9000 + i] = (lon, middle[1] + row * STEP_LAT, KINDS[i % len(KINDS)])
    made.nodes[9900] = (middle[0] + STEP_LON, middle[1] + 0.4 * STEP_LAT, STATION)


def write_xml(made: Drawn, path: Path) -> Path:
    """Write a map as OpenStreetMap's XML."""
    west, south, east, north = (f"{side:.7f}" for side in made.bounds)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<osm version="0.6" generator="by hand">',
        f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>',
    ]
    for node, (lon, lat, tags) in made.nodes.items():
        body = f'id="{node}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"'
        lines.append(f"<node {body}>{_tags(tags)}</node>")
    for way, (nodes, tags) in made.ways.items():
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        lines.append(f'<way id="{way}" version="1">{refs}{_tags(tags)}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def write_pbf(made: Drawn, path: Path) -> Path:
    """Write a map as PBF."""
    import osmium

    xml = write_xml(made, path.with_name(f"{path.name}.osm"))
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in osmium.FileProcessor(str(xml)):
            writer.add(thing)
    xml.unlink()
    return path


def answer(made: Drawn) -> bytes:
    """Return a map as Overpass answers with it."""
    nodes = [
        {"type": "node", "id": node, "lat": round(lat, 7), "lon": round(lon, 7)}
        | ({"tags": tags} if tags else {})
        for node, (lon, lat, tags) in made.nodes.items()
    ]
    ways = [
        {"type": "way", "id": way, "nodes": refs, "tags": tags}
        for way, (refs, tags) in made.ways.items()
    ]
    osm3s = {"timestamp_osm_base": "2026-11-01T03:02:01Z", "copyright": "ODbL"}
    told = {"version": 0.6, "osm3s": osm3s, "elements": [*nodes, *ways]}
    return json.dumps(told).encode()


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
