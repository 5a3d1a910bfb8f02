"""Orders of the nodes of a network that keep neighbours together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HILBERT_BITS = 16
CELLS_MAX = (1 << HILBERT_BITS) - 1

POINTS_AT_ONCE = 32_768
"""Points whose keys are worked out together: so many stay near the processor."""


def hilbert_keys(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """
    Return how far along a Hilbert curve over them points lie.

    Parameters
    ----------
    lon, lat
        Coordinates, shape (points,), finite; EPSG:4326, or any others.

    Returns
    -------
    keys
        Whole numbers, shape (points,): points near on the curve are near on the ground
        (Hilbert 1891; computed as Warren, *Hacker's Delight*, 2nd edition, ch. 16).

    Examples
    --------
    >>> corners = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    >>> hilbert_keys(*corners).argsort().tolist()
    [0, 1, 2, 3]
    """
    side = max(np.ptp(lon), np.ptp(lat)) or 1.0
    keys = np.empty(len(lon), dtype=np.int64)
    for first in range(0, len(lon), POINTS_AT_ONCE):
        some = slice(first, first + POINTS_AT_ONCE)
        x, y = (
            ((at[some] - at.min()) / side * CELLS_MAX).astype(np.int64) for at in (lon, lat)
        )
        keys[some] = _keys_of_cells(x, y)
    return keys


def _keys_of_cells(x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    keys = np.zeros(len(x), dtype=np.int64)
    for bit in range(HILBERT_BITS - 1, -1, -1):
        right, up = (x >> bit) & 1, (y >> bit) & 1
        keys = (keys << 2) | ((3 * right) ^ up)
        mirrored = (up == 0) & (right == 1)
        x, y = np.where(mirrored, CELLS_MAX - x, x), np.where(mirrored, CELLS_MAX - y, y)
        x, y = np.where(up == 0, y, x), np.where(up == 0, x, y)
    return keys


def breadth_first(
    starts: NDArray[np.int32], neighbours: NDArray[np.int32]
) -> NDArray[np.int32]:
    """
    Return the nodes of a graph breadth first, part after part.

    Parameters
    ----------
    starts, neighbours
        The neighbours of node ``k`` are ``neighbours[starts[k]:starts[k + 1]]``.

    Returns
    -------
    order
        Every node once, shape (nodes,).

    Examples
    --------
    >>> breadth_first(np.array([0, 1, 2, 4]), np.array([2, 2, 0, 1])).tolist()
    [0, 2, 1]
    """
    first, others = starts.tolist(), neighbours.tolist()
    seen = [False] * (len(first) - 1)
    order: list[int] = []
    head = 0
    for root in range(len(seen)):
        if not seen[root]:
            seen[root] = True
            order.append(root)
        while head < len(order):
            for other in others[first[order[head]] : first[order[head] + 1]]:
                if not seen[other]:
                    seen[other] = True
                    order.append(other)
            head += 1
    return np.array(order, dtype=np.int32)
