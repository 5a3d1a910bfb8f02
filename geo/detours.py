"""
Kernel that loads the trips of one origin onto shortest and near-shortest paths.

Dial's loading ("A probabilistic multipath traffic assignment model which obviates path
enumeration", Transportation Research 5(2), 1971, 83-111): links that lead away from the origin
are taken in proportion to the exponential of minus the distance that they lead astray, so a
path is taken in proportion to the exponential of minus its excess over the shortest. Weights
are kept as logarithms, so that no number of paths is too large.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.kernels import inner_kernel, kernel
from geo.shortest import UNREACHED, forget, settle
from geo.trip_task import FAINTEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.shortest import Ranks, Room
    from geo.trip_task import Load, Task


class Paths(NamedTuple):
    """
    Paths from one origin.

    Attributes
    ----------
    logs
        Logarithm of the weight of all paths to each rank, shape (nodes,).
    onward
        Trips to each rank, and through it, shape (nodes,).
    """

    logs: NDArray[np.float64]
    onward: NDArray[np.float64]


@inner_kernel
def log_weight(task: Task, distance: Ranks, near: int, far: int, ticks: int) -> float:
    """Return the logarithm of the weight of a link, minus infinity where it is not taken."""
    if distance[near] == UNREACHED or distance[far] == UNREACHED:
        return -math.inf
    if distance[near] >= distance[far]:
        return -math.inf  # leads no farther from the origin
    if distance[near] + ticks == distance[far]:
        return 0.0  # lies on a shortest path
    bits = task.tick_bits
    slack_mm = (distance[near] >> bits) + (ticks >> bits) - (distance[far] >> bits)
    return -slack_mm * task.slack_rate if slack_mm > 0 else task.level_link


@kernel
def weigh_node(task: Task, distance: Ranks, logs: NDArray[np.float64], node: int) -> None:
    """Set the logarithm of the weight of all paths to a node, of those to nearer ones."""
    slots = task.slots
    largest = -math.inf
    for slot in range(slots.starts[node], slots.starts[node + 1]):
        near = slots.neighbours[slot]
        link = log_weight(task, distance, near, node, slots.ticks[slot])
        if link > -math.inf:
            largest = max(largest, logs[near] + link)
    total = 0.0
    for slot in range(slots.starts[node], slots.starts[node + 1]):
        near = slots.neighbours[slot]
        link = log_weight(task, distance, near, node, slots.ticks[slot])
        if link > -math.inf:
            total += math.exp(logs[near] + link - largest)
    logs[node] = largest + math.log(total)


@kernel
def load_links(
    task: Task,
    room: Room,
    paths: Paths,
    node: int,
    load: Load,
) -> None:
    """Load the links from a node to farther ones with their share of the trips there."""
    slots, distance = task.slots, room.distance
    for slot in range(slots.starts[node], slots.starts[node + 1]):
        far = slots.neighbours[slot]
        link = log_weight(task, distance, node, far, slots.ticks[slot])
        if link > -math.inf:
            share = math.exp(paths.logs[node] + link - paths.logs[far])
            trips = paths.onward[far] * share
            load.flow[slot] += trips
            paths.onward[node] += trips


@kernel
def choose_destinations(
    task: Task, room: Room, count: int, onward: NDArray[np.float64], load: Load
) -> None:
    """Set the trips that end at each node reached."""
    origin = room.settled[0]
    mask = (1 << task.decay.bits) - 1
    total = 0.0
    for k in range(count):
        node = room.settled[k]
        mm = room.distance[node] >> task.tick_bits
        weight = task.decay.coarse[mm >> task.decay.bits] * task.decay.fine[mm & mask]
        onward[node] = 0.0
        if node != origin or task.own_node:
            onward[node] = task.destinations[node] * weight
        total += onward[node]
    scale = 0.0
    if total > FAINTEST:
        scale = task.origins[origin] / total if task.constrained else task.origins[origin]
    load.sent[origin] += total * scale
    load.stayed[origin] += onward[origin] * scale
    for k in range(count):
        node = room.settled[k]
        onward[node] *= scale
        load.arrived[node] += onward[node]


@kernel
def load_detours(task: Task, room: Room, sources: Ranks, load: Load) -> int:
    """
    Load the trips of some origins, one after another.

    Parameters
    ----------
    task
        The trips.
    room
        Room to search in.
    sources
        Ranks of the origins.
    load
        What to add to.

    Returns
    -------
    reached
        How many nodes lie within the cutoff, summed over the origins.
    """
    nodes = len(room.distance)
    paths = Paths(np.empty(nodes), np.empty(nodes))
    offset = np.zeros(1, dtype=np.int32)
    reached = 0
    for k in range(len(sources)):
        count = settle(task.slots, sources[k : k + 1], offset, task.limit, room)
        reached += count
        choose_destinations(task, room, count, paths.onward, load)
        paths.logs[sources[k]] = 0.0
        for j in range(1, count):
            weigh_node(task, room.distance, paths.logs, room.settled[j])
        for j in range(count - 1, -1, -1):
            load_links(task, room, paths, room.settled[j], load)
        forget(room, count)
    return reached
