"""Points put on the nearest street: which stretch, how far along it, how far away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.nearby import metres_per_degree

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo.street_network import StreetNetwork

FIRST_REACH_M = 40.0
"""Most doors are this near to a street; only the rest are looked for farther away."""

TIE_M = 0.01
"""Streets whose distances differ by less are equally near: reprojection moves them so much."""

PAIRS_MAX = 2_000_000
"""Pairs of a point and a piece of street that are in memory at once: 100 MB."""


@dataclass(frozen=True)
class Snapped:
    """
    Where points lie on a network.

    Attributes
    ----------
    edge
        Row of the nearest edge, -1 where none is within reach; shape (points,).
    along_share
        How far along that edge from its start, in 0..1; NaN where there is none.
    distance_m
        From the point to the edge; NaN where there is none.
    """

    edge: NDArray[np.intp]
    along_share: NDArray[np.float64]
    distance_m: NDArray[np.float64]

    def of(self, rows: NDArray[np.intp]) -> Snapped:
        """Return some of the points."""
        return Snapped(self.edge[rows], self.along_share[rows], self.distance_m[rows])


@dataclass(frozen=True)
class _Pieces:
    """The straight pieces of edges: ends in degrees, and how far along each begins and ends."""

    tree: shapely.STRtree
    ends: NDArray[np.float64]
    edge: NDArray[np.intp]
    rank: NDArray[np.intp]
    begins: NDArray[np.float64]
    share: NDArray[np.float64]


def snap(network: StreetNetwork, lonlat: NDArray[np.float64], *, reach_m: float) -> Snapped:
    """
    Put points on the nearest edge of a network.

    Parameters
    ----------
    network
        The streets.
    lonlat
        Longitude and latitude in degrees, shape (points, 2).
    reach_m
        How far a point may lie from its street.

    Returns
    -------
    snapped
        Of edges equally near (to a micrometre), the one whose ends and length come first:
        the order of rows is irrelevant.

    Raises
    ------
    ValueError
        If ``reach_m`` is not a positive number.

    Notes
    -----
    Distances are taken in metres around each point, so that any place on earth does, and no
    grid is needed: within 300 m they err by less than one part in ten thousand.
    """
    if not (np.isfinite(reach_m) and reach_m > 0):
        msg = f"`reach_m` must be a positive number of metres; got {reach_m}."
        raise ValueError(msg)
    points = len(lonlat)
    snapped = Snapped(np.full(points, -1), np.full(points, np.nan), np.full(points, np.nan))
    sound = np.flatnonzero(np.isfinite(lonlat).all(axis=1))
    if not len(network.edges) or not len(sound):
        return snapped
    pieces = _pieces(network)
    for reach in (min(FIRST_REACH_M, reach_m), reach_m):
        left = sound[snapped.edge[sound] < 0]
        for rows in _batches(pieces, lonlat, left, reach):
            _place(snapped, rows, lonlat, pieces, reach)
    return snapped


def _pieces(network: StreetNetwork) -> _Pieces:
    shapes = network.edges.geometry.to_numpy()
    spots, owner = shapely.get_coordinates(shapes, return_index=True)
    joined = owner[:-1] == owner[1:]
    ends = np.hstack([spots[:-1], spots[1:]])[joined]
    edge = owner[:-1][joined]
    length = np.hypot(*_metres(ends[:, 2:] - ends[:, :2], (ends[:, 1] + ends[:, 3]) / 2).T)
    total = np.bincount(edge, weights=length, minlength=len(shapes))[edge]
    whole = np.cumsum(length)
    first = np.r_[True, edge[1:] != edge[:-1]]
    before = whole - length
    begins = before - np.repeat(before[first], np.diff(np.r_[np.flatnonzero(first), len(edge)]))
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(total > 0, 1 / total, 0.0)
    tree = shapely.STRtree(shapely.linestrings(ends.reshape(-1, 2, 2)))
    rank = edge_ranks(network.edges, network.nodes)[edge]
    return _Pieces(tree, ends, edge, rank, begins * scale, length * scale)


def equally_near(
    tree: shapely.STRtree, shapes: NDArray[np.object_], *, reach_m: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """
    Return the nearest lines of each shape, all whose distances are within `TIE_M`.

    Parameters
    ----------
    tree
        Lines, in metres.
    shapes
        In the same system, none empty.
    reach_m
        From a shape to its lines, at most; None for any distance.

    Returns
    -------
    away_m
        From each shape to the nearest line, shape (shapes,); NaN where none is within reach.
    shape, line
        Pairs of the numbers of shapes and lines.
    """
    away_m = np.full(len(shapes), np.nan)
    if not len(shapes) or not len(tree):
        return away_m, np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    (found, _), distance = tree.query_nearest(
        shapes, max_distance=reach_m, return_distance=True, all_matches=False
    )
    away_m[found] = distance
    shape, line = tree.query(shapes[found], predicate="dwithin", distance=distance + TIE_M)
    return away_m, found[shape], line


def edge_ranks(edges: pd.DataFrame, nodes: pd.DataFrame) -> NDArray[np.intp]:
    """
    Give edges numbers in an order that does not depend on that of their rows.

    Parameters
    ----------
    edges
        Some edges of a network.
    nodes
        All of its nodes.

    Returns
    -------
    ranks
        Shape (edges,): by the identifiers of their ends, by length, by way.
    """
    ids = nodes["node_id"].to_numpy()
    keys = (
        edges["way_id"].to_numpy(),
        edges["length_m"].to_numpy(),
        ids[edges["end_node"].to_numpy()],
        ids[edges["start_node"].to_numpy()],
    )
    ranks = np.empty(len(edges), dtype=np.intp)
    ranks[np.lexsort(keys)] = np.arange(len(edges))
    return ranks


def _metres(degrees: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn small differences of longitude and latitude into metres, where they are."""
    return degrees * np.column_stack(metres_per_degree(lat))


def _around(lonlat: NDArray[np.float64], reach_m: float) -> NDArray[np.object_]:
    """Return boxes around points that hold all within reach."""
    per = _metres(np.ones_like(lonlat), lonlat[:, 1])
    half = 1.001 * reach_m / np.maximum(per, 1.0)
    low, high = lonlat - half, lonlat + half
    boxes: NDArray[np.object_] = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return boxes


def _batches(
    pieces: _Pieces,
    lonlat: NDArray[np.float64],
    rows: NDArray[np.intp],
    reach_m: float,
) -> list[NDArray[np.intp]]:
    """Cut points into batches of few enough pairs, judged by a sample of them."""
    if not len(rows):
        return []
    some = rows[:: max(1, len(rows) // 200)]
    pairs = len(pieces.tree.query(_around(lonlat[some], reach_m))[0]) / len(some)
    size = max(1, int(PAIRS_MAX / max(pairs, 1.0)))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _place(
    snapped: Snapped,
    rows: NDArray[np.intp],
    lonlat: NDArray[np.float64],
    pieces: _Pieces,
    reach_m: float,
) -> None:
    """Fill in where a batch of points lies."""
    which, piece = pieces.tree.query(_around(lonlat[rows], reach_m))
    spots, ends = lonlat[rows][which], pieces.ends[piece]
    start = _metres(ends[:, :2] - spots, spots[:, 1])
    run = _metres(ends[:, 2:] - ends[:, :2], spots[:, 1])
    square = (run * run).sum(axis=1)
    share = -(start * run).sum(axis=1) / np.where(square > 0, square, 1.0)
    share = np.clip(share, 0.0, 1.0)
    distance_m = np.hypot(*(start + share[:, None] * run).T)
    along = pieces.begins[piece] + share * pieces.share[piece]
    near = distance_m <= reach_m
    order = np.lexsort((along, pieces.rank[piece], np.round(distance_m, 6), which))
    order = order[near[order]]
    best = order[np.r_[True, np.diff(which[order]) > 0]] if len(order) else order
    found = rows[which[best]]
    snapped.edge[found] = pieces.edge[piece[best]]
    snapped.along_share[found] = np.clip(along[best], 0.0, 1.0)
    snapped.distance_m[found] = distance_m[best]
