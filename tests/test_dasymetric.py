"""
People of cells placed on the streets inside them: hand-counted, then nobody lost or invented.

    +---+---+---+
    | A-+-B |   |     cells of 100 m with 10, 20 and 30 persons; streets A-B from the middle
    +---+---+---+     of the first to the middle of the second, and none in the third
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_ground import EAST, NORTH, make_grid, make_network

from geo.crs import MEASURED
from geo.dasymetric import people_on_edges, people_on_nodes, place_people
from geo.errors import CrsError, InputError
from geo.grids import PopulationGrid
from geo.street_network import StreetNetwork


def persons(*args, **options):
    return people_on_edges(*args, **options)["persons"].tolist()


def test_a_street_takes_the_people_of_the_cells_it_runs_through():
    network = make_network([(50, 50), (150, 50)])
    placed = place_people(network, make_grid([[10, 20, 30]]), reach_m=10)
    assert placed.edges["persons"].tolist() == pytest.approx([30])
    assert placed.unplaced == 30  # the third cell begins 50 m beyond the street's end
    # 10 persons around a quarter of the way, 20 around three quarters
    assert placed.edges["middle_share"].item() == pytest.approx((10 / 4 + 15) / 30, rel=1e-4)
    nodes = people_on_nodes(network, placed.edges)
    assert nodes.tolist() == pytest.approx([12.5, 17.5], rel=1e-4)
    assert people_on_nodes(network, placed.edges[["persons"]]).tolist() == pytest.approx(
        [15, 15]
    )


def test_a_street_may_run_due_north():
    nodes = pd.DataFrame({"node_id": [1, 2], "lon": 0.0, "lat": [51.0, 51.004]})
    told = {"start_node": 0, "end_node": 1, "name": None, "class": "path", "length_m": 445.0}
    line = shapely.LineString([(0, 51), (0, 51.004)])
    edges = gpd.GeoDataFrame(told | {"way_id": [1]}, geometry=[line], crs="EPSG:4326")
    grid = PopulationGrid(
        np.full((4, 4), 10.0), Affine(0.002, 0, -0.004, 0, -0.002, 51.006), "EPSG:4326", None, "Toy", "2011"
    )  # fmt: skip
    placed = people_on_edges(StreetNetwork(nodes, edges), [grid])
    assert placed["persons"].sum() > 0


def test_the_nearest_street_takes_a_cell_without_one_within_reach():
    network = make_network([(50, 50), (150, 50)])
    assert persons(network, make_grid([[10, 20, 30]]), reach_m=51) == pytest.approx([60])


def test_streets_equally_near_share_a_cell():
    network = make_network([(0, 50), (80, 50)], [(220, 50), (300, 50)])
    assert persons(network, make_grid([[0, 30, 0]]), reach_m=51) == pytest.approx([15, 15])


def test_streets_in_a_cell_share_by_length_times_class():
    network = make_network(
        [(10, 10), (40, 10)], [(10, 20), (70, 20)], [(10, 30), (40, 30)],
        classes=["residential", "residential", "service"],
    )  # fmt: skip
    # 30 m and 60 m at full weight, 30 m at three tenths
    assert persons(network, make_grid([[99]])) == pytest.approx([30, 60, 9])


def test_addresses_say_who_lives_where():
    network = make_network([(10, 10), (90, 10)], [(10, 90), (90, 90)], [(110, 10), (190, 10)])
    spots = [shapely.Point(x + EAST, y + NORTH) for x, y in ((20, 12), (30, 85), (50, 88))]
    weights = gpd.GeoDataFrame({"weight": [1.0, 2.0, 3.0]}, geometry=spots, crs=MEASURED)
    placed = place_people(network, make_grid([[60, 8]]), weights=weights)
    # the second cell has no address, so its street takes its people by length
    assert placed.edges["persons"].tolist() == pytest.approx([10, 50, 8])
    assert placed.edges["middle_share"].iloc[0] == pytest.approx(10 / 80, abs=1e-3)
    buildings = gpd.GeoDataFrame(geometry=weights.buffer([1, 2, 3]), crs=MEASURED)
    by_area = persons(network, make_grid([[60, 8]]), weights=buildings.to_crs(4326))
    assert by_area == pytest.approx([60 / 14, 60 * 13 / 14, 8], rel=1e-4)


def test_addresses_far_from_any_street_do_not_count():
    network = make_network([(10, 10), (90, 10)])
    far = gpd.GeoDataFrame(geometry=[shapely.Point(EAST + 50, NORTH + 99)], crs=MEASURED)
    placed = place_people(network, make_grid([[60]]), weights=far, reach_m=20)
    assert placed.edges["persons"].tolist() == [60]
    assert placed.edges["middle_share"].item() == pytest.approx(0.5)


def test_what_is_wrong_with_weights_is_told():
    network, grid = make_network([(10, 10), (90, 10)]), make_grid([[60]])
    spot = shapely.Point(EAST, NORTH)
    for weight in (-1.0, np.nan, np.inf):
        bad = gpd.GeoDataFrame({"weight": [weight]}, geometry=[spot], index=["x"], crs=MEASURED)
        with pytest.raises(InputError, match=r"`weight` .* at 'x'"):
            people_on_edges(network, grid, weights=bad)
    with pytest.raises(CrsError):
        people_on_edges(network, grid, weights=gpd.GeoDataFrame(geometry=[spot]))
    with pytest.raises(InputError, match="above 0"):
        place_people(network, grid, class_weights={"service": 0.0})


def test_people_beyond_the_ground_that_the_network_covers_are_not_heaped_on_its_rim():
    network = make_network([(50, 50), (150, 50)], extent=shapely.box(0, 0, 150, 100))
    placed = place_people(network, make_grid([[10, 20, 30]]))
    assert placed.edges["persons"].item() == pytest.approx(20, rel=1e-3)
    assert placed.edges["persons"].item() + placed.unplaced == pytest.approx(60)


def test_off_the_grid_is_null_and_nodata_is_nobody_that_we_know_of():
    network = make_network(
        [(50, 50), (90, 50)],
        [(150, 50), (190, 50)],
        [(900, 50), (950, 50)],
        [(90, 20), (110, 20)],
    )
    out = people_on_edges(network, make_grid([[10, np.nan, 30]]), reach_m=5)
    assert out["persons"].tolist()[:2] == pytest.approx([8, 0], rel=1e-3)
    assert np.isnan(out["persons"].iloc[2])
    assert out["covered_share"].tolist() == pytest.approx([1, 1, 0, 1])
    assert out["known_share"].tolist() == pytest.approx([1, 0, 0, 0.5], abs=1e-3)


def test_a_grid_elsewhere_leaves_everybody_unplaced():
    network = make_network([(50, 50), (90, 50)])
    away = PopulationGrid(
        np.ones((3, 3)), Affine(0.01, 0, 174, 0, -0.01, -36), "EPSG:4326", None, "Away", "2011"
    )
    placed = place_people(network, away)
    assert placed.edges["persons"].isna().all()
    assert placed.unplaced == 9


def test_the_first_of_two_grids_counts_a_spot():
    network = make_network([(10, 50), (90, 50)], [(110, 50), (190, 50)])
    fine, wide = make_grid([[10]]), make_grid([[70, 20]])
    assert persons(network, [fine, wide]) == pytest.approx([10, 20])
    assert persons(network, [wide, fine]) == pytest.approx([70, 20])


def test_a_network_without_edges_places_nobody():
    network = make_network([(10, 10), (90, 10)])
    empty = StreetNetwork(network.nodes, network.edges.iloc[:0])
    placed = place_people(empty, make_grid([[60]]))
    assert placed.edges.empty
    assert placed.unplaced == 60


coordinates = st.tuples(st.integers(-20, 420), st.integers(-20, 320))
streets = st.lists(st.lists(coordinates, min_size=2, max_size=5), min_size=1, max_size=8)
counts = st.lists(st.one_of(st.just(np.nan), st.floats(0, 1e4)), min_size=12, max_size=12)


def usable(lines):
    return [line for line in lines if shapely.LineString(line).length > 0]


@settings(deadline=None, max_examples=60)
@given(streets.filter(usable), counts, st.floats(1, 400), st.booleans(), st.booleans())
def test_nobody_is_lost_or_invented(lines, people, reach_m, with_spots, bounded):
    extent = shapely.box(0, 0, 250, 180) if bounded else None
    network = make_network(*usable(lines), extent=extent)
    grid = make_grid(np.array(people).reshape(3, 4))
    spots = gpd.GeoDataFrame(
        {"weight": [1.0, 0.0, 2.5]}, crs=MEASURED,
        geometry=gpd.points_from_xy(EAST + np.array([5, 140, 390]), NORTH + np.array([7, 150, 300])),
    )  # fmt: skip
    placed = place_people(network, grid, weights=spots if with_spots else None, reach_m=reach_m)
    assert (placed.edges["persons"].dropna() >= 0).all()
    assert placed.unplaced >= -1e-9
    total = placed.edges["persons"].sum() + placed.unplaced
    assert total == pytest.approx(np.nansum(people), rel=1e-9, abs=1e-9)
    nodes = people_on_nodes(network, placed.edges)
    assert nodes.sum() == pytest.approx(placed.edges["persons"].sum(), rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(streets.filter(usable), counts, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(lines, people, random):
    lines = usable(lines)
    order = random.sample(range(len(lines)), len(lines))
    grid = make_grid(np.array(people).reshape(3, 4))
    there = people_on_edges(make_network(*lines), grid)
    turned = people_on_edges(make_network(*(lines[i] for i in order)), grid)
    pd.testing.assert_frame_equal(
        there.iloc[order].reset_index(drop=True), turned, rtol=1e-9, atol=1e-9
    )


@settings(deadline=None, max_examples=20)
@given(streets.filter(usable), counts)
def test_a_cell_by_cell_computation_in_shapely_agrees(lines, people):
    """Lines cut by each cell in turn; nothing within reach of cells without streets."""
    lines = usable(lines)
    network, grid = make_network(*lines), make_grid(np.array(people).reshape(3, 4))
    out = people_on_edges(network, grid, reach_m=1e-6)["persons"].fillna(0)
    expected = np.zeros(len(lines))
    for (row, column), count in np.ndenumerate(grid.array):
        cell = shapely.box(
            100 * column, 300 - 100 * (row + 1), 100 * column + 100, 300 - 100 * row
        )
        lengths = np.array(
            [shapely.LineString(line).intersection(cell).length for line in lines]
        )
        drawn = [shapely.LineString(line) for line in lines]
        along = any(line.intersection(cell.exterior).length > 0 for line in drawn)
        clear = not along and all(
            line.distance(cell.exterior) > 1e-3 or line.intersection(cell).length > 0.01
            for line in drawn
        )
        if not clear:
            return  # a line that only touches, or runs along the edge of, a cell
        if lengths.sum() > 0 and np.isfinite(count):
            expected += count * lengths / lengths.sum()
    assert out.to_numpy() == pytest.approx(expected, rel=1e-3, abs=1e-2)
