"""Read points of interest and buildings out of an answer of the Overpass API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from data.osm_found import drawn, runs_of
from data.osm_overpass import Elements, understood
from data.poi_extract import outline_of
from data.poi_found import READ_KEYS, Points, Tagged, points_of
from geo.poi_classes import may_be_poi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def read_answer_points(
    answer: Mapping[str, Any], *, name: str, buildings: bool = False
) -> Points:
    """
    Read the points of interest of an answer.

    Parameters
    ----------
    answer
        The parsed JSON, with ``elements``.
    name
        The file's name, for messages.
    buildings
        Whether buildings are wanted too.

    Returns
    -------
    points
        Named or not.

    Raises
    ------
    SourceError
        If it is not made as Overpass makes it, or says that it was cut short.

    Examples
    --------
    >>> node = {"type": "node", "id": 7, "lon": -0.1, "lat": 51.5, "tags": {"shop": "books"}}
    >>> read_answer_points({"elements": [node]}, name="a.json").pois["ref"].tolist()
    ['node/7']
    """
    things = things_in(answer, name=name, buildings=buildings)
    return points_of(things.values(), buildings=buildings)


def things_in(
    answer: Mapping[str, Any], *, name: str, buildings: bool = False
) -> dict[str, Tagged]:
    """
    Return what may be points of interest of one answer, by their identifiers.

    Parameters
    ----------
    answer, name, buildings
        As `read_answer_points` takes them.

    Returns
    -------
    things
        To be put together with those of other answers: `data.poi_found.points_of` counts each
        once that is mapped twice.

    Raises
    ------
    SourceError
        If it is no answer, or was cut short.
    """
    with understood(answer, name=name):
        found = _found(Elements.of(answer["elements"]), buildings=buildings)
        return {thing.ref: thing for thing in found}


def _found(elements: Elements, *, buildings: bool) -> Iterator[Tagged]:
    drawers = {"node": _node, "way": _way, "relation": _area}
    for element in elements.tagged:
        tags = {k: str(v) for k, v in element["tags"].items() if k in READ_KEYS and v}
        wanted = may_be_poi(tags) or (buildings and "building" in tags)
        if wanted and element["type"] in drawers:
            shape, closed = drawers[element["type"]](elements, element)
            if shape is not None:
                yield Tagged(tags, f"{element['type']}/{element['id']}", shape.wkb, closed)


def _node(elements: Elements, node: Mapping[str, Any]) -> tuple[shapely.Geometry | None, bool]:
    spot = elements.nodes.get(node["id"])
    return (None if spot is None else shapely.Point(spot)), False


def _way(elements: Elements, way: Mapping[str, Any]) -> tuple[shapely.Geometry | None, bool]:
    spots, closed = elements.line(way)
    return drawn(runs_of(spots), street=False), closed and None not in spots


def _area(
    elements: Elements, relation: Mapping[str, Any]
) -> tuple[shapely.Geometry | None, bool]:
    if relation["tags"].get("type") != "multipolygon":
        return None, False
    rings, clipped = elements.rings(relation)
    if not rings and "center" in relation:
        return shapely.Point(relation["center"]["lon"], relation["center"]["lat"]), False
    return outline_of(rings, clipped=clipped), False
