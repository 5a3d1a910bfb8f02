"""Kernel that adds up trips along slots by edge and by node, without copies of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.shortest import Ranks
    from geo.street_graph import Slots


class Sums(NamedTuple):
    """
    Trips added up.

    Attributes
    ----------
    both, forward
        Along each edge, both ways and from its start to its end, shape (edges,).
    moving
        Entering and leaving each rank, shape (nodes,).
    """

    both: NDArray[np.float64]
    forward: NDArray[np.float64]
    moving: NDArray[np.float64]


@kernel
def sum_slots(
    slots: Slots, slot_edges: Ranks, edge_starts: Ranks, flow: NDArray[np.float64]
) -> Sums:
    """
    Add up trips along slots.

    Parameters
    ----------
    slots, slot_edges
        Those of a `StreetGraph`.
    edge_starts
        Rank of the start of each edge, shape (edges,).
    flow
        Trips along each slot, away from its node, shape (slots,).

    Returns
    -------
    sums
        By edge and by rank.
    """
    nodes = len(slots.starts) - 1
    both, forward = np.zeros(len(edge_starts)), np.zeros(len(edge_starts))
    moving = np.zeros(nodes)
    for rank in range(nodes):
        for slot in range(slots.starts[rank], slots.starts[rank + 1]):
            edge, trips = slot_edges[slot], flow[slot]
            both[edge] += trips
            if edge_starts[edge] == rank:
                forward[edge] += trips
            moving[rank] += trips
            moving[slots.neighbours[slot]] += trips
    return Sums(both, forward, moving)
