"""Ways drawn by hand, for tests of what networks are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.ways import WAY_KEYS, Ways


def make_ways(spots, ways):
    """
    Return ways over nodes.

    ``spots`` maps a node to its (lon, lat), or to None where the source lacks it; ``ways`` maps
    a way to its nodes and tags.
    """
    sizes = [len(nodes) for nodes, _ in ways.values()]
    node_ids = [node for nodes, _ in ways.values() for node in nodes]
    places = [spots[node] or (np.nan, np.nan) for node in node_ids]
    lon, lat = np.array(places, dtype=float).reshape(-1, 2).T
    rows = [{"highway": "footway"} | tags for _, tags in ways.values()]
    return Ways(
        way_ids=np.array(list(ways), dtype=np.int64),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        node_ids=np.array(node_ids, dtype=np.int64),
        lon=lon,
        lat=lat,
        tags=pd.DataFrame(rows, columns=list(WAY_KEYS)).astype("str"),
    )


def ways_of(network):
    """Return each edge of a network as a way of its own, corners as nodes."""
    spots = dict(zip(zip(network.nodes["lon"], network.nodes["lat"], strict=True),
                     network.nodes["node_id"], strict=True))  # fmt: skip
    fresh = iter(range(10**6, 2 * 10**6))
    ways = {}
    for row, edge in enumerate(network.edges.itertuples()):
        corners = list(edge.geometry.coords)
        nodes = [spots[corners[0]], *(next(fresh) for _ in corners[1:-1]), spots[corners[-1]]]
        tags = {"highway": edge[4]} | (
            {"name": edge.name} if isinstance(edge.name, str) else {}
        )
        ways[row] = (nodes, tags, corners)
    places = {
        node: at
        for nodes, _, corners in ways.values()
        for node, at in zip(nodes, corners, strict=True)
    }
    return make_ways(places, {row: (nodes, tags) for row, (nodes, tags, _) in ways.items()})
