"""A busy street and a quiet one by hand, then laws."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CrsError, MissingColumnError
from geo.passages import Calibration, StreetLevel, WeekProfile, passages_per_hour
from geo.walk_past import walk_past_streets

GRID = "EPSG:27700"
LEVEL = StreetLevel("walk_flow", 100.0, 2000.0, 0.5, 0.1, 1.0, 0.5, 20.0, 8)
KNOWN = Calibration(LEVEL, WeekProfile((1.0,) * 168, (0.0,) * 168), 0.4, 3.0, 0.2, 9.0, 0.1)
X, Y = 530_000, 180_000


def make_edges(flows=(400.0, 25.0, 25.0), names=("High Street", "Back Lane", None)):
    ends = [((0, 0), (1000, 0)), ((0, 300), (1000, 300)), ((0, 8), (1000, 8))]
    lines = [f"LINESTRING ({X + a} {Y + b}, {X + c} {Y + d})" for (a, b), (c, d) in ends]
    return gpd.GeoDataFrame(
        {
            "name": pd.Series(list(names), dtype="str"),
            "walk_flow": pd.Series(list(flows), dtype="float64"),
        },
        geometry=gpd.GeoSeries.from_wkt(lines, crs=GRID),
    )


def place(wkt, uncertainty_m=1.0):
    shapes = gpd.GeoSeries.from_wkt([wkt], crs=GRID).translate(X, Y)
    return gpd.GeoDataFrame({"uncertainty_m": [uncertainty_m]}, geometry=shapes)


def walk_past(places, edges=None):
    edges = make_edges() if edges is None else edges
    return walk_past_streets(places, edges, KNOWN, crs=GRID)


def test_a_spot_on_one_street_has_its_passages():
    found = walk_past(place("POINT (500 0)"))
    alone = passages_per_hour(pd.Series([400.0]), KNOWN)
    assert found.to_numpy() == pytest.approx(alone.to_numpy(), rel=1e-9)


def test_a_street_without_a_name_counts_only_where_there_is_no_other():
    unnamed = make_edges(flows=(400.0, 25.0, 9000.0))
    assert walk_past(place("POINT (500 0)"), unnamed).equals(walk_past(place("POINT (500 0)")))
    nobody = make_edges(names=(None, None, None))
    both = walk_past(place("POINT (500 0)"), nobody)["walk_past_per_h"].iloc[0]
    assert both < walk_past(place("POINT (500 0)"))["walk_past_per_h"].iloc[0]


def test_a_district_holds_the_busy_street_and_the_quiet_one():
    square = "POLYGON ((400 -50, 600 -50, 600 350, 400 350, 400 -50))"
    low, middle, high = walk_past(place(square))[
        ["walk_past_per_h_lo80", "walk_past_per_h", "walk_past_per_h_hi80"]
    ].iloc[0]
    busy = walk_past(place("POINT (500 0)")).iloc[0]
    quiet = walk_past(place("POINT (500 300)")).iloc[0]
    assert quiet["walk_past_per_h"] < middle < busy["walk_past_per_h"]
    assert quiet["walk_past_per_h_lo80"] < low < busy["walk_past_per_h_lo80"]
    assert quiet["walk_past_per_h_hi80"] < high < busy["walk_past_per_h_hi80"]


def test_what_is_not_known_stays_null():
    places = pd.concat([place("POINT (90000 0)"), place("POINT EMPTY")], ignore_index=True)
    assert walk_past(places).isna().all(axis=None)
    unknown = make_edges(flows=(np.nan, np.nan, np.nan))
    assert walk_past(place("POINT (500 0)"), unknown).isna().all(axis=None)


def test_the_index_is_that_of_the_places():
    places = place("POINT (500 0)").set_axis(["met-1"])
    assert walk_past(places).index.tolist() == ["met-1"]


def test_a_column_that_lacks_is_named():
    with pytest.raises(MissingColumnError, match="walk_flow"):
        walk_past(place("POINT (500 0)"), make_edges().drop(columns="walk_flow"))
    with pytest.raises(CrsError):
        walk_past(place("POINT (500 0)").set_crs(None, allow_override=True))


@settings(deadline=None)  # a busy machine takes its time over the first of them
@given(st.lists(st.floats(0, 1e5), min_size=3, max_size=3), st.floats(1, 10))
def test_more_walks_never_mean_fewer_passages(flows, factor):
    square = place("POLYGON ((400 -50, 600 -50, 600 350, 400 350, 400 -50))")
    less = walk_past(square, make_edges(flows))
    more = walk_past(square, make_edges([factor * flow for flow in flows]))
    assert more["walk_past_per_h"].iloc[0] >= less["walk_past_per_h"].iloc[0] * (1 - 1e-9)
