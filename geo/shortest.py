"""
Kernels of shortest paths over a `StreetGraph`: the bounded search that others build on.

Importing this module imports numba, so import it where it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.kernels import inner_kernel, kernel
from geo.scratch import scratch

if TYPE_CHECKING:
    from geo.street_graph import Slots

UNREACHED = 2**31 - 1
"""Distance of a node that no search has reached."""

NODE_BITS = 32
NODE_MASK = 2**32 - 1

Ranks = NDArray[np.int32]


class Room(NamedTuple):
    """
    Arrays for one search at a time; each thread needs its own.

    Attributes
    ----------
    distance
        Ticks to each node, `UNREACHED` between searches, shape (nodes,).
    settled
        Ranks of the nodes reached, nearest first, shape (nodes,).
    heap
        Nodes waiting, each with its distance in the upper 32 bits.
    """

    distance: Ranks
    settled: Ranks
    heap: NDArray[np.int64]


def room_for(slots: Slots, *, sources: int) -> Room:
    """Return room for searches over a graph from at most so many sources at once."""
    nodes = len(slots.starts) - 1
    return Room(
        distance=np.full(nodes, UNREACHED, dtype=np.int32),
        settled=scratch(nodes, np.int32),
        heap=scratch(len(slots.neighbours) + sources + 1, np.int64),
    )


@inner_kernel
def push(heap: NDArray[np.int64], size: int, item: int) -> int:
    """Add an item to a binary heap of `size` items; return the new size."""
    hole = size
    while hole > 0:
        parent = (hole - 1) >> 1
        if heap[parent] <= item:
            break
        heap[hole] = heap[parent]
        hole = parent
    heap[hole] = item
    return size + 1


@inner_kernel
def pop(heap: NDArray[np.int64], size: int) -> int:
    """Take the first item off a binary heap of `size` items; return it."""
    first: int = heap[0]
    last = heap[size - 1]
    end = size - 1
    hole = 0
    child = 1
    while child < end:
        if child + 1 < end and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= last:
            break
        heap[hole] = heap[child]
        hole = child
        child = 2 * hole + 1
    heap[hole] = last
    return first


@kernel
def settle(
    slots: Slots,
    sources: Ranks,
    offsets: Ranks,
    limit: int,
    room: Room,
) -> int:
    """
    Find every node within a limit of the nearest of some sources (Dijkstra 1959).

    Parameters
    ----------
    slots
        Those of a `StreetGraph`.
    sources, offsets
        Ranks of the nodes to start from, and the ticks walked before each, shape (sources,).
        A place on a street starts from both ends of it.
    limit
        Ticks to go, inclusive; below `UNREACHED`.
    room
        Room to work in. On return ``room.settled[:count]`` are the nodes reached, nearest
        first, equal distances by rank, and `room.distance` holds the ticks to each of them.
        Call `forget` before the next search.

    Returns
    -------
    count
        How many nodes were reached.
    """
    distance, settled, heap = room.distance, room.settled, room.heap
    size = 0
    for k in range(len(sources)):
        source, offset = sources[k], offsets[k]
        if offset <= limit and offset < distance[source]:
            distance[source] = offset
            size = push(heap, size, (np.int64(offset) << NODE_BITS) | source)
    count = 0
    while size > 0:
        item = pop(heap, size)
        size -= 1
        node, gone = item & NODE_MASK, item >> NODE_BITS
        if distance[node] != gone:
            continue  # reached by a shorter way since
        settled[count] = node
        count += 1
        for slot in range(slots.starts[node], slots.starts[node + 1]):
            other = slots.neighbours[slot]
            there = gone + slots.ticks[slot]
            if there <= limit and there < distance[other]:
                distance[other] = there
                size = push(heap, size, (there << NODE_BITS) | other)
    return count


@kernel
def forget(room: Room, count: int) -> None:
    """Make the room ready for the next search."""
    for k in range(count):
        room.distance[room.settled[k]] = UNREACHED
