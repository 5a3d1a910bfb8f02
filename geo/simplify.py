"""Make a network of streets out of ways: stretches between junctions, named and measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.chains import find_chains, spread
from geo.crs import STORED, segment_lengths_m
from geo.street_network import EDGE_COLUMNS, StreetNetwork

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo.chains import Chains
    from geo.ways import Ways

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


def build_network(
    ways: Ways, *, keep: NDArray[np.bool_] | None = None, drop_rings: bool = False
) -> StreetNetwork:
    """
    Make the network of ways: its nodes are junctions and ends, its edges all that is between.

    Parameters
    ----------
    ways
        Ways of a map, in any order.
    keep
        Which of them to take, as `geo.walkable.walkable` tells; all if None.
    drop_rings
        Whether to leave out rings that touch no other way, as OSMnx does. Else each keeps one
        node, that of the lowest identifier.

    Returns
    -------
    network
        Nodes in the order of their identifiers; edges in the order of their nodes, each drawn
        from the lower to the higher. All parts are kept, connected or not.

    Notes
    -----
    Where just two stretches meet they become one, whatever ways they belong to; stretches
    between the same two nodes stay apart. Ways are cut where a node has no position, and lose
    no more than the steps to it. The name of an edge, its class and its way are those with the
    largest share of its length, each by itself; where the largest share is unnamed, so is the
    edge. Nothing depends on the order of the ways, or on which way round they are drawn.
    """
    way, lon, lat, ids, nodes = _taken(ways, keep)
    joined, labels = _joined(way, nodes, lon, lat), ways.way_ids[way]
    chains = find_chains(nodes, joined, labels, drop_rings=drop_rings)
    if len(chains.starts) == 1:
        return _empty(ways)
    starts, along = _drawn(chains)
    line = _Line(starts, lon[along], lat[along])
    edges = _told(chains, ways, way, line.steps_m())
    start, end = nodes[along[starts[:-1]]], nodes[along[starts[1:] - 1]]
    used, rows = np.unique(np.concatenate([start, end]), return_inverse=True)
    edges["start_node"], edges["end_node"] = np.split(rows, 2)
    where = np.empty(len(ids), dtype=np.int64)
    where[nodes[along]] = along
    spots = {"node_id": ids[used], "lon": lon[where[used]], "lat": lat[where[used]]}
    return StreetNetwork(pd.DataFrame(spots), _framed(edges, line), ways.extent)


def _taken(
    ways: Ways, keep: NDArray[np.bool_] | None
) -> tuple[Ints, Floats, Floats, Ints, Ints]:
    """Return way and place of each position taken, the identifiers, and its row in those."""
    way = np.repeat(np.arange(len(ways.way_ids)), np.diff(ways.starts))
    node_ids, lon, lat = ways.node_ids, ways.lon, ways.lat
    if keep is not None:
        at = np.flatnonzero(np.asarray(keep, dtype=bool)[way])
        way, node_ids, lon, lat = way[at], node_ids[at], lon[at], lat[at]
    ids, nodes = np.unique(node_ids, return_inverse=True)
    return way, lon, lat, ids, nodes


def _joined(way: Ints, nodes: Ints, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Mark the positions from which a way goes on to the next."""
    placed = np.isfinite(lon) & np.isfinite(lat)
    joined = np.zeros(len(way), dtype=bool)
    joined[:-1] = (way[1:] == way[:-1]) & (nodes[1:] != nodes[:-1]) & placed[1:] & placed[:-1]
    return joined


def _empty(ways: Ways) -> StreetNetwork:
    edges = {
        "start_node": np.zeros(0, dtype=np.int64),
        "end_node": np.zeros(0, dtype=np.int64),
        "name": pd.Series([], dtype="str"),
        "class": pd.Series([], dtype="str"),
        "length_m": np.zeros(0),
        "way_id": np.zeros(0, dtype=np.int64),
    }
    nodes = {"node_id": edges["start_node"], "lon": np.zeros(0), "lat": np.zeros(0)}
    line = _Line(np.zeros(1, dtype=np.int64), np.zeros(0), np.zeros(0))
    return StreetNetwork(pd.DataFrame(nodes), _framed(edges, line), ways.extent)


# Lines -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Line:
    """Corners of all edges, edge after edge; edge ``e`` has ``starts[e]:starts[e + 1]``."""

    starts: Ints
    lon: Floats
    lat: Floats

    def steps_m(self) -> Floats:
        """Return the lengths of steps between the corners of each edge, edge after edge."""
        inside = np.ones(len(self.lon) - 1, dtype=bool)
        inside[self.starts[1:-1] - 1] = False
        steps: Floats = segment_lengths_m(self.lon, self.lat)[inside]
        return steps


def _drawn(chains: Chains) -> tuple[Ints, Ints]:
    """Return where each chain's corners begin, and the position of each corner."""
    starts, at = spread(chains.first, chains.last)
    kept = np.ones(len(at), dtype=bool)
    kept[starts[:-1]] = False  # a piece begins where the one before it ends,
    kept[starts[chains.starts[:-1]]] = True  # but for the first of a chain
    corners = np.cumsum(kept)[starts[chains.starts[1:]] - 1]
    return np.concatenate([[0], corners]), at[kept]


def _framed(edges: dict[str, Any], line: _Line) -> gpd.GeoDataFrame:
    import geopandas as gpd  # noqa: PLC0415 - heavy

    corners = np.column_stack([line.lon, line.lat])
    lines = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, corners, (line.starts,))
    told = edges | {"geometry": lines}
    return gpd.GeoDataFrame({column: told[column] for column in EDGE_COLUMNS}, crs=STORED)


# What edges are called -------------------------------------------------------------------


def _told(chains: Chains, ways: Ways, way: Ints, steps_m: Floats) -> dict[str, Any]:
    """Return what is told of each edge by its pieces, of which most have one."""
    begins = np.concatenate([[0], np.cumsum(np.abs(chains.last - chains.first))])
    piece_m = np.add.reduceat(steps_m, begins[:-1])
    of_way = way[np.minimum(chains.first, chains.last)]
    main = of_way[chains.starts[:-1]]
    many = np.flatnonzero(np.diff(chains.starts) > 1)
    at_starts, at = spread(chains.starts[many], chains.starts[many + 1] - 1)
    edge = np.repeat(many, np.diff(at_starts))
    told: dict[str, Any] = {"length_m": np.add.reduceat(steps_m, begins[chains.starts[:-1]])}
    columns = {
        "name": ways.tags["name"].array,
        "class": ways.tags["highway"].array,
        "way_id": ways.way_ids,
    }
    for column, values in columns.items():
        best = main.copy()
        codes, _ = pd.factorize(values.take(of_way[at]), sort=True)
        chosen = at[_largest(edge, codes, piece_m[at])]
        best[many] = of_way[chosen]
        told[column] = values.take(best)
    return told


def _largest(edge: Ints, codes: Ints, length_m: Floats) -> Ints:
    """
    Return, for each edge, a row with the value that has the largest share of its length.

    Rows of an edge stand together, edges in order. Of equal shares, the first value wins,
    and any value over none, which has code -1.
    """
    code = np.where(codes < 0, codes.max(initial=0) + 1, codes)
    order = np.lexsort((code, edge))
    begins = np.flatnonzero(np.diff(edge[order], prepend=-1) | np.diff(code[order], prepend=-1))
    if not len(begins):
        return begins
    share = np.add.reduceat(length_m[order], begins)
    rows = order[begins]
    best = np.lexsort((code[rows], -share, edge[rows]))
    chosen: Ints = rows[best[np.flatnonzero(np.diff(edge[rows][best], prepend=-1))]]
    return chosen
