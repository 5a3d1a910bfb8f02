"""Read streets out of a network as OSMnx saves it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import shapely

from data.drawn_ways import tags_frame, ways_of_lines
from data.errors import SourceError
from data.osm_graphml import listed, parts_of
from data.street_tables import one_of, way_number
from geo.crs import STORED, to_stored
from geo.ways import WAY_KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from geo.ways import Ways

Spot = tuple[float, float]


@dataclass
class _Network:
    """A network as its file states it, each stretch once."""

    crs: str = STORED
    spots: dict[str, Spot] = field(default_factory=dict)
    edges: list[dict[str, str]] = field(default_factory=list)
    lines: list[shapely.Geometry] = field(default_factory=list)


def read_street_graphml(path: Path) -> Ways:
    """
    Read the streets of a network.

    Parameters
    ----------
    path
        A GraphML file whose nodes have ``x`` and ``y``, and whose edges have tags and, unless
        they are straight, ``geometry``; in any CRS that the graph states.

    Returns
    -------
    ways
        Each edge is a way, once, although OSMnx saves most of them in both directions. Its ends
        are the network's nodes; corners between have identifiers by position. An edge without
        ``highway`` is left out. Of an edge that was made of ways of several values, see
        `data.street_tables.one_of`.

    Raises
    ------
    SourceError
        If the file is broken, its nodes have no positions, or it has no streets.

    Notes
    -----
    A network saved for driving lacks the ways that one can only walk along.
    """
    from pyproj.exceptions import CRSError

    broken = (ET.ParseError, KeyError, OverflowError, ValueError, OSError, CRSError)
    try:
        ways = _ways(_once(_read(path)), path.name)
    except SourceError:
        raise
    except (*broken, shapely.GEOSException) as error:
        msg = (
            f"{path.name} is not a network as OSMnx saves it ({error}). Save it again with "
            "`osmnx.save_graphml`."
        )
        raise SourceError(msg) from error
    if not len(ways.way_ids):
        msg = f"{path.name} is a network without streets: no edge has a value of `highway`."
        raise SourceError(msg)
    return ways


def _read(path: Path) -> _Network:
    network = _Network()
    for kind, given in parts_of(path):
        if kind == "graph":
            network.crs = given.get("crs", network.crs)
        elif kind == "node":
            network.spots[given["id"]] = (float(given["x"]), float(given["y"]))
        elif given.get("highway"):
            network.edges.append(given)
    return network


def _once(network: _Network) -> _Network:
    """Draw each edge, leaving out those that an earlier one is, forwards or backwards."""
    once = _Network(network.crs, network.spots)
    seen: set[tuple[Spot, ...]] = set()
    for edge in network.edges:
        corners = _corners(edge, network.spots)
        key = min(corners, corners[::-1])
        if key not in seen:
            seen.add(key)
            once.edges.append(edge)
            once.lines.append(shapely.LineString(corners))
    return once


def _corners(edge: dict[str, str], spots: dict[str, Spot]) -> tuple[Spot, ...]:
    """Return an edge's corners, from its first node to its last."""
    start, end = spots[edge["source"]], spots[edge["target"]]
    if not edge.get("geometry"):
        return (start, end)
    drawn = shapely.get_coordinates(shapely.from_wkt(edge["geometry"])).tolist()
    return (start, *((x, y) for x, y in drawn[1:-1]), end)


def _ways(network: _Network, name: str) -> Ways:
    import geopandas as gpd

    lines = to_stored(gpd.GeoSeries(network.lines, crs=network.crs)).to_numpy()
    tags = {
        key: [one_of(listed(edge.get(key)), key) for edge in network.edges] for key in WAY_KEYS
    }
    rows = np.arange(len(lines), dtype=np.int64)
    ways = ways_of_lines(lines, way_ids=rows, tags=tags_frame(tags, len(lines)), name=name)
    return _numbered(ways, [network.edges[row] for row in ways.way_ids])


def _numbered(ways: Ways, edges: list[dict[str, str]]) -> Ways:
    """Give ways the identifiers of their edges, and their ends those of the nodes there."""
    numbers = [way_number(edge.get("osmid")) for edge in edges]
    told = [row if number is None else number for row, number in enumerate(numbers)]
    nodes = ways.node_ids.copy()
    for places, end in ((ways.starts[:-1], "source"), (ways.starts[1:] - 1, "target")):
        names = [edge[end] for edge in edges]
        if not all(name.removeprefix("-").isdecimal() for name in names):
            return replace(ways, way_ids=np.array(told, dtype=np.int64))
        nodes[places] = np.array([int(name) for name in names], dtype=np.int64)
    return replace(ways, way_ids=np.array(told, dtype=np.int64), node_ids=nodes)
