"""What the kernels that load trips onto streets are given, and what they add to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo.decay import DecayTable
    from geo.street_graph import Slots

FAINTEST = 1e-250
"""Destinations that weigh less than this together, decayed, are out of reach."""


class Task(NamedTuple):
    """
    Trips to load onto a graph.

    Attributes
    ----------
    slots
        The graph.
    sources
        Ranks of the nodes where trips begin, ascending.
    origins, destinations
        Weight of each rank, at least 0, shape (nodes,).
    decay
        Weights of distances.
    limit, tick_bits
        The cutoff in ticks, and how many bits of a tick lie below a millimetre.
    slack_rate
        How much less likely a link is, per millimetre that it leads astray (Dial's theta);
        infinity keeps to shortest paths.
    level_link
        Logarithm of the weight of a link that leads astray by stretches of no length alone.
    own_node
        Whether trips may end where they begin.
    constrained
        Whether each origin sends its weight in trips; else trips grow with the destinations.
    """

    slots: Slots
    sources: NDArray[np.int32]
    origins: NDArray[np.float64]
    destinations: NDArray[np.float64]
    decay: DecayTable
    limit: int
    tick_bits: int
    slack_rate: float
    level_link: float
    own_node: bool
    constrained: bool


class Load(NamedTuple):
    """
    Where trips have gone so far.

    Attributes
    ----------
    flow
        Trips along each slot, away from its node, shape (slots,).
    sent, arrived
        Trips from and to each rank, shape (nodes,).
    stayed
        Trips from each rank to itself, shape (nodes,).
    """

    flow: NDArray[np.float64]
    sent: NDArray[np.float64]
    arrived: NDArray[np.float64]
    stayed: NDArray[np.float64]
