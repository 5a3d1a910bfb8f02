"""People at points are put on the nearest streets, and nobody is lost or made up."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_ground import EAST, NORTH, make_network

from geo.errors import CoverageError, CrsError, MissingColumnError
from geo.points_on_edges import points_on_edges

X, Y = EAST, NORTH
STREETS = [[(0, 0), (400, 0)], [(400, 0), (400, 400)]]
NETWORK = make_network(*STREETS)


def people(*spots, count=None, crs="EPSG:27700"):
    shapes = [shapely.Point(X + x, Y + y) for x, y in spots]
    counts = [1.0] * len(spots) if count is None else count
    return gpd.GeoDataFrame({"count": counts}, geometry=shapes, crs="EPSG:27700").to_crs(crs)


spots = st.tuples(st.integers(-200, 600), st.integers(-200, 600))
crowds = st.lists(st.tuples(spots, st.floats(0, 1e4)), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(crowds)
def test_everybody_within_reach_is_placed_once(crowd):
    points = people(*(spot for spot, _ in crowd), count=[count for _, count in crowd])
    placed = points_on_edges(NETWORK, points, reach_m=2000)
    assert placed["persons"].sum() == pytest.approx(points["count"].sum(), rel=1e-9, abs=1e-9)
    assert (placed["persons"] >= 0).all()
    known = placed["middle_share"].dropna()
    assert known.between(0, 1).all()
    assert placed.index.equals(NETWORK.edges.index)


def test_people_are_put_where_they_are_along_the_nearest_street():
    placed = points_on_edges(NETWORK, people((100, 5), (300, -5), count=[3, 1]))
    assert placed["persons"].tolist() == [4, 0]
    assert placed["middle_share"].iloc[0] == pytest.approx((3 * 0.25 + 0.75) / 4, abs=1e-3)
    assert np.isnan(placed["middle_share"].iloc[1]), "nobody is nowhere along it"


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_points_may_be_in_any_system(crs):
    spots = [(100, 30), (390, 200)]
    one, other = (
        points_on_edges(NETWORK, people(*spots, crs=to)) for to in ("EPSG:27700", crs)
    )
    assert one["persons"].tolist() == other["persons"].tolist() == [1, 1]


def test_who_is_far_from_any_street_is_on_none():
    placed = points_on_edges(NETWORK, people((100, 10), (100, 900), count=[2, 50]))
    assert placed["persons"].sum() == 2


def test_a_table_of_another_town_is_refused():
    with pytest.raises(CoverageError, match="None of the 2 points lies within 250 m"):
        points_on_edges(NETWORK, people((90_000, 0), (91_000, 0)))


def test_what_lacks_a_count_or_a_system_is_refused():
    points = people((0, 0))
    with pytest.raises(MissingColumnError, match="count"):
        points_on_edges(NETWORK, points.rename(columns={"count": "jobs"}))
    with pytest.raises(CrsError):
        points_on_edges(NETWORK, points.set_crs(None, allow_override=True))
    assert points_on_edges(NETWORK, points.iloc[:0])["persons"].tolist() == [0, 0]


def test_the_order_of_rows_is_irrelevant():
    points = people((10, 3), (20, 3), (30, 3), count=[0.1, 0.2, 0.3])
    one, other = (points_on_edges(NETWORK, some) for some in (points, points.iloc[::-1]))
    assert one.equals(other)
