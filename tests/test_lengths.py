"""Lengths on the ground, against the ellipsoid's own and those of national grids."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import line_lengths_m, segment_lengths_m

GEOD = pyproj.Geod(ellps="WGS84")
GRID = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)


def step_m(lon, lat, *, east_m, north_m):
    """Return our length of a step, and the geodesic's."""
    bearing, length = np.degrees(np.arctan2(east_m, north_m)), np.hypot(east_m, north_m)
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, bearing, length)
    ours = segment_lengths_m(np.array([lon, to_lon]), np.array([lat, to_lat]))
    return ours[0], length


@settings(deadline=None)
@given(
    lon=st.floats(-180, 180), lat=st.floats(-80, 80),
    east_m=st.floats(-2000, 2000), north_m=st.floats(-2000, 2000),
)  # fmt: skip
def test_a_step_of_a_street_is_right_in_any_country(lon, lat, east_m, north_m):
    ours, geodesic = step_m(lon, lat, east_m=east_m, north_m=north_m)
    assert ours == pytest.approx(geodesic, rel=2e-6, abs=1e-4)


@pytest.mark.parametrize("lat", [-60.0, 0.0, 51.5])
def test_a_ferry_of_100_km_is_right_to_one_in_a_thousand(lat):
    ours, geodesic = step_m(0.0, lat, east_m=1e5, north_m=1e4)
    assert ours == pytest.approx(geodesic, rel=1e-3)


@settings(deadline=None)
@given(lon=st.floats(-5.5, 1.7), lat=st.floats(50.0, 58.6), bearing=st.floats(0, 360))
def test_in_great_britain_it_is_the_grid_s_to_five_in_ten_thousand(lon, lat, bearing):
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, bearing, 500.0)
    east, north = GRID.transform([lon, to_lon], [lat, to_lat])
    ours = segment_lengths_m(np.array([lon, to_lon]), np.array([lat, to_lat]))[0]
    assert ours == pytest.approx(np.hypot(np.diff(east), np.diff(north))[0], rel=5e-4)


def test_the_far_west_is_off_the_grid_s_by_one_in_a_thousand():
    lon, lat = np.array([-7.60, -7.59]), np.array([57.0, 57.0])  # Barra
    east, north = GRID.transform(lon, lat)
    ratio = np.hypot(np.diff(east), np.diff(north))[0] / segment_lengths_m(lon, lat)[0]
    assert 1.0009 < ratio < 1.0012


def test_the_short_way_round_the_date_line():
    lon, lat = np.array([179.9995, -179.9995]), np.array([-16.8, -16.8])  # Taveuni
    assert segment_lengths_m(lon, lat)[0] == pytest.approx(106.6, abs=0.1)


def test_lines_do_not_run_into_one_another():
    lon = np.array([0.0, 0.001, 0.5, 0.6, 0.6, np.nan, 0.7])
    lat = np.zeros(7)
    lengths = line_lengths_m(lon, lat, np.array([0, 2, 2, 3, 5, 7]))
    assert lengths[:4] == pytest.approx([111.3195, 0.0, 0.0, 0.0], abs=1e-3)
    assert np.isnan(lengths[4])
    assert line_lengths_m(lon[:0], lat[:0], np.array([0])).tolist() == []
