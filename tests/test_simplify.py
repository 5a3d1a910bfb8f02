"""Networks counted by hand first, then laws that hold for any ways."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_streets import make_ways, ways_of

from geo.crs import line_lengths_m
from geo.simplify import build_network
from geo.street_network import EDGE_COLUMNS, NODE_COLUMNS

# Nodes 1 to 9, a thousandth of a degree apart: 111 m up, 70 m across.
#
#   51.002   7--8--9
#            |     |
#   51.001   4--5--6
#            |     |
#   51.000   1--2--3
SPOTS = {
    number: (0.001 * ((number - 1) % 3), 51 + 0.001 * ((number - 1) // 3))
    for number in range(1, 10)
}  # fmt: skip
ACROSS_M, UP_M = 70.2, 111.3


def edges_of(ways, **options):
    """Return a network's edges as (start, end) identifiers, with the column asked for."""
    network = build_network(ways, **options)
    ids = network.nodes["node_id"].to_numpy()
    ends = zip(ids[network.edges["start_node"]], ids[network.edges["end_node"]], strict=True)
    return [(int(start), int(end)) for start, end in ends]


def test_ways_that_follow_one_another_become_one_edge():
    ways = make_ways(
        SPOTS, {7: ([1, 2], {"name": "A Street"}), 5: ([6, 3, 2], {"name": "B Lane"})}
    )
    network = build_network(ways)
    assert list(network.nodes.columns) == list(NODE_COLUMNS)
    assert list(network.edges.columns) == list(EDGE_COLUMNS)
    assert network.edges.crs == "EPSG:4326"
    assert network.nodes["node_id"].tolist() == [1, 6]
    (edge,) = network.edges.itertuples(index=False)
    assert (edge.start_node, edge.end_node, edge.name, edge.way_id) == (0, 1, "B Lane", 5)
    assert edge.length_m == pytest.approx(2 * ACROSS_M + UP_M, abs=0.2)
    assert list(edge.geometry.coords) == [SPOTS[1], SPOTS[2], SPOTS[3], SPOTS[6]]


def test_a_junction_within_a_way_cuts_it():
    ways = make_ways(SPOTS, {1: ([4, 5, 6], {}), 2: ([5, 2], {})})
    assert edges_of(ways) == [(2, 5), (4, 5), (5, 6)]


def test_parallel_edges_stay_apart():
    ways = make_ways(
        SPOTS, {1: ([4, 7, 8, 9, 6], {}), 2: ([4, 5, 6], {}), 3: ([1, 4], {}), 4: ([6, 3], {})}
    )
    assert edges_of(ways) == [(1, 4), (3, 6), (4, 6), (4, 6)]


def test_a_doubled_stretch_is_two_edges():
    ways = make_ways(SPOTS, {1: ([1, 2, 3], {}), 2: ([3, 2], {})})
    network = build_network(ways)
    assert edges_of(ways) == [(1, 2), (2, 3), (2, 3)]
    assert network.edges["way_id"].tolist() == [1, 1, 2]


def test_there_and_back_is_two_edges():
    assert edges_of(make_ways(SPOTS, {1: ([1, 2, 1], {})})) == [(1, 2), (1, 2)]


def test_a_loop_hangs_on_its_junction():
    ways = make_ways(SPOTS, {1: ([1, 4], {}), 2: ([4, 7, 8, 5, 4], {})})
    network = build_network(ways)
    assert edges_of(ways) == [(1, 4), (4, 4)]
    assert list(network.edges.geometry[1].coords)[1] == SPOTS[5]  # the lower neighbour first


@pytest.mark.parametrize("ways", [
    {1: ([5, 6, 3, 2, 5], {})},
    {1: ([6, 3, 2], {}), 2: ([2, 5], {}), 3: ([5, 6], {})},
])  # fmt: skip
def test_a_lone_ring_keeps_its_lowest_node(ways):
    network = build_network(make_ways(SPOTS, ways))
    assert network.nodes["node_id"].tolist() == [2]
    assert edges_of(make_ways(SPOTS, ways)) == [(2, 2)]
    assert build_network(make_ways(SPOTS, ways), drop_rings=True).edges.empty


def test_what_is_not_kept_joins_nothing():
    ways = make_ways(SPOTS, {1: ([4, 5, 6], {}), 2: ([5, 2], {})})
    assert edges_of(ways, keep=np.array([True, False])) == [(4, 6)]


def test_of_a_clipped_way_the_whole_stretches_stay():
    spots = SPOTS | {2: None}
    ways = make_ways(spots, {1: ([4, 1, 2, 3, 6, 9], {})})
    network = build_network(ways)
    assert edges_of(ways) == [(1, 4), (3, 9)]
    assert network.edges["length_m"].sum() == pytest.approx(3 * UP_M, abs=0.3)


def test_a_repeated_node_is_no_step():
    assert edges_of(make_ways(SPOTS, {1: ([1, 1, 2, 2, 2, 3], {})})) == [(1, 3)]


@pytest.mark.parametrize("ways", [{}, {1: ([], {})}, {1: ([1], {})}, {1: ([1, 1], {})}])
def test_no_step_makes_an_empty_network_of_the_same_columns(ways):
    network = build_network(make_ways(SPOTS, ways))
    some = build_network(make_ways(SPOTS, {1: ([1, 2], {"name": "A"})}))
    assert len(network.edges) == len(network.nodes) == 0
    pd.testing.assert_series_equal(network.edges.dtypes, some.edges.dtypes)
    pd.testing.assert_series_equal(network.nodes.dtypes, some.nodes.dtypes)


def test_the_name_is_that_of_most_of_the_length():
    # Three pieces: 111 m unnamed, then twice 70 m of one name: the name has more.
    ways = make_ways(SPOTS, {
        1: ([1, 4], {"highway": "service"}),
        2: ([4, 5], {"name": "B", "highway": "path"}),
        3: ([5, 6], {"name": "B", "highway": "steps"}),
    })  # fmt: skip
    (edge,) = build_network(ways).edges.to_dict("records")
    assert (edge["name"], edge["class"], edge["way_id"]) == ("B", "service", 1)


def test_an_edge_mostly_unnamed_has_no_name():
    ways = make_ways(SPOTS, {1: ([1, 4, 7], {}), 2: ([7, 8], {"name": "B"})})
    assert build_network(ways).edges["name"].isna().all()


def test_of_equal_shares_the_first_name_wins():
    # Both pieces run up the same meridian, to the bit as long as each other.
    spots = {1: (0.0, -0.001), 2: (0.0, 0.0), 3: (0.0, 0.001)}
    ways = make_ways(spots, {8: ([1, 2], {"name": "B"}), 9: ([2, 3], {"name": "A"})})
    (edge,) = build_network(ways).edges.to_dict("records")
    assert (edge["name"], edge["way_id"]) == ("A", 8)


# Laws ------------------------------------------------------------------------------------


@st.composite
def drawings(draw, *, gaps=False):
    """Draw ways over nine nodes, some of which may lack a position."""
    lost = draw(st.sets(st.sampled_from(range(1, 10)), max_size=3)) if gaps else set()
    routes = draw(st.lists(st.lists(st.sampled_from(range(1, 10)), max_size=7), max_size=7))
    names = draw(st.lists(st.sampled_from(["A", "B", None]), min_size=7, max_size=7))
    ways = {
        number: (route, {"name": name} if name else {})
        for number, (route, name) in enumerate(zip(routes, names, strict=False), 1)
    }
    return {node: None if node in lost else at for node, at in SPOTS.items()}, ways


def steps_of(drawing):
    """Return the steps that can be walked, one by one."""
    spots, ways = drawing
    return [
        (here, there)
        for nodes, _ in ways.values()
        for here, there in pairwise(nodes)
        if here != there and spots[here] and spots[there]
    ]


@settings(deadline=None)
@given(drawings(gaps=True))
def test_length_is_conserved_but_for_missing_steps(drawing):
    steps = steps_of(drawing)
    spots = np.array([SPOTS[node] for step in steps for node in step]).reshape(-1, 2)
    walked = line_lengths_m(spots[:, 0], spots[:, 1], np.arange(0, 2 * len(steps) + 1, 2))
    network = build_network(make_ways(*drawing))
    assert network.edges["length_m"].sum() == pytest.approx(walked.sum())
    drawn = [len(line.coords) - 1 for line in network.edges.geometry]
    assert sum(drawn) == len(steps)


@settings(deadline=None)
@given(drawings(gaps=True))
def test_every_junction_and_end_is_a_node_and_little_else(drawing):
    around = {}
    for here, there in steps_of(drawing):
        around.setdefault(here, []).append(there)
        around.setdefault(there, []).append(here)
    wanted = {node for node, near in around.items() if len(near) != 2 or near[0] == near[1]}
    network = build_network(make_ways(*drawing))
    nodes = set(network.nodes["node_id"])
    assert wanted <= nodes
    loops = network.edges[network.edges["start_node"] == network.edges["end_node"]]
    rings = set(network.nodes["node_id"][loops["start_node"]])
    assert nodes - wanted <= rings
    parted = build_network(make_ways(*drawing), drop_rings=True)
    assert set(parted.nodes["node_id"]) == wanted


@settings(deadline=None)
@given(drawings())
def test_simplifying_twice_changes_nothing(drawing):
    once = build_network(make_ways(*drawing))
    twice = build_network(ways_of(once))
    pd.testing.assert_frame_equal(once.nodes, twice.nodes)
    told = [
        Counter(
            (edge.start_node, edge.end_node, str(edge.name), round(edge.length_m, 6))
            for edge in network.edges.itertuples()
        )
        for network in (once, twice)
    ]
    assert told[0] == told[1]


@settings(deadline=None)
@given(drawings(gaps=True), st.randoms(use_true_random=False))
def test_order_and_direction_of_ways_change_nothing(drawing, random):
    spots, ways = drawing
    rows = list(ways.items())
    random.shuffle(rows)
    turned = {
        number: (nodes[::-1] if random.random() < 0.5 else nodes, tags)
        for number, (nodes, tags) in rows
    }
    one, other = build_network(make_ways(spots, ways)), build_network(make_ways(spots, turned))
    pd.testing.assert_frame_equal(one.nodes, other.nodes)
    pd.testing.assert_frame_equal(
        one.edges.drop(columns="geometry"), other.edges.drop(columns="geometry")
    )
    assert one.edges.geometry.to_wkb().tolist() == other.edges.geometry.to_wkb().tolist()


@settings(deadline=None)
@given(drawings())
def test_edges_run_between_the_nodes_they_name(drawing):
    network = build_network(make_ways(*drawing))
    spots = network.nodes[["lon", "lat"]].to_numpy()
    for edge in network.edges.itertuples():
        assert edge.start_node <= edge.end_node
        assert edge.geometry.coords[0] == tuple(spots[edge.start_node])
        assert edge.geometry.coords[-1] == tuple(spots[edge.end_node])
