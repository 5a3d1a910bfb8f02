"""The stand-in for walk flow: by hand on a grid of few cells, then on Great Britain's."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from data.rebuild_postcodes import build_grid
from data.surroundings import (
    RESIDENTS_PER_POSTCODE,
    load_postcodes,
    load_stations,
    postcode_residents,
)
from data.walk_calibration import load_walk_calibration
from geo.errors import CrsError
from geo.stand_in import DENSITIES, KERNEL_M, PostcodeGrid, StandInWeights, stand_in

WEIGHTS = StandInWeights(1.0, 10.0, 50.0)
PEAK_PER_KM2 = 1e6 / (2 * np.pi * KERNEL_M**2)
"""Density at a spot of one thing standing on it."""

NOWHERE = gpd.GeoSeries([], crs="EPSG:27700")


def toy_grid(cells):
    """Make a grid of `{(column, row): (small, large)}`."""
    keys = sorted(cells, key=lambda cell: (cell[1], cell[0]))
    columns = [np.array([key[i] for key in keys], dtype=np.int32) for i in (0, 1)]
    counts = [np.array([cells[key][i] for key in keys], dtype=np.int32) for i in (0, 1)]
    return PostcodeGrid(*columns, *counts, 250.0, "EPSG:27700", "Toyland", "2025")


def places(*shapes):
    index = pd.Index([f"p{i}" for i in range(len(shapes))])
    return gpd.GeoDataFrame(geometry=list(shapes), index=index, crs="EPSG:27700")


def around(*shapes, grid, stations=NOWHERE, weights=WEIGHTS):
    return stand_in(places(*shapes), grid, stations, weights=weights)


MIDDLE = shapely.Point(125, 125)
ONE = toy_grid({(0, 0): (4, 2)})


def test_things_on_the_spot_count_in_full():
    found = around(MIDDLE, grid=ONE).iloc[0]
    assert found["small_user_per_km2"] == pytest.approx(4 * PEAK_PER_KM2)
    assert found["large_user_per_km2"] == pytest.approx(2 * PEAK_PER_KM2)
    assert found["stand_in"] == pytest.approx(24 * PEAK_PER_KM2)
    assert found["stand_in_log_sd"] == 0


def test_one_kernel_width_away_they_count_less():
    # e^(-1/2) at one standard deviation, nothing past three.
    near, far = shapely.Point(125 + KERNEL_M, 125), shapely.Point(125 + 3.01 * KERNEL_M, 125)
    found = around(near, far, grid=ONE)["small_user_per_km2"]
    assert found.iloc[0] == pytest.approx(4 * PEAK_PER_KM2 * np.exp(-0.5))
    assert found.iloc[1] == 0


def test_a_station_adds_its_weight():
    stations = gpd.GeoSeries([shapely.Point(125, 125 + KERNEL_M)], crs="EPSG:27700")
    more = around(MIDDLE, grid=ONE, stations=stations).iloc[0]
    assert more["stations_per_km2"] == pytest.approx(PEAK_PER_KM2 * np.exp(-0.5))
    assert more["stand_in"] == pytest.approx((24 + 50 * np.exp(-0.5)) * PEAK_PER_KM2)


def test_the_kernel_conserves_what_it_spreads():
    # Over a lattice that holds the whole kernel, the density sums to the postcodes again.
    area = shapely.box(-2000, -2000, 2250, 2250)
    found = around(area, grid=ONE).iloc[0]
    assert found["small_user_per_km2"] * area.area / 1e6 == pytest.approx(4, rel=0.01)


def test_a_street_is_the_mean_of_its_spots():
    street = shapely.LineString([(125, 125), (425, 125)])
    spots = [shapely.Point(x, 125) for x in (175, 275, 375)]
    each = around(*spots, grid=ONE)["stand_in"]
    found = around(street, grid=ONE).iloc[0]
    assert found["stand_in"] == pytest.approx(each.mean())
    assert found["stand_in_log_sd"] == pytest.approx(np.log(each).std(ddof=0))
    assert found["stand_in_method"].startswith(
        "postcodes and stations within 1200 m, mean along the street; Toyland, 2025"
    )


def test_several_points_are_all_candidates():
    spots = [shapely.Point(125, 125), shapely.Point(925, 125)]
    each = around(*spots, grid=ONE)["stand_in"]
    both = around(shapely.MultiPoint(spots), grid=ONE)["stand_in"].iloc[0]
    assert both == pytest.approx(each.mean())


def test_an_area_is_the_mean_of_its_cells():
    cells = {(0, 0): (4, 0), (1, 0): (2, 1), (0, 1): (1, 0), (1, 1): (9, 3)}
    middles = [shapely.Point(250 * c + 125, 250 * r + 125) for c, r in cells]
    each = around(*middles, grid=toy_grid(cells))["stand_in"]
    found = around(shapely.box(0, 0, 500, 500), grid=toy_grid(cells))["stand_in"].iloc[0]
    assert found == pytest.approx(each.mean())


def test_an_area_smaller_than_a_cell_is_still_somewhere():
    found = around(shapely.box(110, 110, 120, 120), grid=ONE).iloc[0]
    assert found["small_user_per_km2"] == pytest.approx(4 * PEAK_PER_KM2, rel=0.01)


def test_a_large_area_is_looked_at_in_steps():
    grid = toy_grid({(c, r): (1, 0) for c in range(0, 400, 4) for r in range(0, 400, 4)})
    found = around(shapely.box(0, 0, 100_000, 100_000), grid=grid).iloc[0]
    assert found["small_user_per_km2"] == pytest.approx(1.0, rel=0.05)


def test_far_from_any_postcode_is_null_with_a_reason_and_near_is_zero():
    far, near = shapely.Point(125 + 10_001, 125), shapely.Point(125 + 9_999, 125)
    found = around(far, near, None, grid=ONE)
    assert found.iloc[0][list(DENSITIES)].isna().all()
    assert pd.isna(found["stand_in"].iloc[0])
    assert found["stand_in_method"].iloc[0] == (
        "no postcode of Toyland lies within 10 km of this place"
    )
    assert found["stand_in"].iloc[1] == 0
    assert pd.isna(found["stand_in"].iloc[2])
    assert found["stand_in_method"].iloc[2] == "the place is not known"


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(174.77, -36.85),
        shapely.box(24, 60, 25, 61),
        shapely.box(-180, -90, 180, 90),
        shapely.Point(0, -90),
    ],
    ids=["Auckland", "Helsinki", "the world", "the pole"],
)
def test_ground_beyond_the_grid_is_null_with_a_reason(shape):
    frame = gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326")
    found = stand_in(frame, ONE, NOWHERE, weights=WEIGHTS).iloc[0]
    assert pd.isna(found["stand_in"])
    assert "no postcode of Toyland" in found["stand_in_method"]


def test_a_street_in_pieces_is_one_street():
    pieces = [[(125, 125), (425, 125)], [(525, 125), (825, 125)]]
    both = around(shapely.MultiLineString(pieces), grid=ONE).iloc[0]
    each = around(*map(shapely.LineString, pieces), grid=ONE)["stand_in"]
    assert both["stand_in"] == pytest.approx(each.mean())


def test_places_without_a_reference_system_are_refused():
    bare = gpd.GeoDataFrame(geometry=[MIDDLE])
    with pytest.raises(CrsError, match="no coordinate reference system"):
        stand_in(bare, ONE, NOWHERE, weights=WEIGHTS)


@given(
    x=st.floats(-1000, 2000),
    y=st.floats(-1000, 2000),
    order=st.permutations(range(4)),
)
def test_order_is_irrelevant_and_more_never_counts_less(x, y, order):
    cells = {(0, 0): (4, 0), (1, 0): (2, 1), (0, 1): (1, 0), (3, 3): (9, 3)}
    grid = toy_grid(cells)
    mixed = PostcodeGrid(
        *(getattr(grid, name)[order] for name in ("column", "row", "small_user", "large_user")),
        grid.cell_m,
        grid.crs,
        grid.name,
        grid.vintage,
    )
    spot = shapely.Point(x, y)
    before = around(spot, grid=grid)["stand_in"].iloc[0]
    assert around(spot, grid=mixed)["stand_in"].iloc[0] == pytest.approx(before)
    more = toy_grid({**cells, (2, 2): (5, 5)})
    assert around(spot, grid=more)["stand_in"].iloc[0] >= before


def test_the_input_is_not_changed():
    frame = places(MIDDLE, None)
    before = frame.copy()
    stand_in(frame, ONE, NOWHERE, weights=WEIGHTS)
    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before))


# Great Britain ----------------------------------------------------------------------------

SPOTS = {
    "Oxford Circus": (-0.1419, 51.5152),
    "Leeds, Briggate": (-1.5424, 53.7966),
    "Croydon, North End": (-0.1010, 51.3757),
    "Rannoch Moor": (-4.75, 56.62),
    "Belfast": (-5.93, 54.597),
    "Calais": (1.853, 50.957),
}


@pytest.fixture(scope="module")
def british():
    frame = gpd.GeoDataFrame(
        geometry=gpd.GeoSeries.from_xy(*zip(*SPOTS.values(), strict=True), crs="EPSG:4326")
    ).set_index(pd.Index(SPOTS))
    weights = load_walk_calibration().weights
    return stand_in(frame, load_postcodes(), load_stations(), weights=weights)


def test_great_britain_is_ordered_as_it_is(british):
    values = british["stand_in"]
    centres = values[["Leeds, Briggate", "Croydon, North End"]]
    assert values["Oxford Circus"] > 3 * centres.max()
    assert centres.min() > 400
    assert values["Rannoch Moor"] < 1


@pytest.mark.parametrize("place", ["Belfast", "Calais"])
def test_a_spot_outside_great_britain_is_null_with_a_reason(british, place):
    assert pd.isna(british.loc[place, "stand_in"])
    assert british.loc[place, "stand_in_method"] == (
        "no postcode of Great Britain lies within 10 km of this place"
    )


def test_the_grid_holds_every_postcode_once():
    grid = load_postcodes()
    # 1,743,449 live postcodes, 811 of them without a position; large users by position.
    assert int(grid.small_user.sum()) == 1_668_279
    assert int(grid.large_user.sum()) == 39_783
    assert int(grid.large_user.max()) == 17
    cells = pd.MultiIndex.from_arrays([grid.row, grid.column])
    assert cells.is_unique
    assert cells.is_monotonic_increasing


def test_stations_are_there_once():
    stations = load_stations()
    assert len(stations) == 2_884
    assert stations.crs.to_epsg() == 27700
    assert not stations.duplicated().any()


def test_residents_of_postcodes_are_conserved():
    grid = postcode_residents((0, 0, 700_000, 1_300_000))
    assert grid.array.sum() == pytest.approx(1_668_279 * RESIDENTS_PER_POSTCODE)
    part = postcode_residents((429_000, 433_000, 431_000, 435_000))
    assert part.array.shape == (9, 9)
    assert part.bounds == (429_000, 433_000, 431_250, 435_250)
    west, south = 429_000 // 250, 433_000 // 250
    postcodes = load_postcodes()
    here = (postcodes.column == west) & (postcodes.row == south)
    assert part.array[-1, 0] == pytest.approx(
        postcodes.small_user[here].sum() * RESIDENTS_PER_POSTCODE
    )


def test_post_office_boxes_at_one_desk_are_one():
    positions = pd.DataFrame(
        {
            "postcode": ["A1 1AA", "A1 1AB", "A1 1AC", "A1 1AD", "A1 1AE"],
            "easting_m": [10, 20, 20, 21, 0],
            "northing_m": [260, 260, 260, 260, 0],
        }
    )
    users = pd.DataFrame({"postcode": ["A11AB", "A11AC", "A11AD", "A11AE"], "usertype": "1"})
    assert build_grid(positions, users).to_dict("records") == [
        {"column": 0, "row": 1, "small_user": 1, "large_user": 2}
    ]
