"""What the walk flow past cameras is taken from, on streets of three stretches."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.errors import SourceError
from data.leeds_flow import SHIPPED, TRIED, _at, _Squares, flows_at_cameras
from data.walk_fit import WEIGHTS
from geo.street_network import StreetNetwork


def test_flow_grows_as_its_spread_over_that_of_the_stand_in():
    # Log stand-in 0, 1, 2; log flow 0, 2, 4; a square with little street is left out.
    squares = _Squares(
        np.array([0, 1, 2, 3]), np.array([2000.0, 2000, 2000, 100]), np.exp([0.0, 1, 2, 9])
    )
    assert squares.elasticity_of(np.exp([0.0, 2, 4, 0])) == pytest.approx(2)


def test_flow_is_weighed_by_length_within_a_square():
    squares = _Squares(
        np.array([0, 0, 1]), np.array([3000.0, 1000, 2000]), np.array([1.0, np.e])
    )
    # Mean flow (3 x 1 + 1 x 9) / 4 = 3 against 3 e: an elasticity of one.
    assert squares.elasticity_of(np.array([1.0, 9.0, 3 * np.e])) == pytest.approx(1)


def test_a_camera_stands_on_the_nearest_street_with_a_name():
    lines = [
        shapely.LineString([(-1.5425, 53.796), (-1.5425, 53.798)]),
        shapely.LineString([(-1.5423, 53.796), (-1.5423, 53.798)]),
        shapely.LineString([(-1.5400, 53.796), (-1.5400, 53.798)]),
    ]
    edges = gpd.GeoDataFrame(
        {"name": ["Briggate", None, "Vicar Lane"]}, geometry=lines, crs="EPSG:4326"
    )
    cameras = pd.DataFrame({"lon": [-1.5423, -1.5401], "lat": [53.797, 53.797]})
    assert _at(cameras, StreetNetwork(pd.DataFrame(), edges)).tolist() == [0, 2]


def test_what_is_shipped_was_among_those_tried_and_named_apart():
    assert SHIPPED in TRIED
    assert len({str(one) for one in TRIED}) == len(TRIED) == 6
    assert str(SHIPPED) == "800 m, from residents and places"


def test_a_folder_without_streets_is_named(tmp_path):
    with pytest.raises(
        SourceError, match=r"no leeds_.*gpkg.*Give the folder of Leeds's streets"
    ):
        flows_at_cameras(pd.DataFrame(), tmp_path, weights=WEIGHTS)
