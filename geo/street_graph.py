"""
A street network as compact arrays: what searches for shortest paths run on.

Nodes are numbered anew along a Hilbert curve, so that nodes near each other on the ground lie
near each other in memory. Lengths become whole millimetres, so that sums are exact, paths of
equal length tie exactly, and the order of rows cannot matter; the error is at most 0.5 mm an
edge. Stretches of length zero stay at zero, but take part in ties: of paths equally long, those
over the fewest such stretches are the shorter. So no path goes round in a circle for nothing,
and every step of a shortest path leads strictly further from its origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.checks import require_columns
from geo.errors import InputError
from geo.node_order import breadth_first, hilbert_keys

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo.street_network import StreetNetwork

MM_PER_M = 1000

LARGEST_TICKS = 2**30 - 1
"""The longest stretch or cutoff: two of them still fit 32 bits."""

LARGEST_TICK_BITS = 6
"""At most 64 ticks make a millimetre: cutoffs up to 16 km, where stretches have no length."""


class StreetGraphError(InputError):
    """A network's edges or nodes do not make a graph."""


class Slots(NamedTuple):
    """The arrays of a `StreetGraph` that a compiled search reads."""

    starts: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    ticks: NDArray[np.int32]


@dataclass(frozen=True)
class StreetGraph:
    """
    Streets as compressed rows of neighbours, all arrays int32.

    Each stretch that joins two different nodes has two slots, one at either end; stretches
    that end where they begin have none, as no shortest path uses them. The slots of node
    ``r`` are ``starts[r]:starts[r + 1]``, sorted by neighbour, then length.

    Attributes
    ----------
    node_rows
        Row of the network's nodes that each rank stands for, shape (nodes,).
    node_ranks
        Rank of each row: the inverse of `node_rows`.
    starts
        First slot of each rank, shape (nodes + 1,).
    neighbours
        Rank at the other end of each slot, shape (slots,).
    ticks
        Length of each slot in ticks, at least 1, shape (slots,).
    slot_edges
        Row of the network's edges that each slot stands for, shape (slots,).
    edges
        How many edges the network has, those without slots included.
    tick_bits
        A millimetre has ``2**tick_bits`` ticks: one, unless stretches have length zero; those
        are one tick long then, which never adds up to a millimetre on paths over up to
        ``2**tick_bits - 1`` of them.
    """

    node_rows: NDArray[np.int32]
    node_ranks: NDArray[np.int32]
    starts: NDArray[np.int32]
    neighbours: NDArray[np.int32]
    ticks: NDArray[np.int32]
    slot_edges: NDArray[np.int32]
    edges: int
    tick_bits: int

    @property
    def slots(self) -> Slots:
        """The arrays that a search reads."""
        return Slots(self.starts, self.neighbours, self.ticks)

    def limit(self, cutoff_m: float) -> int:
        """
        Return the largest number of ticks that lies within a distance.

        Parameters
        ----------
        cutoff_m
            A distance in metres, taken to the nearest millimetre.

        Returns
        -------
        limit
            In ticks, inclusive.

        Raises
        ------
        StreetGraphError
            If the distance is not above zero, or too large to count.
        """
        largest = (LARGEST_TICKS >> self.tick_bits) // MM_PER_M
        if not 0 < cutoff_m <= largest:
            msg = (
                f"`cutoff_m` must be above 0 and at most {largest:,} m; got {cutoff_m}. "
                "It is how far people walk, in metres."
            )
            raise StreetGraphError(msg)
        return ((round(cutoff_m * MM_PER_M) + 1) << self.tick_bits) - 1

    def metres(self, ticks: NDArray[np.int32]) -> NDArray[np.float64]:
        """
        Return lengths of paths in metres.

        Parameters
        ----------
        ticks
            Lengths in ticks, any shape.

        Returns
        -------
        length_m
            The same in metres, exact to the millimetre, stretches of length zero at zero.
        """
        return (np.asarray(ticks) >> self.tick_bits) / MM_PER_M


def build_street_graph(network: StreetNetwork) -> StreetGraph:
    """
    Return the graph of a street network.

    Parameters
    ----------
    network
        Nodes with ``lon`` and ``lat``, edges with ``start_node``, ``end_node`` and
        ``length_m``. Geometry is not read.

    Returns
    -------
    graph
        Its compact arrays.

    Raises
    ------
    MissingColumnError, StreetGraphError
        As `graph_of_edges` does.
    """
    require_columns(network.nodes, {"lon", "lat"}, name="nodes")
    return graph_of_edges(
        network.edges,
        nodes=len(network.nodes),
        lon=network.nodes["lon"].to_numpy(np.float64),
        lat=network.nodes["lat"].to_numpy(np.float64),
    )


def graph_of_edges(
    edges: pd.DataFrame,
    *,
    nodes: int,
    lon: NDArray[np.float64] | None = None,
    lat: NDArray[np.float64] | None = None,
) -> StreetGraph:
    """
    Return the graph of edges between numbered nodes.

    Parameters
    ----------
    edges
        With ``start_node`` and ``end_node``, in ``range(nodes)``, and ``length_m``; walked
        both ways. Parallel edges and edges that end where they begin are allowed.
    nodes
        How many nodes there are.
    lon, lat
        Position of each node, shape (nodes,), in any units that are even enough to tell near
        from far; without them, or where any is null, nodes are numbered breadth first.

    Returns
    -------
    graph
        Its compact arrays.

    Raises
    ------
    MissingColumnError
        If ``edges`` lacks a column.
    StreetGraphError
        If an edge names a node that is not there, or has a length that is not a number of
        metres from 0 to about 1,000 km; or if there are too many edges.

    Examples
    --------
    >>> import pandas as pd
    >>> edges = pd.DataFrame(
    ...     {"start_node": [0, 1], "end_node": [1, 2], "length_m": [70.0, 80.5]}
    ... )
    >>> graph = graph_of_edges(edges, nodes=3)
    >>> graph.ticks.tolist(), graph.metres(graph.ticks).tolist()
    ([70000, 70000, 80500, 80500], [70.0, 70.0, 80.5, 80.5])
    """
    require_columns(edges, {"start_node", "end_node", "length_m"}, name="edges")
    start = _whole(edges, "start_node", nodes)
    end = _whole(edges, "end_node", nodes)
    ticks, tick_bits = _ticks_of(edges["length_m"].to_numpy(np.float64), edges)
    if 2 * len(edges) > np.iinfo(np.int32).max:
        msg = f"The network has {len(edges):,} edges; at most {2**30 - 1:,} can be counted."
        raise StreetGraphError(msg)
    row = np.flatnonzero(start != end).astype(np.int32)
    rows = _order(start[row], end[row], nodes, lon, lat)
    ranks = np.empty(nodes, dtype=np.int32)
    ranks[rows] = np.arange(nodes, dtype=np.int32)
    starts, slots = _slots(ranks[start[row]], ranks[end[row]], ticks[row], nodes)
    heads = np.r_[end[row], start[row]]
    slot_edges = np.r_[row, row][slots]
    return StreetGraph(
        node_rows=rows,
        node_ranks=ranks,
        starts=starts,
        neighbours=ranks[heads[slots]],
        ticks=ticks[slot_edges],
        slot_edges=slot_edges,
        edges=len(edges),
        tick_bits=tick_bits,
    )


def _whole(edges: pd.DataFrame, column: str, nodes: int) -> NDArray[np.int32]:
    """Return a column of node numbers, all of nodes that are there."""
    values = edges[column].to_numpy(np.float64, na_value=np.nan)
    wrong = ~((values >= 0) & (values < nodes) & (values == np.floor(values)))
    if wrong.any():
        place = int(wrong.argmax())
        msg = (
            f"Edge {edges.index[place]!r} has `{column}` {values[place]:g}, but the nodes are "
            f"numbered 0 to {nodes - 1}. Number them by their rows."
        )
        raise StreetGraphError(msg)
    return values.astype(np.int32)


def _ticks_of(
    length_m: NDArray[np.float64], edges: pd.DataFrame
) -> tuple[NDArray[np.int32], int]:
    """Return each length in ticks, and how many bits of a tick lie below a millimetre."""
    with np.errstate(invalid="ignore"):
        mm = np.rint(length_m * MM_PER_M)
        zero = mm == 0
        bits = min(int(zero.sum()).bit_length(), LARGEST_TICK_BITS)
        wrong = ~((length_m >= 0) & (mm <= LARGEST_TICKS >> bits))
    if wrong.any():
        place = int(wrong.argmax())
        msg = (
            f"Edge {edges.index[place]!r} has `length_m` {length_m[place]}; a length is from 0 "
            f"to {(LARGEST_TICKS >> bits) // MM_PER_M:,} metres. Measure it along its line."
        )
        raise StreetGraphError(msg)
    return np.where(zero, 1, mm * (1 << bits)).astype(np.int32), bits


def _order(
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    nodes: int,
    lon: NDArray[np.float64] | None,
    lat: NDArray[np.float64] | None,
) -> NDArray[np.int32]:
    """Return the rows of nodes in an order that keeps neighbours together."""
    if lon is not None and lat is not None and nodes:
        if len(lon) != nodes or len(lat) != nodes:
            msg = f"`lon` and `lat` have {len(lon)} and {len(lat)} values for {nodes} nodes."
            raise StreetGraphError(msg)
        if np.isfinite(lon).all() and np.isfinite(lat).all():
            along = hilbert_keys(lon, lat)
            return np.lexsort((lat, lon, along)).astype(np.int32)
    starts, slots = _slots(start, end, np.zeros(len(start), dtype=np.int32), nodes)
    return breadth_first(starts, np.r_[end, start][slots])


def _slots(
    start: NDArray[np.int32], end: NDArray[np.int32], ticks: NDArray[np.int32], nodes: int
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return the first slot of each node, and which half-edge each slot holds."""
    tails, heads = np.r_[start, end], np.r_[end, start]
    slots = np.lexsort((np.r_[ticks, ticks], heads, tails))
    starts = np.zeros(nodes + 1, dtype=np.int32)
    np.cumsum(np.bincount(tails, minlength=nodes), out=starts[1:])
    return starts, slots
