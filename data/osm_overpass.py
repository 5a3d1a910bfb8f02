"""Read an answer of the Overpass API, as it sends it in JSON or as OSMnx keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from data.errors import SourceError
from data.osm_found import Reading, found_area, found_point, found_way, reading_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.osm_found import Found, Spot

_ASK = "Ask for `out body; >; out skel qt;` or `out geom;` in JSON, and keep the whole answer."


def read_answer(answer: Mapping[str, Any], *, name: str) -> Reading:
    """
    Read the named things of an answer.

    Parameters
    ----------
    answer
        The parsed JSON, with ``elements``.
    name
        The file's name, for messages.

    Returns
    -------
    reading
        Its named things. An answer states no box.

    Raises
    ------
    SourceError
        If it is not made as Overpass makes it, or says that it was cut short.

    Examples
    --------
    >>> node = {"type": "node", "id": 7, "lon": -0.1, "lat": 51.5}
    >>> bank = node | {"tags": {"name": "Bank", "railway": "station"}}
    >>> read_answer({"elements": [bank]}, name="answer.json").frame["kind"].tolist()
    ['station']
    """
    remark = str(answer.get("remark", ""))
    if "error" in remark.casefold():
        msg = f"{name} is an answer cut short: Overpass says {remark[:120]!r}. Ask for less."
        raise SourceError(msg)
    try:
        return reading_of(_Elements.of(answer["elements"]).found())
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = f"{name} is not an answer as Overpass makes it ({error!r}). {_ASK}"
        raise SourceError(msg) from error


@dataclass(frozen=True)
class _Elements:
    """The elements of an answer, those without a name by their positions only."""

    nodes: dict[int, Spot]
    ways: dict[int, list[Spot | None]]
    named: list[Mapping[str, Any]]

    @classmethod
    def of(cls, elements: Sequence[Mapping[str, Any]]) -> _Elements:
        nodes = {e["id"]: _spot(e) for e in elements if e["type"] == "node" and "lat" in e}
        ways = {e["id"]: _spots(e, nodes) for e in elements if e["type"] == "way"}
        return cls(nodes, ways, [e for e in elements if e.get("tags", {}).get("name")])

    def found(self) -> Iterator[Found]:
        read = {"node": self._node, "way": self._way, "relation": self._area}
        for element in self.named:
            thing = read[element["type"]](element) if element["type"] in read else None
            if thing is not None:
                yield thing

    def _node(self, node: Mapping[str, Any]) -> Found | None:
        if node["id"] not in self.nodes:
            return None
        return found_point(node["tags"], ref=f"node/{node['id']}", spot=self.nodes[node["id"]])

    def _way(self, way: Mapping[str, Any]) -> Found | None:
        spots = self.ways[way["id"]]
        if not any(spots) and "center" in way:
            spots = [_spot(way["center"]), None]
        ends = way.get("nodes") or spots
        closed = len(ends) > 1 and ends[0] is not None and ends[0] == ends[-1]
        return found_way(way["tags"], ref=f"way/{way['id']}", spots=spots, closed=closed)

    def _area(self, relation: Mapping[str, Any]) -> Found | None:
        if relation["tags"].get("type") not in {"multipolygon", "boundary"}:
            return None
        members = [m for m in relation.get("members", ()) if m["type"] == "way"]
        drawn = [_spots(m, {}) if "geometry" in m else self.ways.get(m["ref"]) for m in members]
        rings = [shapely.LineString(s) for s in drawn if s and None not in s and len(s) > 1]
        ref = f"relation/{relation['id']}"
        clipped = len(rings) < len(members)
        return found_area(relation["tags"], ref=ref, rings=rings, clipped=clipped)


def _spot(element: Mapping[str, Any]) -> Spot:
    return float(element["lon"]), float(element["lat"])


def _spots(way: Mapping[str, Any], nodes: Mapping[int, Spot]) -> list[Spot | None]:
    """Return the positions of a way's nodes, sent with it or beside it; None where missing."""
    if "geometry" in way:
        return [_spot(node) if node else None for node in way["geometry"]]
    return [nodes.get(number) for number in way.get("nodes", ())]
