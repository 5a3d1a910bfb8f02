"""A cross of two streets by hand, then laws."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CrsError
from geo.stretches import SPOT_REACH_M, STREET_REACH_M, stretches_of

GRID = "EPSG:27700"
CROSS = gpd.GeoSeries.from_wkt(
    [
        "LINESTRING (0 0, 1000 0)",  # High Street
        "LINESTRING (0 20, 1000 20)",  # a pavement mapped beside it
        "LINESTRING (500 0, 500 1000)",  # Station Road
        "LINESTRING (5000 0, 5000 100)",  # another town
    ],
    crs=GRID,
)


def near(wkt, radius_m=None):
    places = gpd.GeoSeries([None if wkt is None else shapely.from_wkt(wkt)], crs=GRID)
    radius = None if radius_m is None else pd.Series([radius_m])
    found = stretches_of(places, CROSS, radius_m=radius)
    return dict(zip(found["edge"], found["weight_m"].round(0), strict=True))


def test_a_point_reaches_as_far_as_it_is_vague():
    # The circle is a polygon of 64 sides: it loses a metre at most.
    assert near("POINT (500 0)", 100.0) == {
        0: 200,
        1: pytest.approx(2 * np.sqrt(100**2 - 20**2), abs=2),
        2: 100,
    }
    assert near("POINT (500 0)", 5.0)[0] == 2 * SPOT_REACH_M
    assert near("POINT (500 0)")[2] == SPOT_REACH_M


def test_a_street_holds_its_pavements_and_the_mouths_of_others():
    assert near("LINESTRING (0 0, 1000 0)", 9999.0) == {0: 1000, 1: 1000, 2: STREET_REACH_M}


def test_a_district_holds_what_lies_in_it():
    assert near("POLYGON ((400 -50, 600 -50, 600 50, 400 50, 400 -50))", 1.0) == {
        0: 200,
        1: 200,
        2: 50,
    }


def test_what_touches_nothing_or_is_not_known_has_no_stretch():
    assert near("POINT (9000 9000)", 10.0) == {}
    assert near(None) == {}
    # A corner that only touches a street holds none of it.
    assert near("POLYGON ((1000 0, 1100 50, 1100 -50, 1000 0))") == {}


def test_degrees_are_refused():
    with pytest.raises(CrsError, match="places"):
        stretches_of(gpd.GeoSeries.from_xy([0.0], [51.0], crs="EPSG:4326"), CROSS)
    with pytest.raises(CrsError, match="EPSG:32630"):
        stretches_of(CROSS, CROSS.set_crs("EPSG:32630", allow_override=True))
    with pytest.raises(CrsError, match="edges"):
        stretches_of(CROSS, CROSS.set_crs("EPSG:4326", allow_override=True))


@given(st.integers(-200, 1200), st.integers(-200, 1200), st.floats(40, 900), st.floats(1, 3))
def test_a_larger_radius_never_holds_less(x, y, radius, factor):
    less, more = (near(f"POINT ({x} {y})", r) for r in (radius, radius * factor))
    assert all(more[edge] >= held - 1 for edge, held in less.items())


@given(st.permutations(range(4)))
def test_the_order_of_edges_does_not_matter(order):
    place = gpd.GeoSeries.from_wkt(["POINT (500 0)"], crs=GRID)
    found = stretches_of(place, CROSS.iloc[list(order)], radius_m=pd.Series([300.0]))
    back = {
        order[edge]: weight
        for edge, weight in zip(found["edge"], found["weight_m"], strict=True)
    }
    assert {edge: round(weight) for edge, weight in back.items()} == near(
        "POINT (500 0)", 300.0
    )
