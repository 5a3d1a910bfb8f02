"""Read a street network as OSMnx saves it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from data.errors import SourceError
from data.osm_found import Found, Reading, reading_of
from data.osm_kinds import STREET, STREETS, names_of
from geo.crs import to_stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data.osm_found import Spot

_SPACE = "{http://graphml.graphdrawing.org/xmlns}"


def read_network(path: Path) -> Reading:
    """
    Read the named edges of a network.

    Parameters
    ----------
    path
        A GraphML file whose nodes have ``x`` and ``y``, and whose edges have ``name`` and,
        unless they are straight, ``geometry``.

    Returns
    -------
    reading
        Its streets. An edge that OSMnx made of ways of several names counts for each: which
        part bears which is lost.

    Raises
    ------
    SourceError
        If the file is broken, or its nodes have no positions.
    """
    try:
        return _read(path)
    except (ET.ParseError, KeyError, ValueError, shapely.GEOSException) as error:
        msg = (
            f"{path.name} is not a network as OSMnx saves it ({error}). Save it again with "
            "`osmnx.save_graphml`."
        )
        raise SourceError(msg) from error


def _read(path: Path) -> Reading:
    crs, spots, edges = "EPSG:4326", dict[str, "Spot"](), list[dict[str, str]]()
    for kind, given in parts_of(path):
        if kind == "graph":
            crs = given.get("crs", crs)
        elif kind == "node":
            spots[given["id"]] = (float(given["x"]), float(given["y"]))
        elif given.get("name"):
            edges.append(given)
    reading = reading_of(_found(edges, spots))
    return Reading(to_stored(reading.frame.set_crs(crs, allow_override=True)))


def parts_of(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """
    Yield the data of each node and edge of a network, and at last those of the graph.

    Parameters
    ----------
    path
        A GraphML file.

    Yields
    ------
    kind, data
        ``node``, ``edge`` or ``graph``, and its data by their proper names.

    Raises
    ------
    xml.etree.ElementTree.ParseError
        If it is no whole XML.
    KeyError
        If a name is used that is not declared.
    """
    keys: dict[str, str] = {}
    own: dict[str, str] = {}
    for _, element in ET.iterparse(path, events=("end",)):  # noqa: S314 - expat stops bombs
        tag = element.tag.removeprefix(_SPACE)
        if tag == "key":
            keys[element.attrib["id"]] = element.attrib["attr.name"]
        elif tag in {"node", "edge"}:
            data = {keys[d.attrib["key"]]: d.text or "" for d in element if "key" in d.attrib}
            yield tag, {**data, **element.attrib}
            element.clear()
        elif tag == "graph":
            own = {keys[d.attrib["key"]]: d.text or "" for d in element if "key" in d.attrib}
    yield "graph", own


def _found(edges: list[dict[str, str]], spots: dict[str, Spot]) -> Iterator[Found]:
    for edge in edges:
        values = listed(edge.get("highway", "unclassified"))
        if STREETS.isdisjoint(values):
            continue
        shape = _shape(edge, spots)
        ref = ";".join(f"way/{number}" for number in listed(edge.get("osmid", "")))
        for said in listed(edge["name"]):
            name, others = names_of({**edge, "name": said}, STREET)
            if name:
                yield Found(name, others, STREET, ref, shape.wkb)


def _shape(edge: dict[str, str], spots: dict[str, Spot]) -> shapely.Geometry:
    if edge.get("geometry"):
        return shapely.from_wkt(edge["geometry"])
    return shapely.LineString([spots[edge["source"]], spots[edge["target"]]])


def listed(value: object) -> list[str]:
    r"""
    Return the values of an attribute, which OSMnx writes as Python writes them.

    Parameters
    ----------
    value
        Text that is a value or a list of values, a number, a sequence, or nothing.

    Returns
    -------
    values
        As text, none where there is nothing.

    Examples
    --------
    >>> listed("['Baker Street', \"King's Road\"]"), listed("4082681"), listed("")
    (['Baker Street', "King's Road"], ['4082681'], [])
    >>> listed(None), listed(float("nan")), listed(["a", "b"]), listed(7)
    ([], [], ['a', 'b'], ['7'])
    """
    if isinstance(value, list | tuple | np.ndarray):
        return [text for part in value for text in listed(part)]
    if not isinstance(value, str):
        return [] if value is None or value != value else [str(value)]  # noqa: PLR0124 - NaN
    if not value.startswith("["):
        return [value] if value else []
    try:
        values = ast.literal_eval(value)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [value]
    return [str(part) for part in values]
