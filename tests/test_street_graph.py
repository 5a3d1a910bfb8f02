"""The compact graph of streets, and the bounded search over it."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import MissingColumnError
from geo.node_order import hilbert_keys
from geo.shortest import UNREACHED, forget, room_for, settle
from geo.street_graph import (
    LARGEST_TICKS,
    StreetGraphError,
    build_street_graph,
    graph_of_edges,
)
from geo.street_network import StreetNetwork


def edges_of(*rows):
    return pd.DataFrame(rows, columns=["start_node", "end_node", "length_m"]).astype(
        {"start_node": "int64", "end_node": "int64", "length_m": "float64"}
    )


def reached(graph, sources, offsets_m, cutoff_m):
    """Return the metres to each node row reached, by our search."""
    slots = graph.slots
    room = room_for(slots, sources=len(sources))
    ranks = graph.node_ranks[np.asarray(sources, dtype=np.intp)]
    offsets = (np.asarray(offsets_m) * 1000).round().astype(np.int32) << graph.tick_bits
    count = settle(slots, ranks, offsets.astype(np.int32), graph.limit(cutoff_m), room)
    found = room.settled[:count].copy()
    metres = graph.metres(room.distance[found])
    assert (np.diff(metres) >= 0).all()
    forget(room, count)
    assert (room.distance == UNREACHED).all()
    return dict(zip(graph.node_rows[found].tolist(), metres.tolist(), strict=True))


def test_every_slot_has_its_twin():
    graph = graph_of_edges(edges_of((0, 1, 5), (1, 2, 7.25), (2, 2, 3), (0, 1, 5)), nodes=4)
    tails = np.repeat(np.arange(4), np.diff(graph.starts))
    there = sorted(zip(tails, graph.neighbours, graph.ticks, graph.slot_edges, strict=True))
    back = sorted(zip(graph.neighbours, tails, graph.ticks, graph.slot_edges, strict=True))
    assert there == back
    assert sorted(graph.slot_edges.tolist()) == [0, 0, 1, 1, 3, 3]  # a loop has no slot
    assert graph.edges == 4
    assert (graph.node_rows[graph.node_ranks] == np.arange(4)).all()
    arrays = (graph.starts, graph.neighbours, graph.ticks, graph.slot_edges, graph.node_rows)
    assert {array.dtype for array in arrays} == {np.dtype(np.int32)}


def test_lengths_are_whole_millimetres():
    graph = graph_of_edges(edges_of((0, 1, 1.00049), (1, 2, 0.0006)), nodes=3)
    assert graph.tick_bits == 0
    assert sorted(graph.ticks.tolist()) == [1, 1, 1000, 1000]


def test_no_length_stays_no_length_however_many_there_are():
    chain = [(k, k + 1, 0.0) for k in range(40)]
    graph = graph_of_edges(edges_of(*chain, (40, 41, 0.001)), nodes=42)
    assert reached(graph, [0], [0], 0.001) == dict.fromkeys(range(41), 0.0) | {41: 0.001}


def test_a_cutoff_holds_all_that_lies_within_it():
    graph = graph_of_edges(edges_of((0, 1, 100.0), (1, 2, 0.0), (2, 3, 0.001)), nodes=4)
    assert set(reached(graph, [0], [0], 100.0)) == {0, 1, 2}
    assert set(reached(graph, [0], [0], 99.999)) == {0}
    assert set(reached(graph, [0], [0], 100.001)) == {0, 1, 2, 3}


def test_a_search_starts_from_several_places():
    graph = graph_of_edges(edges_of((0, 1, 100.0), (1, 2, 100.0)), nodes=3)
    assert reached(graph, [0, 2], [10, 30], 125) == {0: 10.0, 1: 110.0, 2: 30.0}
    assert reached(graph, [1, 1], [50, 20], 60) == {1: 20.0}
    assert reached(graph, [0], [200], 100) == {}


def test_the_nodes_of_a_graph_follow_the_ground():
    random = np.random.default_rng(4)
    lon, lat = random.random(4000), random.random(4000)
    order = np.argsort(hilbert_keys(lon, lat))
    steps = np.hypot(np.diff(lon[order]), np.diff(lat[order]))
    assert steps.mean() < 1.5 / np.sqrt(4000)  # about a cell; at random it would be 0.52
    assert steps.max() < 0.2


def test_places_all_at_one_point_are_fine():
    assert hilbert_keys(np.zeros(3), np.zeros(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("nodes", [0, 1])
def test_a_network_may_have_nothing(nodes):
    network = StreetNetwork(
        pd.DataFrame({"lon": [0.0] * nodes, "lat": [51.0] * nodes}), edges_of()
    )
    graph = build_street_graph(network)
    assert graph.starts.tolist() == [0] * (nodes + 1)
    assert reached(graph, list(range(nodes)), [0] * nodes, 10) == dict.fromkeys(
        range(nodes), 0.0
    )


@pytest.mark.parametrize("length_m", [float("nan"), -1.0, float("inf"), 2e6])
def test_a_length_that_is_none_is_refused(length_m):
    edges = edges_of((0, 1, 5), (1, 0, length_m))
    with pytest.raises(StreetGraphError, match="Edge 1 has `length_m`"):
        graph_of_edges(edges, nodes=2)


def test_a_missing_node_is_refused():
    with pytest.raises(StreetGraphError, match="Edge 0 has `end_node` 2, but the nodes"):
        graph_of_edges(edges_of((0, 2, 5)), nodes=2)
    with pytest.raises(StreetGraphError, match="`start_node` -1"):
        graph_of_edges(edges_of((-1, 0, 5)), nodes=2)
    with pytest.raises(MissingColumnError, match="length_m"):
        graph_of_edges(edges_of((0, 1, 5)).drop(columns="length_m"), nodes=2)
    with pytest.raises(StreetGraphError, match="1 and 1 values for 2 nodes"):
        graph_of_edges(edges_of(), nodes=2, lon=np.zeros(1), lat=np.zeros(1))


@pytest.mark.parametrize("cutoff_m", [0, -5, float("nan"), float("inf"), 2e6])
def test_a_cutoff_that_is_none_is_refused(cutoff_m):
    with pytest.raises(StreetGraphError, match="`cutoff_m` must be above 0"):
        graph_of_edges(edges_of(), nodes=1).limit(cutoff_m)


def test_the_largest_lengths_still_add_up():
    longest = LARGEST_TICKS / 1000
    graph = graph_of_edges(edges_of((0, 1, longest), (1, 2, longest)), nodes=3)
    assert reached(graph, [1], [0], 1_073_741) == {1: 0.0}
    assert graph.limit(1_073_741) < LARGEST_TICKS


MULTIGRAPHS = st.integers(1, 9).flatmap(
    lambda nodes: st.tuples(
        st.just(nodes),
        st.lists(
            st.tuples(
                st.integers(0, nodes - 1),
                st.integers(0, nodes - 1),
                st.sampled_from([0.0, 0.0004, 1.0, 2.0, 2.5, 3.0, 40.0]),
            ),
            max_size=24,
        ),
        st.booleans(),
    )
)


@given(MULTIGRAPHS, st.sampled_from([1.0, 3.0, 5.5, 100.0]), st.data())
@settings(max_examples=150, deadline=None)
def test_distances_equal_networkx(case, cutoff_m, data):
    nodes, rows, placed = case
    edges = edges_of(*rows)
    spot = np.random.default_rng(len(rows)).random((2, nodes)) if placed else (None, None)
    graph = graph_of_edges(edges, nodes=nodes, lon=spot[0], lat=spot[1])
    source = data.draw(st.integers(0, nodes - 1))
    streets = nx.MultiGraph()
    streets.add_nodes_from(range(nodes))
    for start, end, length in rows:
        streets.add_edge(start, end, mm=round(length * 1000))
    expected = nx.single_source_dijkstra_path_length(
        streets, source, cutoff=round(cutoff_m * 1000), weight="mm"
    )
    found = reached(graph, [source], [0], cutoff_m)
    assert {node: round(metres * 1000) for node, metres in found.items()} == expected
