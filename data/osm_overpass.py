"""Read an answer of the Overpass API, as it sends it in JSON or as OSMnx keeps it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from data.errors import SourceError
from data.osm_found import Reading, found_area, found_point, found_way, reading_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from data.osm_found import Found, Spot

ASK = "Ask for `out body; >; out skel qt;` or `out geom;` in JSON, and keep the whole answer."
"""What to do about an answer that is none."""

JSON_BYTES_MAX = 1_000_000_000
"""A larger JSON answer is not read: whole in memory it is ten times its size."""


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
    with understood(answer, name=name):
        return reading_of(Elements.of(answer["elements"]).found())


@contextmanager
def understood(answer: Mapping[str, Any], *, name: str) -> Iterator[None]:
    """
    Let an answer be read, and say so where it is none.

    Parameters
    ----------
    answer
        The parsed JSON.
    name
        What to call it, for the message.

    Yields
    ------
    nothing
        For as long as it is read.

    Raises
    ------
    SourceError
        If it says that it was cut short, or is not made as Overpass makes it.
    """
    require_whole(answer, name=name)
    try:
        yield
    except (
        AttributeError, LookupError, TypeError, ValueError, OverflowError,
        shapely.GEOSException,
    ) as error:  # fmt: skip
        msg = f"{name} is not an answer as Overpass makes it ({error!r}). {ASK}"
        raise SourceError(msg) from error


def require_whole(answer: Mapping[str, Any], *, name: str) -> None:
    """
    Raise unless an answer is whole as far as the server says.

    Parameters
    ----------
    answer
        The parsed JSON.
    name
        What to call it, for the message.

    Raises
    ------
    SourceError
        If it says that it was cut short.
    """
    remark = str(answer.get("remark", ""))
    if "error" in remark.casefold():
        msg = f"{name} is an answer cut short: Overpass says {remark[:120]!r}. Ask for less."
        raise SourceError(msg)


def json_of(path: Path) -> dict[str, Any]:
    """
    Return what a file of JSON says; nothing if it is no object.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    value
        The object it holds.

    Raises
    ------
    SourceError
        If it is not whole, or larger than `JSON_BYTES_MAX`.
    """
    try:
        if path.stat().st_size > JSON_BYTES_MAX:
            msg = f"it is larger than {JSON_BYTES_MAX:,} bytes; a PBF extract can be"
            raise ValueError(msg)  # noqa: TRY301 - told below with the file's name
        parsed = json.loads(path.read_bytes())
        return parsed if isinstance(parsed, dict) else {}
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{path.name} is not whole JSON ({error}). Download it again."
        raise SourceError(msg) from error


@dataclass(frozen=True)
class Elements:
    """
    The elements of an answer.

    Attributes
    ----------
    nodes, ways
        Their positions by their numbers, None where the answer lacks one.
    tagged
        Those with tags, as they came.
    """

    nodes: dict[int, Spot]
    ways: dict[int, list[Spot | None]]
    tagged: list[Mapping[str, Any]]

    @classmethod
    def of(cls, elements: Sequence[Mapping[str, Any]]) -> Elements:
        """Sort out the elements of an answer."""
        nodes = {e["id"]: _spot(e) for e in elements if e["type"] == "node" and "lat" in e}
        ways = {e["id"]: _spots(e, nodes) for e in elements if e["type"] == "way"}
        return cls(nodes, ways, [e for e in elements if e.get("tags")])

    def found(self) -> Iterator[Found]:
        """Yield those with a name."""
        read = {"node": self._node, "way": self._way, "relation": self._area}
        for element in self.tagged:
            if not element["tags"].get("name"):
                continue
            thing = read[element["type"]](element) if element["type"] in read else None
            if thing is not None:
                yield thing

    def _node(self, node: Mapping[str, Any]) -> Found | None:
        if node["id"] not in self.nodes:
            return None
        return found_point(node["tags"], ref=f"node/{node['id']}", spot=self.nodes[node["id"]])

    def _way(self, way: Mapping[str, Any]) -> Found | None:
        spots, closed = self.line(way)
        return found_way(way["tags"], ref=f"way/{way['id']}", spots=spots, closed=closed)

    def _area(self, relation: Mapping[str, Any]) -> Found | None:
        if relation["tags"].get("type") not in {"multipolygon", "boundary"}:
            return None
        rings, clipped = self.rings(relation)
        ref = f"relation/{relation['id']}"
        return found_area(relation["tags"], ref=ref, rings=rings, clipped=clipped)

    def line(self, way: Mapping[str, Any]) -> tuple[list[Spot | None], bool]:
        """Return the positions of a way's nodes, and whether it ends where it begins."""
        spots = self.ways[way["id"]]
        if not any(spots) and "center" in way:
            spots = [_spot(way["center"]), None]
        ends = way.get("nodes") or spots
        return spots, len(ends) > 1 and ends[0] is not None and ends[0] == ends[-1]

    def rings(self, relation: Mapping[str, Any]) -> tuple[list[shapely.Geometry], bool]:
        """Return the lines that draw a multipolygon, and whether some are missing."""
        members = [m for m in relation.get("members", ()) if m["type"] == "way"]
        drawn = [_spots(m, {}) if "geometry" in m else self.ways.get(m["ref"]) for m in members]
        rings = [shapely.LineString(s) for s in drawn if s and None not in s and len(s) > 1]
        return rings, len(rings) < len(members)


def _spot(element: Mapping[str, Any]) -> Spot:
    return float(element["lon"]), float(element["lat"])


def _spots(way: Mapping[str, Any], nodes: Mapping[int, Spot]) -> list[Spot | None]:
    """Return the positions of a way's nodes, sent with it or beside it; None where missing."""
    if "geometry" in way:
        return [_spot(node) if node else None for node in way["geometry"]]
    return [nodes.get(number) for number in way.get("nodes", ())]
