"""Walk flows against a toy city counted by hand, and against every path listed by networkx."""

import dataclasses
import math
import re
import subprocess
import sys
import time

import brute_flow
import numpy as np
import pandas as pd
import plain_streets
import pytest
import toy_city
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.decay import DecayError, ExponentialDecay, GaussianDecay, decay_table
from geo.errors import MissingColumnError
from geo.street_graph import StreetGraphError, build_street_graph
from geo.street_network import StreetNetwork
from geo.walk_flow import WalkFlowError, WalkModel, walk_flow

EVENLY = ExponentialDecay(0.0)
TOY = WalkModel(toy_city.CUTOFF_M, EVENLY)


def close(found, expected, *, scale):
    """Return whether two columns of trips are equal to 1e-9 of a scale."""
    return np.abs(np.asarray(found) - np.asarray(expected)).max(initial=0) <= 1e-9 * max(
        scale, 1e-9
    )


def dense(sparse, size):
    return [sparse.get(row, 0.0) for row in range(size)]


def require_equal_to_brute_force(network, ends, model):
    flow = walk_flow(network, ends, model)
    along, forward, passing, trips, unserved = brute_flow.brute_flow(network, ends, model)
    scale = max([*along.values(), *trips.values(), 0.0])
    assert close(flow.edges["walk_flow"], dense(along, len(flow.edges)), scale=scale)
    assert close(flow.edges["walk_flow_forward"], dense(forward, len(flow.edges)), scale=scale)
    assert close(flow.nodes["passing"], dense(passing, len(flow.nodes)), scale=scale)
    arriving = {
        node: math.fsum(n for (_, end), n in trips.items() if end == node)
        for node in flow.nodes.index
    }
    assert close(flow.nodes["arriving"], dense(arriving, len(flow.nodes)), scale=scale)
    if model.constrained:
        assert flow.nodes["unserved"].tolist() == dense(unserved, len(flow.nodes))
        assert flow.nodes["produced"].tolist() == ends["origins"].tolist()
    assert flow.produced == pytest.approx(flow.arriving + flow.unserved, rel=1e-12, abs=1e-12)
    return flow


def test_the_toy_city_is_as_counted_by_hand():
    flow = walk_flow(toy_city.network(), toy_city.ends(), TOY)
    hand = pd.DataFrame(toy_city.STREETS, columns=["s", "e", "l", "trips", "forward"])
    assert flow.edges["walk_flow"].tolist() == pytest.approx(hand["trips"].tolist(), abs=1e-12)
    assert flow.edges["walk_flow_forward"].tolist() == pytest.approx(
        hand["forward"].tolist(), abs=1e-12
    )
    nodes = pd.DataFrame(
        toy_city.NODES, columns=["x", "y", "produced", "d", "arriving", "passing", "unserved"]
    )
    for column in ("produced", "arriving", "passing", "unserved"):
        assert flow.nodes[column].tolist() == pytest.approx(nodes[column].tolist(), abs=1e-12)
    assert (flow.produced, flow.unserved) == (14.0, 2.0)
    assert flow.arriving == pytest.approx(12.0)
    assert flow.settled == toy_city.SETTLED


def test_parallel_lanes_of_one_length_share_and_longer_ones_have_none():
    model = dataclasses.replace(TOY, cutoff_m=toy_city.WIDER_M)
    flow = walk_flow(toy_city.network(), toy_city.ends(), model).edges["walk_flow"]
    assert flow.iloc[7:11].tolist() == pytest.approx([4 / 7, 4 / 7, 0, 0])
    closer = walk_flow(
        toy_city.network(), toy_city.ends(), dataclasses.replace(TOY, cutoff_m=259.999)
    )
    assert closer.edges["walk_flow"].iloc[7:11].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "model",
    [
        WalkModel(250, EVENLY),
        WalkModel(300, ExponentialDecay(0.004)),
        WalkModel(300, GaussianDecay(20_000, plateau_m=120)),
        WalkModel(300, own_node=True),
        WalkModel(300, constrained=False),
        WalkModel(300, constrained=False, own_node=True),
    ],
)
def test_the_toy_city_equals_brute_force(model):
    ends = toy_city.ends()
    ends.loc[0, "destinations"] = 2.0
    require_equal_to_brute_force(toy_city.network(), ends, model)


def multigraph(draw):
    nodes = draw(st.integers(1, 9))
    node = st.integers(0, nodes - 1)
    length = st.sampled_from([0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 3.0, 1.5, 40.0, 0.0002])
    rows = draw(st.lists(st.tuples(node, node, length), max_size=20))
    weight = st.sampled_from([0.0, 0.0, 1.0, 2.5, 1e-3])
    ends = draw(st.lists(st.tuples(weight, weight), min_size=nodes, max_size=nodes))
    spots = np.random.default_rng(draw(st.integers(0, 3))).random((nodes, 2))
    edges = pd.DataFrame(rows, columns=["start_node", "end_node", "length_m"])
    return (
        StreetNetwork(
            pd.DataFrame(spots, columns=["lon", "lat"]),
            edges.astype({"start_node": "int64", "end_node": "int64", "length_m": "float64"}),
        ),
        pd.DataFrame(ends, columns=["origins", "destinations"], dtype="float64"),
    )


CASES = st.composite(multigraph)()


@given(CASES, st.sampled_from([1.0, 2.0, 3.5, 100.0]), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_random_streets_equal_brute_force(case, cutoff_m, own_node, constrained):
    model = WalkModel(
        cutoff_m, ExponentialDecay(0.1), own_node=own_node, constrained=constrained
    )
    require_equal_to_brute_force(*case, model)


@given(CASES, st.sampled_from([0.3, 1.0, 5.0]))
@settings(max_examples=150, deadline=None)
def test_detours_equal_brute_force(case, detour_m):
    network, ends = case
    model = WalkModel(6.0, ExponentialDecay(0.1), detour_m=detour_m)
    flow = walk_flow(network, ends, model)
    expected = brute_flow.detour_flow(network, ends, model)
    assert close(
        flow.edges["walk_flow"], dense(expected, len(flow.edges)), scale=ends["origins"].sum()
    )
    assert flow.produced == pytest.approx(flow.arriving + flow.unserved, rel=1e-12, abs=1e-12)


@given(CASES, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_does_not_matter(case, random):
    network, ends = case
    model = WalkModel(3.5, ExponentialDecay(0.1))
    flow = walk_flow(network, ends, model)
    rows = list(range(len(network.edges)))
    random.shuffle(rows)
    names = list(range(len(network.nodes)))
    random.shuffle(names)
    place = np.argsort(names)
    shuffled = StreetNetwork(
        network.nodes.iloc[names].reset_index(drop=True),
        network.edges.iloc[rows].assign(
            start_node=lambda edges: place[edges["start_node"]],
            end_node=lambda edges: place[edges["end_node"]],
        ),
    )
    again = walk_flow(shuffled, ends.iloc[names].reset_index(drop=True).iloc[::-1], model)
    assert close(again.edges["walk_flow"].sort_index(), flow.edges["walk_flow"], scale=1)
    assert close(again.nodes["passing"].to_numpy()[place], flow.nodes["passing"], scale=1)


@given(CASES)
@settings(max_examples=60, deadline=None)
def test_farther_walks_never_serve_fewer(case):
    unserved = [walk_flow(*case, WalkModel(cutoff_m)).unserved for cutoff_m in (1, 2, 3.5, 100)]
    assert unserved == sorted(unserved, reverse=True)


def grid(side, *, length_m=100.0):
    """Return a square grid of streets, with weights that differ."""
    nodes = pd.DataFrame(
        {"lon": np.tile(np.arange(side), side), "lat": np.repeat(np.arange(side), side)},
        dtype=float,
    )
    node = np.arange(side * side).reshape(side, side)
    edges = pd.DataFrame(
        {
            "start_node": np.r_[node[:, :-1].ravel(), node[:-1].ravel()],
            "end_node": np.r_[node[:, 1:].ravel(), node[1:].ravel()],
            "length_m": length_m,
        }
    )
    random = np.random.default_rng(1)
    ends = pd.DataFrame(
        {"origins": random.random(side**2), "destinations": random.random(side**2)}
    )
    return StreetNetwork(nodes, edges), ends


def test_a_grid_full_of_ties_equals_brute_force():
    network, ends = grid(9)
    require_equal_to_brute_force(network, ends, WalkModel(450, ExponentialDecay(0.003)))


def test_blocks_of_origins_agree_with_one_at_a_time():
    network, ends = grid(40)
    blocks = walk_flow(network, ends, WalkModel(1500))
    single = walk_flow(network, ends, WalkModel(1500, detour_m=1e-6))  # no detour is that short
    assert blocks.settled == single.settled
    assert close(blocks.edges["walk_flow"], single.edges["walk_flow"], scale=1)
    assert close(blocks.nodes["passing"], single.nodes["passing"], scale=1)


def test_more_paths_than_can_be_counted_are_still_shared_evenly():
    # Each step doubles the number of paths: 2**1200 of them, more than a float can hold.
    steps = 1200
    edges = pd.DataFrame(
        {
            "start_node": np.repeat(np.arange(steps), 2),
            "end_node": np.repeat(np.arange(1, steps + 1), 2),
            "length_m": 1.0,
        }
    )
    nodes = pd.DataFrame({"lon": np.arange(steps + 1.0), "lat": 0.0})
    ends = pd.DataFrame({"origins": 0.0, "destinations": 0.0}, index=nodes.index)
    ends.loc[0, "origins"] = ends.loc[steps, "destinations"] = 6.0
    flow = walk_flow(StreetNetwork(nodes, edges), ends, WalkModel(steps, EVENLY))
    assert flow.edges["walk_flow"].tolist() == pytest.approx([3.0] * 2 * steps, rel=1e-9)


@pytest.mark.parametrize("detour_m", [0.0, 20.0])
def test_threads_change_no_bit(detour_m):
    network, ends = grid(60)
    model = WalkModel(700, detour_m=detour_m)
    flows = [walk_flow(network, ends, model, threads=threads) for threads in (1, 2, 3)]
    for other in flows[1:]:
        assert (other.edges == flows[0].edges).all(axis=None)
        assert (other.nodes == flows[0].nodes).all(axis=None)


def test_trips_are_conserved_at_every_node():
    network, ends = grid(20)
    flow = walk_flow(network, ends, WalkModel(600, detour_m=30))
    start, end = network.edges["start_node"], network.edges["end_node"]
    both, forward = flow.edges["walk_flow"], flow.edges["walk_flow_forward"]
    entering = (
        forward.groupby(end).sum().add((both - forward).groupby(start).sum(), fill_value=0)
    )
    leaving = (
        forward.groupby(start).sum().add((both - forward).groupby(end).sum(), fill_value=0)
    )
    nodes = flow.nodes
    assert close(entering - nodes["arriving"], leaving - nodes["produced"], scale=1)
    assert close(entering - nodes["arriving"], nodes["passing"], scale=1)


def test_detours_take_the_longer_way_as_often_as_they_should():
    # Two ways round a block, 200 and 230 m: odds of exp(-30 / 20).
    nodes = pd.DataFrame({"lon": [0.0, 1.0, 1.0, 2.0], "lat": [0.0, 1.0, -1.0, 0.0]})
    edges = pd.DataFrame(
        {
            "start_node": [0, 1, 0, 2],
            "end_node": [1, 3, 2, 3],
            "length_m": [100, 100, 115, 115.0],
        }
    )
    ends = pd.DataFrame({"origins": [10.0, 0, 0, 0], "destinations": [0.0, 0, 0, 1]})
    flow = walk_flow(StreetNetwork(nodes, edges), ends, WalkModel(500, detour_m=20))
    odds = math.exp(-30 / 20)
    assert flow.edges["walk_flow"].tolist() == pytest.approx(
        [10 / (1 + odds)] * 2 + [10 * odds / (1 + odds)] * 2
    )


def test_stretches_of_no_length_carry_trips():
    nodes = pd.DataFrame({"lon": [0.0, 0.0, 0.0, 1.0], "lat": 0.0})
    edges = pd.DataFrame(
        {"start_node": [0, 1, 0, 2], "end_node": [1, 2, 2, 3], "length_m": [0.0, 0.0, 0.0, 5.0]}
    )
    ends = pd.DataFrame({"origins": [3.0, 0, 0, 0], "destinations": [0.0, 0, 0, 1]})
    flow = walk_flow(StreetNetwork(nodes, edges), ends, WalkModel(5.0))
    assert flow.edges["walk_flow"].tolist() == [0.0, 0.0, 3.0, 3.0]


@pytest.mark.parametrize("nodes", [0, 1])
def test_a_network_without_streets_serves_nobody(nodes):
    network = StreetNetwork(
        pd.DataFrame({"lon": [0.0] * nodes, "lat": [0.0] * nodes}),
        pd.DataFrame({"start_node": [], "end_node": [], "length_m": []}, dtype="float64"),
    )
    ends = pd.DataFrame({"origins": [2.0] * nodes, "destinations": [1.0] * nodes})
    flow = walk_flow(network, ends, WalkModel(800))
    assert flow.edges.empty
    assert (flow.unserved, flow.arriving, flow.settled) == (2.0 * nodes, 0, nodes)
    assert walk_flow(network, ends, WalkModel(800, own_node=True)).arriving == 2.0 * nodes


def test_a_cut_of_helsinki_equals_brute_force():
    box = (24.9352, 60.1665, 24.9392, 60.1690)
    network = plain_streets.plain_streets(plain_streets.helsinki(), within=box)
    assert len(network.nodes) > 100
    assert len(network.edges) > len(network.nodes)
    random = np.random.default_rng(5)
    ends = pd.DataFrame(
        random.random((len(network.nodes), 2)), columns=["origins", "destinations"]
    )
    ends = ends.where(ends > 0.3, 0.0)
    flow = require_equal_to_brute_force(network, ends, WalkModel(250, ExponentialDecay(0.004)))
    assert (flow.edges["walk_flow"] > 0).mean() > 0.5


def test_indexes_are_kept_and_inputs_untouched():
    network = toy_city.network()
    edges = network.edges.set_index(pd.Index([f"e{row}" for row in range(len(network.edges))]))
    before, ends = edges.copy(), toy_city.ends()
    flow = walk_flow(StreetNetwork(network.nodes, edges), ends, TOY)
    assert flow.edges.index.equals(edges.index)
    pd.testing.assert_frame_equal(edges, before)
    pd.testing.assert_frame_equal(ends, toy_city.ends())


def test_a_graph_at_hand_gives_the_same():
    network, ends = grid(10)
    graph = build_street_graph(network)
    given_graph = walk_flow(network, ends, WalkModel(500), graph=graph)
    pd.testing.assert_frame_equal(
        given_graph.edges, walk_flow(network, ends, WalkModel(500)).edges
    )


@pytest.mark.parametrize("value", [float("nan"), -1.0, float("inf")])
@pytest.mark.parametrize("column", ["origins", "destinations"])
def test_a_weight_that_is_none_is_refused(column, value):
    ends = toy_city.ends()
    ends.loc[3, column] = value
    with pytest.raises(WalkFlowError, match=f"Node 3 has `{column}` {value}"):
        walk_flow(toy_city.network(), ends, TOY)


def test_ends_of_other_nodes_are_refused():
    with pytest.raises(WalkFlowError, match="one row for each node"):
        walk_flow(toy_city.network(), toy_city.ends().iloc[1:], TOY)
    with pytest.raises(WalkFlowError, match="one row for each node"):
        walk_flow(toy_city.network(), pd.concat([toy_city.ends()] * 2), TOY)
    with pytest.raises(MissingColumnError, match="destinations"):
        walk_flow(toy_city.network(), toy_city.ends()[["origins"]], TOY)


def test_options_out_of_range_are_refused():
    with pytest.raises(StreetGraphError, match="`cutoff_m` must be above 0"):
        walk_flow(toy_city.network(), toy_city.ends(), WalkModel(0))
    with pytest.raises(WalkFlowError, match="`detour_m`"):
        WalkModel(800, detour_m=-1)
    with pytest.raises(WalkFlowError, match="`threads` must be at least 1; got 0"):
        walk_flow(toy_city.network(), toy_city.ends(), TOY, threads=0)
    with pytest.raises(DecayError, match="`per_m` of a decay"):
        ExponentialDecay(-0.1)
    with pytest.raises(DecayError, match="`spread_m2` of a decay"):
        GaussianDecay(0)


def test_nobody_is_served_where_decay_leaves_nothing():
    flow = walk_flow(toy_city.network(), toy_city.ends(), WalkModel(250, ExponentialDecay(50)))
    assert flow.unserved == flow.produced == 14.0


@pytest.mark.parametrize("decay", [ExponentialDecay(0.0021), GaussianDecay(1e5, plateau_m=0.2)])
def test_a_table_of_a_decay_holds_it(decay):
    coarse, fine, bits = decay_table(decay, cutoff_mm=3000)
    mm = np.arange(3001)
    found = coarse[mm >> bits] * fine[mm & ((1 << bits) - 1)]
    assert np.allclose(found, decay.weights(mm / 1000), rtol=1e-14, atol=0)


FRESH = """
import sys
import geo.walk_flow, geo.street_graph, geo.decay
assert "numba" not in sys.modules, "numba is slow to import"
import pandas as pd
from geo.street_network import StreetNetwork
edges = pd.DataFrame({"start_node": [0], "end_node": [1], "length_m": [5.0]})
network = StreetNetwork(pd.DataFrame({"lon": [0.0, 1.0], "lat": [0.0, 0.0]}), edges)
ends = pd.DataFrame({"origins": [2.0, 0.0], "destinations": [0.0, 1.0]})
flow = geo.walk_flow.walk_flow(network, ends, geo.walk_flow.WalkModel(10))
print(flow.edges["walk_flow"].tolist())
"""


@pytest.mark.slow
def test_it_works_where_nothing_can_be_kept(tmp_path):
    hidden = (
        "import numba.core.caching as caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import geo.kernels\n"
        "@geo.kernels.kernel\n"
        "def double(number): return 2 * number\n"
        "assert double(4) == 8 and type(double._cache).__name__ == 'NullCache'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", hidden], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def tangle(side):
    """Return a grid of equal lengths drawn as if its nodes lay in a row, all far from others."""
    at = np.arange(side * side)
    east, north = at[at % side < side - 1], at[: -side or None]
    nodes = pd.DataFrame({"lon": at * 1e-3, "lat": 51 + at * 7 % 13 * 1e-3})
    starts, ends = np.concatenate([east, north]), np.concatenate([east + 1, north + side])
    edges = pd.DataFrame({"start_node": starts, "end_node": ends, "length_m": 1.0})
    return StreetNetwork(nodes, edges)


def test_origins_that_agree_on_no_order_are_loaded_one_by_one_and_soon():
    # In blocks alone, visits double with every few rows: a side of 60 took over three minutes.
    network, model = tangle(20), WalkModel(800)
    ends = pd.DataFrame({"origins": 1.0, "destinations": 1.0}, index=network.nodes.index)
    alone = [
        walk_flow(network, ends.assign(origins=1.0 * (ends.index == node)), model).edges
        for node in ends.index
    ]
    expected = sum(edges["walk_flow"].to_numpy() for edges in alone)
    whole = walk_flow(network, ends, model)
    assert close(whole.edges["walk_flow"], expected, scale=expected.max())
    large = tangle(60)
    ends = pd.DataFrame({"origins": 1.0, "destinations": 1.0}, index=large.nodes.index)
    start = time.process_time()
    flow = walk_flow(large, ends, model)
    assert time.process_time() - start < 60
    assert flow.arriving == pytest.approx(3600, rel=1e-9)


@pytest.mark.parametrize("column", ["origins", "destinations"])
def test_weights_too_large_to_multiply_are_refused(column):
    ends = toy_city.ends().astype(float)
    ends[column] *= 1e160
    with pytest.raises(WalkFlowError, match="cannot be multiplied"):
        walk_flow(toy_city.network(), ends, TOY)


def test_numba_waits_until_it_is_needed():
    done = subprocess.run(
        [sys.executable, "-c", FRESH], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\[2\.0\]\s*", done.stdout)
