"""
Kernels on the lanes of a row: short loops that the processor takes several numbers at a time.

A loop over ``len(lanes)`` compiles to vector instructions; one over a constant is unrolled into
single steps instead, which are several times slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.kernels import inner_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.shortest import Ranks
    from geo.trip_task import Task

    Numbers = NDArray[np.float64]


@inner_kernel
def fill(lanes: NDArray[np.generic], value: float) -> None:
    """Set all lanes to a value."""
    for lane in range(len(lanes)):
        lanes[lane] = value


@inner_kernel
def copy(lanes: Numbers, others: Numbers) -> None:
    """Copy all lanes to others."""
    for lane in range(len(lanes)):
        others[lane] = lanes[lane]


@inner_kernel
def walk_link(near: Ranks, far: Ranks, ticks: int) -> np.int32:
    """Shorten the ways to a row by those over another; return whether any became shorter."""
    shorter = np.int32(0)
    for lane in range(len(near)):
        there = np.int32(near[lane] + ticks)
        shorter |= np.int32(there < far[lane])
        far[lane] = min(there, far[lane])
    return shorter


@inner_kernel
def leads_on(near: Ranks, far: Ranks, ticks: int) -> np.int32:
    """Return whether a link lies on a shortest path of any lane."""
    found = np.int32(0)
    for lane in range(len(near)):
        found |= np.int32(np.int32(near[lane] + ticks) == far[lane])
    return found


@inner_kernel
def draw_row(task: Task, here: Ranks, destinations: float, drawn: Numbers) -> None:
    """Set how much a row draws each lane."""
    coarse, fine, bits = task.decay.coarse, task.decay.fine, task.decay.bits
    mask = (1 << bits) - 1
    for lane in range(len(here)):
        drawn[lane] = 0.0
        if here[lane] <= task.limit:
            mm = here[lane] >> task.tick_bits
            drawn[lane] = destinations * (coarse[mm >> bits] * fine[mm & mask])


@inner_kernel
def scale_row(drawn: Numbers, scales: Numbers) -> float:
    """Turn how much a row draws into trips; return their sum."""
    total = 0.0
    for lane in range(len(drawn)):
        drawn[lane] *= scales[lane]
        total += drawn[lane]
    return total


@inner_kernel
def add_lanes(sums: Numbers, terms: Numbers, near: Ranks, far: Ranks, ticks: int) -> None:
    """Add the terms of the lanes in which a link lies on a shortest path."""
    for lane in range(len(sums)):
        sums[lane] += terms[lane] if np.int32(near[lane] + ticks) == far[lane] else 0.0


@inner_kernel
def start_counts(here: Ranks, counts: Numbers) -> None:
    """Count the one path from each origin to itself."""
    for lane in range(len(here)):
        counts[lane] = 1.0 if here[lane] == 0 else 0.0


@inner_kernel
def renew(values: Numbers, fresh: Numbers) -> np.int32:
    """Replace the values of a row; return whether any has changed."""
    changed = np.int32(0)
    for lane in range(len(values)):
        changed |= np.int32(values[lane] != fresh[lane])
        values[lane] = fresh[lane]
    return changed


@inner_kernel
def share_row(ending: Numbers, paths: Numbers) -> None:
    """Divide the trips that end in a row by the paths that they come along."""
    for lane in range(len(ending)):
        ending[lane] = ending[lane] / paths[lane] if paths[lane] > 0 else 0.0


@inner_kernel
def trips_along(
    paths: Numbers,
    passing: Numbers,
    near: Ranks,
    far: Ranks,
    ticks: int,
) -> float:
    """Return the trips along a link, over all lanes."""
    total = 0.0
    for lane in range(len(paths)):
        total += (
            paths[lane] * passing[lane] if np.int32(near[lane] + ticks) == far[lane] else 0.0
        )
    return total


@inner_kernel
def above(values: Numbers, limit: float) -> np.int32:
    """Return whether any lane is above a limit."""
    found = np.int32(0)
    for lane in range(len(values)):
        found |= np.int32(values[lane] > limit)
    return found
