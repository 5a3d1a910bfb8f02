"""Room for blocks of origins: a row for each node reached, a lane for each origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 32
"""Origins in a block: a few vectors of numbers, and a block still fits the cache."""


class Arcs(NamedTuple):
    """
    Links between the rows of a block, by the row they leave.

    Attributes
    ----------
    starts
        First link of each row, shape (rows + 1,).
    heads, ticks
        Row at the other end of each link, and its length, shape (links,).
    slots
        Slot of the graph that each link is, shape (links,).
    """

    starts: NDArray[np.int32]
    heads: NDArray[np.int32]
    ticks: NDArray[np.int32]
    slots: NDArray[np.int32]


class Rows(NamedTuple):
    """
    What is known of each row, in each lane.

    Attributes
    ----------
    distance
        Ticks from the origin, shape (rows, LANES); `FAR` beyond the cutoff.
    paths
        Shortest paths from the origin.
    ending
        Trips that end there, for each path.
    passing
        Trips that end there or farther on, for each path.
    stale
        Whether the row is to be visited again, shape (rows,).
    """

    distance: NDArray[np.int32]
    paths: NDArray[np.float64]
    ending: NDArray[np.float64]
    passing: NDArray[np.float64]
    stale: NDArray[np.bool_]


@kernel
def room_for_arcs(rows: int, links: int) -> Arcs:
    """Return room for so many links between so many rows."""
    return Arcs(
        np.empty(rows + 1, dtype=np.int32),
        np.empty(links, dtype=np.int32),
        np.empty(links, dtype=np.int32),
        np.empty(links, dtype=np.int32),
    )


@kernel
def room_for_rows(rows: int) -> Rows:
    """Return room for so many rows."""
    return Rows(
        np.empty((rows, LANES), dtype=np.int32),
        np.empty((rows, LANES)),
        np.empty((rows, LANES)),
        np.empty((rows, LANES)),
        np.empty(rows, dtype=np.bool_),
    )
