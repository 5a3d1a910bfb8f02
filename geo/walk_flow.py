r"""
How many walks pass along each street: gravity-weighted trips along shortest paths.

An origin :math:`i` that sends :math:`w_i` trips sends

.. math:: T_{ij} = w_i \frac{a_j f(d_{ij})}{\sum_k a_k f(d_{ik})}

of them to the destination :math:`j`, over all nodes within the cutoff: the singly constrained
gravity model (Wilson, "A statistical theory of spatial distribution models", Transportation
Research 1(3), 1967, 253-269). :math:`a_j` is the weight of the destination, :math:`d_{ij}` the
length of the shortest path, :math:`f` the decay (`geo.decay`). Nobody walks to where they are,
unless asked for. Unconstrained, :math:`T_{ij} = w_i a_j f(d_{ij})`, as in weighted betweenness.

Trips go along all shortest paths, the same number along each (Brandes, "A faster algorithm for
betweenness centrality", Journal of Mathematical Sociology 25(2), 2001, 163-177). Two parallel
stretches of the same length are two paths; stretches that end where they begin, and the longer
of two parallel ones, carry nobody. With a detour scale, trips also go along near-shortest
paths, in proportion to exp(-excess / scale) (Dial 1971, see `geo.detours`); the choice of
destination still weighs the shortest. Most walkers are not that precise: the scale is to be
fitted to counts, and until then shortest paths alone are the plain assumption.

Lengths count in whole millimetres (`geo.street_graph`). Left out: slopes, crossings, the time
of day, crowding, ways through buildings and across squares unless mapped, and trips that begin
or end beyond the network's edge, so flows fall off within a cutoff of it.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.checks import require_columns
from geo.decay import Decay, ExponentialDecay, decay_table
from geo.errors import InputError
from geo.scratch import scratch
from geo.street_graph import MM_PER_M, build_street_graph
from geo.trip_task import Load, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.shortest import Room
    from geo.street_graph import StreetGraph
    from geo.street_network import StreetNetwork

PARTS = 32
"""Origins are loaded in at most so many parts, whatever the threads, so that sums do not depend
on how many there are."""

ROUNDING = 1e-12
"""Passing trips below this share of the trips at a node are what rounding left over."""


LARGEST = 1e150
"""Most that the weights of all origins, or of all destinations, may add up to."""


class WalkFlowError(InputError):
    """Trips cannot be loaded as asked."""


@dataclass(frozen=True)
class WalkModel:
    """
    How people walk.

    Attributes
    ----------
    cutoff_m
        Nobody walks farther than this, along the shortest path.
    decay
        How the weight of a destination falls with distance.
    detour_m
        Scale of detours: a path this much longer than the shortest is taken about a third (1/e)
        as often. 0 keeps to shortest paths.
    own_node
        Whether trips may end where they begin.
    constrained
        Whether each origin sends its weight in trips, or in proportion to what it can reach.

    Raises
    ------
    WalkFlowError
        If the scale of detours is not a number of at least 0.
    """

    cutoff_m: float
    decay: Decay = field(default_factory=ExponentialDecay)
    detour_m: float = 0.0
    own_node: bool = False
    constrained: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.detour_m < math.inf:
            msg = f"`detour_m` must be a number of metres of at least 0; got {self.detour_m}."
            raise WalkFlowError(msg)


@dataclass(frozen=True)
class WalkFlow:
    """
    Trips on foot along each edge and through each node.

    Attributes
    ----------
    edges
        Indexed as the network's edges: ``walk_flow``, trips along the edge, both ways together;
        ``walk_flow_forward``, those of them from its start to its end.
    nodes
        Indexed as the network's nodes, trips: ``produced`` there; ``arriving``; ``passing``
        through, neither beginning nor ending there; ``unserved``, those of the produced that
        have no destination within the cutoff. ``produced`` and ``arriving`` plus ``unserved``
        have the same sum. Unconstrained, an origin without destinations produces nothing.
    settled
        Pairs of an origin and a node within the cutoff of it: the work that was done.
    """

    edges: pd.DataFrame
    nodes: pd.DataFrame
    settled: int

    def unknown(self) -> WalkFlow:
        """Return the same with no trip known along any edge."""
        return replace(self, edges=self.edges * math.nan)

    @property
    def produced(self) -> float:
        """Trips produced over all nodes."""
        return math.fsum(self.nodes["produced"])

    @property
    def arriving(self) -> float:
        """Trips arriving over all nodes."""
        return math.fsum(self.nodes["arriving"])

    @property
    def unserved(self) -> float:
        """Trips without a destination, over all nodes."""
        return math.fsum(self.nodes["unserved"])


class _Part(NamedTuple):
    """What some of the origins add: few slots and ranks of many, as they lie together."""

    slots: NDArray[np.intp]
    flow: NDArray[np.float64]
    ranks: NDArray[np.intp]
    arrived: NDArray[np.float64]
    settled: int


def walk_flow(
    network: StreetNetwork,
    ends: pd.DataFrame,
    model: WalkModel,
    *,
    threads: int = 1,
    graph: StreetGraph | None = None,
) -> WalkFlow:
    """
    Load trips on foot onto streets.

    Parameters
    ----------
    network
        The streets.
    ends
        Indexed as ``network.nodes``, in any order: ``origins``, trips that begin there, and
        ``destinations``, how much the node draws; at least 0, in any unit.
    model
        How people walk.
    threads
        How many processors to use; the result is the same, to the last bit.
    graph
        That of the network, if it is at hand already.

    Returns
    -------
    flow
        Trips along edges and through nodes.

    Raises
    ------
    MissingColumnError
        If ``ends`` or the network lack a column.
    WalkFlowError
        If ``ends`` do not cover the nodes, or a weight is not a number of at least 0.
    StreetGraphError
        If the network is not one, or the cutoff is out of range.

    Notes
    -----
    The first call on a machine compiles the kernels (about ten seconds), which are then kept on
    disk. Memory grows with the network, not with the number of origins.

    Examples
    --------
    >>> from geo.street_network import StreetNetwork
    >>> nodes = pd.DataFrame({"lon": [0.0, 0.001, 0.002], "lat": 51.5})
    >>> edges = pd.DataFrame(
    ...     {"start_node": [0, 1], "end_node": [1, 2], "length_m": [70.0, 70.0]}
    ... )
    >>> ends = pd.DataFrame({"origins": [6.0, 0, 0], "destinations": [0, 1.0, 1.0]})
    >>> flow = walk_flow(
    ...     StreetNetwork(nodes, edges), ends, WalkModel(800, ExponentialDecay(0))
    ... )
    >>> flow.edges["walk_flow"].tolist(), flow.nodes["passing"].tolist()
    ([6.0, 3.0], [0.0, 3.0, 0.0])
    """
    if threads < 1:
        msg = f"`threads` must be at least 1; got {threads}."
        raise WalkFlowError(msg)
    graph = build_street_graph(network) if graph is None else graph
    task = _task(graph, *_weights(network, ends, graph), model)
    return _loaded(network, graph, task, threads)


def _task(
    graph: StreetGraph,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    model: WalkModel,
) -> Task:
    """Return what the kernels are given."""
    limit = graph.limit(model.cutoff_m)
    scale_mm = model.detour_m * MM_PER_M
    largest = destinations.max(initial=0.0) if model.constrained else 1.0
    return Task(
        slots=graph.slots,
        sources=np.flatnonzero(origins > 0).astype(np.int32),
        origins=origins,
        destinations=destinations / (largest or 1.0),
        decay=decay_table(model.decay, cutoff_mm=limit >> graph.tick_bits),
        limit=limit,
        tick_bits=graph.tick_bits,
        slack_rate=1 / scale_mm if scale_mm else math.inf,
        level_link=0.0 if scale_mm else -math.inf,
        own_node=model.own_node,
        constrained=model.constrained,
    )


def _weights(
    network: StreetNetwork, ends: pd.DataFrame, graph: StreetGraph
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights of origins and destinations by rank."""
    require_columns(ends, {"origins", "destinations"}, name="ends")
    index = network.nodes.index
    same = ends.index.equals(index)
    if not same and (len(ends) != len(index) or not index.isin(ends.index).all()):
        msg = (
            f"`ends` has {len(ends):,} rows and the network {len(network.nodes):,} nodes, and "
            "their indexes are not the same. Give one row for each node, 0 where nobody walks."
        )
        raise WalkFlowError(msg)
    by_node = ends if same else ends.reindex(index)
    origins, destinations = (
        _weight(by_node, column)[graph.node_rows] for column in ("origins", "destinations")
    )
    with np.errstate(over="ignore"):
        sums = origins.sum(), destinations.sum()
    if max(sums) > LARGEST:
        msg = (
            f"The weights of `ends` add up to {max(sums):g}; sums above {LARGEST:g} cannot be "
            "multiplied. Give them in a larger unit."
        )
        raise WalkFlowError(msg)
    return origins, destinations


def _weight(ends: pd.DataFrame, column: str) -> NDArray[np.float64]:
    values = ends[column].to_numpy(np.float64, na_value=np.nan)
    wrong = ~((values >= 0) & (values < math.inf))
    if wrong.any():
        place = int(wrong.argmax())
        msg = (
            f"Node {ends.index[place]!r} has `{column}` {values[place]}; a weight is a number "
            "of at least 0. Give 0 where nothing is known to be."
        )
        raise WalkFlowError(msg)
    return values


def _loaded(network: StreetNetwork, graph: StreetGraph, task: Task, threads: int) -> WalkFlow:
    """Load all origins; return the trips along edges and through nodes."""
    load, settled = _load(task, threads)
    edges, moving = _along(network, graph, load.flow)
    load = load._replace(flow=load.flow[:0].copy())  # a tenth of all memory, given back
    return WalkFlow(edges, _through(network, graph, task, load, moving), settled)


def _load(task: Task, threads: int) -> tuple[Load, int]:
    """Load all origins, adding up part after part in a fixed order."""
    total, settled = _nothing(task), 0
    for part in _parts(task, total, threads):
        total.flow[part.slots] += part.flow
        total.arrived[part.ranks] += part.arrived
        settled += part.settled
    return total, settled


def _parts(task: Task, total: Load, threads: int) -> Iterator[_Part]:
    """Load the origins in parts, several at a time; yield what each adds, in order."""
    from geo.block_room import LANES  # noqa: PLC0415 - numba is slow to import

    blocks = -(-len(task.sources) // LANES)
    parts = max(1, min(PARTS, blocks))
    ends = [LANES * (blocks * part // parts) for part in range(parts + 1)]
    spans = [slice(first, last) for first, last in pairwise(ends)]
    spaces = [_space(task, total) for _ in range(min(threads, parts))]
    if len(spaces) == 1:
        yield from (_load_part(task, spaces, span) for span in spans)
        return
    # kernels are fetched from disk here and once: each thread would keep memory for it
    _load_part(task, spaces, slice(0, 0))
    with ThreadPoolExecutor(len(spaces)) as pool:
        yield from pool.map(lambda span: _load_part(task, spaces, span), spans)


def _space(task: Task, total: Load) -> tuple[Load, Room]:
    """Return what one thread works in."""
    from geo.block_room import LANES  # noqa: PLC0415
    from geo.shortest import room_for  # noqa: PLC0415

    load = total._replace(  # each origin is in one part alone, so its trips need no part
        flow=scratch(len(total.flow)), arrived=scratch(len(total.arrived))
    )
    return load, room_for(task.slots, sources=LANES)


def _load_part(task: Task, spaces: list[tuple[Load, Room]], span: slice) -> _Part:
    """Load some of the origins: the trips that they send into the total, the rest apart."""
    from geo.detours import load_detours  # noqa: PLC0415
    from geo.origin_blocks import load_blocks  # noqa: PLC0415

    load, room = spaces.pop()  # there is one for each thread
    left, settled = task.sources[span], 0
    if task.slack_rate == math.inf:
        overflowing = np.zeros(len(left), dtype=np.bool_)
        settled = load_blocks(task, room, left, load, overflowing)
        left = left[overflowing]
    if len(left):
        settled += load_detours(task, room, left, load)
    slots, ranks = np.flatnonzero(load.flow), np.flatnonzero(load.arrived)
    part = _Part(slots, load.flow[slots], ranks, load.arrived[ranks], settled)
    load.flow[slots], load.arrived[ranks] = 0.0, 0.0
    spaces.append((load, room))
    return part


def _nothing(task: Task) -> Load:
    """Return a load of no trips."""
    slots, nodes = len(task.slots.neighbours), len(task.origins)
    return Load(scratch(slots), scratch(nodes), scratch(nodes), scratch(nodes))


def _along(
    network: StreetNetwork, graph: StreetGraph, flow: NDArray[np.float64]
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Return the trips along edges, and those entering and leaving each rank."""
    from geo.flow_sums import sum_slots  # noqa: PLC0415 - numba is slow to import

    starts = graph.node_ranks[network.edges["start_node"].to_numpy().astype(np.int32)]
    sums = sum_slots(graph.slots, graph.slot_edges, starts, flow)
    columns = {"walk_flow": sums.both, "walk_flow_forward": sums.forward}
    return pd.DataFrame(columns, index=network.edges.index, copy=False), sums.moving


def _through(
    network: StreetNetwork,
    graph: StreetGraph,
    task: Task,
    load: Load,
    moving: NDArray[np.float64],
) -> pd.DataFrame:
    """Return the trips through nodes."""
    passing = load.sent + load.arrived  # trips with one end here, to begin with
    passing -= 2 * load.stayed
    np.subtract(moving, passing, out=passing)
    passing /= 2
    passing[~(passing > ROUNDING * moving)] = 0.0
    lost = (load.sent <= 0) & task.constrained
    by_rank = (
        ("produced", task.origins if task.constrained else load.sent),
        ("arriving", load.arrived),
        ("passing", passing),
        ("unserved", np.where(lost, task.origins, 0.0)),
    )
    columns = {column: trips[graph.node_ranks] for column, trips in by_rank}
    return pd.DataFrame(columns, index=network.nodes.index, copy=False)
