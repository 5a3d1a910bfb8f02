"""
Kernels that count what lies within some distances of a spot, along the streets.

Importing this module imports numba, so import it where it is needed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.kernels import kernel

TICKS_PER_M = 65_536
"""A tick is 15 micrometres: lengths in whole ticks fit 32 bits, and sum exactly."""

FARTHEST_M = 50_000.0
"""The longest walk that 32 bits can hold, and as much again to spare."""

BUCKET_BITS = 19
"""Nodes wait in buckets of 2**19 ticks, or 8 m: the quickest tried on city streets."""

NARROW_BITS = 12
"""The same for networks so full of tiny edges that one bucket would hold too many."""

LINE = 64
"""Bytes that come from memory at once."""

Whole = NDArray[np.uint32]
Ticks = NDArray[np.int64]
Reals = NDArray[np.float64]


class Streets(NamedTuple):
    """
    A network laid out for counting; nodes are numbered along a Hilbert curve.

    Attributes
    ----------
    starts
        First slot of each node, shape (nodes + 1,). An edge that ends where it begins has one
        slot, any other one at either end.
    longest
        The greatest length of each node's slots, in ticks.
    slots
        Of each slot, the node at its other end and its length in ticks, shape (slots, 2).
    whole
        Half of what is spread along all edges of a node, and all of what is along those that
        end where they begin, shape (nodes, spreads).
    slot_edges
        Edge of each slot.
    density
        What is spread along each slot's edge, per tick, shape (slots, spreads).
    ends
        Nodes at the start and end of each edge, shape (edges, 2).
    own_slots
        A slot of each edge.
    lengths
        Length of each edge in ticks.
    point_starts
        First point of each edge, shape (edges + 1,).
    point_places
        How many ticks along its edge each point lies, from the edge's start.
    point_weights
        What each point counts, shape (points, kinds).
    """

    starts: Whole
    longest: Whole
    slots: Whole
    whole: Reals
    slot_edges: Whole
    density: Reals
    ends: Whole
    own_slots: Whole
    lengths: Ticks
    point_starts: Whole
    point_places: Ticks
    point_weights: Reals


class Room(NamedTuple):
    """
    Room for one search at a time; each thread needs its own.

    Attributes
    ----------
    far
        Distances asked about, in ticks, the greatest first.
    left
        How much of the greatest is left on arriving at each node, and one tick more; 0 for
        nodes not reached, and between searches.
    nodes
        The nodes reached, and room for one more.
    first
        For each bucket, the entry that waits first, or 0.
    entries
        For each entry, the one behind it, its node, and what was left on arriving there.
    """

    far: Ticks
    left: Whole
    nodes: Whole
    first: Whole
    entries: Whole


class Spots(NamedTuple):
    """Spots on streets: the edge of each, and how many ticks along it from its start."""

    edges: Whole
    places: Ticks


class Sums(NamedTuple):
    """What spots reach: spread along edges and in points, shape (spots, distances, kinds)."""

    spread: Reals
    points: Reals


def room_for(streets: Streets, far: Ticks, *, bits: int) -> Room:
    """Return room for searches over a network; what is never touched of it costs nothing."""
    nodes = len(streets.starts) - 1
    return Room(
        far=far,
        left=np.zeros(nodes, dtype=np.uint32),
        nodes=np.empty(nodes + 1, dtype=np.uint32),
        first=np.zeros((int(far[0]) >> bits) + 2, dtype=np.uint32),
        entries=np.empty((2 * len(streets.slots) + 4096, 3), dtype=np.uint32),
    )


@kernel
def reach(streets: Streets, edge: int, place: int, bits: int, room: Room) -> Any:  # noqa: ANN401 - an integer
    """
    Find every node within a distance of a spot on an edge.

    Parameters
    ----------
    streets
        The network.
    edge, place
        The spot: its edge, and how many ticks along it from its start.
    bits
        Buckets are ``2**bits`` ticks wide.
    room
        Room to work in, which receives the nodes and what is left on arriving there. Set
        ``room.left`` back to 0 for them before the next search.

    Returns
    -------
    count
        How many nodes were reached; -1 where the room was too small for so wide buckets.

    Notes
    -----
    Label correcting from buckets [1]_: the distances are those of Dijkstra's algorithm whatever
    the width of the buckets, and the nodes of a bucket may be taken in any order. On city
    streets it takes less than half the time of a binary heap.

    References
    ----------
    .. [1] E. V. Denardo and B. L. Fox, "Shortest-Route Methods: 1. Reaching, Pruning, and
       Buckets", Operations Research 27 (1979), 161-186.
    """
    one: Any = np.uint32(1)
    width: Any = np.uint32(bits)
    top: Any = np.uint32(room.far[0] + 1)
    left, nodes, first, entries = room.left, room.nodes, room.first, room.entries
    count: Any = np.uint32(_start(streets, edge, place, bits, room))
    used = count + one
    for bucket in range(np.uint32(len(first))):
        while first[bucket] != 0:
            entry = first[bucket]
            first[bucket] = entries[entry, 0]
            here, rest = entries[entry, 1], entries[entry, 2]
            if left[here] != rest:
                continue  # reached by a shorter way since
            if used + streets.starts[here + one] - streets.starts[here] > len(entries):
                return np.int64(-1)
            for slot in range(streets.starts[here], streets.starts[here + one]):
                other, length = streets.slots[slot, 0], streets.slots[slot, 1]
                then: Any = np.uint32(max(rest, length) - length)
                before: Any = left[other]
                better: Any = np.uint32(then > before)
                # written whether it is better or not, and overwritten next time if not: which
                # it is cannot be foreseen, so to ask would cost more
                nodes[count] = other
                count += better & np.uint32(before == 0)
                left[other] = max(then, before)
                bucket_then: Any = (top - then) >> width
                ahead: Any = first[bucket_then]
                entries[used, 0], entries[used, 1], entries[used, 2] = ahead, other, then
                first[bucket_then] = used if better else ahead
                used += better
    return np.int64(count)


@kernel
def _start(streets: Streets, edge: int, place: int, bits: int, room: Room) -> int:
    """Let the ends of a spot's edge wait, each in an entry of its own; return how many."""
    room.first[:] = 0
    start, end = streets.ends[edge, 0], streets.ends[edge, 1]
    there, back = place, streets.lengths[edge] - place
    if start == end:
        there = min(there, back)
    count = 0
    for node, gone in ((start, there), (end, back)):
        if gone <= room.far[0] and room.left[node] == 0:
            room.nodes[count] = node
            count += 1
            room.left[node] = room.far[0] + 1 - gone
            _wait(room, count, node, room.left[node], gone >> bits)
    return count


@kernel
def _wait(room: Room, entry: Any, node: Any, left: Any, bucket: Any) -> None:  # noqa: ANN401 - numba's own
    """Let a node wait in a bucket, before those that are there."""
    room.entries[entry, 0] = room.first[bucket]
    room.entries[entry, 1], room.entries[entry, 2] = node, left
    room.first[bucket] = entry


@kernel
def count_around(streets: Streets, spots: Spots, bits: int, room: Room, sums: Sums) -> bool:
    """
    Count what lies within some distances of each of some spots.

    Parameters
    ----------
    streets
        The network.
    spots
        The spots.
    bits
        Buckets are ``2**bits`` ticks wide.
    room
        Room to work in, with the distances.
    sums
        All 0; receive the counts.

    Returns
    -------
    done
        Whether the room was enough for so wide buckets; else nothing is to be relied on.
    """
    count: Any = np.int64(0)
    for spot in range(len(spots.edges)):
        edge, place = spots.edges[spot], spots.places[spot]
        _fetch(streets, room, edge, count)
        count = reach(streets, edge, place, bits, room)
        if count < 0:
            return False
        _add_nodes(streets, room, count, sums.spread[spot])
        _add_own_edge(streets, room, edge, place, sums.spread[spot])
        if streets.point_weights.shape[1]:
            for i in range(count):
                _add_points(streets, room, room.nodes[i], edge, sums.points[spot])
            _add_own_points(streets, room, edge, place, sums.points[spot])
        for i in range(count):
            room.left[room.nodes[i]] = 0
    return True


@kernel
def _fetch(streets: Streets, room: Room, edge: int, around: int) -> None:
    """
    Bring what is known of the nodes numbered around an edge's near the processor.

    A search asks for one thing after another, and waits for each; what is asked for in a row
    comes many at a time. Most nodes that a search reaches are numbered near each other.
    """
    node: Any = np.int64(streets.ends[edge, 0])
    first, last = max(node - around, 0), min(node + around, len(room.left))
    met: Any = np.uint32(0)
    for near in range(first, last, LINE // 4):
        met += room.left[near] + streets.starts[near] + streets.longest[near]
    for slot in range(streets.starts[first], streets.starts[last], LINE // 8):
        met += streets.slots[slot, 0]
    spreads = streets.whole.shape[1]
    for near in range(first, last if spreads else first, max(LINE // 8 // max(spreads, 1), 1)):
        met += np.uint32(streets.whole[near, 0] > 0)
    room.entries[0, 0] = met  # which nothing reads: entries count from 1


@kernel
def _add_nodes(streets: Streets, room: Room, count: int, out: Reals) -> None:
    """
    Add what is reached of the edges of all nodes reached.

    Each end of an edge adds half of what both ends reach together, so that inside, where a
    node reaches all of its edges, their halves are one sum that was made beforehand.
    """
    one: Any = np.uint32(1)
    left, starts, slots, density = room.left, streets.starts, streets.slots, streets.density
    far = room.far
    for i in range(np.uint32(count)):
        here = room.nodes[i]
        for k in range(len(far)):
            rest = np.int64(left[here]) - 1 - far[0] + far[k]
            if rest < 0:
                break
            if rest >= np.int64(streets.longest[here]):
                for s in range(out.shape[1]):
                    out[k, s] += streets.whole[here, s]
                continue
            for slot in range(starts[here], starts[here + one]):
                other, length = slots[slot, 0], np.int64(slots[slot, 1])
                there = np.int64(left[other]) - 1 - far[0] + far[k]
                if there < 0:
                    reached = float(min(rest, length))
                elif other == here:
                    reached = float(min(2 * rest, length))
                else:
                    reached = 0.5 * float(min(rest + there, length))
                for s in range(out.shape[1]):
                    out[k, s] += reached * density[slot, s]


@kernel
def _add_own_edge(streets: Streets, room: Room, edge: int, place: int, out: Reals) -> None:
    """Add what is reached of the spot's own edge straight from it, not by way of its ends."""
    length, slot = streets.lengths[edge], streets.own_slots[edge]
    for k in range(len(room.far)):
        far = room.far[k]
        first = min(_beyond(room, far, streets.ends[edge, 0]), length)
        last = min(_beyond(room, far, streets.ends[edge, 1]), length)
        low, high = max(place - far, first), min(place + far, length)
        reached = first + max(high - low, 0)
        reached += max(length - max(length - last, first, high), 0)
        reached -= min(first + last, length)
        for s in range(out.shape[1]):
            out[k, s] += float(reached) * streets.density[slot, s]


@kernel
def _beyond(room: Room, far: int, node: int) -> int:
    """Return how far one gets beyond a node."""
    gone: int = room.far[0] + 1 - np.int64(room.left[node])
    return max(far - gone, 0)


@kernel
def _add_points(streets: Streets, room: Room, here: int, own: int, out: Reals) -> None:
    """Add the points on the edges of a node, each edge once."""
    one: Any = np.uint32(1)
    far, left = room.far[0], room.left
    for slot in range(streets.starts[here], streets.starts[here + one]):
        edge, other = streets.slot_edges[slot], streets.slots[slot, 0]
        begin, end = streets.point_starts[edge], streets.point_starts[edge + one]
        if begin == end or edge == own or (left[other] != 0 and other < here):
            continue
        start, stop = streets.ends[edge, 0], streets.ends[edge, 1]
        for point in range(begin, end):
            along = streets.point_places[point]
            there = far + 1 - np.int64(left[start]) + along
            back = far + 1 - np.int64(left[stop]) + streets.lengths[edge] - along
            _add_point(streets, room, point, min(there, back), out)


@kernel
def _add_own_points(streets: Streets, room: Room, edge: int, place: int, out: Reals) -> None:
    """Add the points on the spot's own edge."""
    one: Any = np.uint32(1)
    far, left, length = room.far[0], room.left, streets.lengths[edge]
    there = far + 1 - np.int64(left[streets.ends[edge, 0]])
    back = far + 1 - np.int64(left[streets.ends[edge, 1]]) + length
    for point in range(streets.point_starts[edge], streets.point_starts[edge + one]):
        along = streets.point_places[point]
        away = min(abs(along - place), there + along, back - along)
        _add_point(streets, room, point, away, out)


@kernel
def _add_point(streets: Streets, room: Room, point: int, away: int, out: Reals) -> None:
    """Add a point to every distance that it lies within."""
    for k in range(len(room.far)):
        if away > room.far[k]:
            break
        for s in range(out.shape[1]):
            out[k, s] += streets.point_weights[point, s]
