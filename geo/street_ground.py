"""A network laid out for counting who and what can be reached along it on foot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from geo.crs import measuring_system, to_metric, to_stored
from geo.dasymetric import REACH_M, place_people
from geo.errors import InputError
from geo.grids import PopulationGrid
from geo.node_order import hilbert_keys
from geo.snapping import edge_ranks, equally_near

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo.reach import Streets
    from geo.street_network import StreetNetwork

Layer: TypeAlias = PopulationGrid | Sequence[PopulationGrid] | gpd.GeoDataFrame
"""Something to count: people on a grid, or points, with a column ``count`` if not 1 each."""


ISLAND_M = 500.0
"""A part of the network with less street in all, and joined to no other, is an island: a path
in a courtyard whose gate nobody drew. People do get out of courtyards."""


@dataclass(frozen=True)
class StreetGround:
    """
    Streets, and who and what is along them; made by `lay_ground`.

    Attributes
    ----------
    layers
        What is counted, as it was given, by name.
    crs
        The metric system of `lines`.
    lines
        Every edge as a line, shape (edges,).
    tree
        To find the nearest of them.
    mainland
        Rows of the edges that are on no island, and a tree of those; None where all are, or
        none is.
    streets
        The network as the kernels read it; None where there is none.
    spreads
        For each layer of people: which of the network's spreads holds its persons, and which
        its ground covered and known, or none where all of it is.
    kinds
        For each layer of points: which of the network's kinds of point it is.
    unplaced
        Of each layer, the persons or points too far from any street to be counted.
    extent
        The ground that the streets are known of; None where nobody says.
    """

    layers: Mapping[str, Layer]
    crs: str = ""
    lines: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    tree: shapely.STRtree = field(default_factory=lambda: shapely.STRtree([]))
    mainland: tuple[NDArray[np.intp], shapely.STRtree] | None = None
    streets: Streets | None = None
    spreads: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    unplaced: Mapping[str, float] = field(default_factory=dict)
    extent: shapely.Geometry | None = None


def lay_ground(
    network: StreetNetwork | None,
    layers: Mapping[str, Layer],
    *,
    weights: gpd.GeoDataFrame | None = None,
    placed: Mapping[str, pd.DataFrame] | None = None,
    reach_m: float = REACH_M,
) -> StreetGround:
    """
    Lay a network out, with people and points on it, to count from many places.

    Parameters
    ----------
    network
        Streets, or None (or no edges) where none are known: places are then counted as the
        crow flies.
    layers
        What to count, by the name that columns will begin with: "residents", "jobs",
        "stations".
    weights
        Where in a grid's cells people are; see `geo.dasymetric.place_people`.
    placed
        People already placed on the network's edges, by layer, as `people_on_edges` does it.
    reach_m
        From people and points to the street they are placed on, at most.

    Returns
    -------
    ground
        For `geo.service_areas.service_areas`.

    Raises
    ------
    CrsError
        If points declare no CRS.
    InputError
        If a ``count`` is below zero or no number.
    """
    for name, layer in layers.items():
        if isinstance(layer, gpd.GeoDataFrame):
            counts_of(layer, name)
    if network is None or network.edges.empty:
        return StreetGround(dict(layers))
    bounds = to_stored(network.edges.geometry).total_bounds
    crs = measuring_system(*((bounds[:2] + bounds[2:]) / 2))
    lines = to_metric(network.edges.geometry, crs=crs).to_numpy()
    tree = shapely.STRtree(lines)
    people, spreads, unplaced = _people(network, layers, placed or {}, weights, reach_m)
    kinds = {n: i for i, n in enumerate(n for n in layers if n not in spreads)}
    points = PlacedPoints.none(len(kinds))
    for name, kind in kinds.items():
        counts, spots = _spots_of(layers[name], name, crs)
        spot, edge = _nearest_edges(network, tree, spots, reach_m)
        share = shapely.line_locate_point(lines[edge], spots[spot], normalized=True)
        own = PlacedPoints.of_kind(edge, np.nan_to_num(share), counts[spot], kind)
        unplaced[name] = counts.sum() - own.weight.sum()
        points = points.beside(own)
    extent = network.extent
    if extent is not None:
        extent = to_metric(gpd.GeoSeries([extent], crs=4326).segmentize(0.01), crs=crs).iloc[0]
    return StreetGround(
        layers=dict(layers), crs=crs, lines=lines, tree=tree,
        mainland=_mainland(network, lines),
        streets=lay_streets(network, people, points),
        spreads=spreads, kinds=kinds, unplaced=unplaced, extent=extent,
    )  # fmt: skip


def _mainland(
    network: StreetNetwork, lines: NDArray[np.object_]
) -> tuple[NDArray[np.intp], shapely.STRtree] | None:
    """Return the edges on no island, and a tree of them, if there are both kinds."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    start, end = (network.edges[name].to_numpy(int) for name in ("start_node", "end_node"))
    size = len(network.nodes)
    graph = coo_array((np.ones(len(start)), (start, end)), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    # whole micrometres add up to the same in any order
    total = np.bincount(part[start], np.rint(network.edges["length_m"].to_numpy(float) * 1e6))
    rows = np.flatnonzero(total[part[start]] >= ISLAND_M * 1e6)
    if len(rows) in {0, len(start)}:
        return None
    return rows, shapely.STRtree(lines[rows])


def counts_of(points: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    """Return what each point counts: its ``count``, else 1; the message names the layer."""
    if "count" not in points:
        return np.ones(len(points))
    counts: NDArray[np.float64] = points["count"].to_numpy(np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(counts) & (counts >= 0))
    if wrong.any():
        msg = (
            f"The layer {name!r} has `count` {counts[wrong][0]:g} at "
            f"{points.index[int(wrong.argmax())]!r}; a count is a number from 0 up, never null."
        )
        raise InputError(msg)
    return counts


@dataclass(frozen=True)
class PlacedPoints:
    """
    Points on edges.

    Attributes
    ----------
    edge
        The edge of each.
    share
        How far along it each lies, from 0 to 1.
    weight
        What each counts, shape (points, kinds).
    """

    edge: NDArray[np.intp]
    share: NDArray[np.float64]
    weight: NDArray[np.float64]

    @classmethod
    def none(cls, kinds: int) -> PlacedPoints:
        """Return no points, of so many kinds."""
        return cls(np.empty(0, dtype=np.intp), np.empty(0), np.empty((0, kinds)))

    @classmethod
    def of_kind(
        cls,
        edge: NDArray[np.intp],
        share: NDArray[np.float64],
        counts: NDArray[np.float64],
        kind: int,
    ) -> PlacedPoints:
        """Return points of one kind, the last that there is."""
        return cls(edge, share, np.pad(counts[:, None], ((0, 0), (kind, 0))))

    def beside(self, other: PlacedPoints) -> PlacedPoints:
        """Return these points and others, of no more kinds."""
        return PlacedPoints(
            np.concatenate([self.edge, other.edge]),
            np.concatenate([self.share, other.share]),
            np.concatenate([self.weight, np.pad(
                other.weight, ((0, 0), (0, self.weight.shape[1] - other.weight.shape[1]))
            )]),
        )  # fmt: skip


def _people(
    network: StreetNetwork,
    layers: Mapping[str, Layer],
    placed: Mapping[str, pd.DataFrame],
    weights: gpd.GeoDataFrame | None,
    reach_m: float,
) -> tuple[NDArray[np.float64], dict[str, tuple[int, int | None]], dict[str, float]]:
    """Return what is spread along each edge, in which columns, and who could not be placed."""
    columns: list[NDArray[np.float64]] = []
    spreads: dict[str, tuple[int, int | None]] = {}
    unplaced: dict[str, float] = {}
    for name, layer in layers.items():
        if isinstance(layer, gpd.GeoDataFrame):
            continue
        if name in placed:
            frame = placed[name]
        else:
            done = place_people(network, layer, weights=weights, reach_m=reach_m)
            frame, unplaced[name] = done.edges, done.unplaced
        at = len(columns)
        columns.append(frame["persons"].fillna(0.0).to_numpy(np.float64))
        shares = [frame[part].to_numpy(np.float64) for part in ("covered_share", "known_share")]
        whole = all((share > 1 - 1e-9).all() for share in shares)
        spreads[name] = at, None if whole else at + 1
        if not whole:
            length = network.edges["length_m"].to_numpy(np.float64)
            columns += [length, *(share * length for share in shares)]
    wide = np.stack(columns, axis=1) if columns else np.empty((len(network.edges), 0))
    return wide, spreads, unplaced


def _spots_of(
    points: gpd.GeoDataFrame, name: str, crs: str
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Return what each point that is known counts, and where it is."""
    counts = counts_of(points, name)
    metric = to_metric(points.geometry, crs=crs)
    there = (metric.notna() & ~metric.is_empty).to_numpy()
    return counts[there], shapely.centroid(metric.to_numpy()[there])


def _nearest_edges(
    network: StreetNetwork, tree: shapely.STRtree, spots: NDArray[np.object_], reach_m: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return spots and the nearest edge of each: of several one, whatever the order of rows."""
    _, spot, edge = equally_near(tree, spots, reach_m=reach_m)
    tied = np.unique(edge[np.bincount(spot)[spot] > 1])
    rank = np.zeros(len(network.edges), dtype=np.intp)
    rank[tied] = edge_ranks(network.edges.iloc[tied], network.nodes)
    order = np.lexsort((rank[edge], spot))
    spot, edge = spot[order], edge[order]
    first = np.diff(spot, prepend=-1) > 0
    return spot[first], edge[first]


def lay_streets(
    network: StreetNetwork,
    people: NDArray[np.float64],
    points: PlacedPoints | None = None,
) -> Streets:
    """
    Lay out the graph of a network, with what is along its edges.

    Parameters
    ----------
    network
        Streets.
    people
        What is spread along each edge, shape (edges, spreads).
    points
        Points on edges.

    Returns
    -------
    streets
        As the kernels of `geo.reach` read them.
    """
    from geo.reach import Streets  # noqa: PLC0415 - imports numba

    points = points or PlacedPoints.none(0)
    ranks = _ranks(network.nodes)
    ends = ranks[network.edges[["start_node", "end_node"]].to_numpy(np.int64)]
    ticks = _ticks(network.edges["length_m"].to_numpy(np.float64))
    tails, neighbours, slot_edges = _slots(ends)
    starts = np.searchsorted(tails, np.arange(len(ranks) + 1))
    joined = np.flatnonzero(np.diff(starts))
    longest = np.zeros(len(ranks), dtype=np.int64)
    longest[joined] = np.maximum.reduceat(ticks[slot_edges], starts[joined])
    whole = np.zeros((len(ranks), people.shape[1]))
    halves = np.where(tails == neighbours, 1.0, 0.5)[:, None] * people[slot_edges]
    whole[joined] = np.add.reduceat(halves, starts[joined], axis=0)
    own_slots = np.zeros(len(ends), dtype=np.uint32)
    own_slots[slot_edges] = np.arange(len(slot_edges))
    order = np.argsort(points.edge, kind="stable")
    per_edge = np.bincount(points.edge, minlength=len(ends))
    return Streets(
        starts=starts.astype(np.uint32),
        longest=longest.astype(np.uint32),
        slots=np.column_stack([neighbours, ticks[slot_edges]]).astype(np.uint32),
        whole=whole,
        slot_edges=slot_edges.astype(np.uint32),
        density=np.ascontiguousarray((people / ticks[:, None])[slot_edges]),
        ends=ends.astype(np.uint32),
        own_slots=own_slots,
        lengths=ticks,
        point_starts=np.concatenate([[0], np.cumsum(per_edge)]).astype(np.uint32),
        point_places=np.rint(points.share * ticks[points.edge]).astype(np.int64)[order],
        point_weights=np.ascontiguousarray(points.weight[order]),
    )


def _ranks(nodes: pd.DataFrame) -> NDArray[np.int32]:
    """Return the number of each node along a curve that keeps neighbours together."""
    lon, lat = (nodes[name].to_numpy(np.float64) for name in ("lon", "lat"))
    order = np.argsort(hilbert_keys(lon, lat))
    ranks = np.empty(len(nodes), dtype=np.int32)
    ranks[order] = np.arange(len(nodes), dtype=np.int32)
    return ranks


def _ticks(length_m: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return lengths in whole ticks, at least one; beyond the longest walk all are the same."""
    from geo.reach import FARTHEST_M, TICKS_PER_M  # noqa: PLC0415 - imports numba

    ticks = np.rint(np.minimum(length_m, FARTHEST_M) * TICKS_PER_M)
    whole: NDArray[np.int64] = np.maximum(ticks, 1).astype(np.int64)
    return whole


def _slots(
    ends: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.intp]]:
    """Return slots in order: the node of each, the one at its other end, and its edge."""
    edge = np.arange(len(ends))
    two = edge[ends[:, 0] != ends[:, 1]]
    tails = np.concatenate([ends[:, 0], ends[two, 1]])
    heads = np.concatenate([ends[:, 1], ends[two, 0]])
    edges = np.concatenate([edge, two])
    # one key sorts many times faster than three; parallel edges may come in any order
    order = np.argsort((tails.astype(np.int64) << 32) | heads)
    return tails[order], heads[order], edges[order]
