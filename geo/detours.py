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
    from geo.street_graph import Slots
    from geo.trip_task import Load, Task

    Numbers = NDArray[np.float64]


class Paths(NamedTuple):
    """
    Paths from one origin.

    Attributes
    ----------
    logs
        Logarithm of the weight of all paths to each rank, shape (nodes,).
    onward
        Trips to each rank, and through it, shape (nodes,).
    reached
        How many nodes are reached.
    """

    logs: Numbers
    onward: Numbers
    reached: int


class Rule(NamedTuple):
    """How links are weighed: see `geo.trip_task.Task`."""

    tick_bits: int
    slack_rate: float
    level_link: float


@inner_kernel
def log_weight(rule: Rule, near: int, far: int, ticks: int) -> float:
    """Return the logarithm of the weight of a link between two distances from the origin."""
    if far == UNREACHED or near >= far:
        return -math.inf  # leads out of reach, or no farther from the origin
    if near + ticks == far:
        return 0.0  # lies on a shortest path
    bits = rule.tick_bits
    slack_mm = (near >> bits) + (ticks >> bits) - (far >> bits)
    return -slack_mm * rule.slack_rate if slack_mm > 0 else rule.level_link


@kernel
def weigh_nodes(slots: Slots, rule: Rule, room: Room, logs: Numbers, count: int) -> None:
    """Set the logarithm of the weight of all paths to each node, nearest first."""
    starts, neighbours, ticks = slots
    distance = room.distance
    logs[room.settled[0]] = 0.0
    for k in range(1, count):
        node = room.settled[k]
        largest = -math.inf
        for slot in range(starts[node], starts[node + 1]):
            near = neighbours[slot]
            link = log_weight(rule, distance[near], distance[node], ticks[slot])
            if link > -math.inf:
                largest = max(largest, logs[near] + link)
        total = 0.0
        for slot in range(starts[node], starts[node + 1]):
            near = neighbours[slot]
            link = log_weight(rule, distance[near], distance[node], ticks[slot])
            if link > -math.inf:
                total += math.exp(logs[near] + link - largest)
        logs[node] = largest + math.log(total)


@kernel
def load_links(slots: Slots, rule: Rule, room: Room, paths: Paths, flow: Numbers) -> None:
    """Load the links from each node to farther ones with their share of the trips there."""
    starts, neighbours, ticks = slots
    distance = room.distance
    logs, onward = paths.logs, paths.onward
    for k in range(paths.reached - 1, -1, -1):
        node = room.settled[k]
        for slot in range(starts[node], starts[node + 1]):
            far = neighbours[slot]
            link = log_weight(rule, distance[node], distance[far], ticks[slot])
            if link > -math.inf:
                trips = onward[far] * math.exp(logs[node] + link - logs[far])
                flow[slot] += trips
                onward[node] += trips


@kernel
def choose_destinations(
    task: Task, room: Room, count: int, onward: Numbers, load: Load
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
    logs, onward = np.empty(nodes), np.empty(nodes)
    rule = Rule(task.tick_bits, task.slack_rate, task.level_link)
    offset = np.zeros(1, dtype=np.int32)
    reached = 0
    for k in range(len(sources)):
        count = settle(task.slots, sources[k : k + 1], offset, task.limit, room)
        reached += count
        choose_destinations(task, room, count, onward, load)
        weigh_nodes(task.slots, rule, room, logs, count)
        load_links(task.slots, rule, room, Paths(logs, onward, count), load.flow)
        forget(room, count)
    return reached
