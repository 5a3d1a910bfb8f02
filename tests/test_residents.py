"""
A toy city of nine cells, a kilometre each, counted by hand.

    1 2 3
    4 5 6      persons per cell; its south-west corner at (0, 0)
    7 8 9
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CoverageError, CrsError
from geo.grids import PopulationGrid, kernel_of
from geo.residents import residents_of, residents_within

CELLS = np.arange(1.0, 10).reshape(3, 3)
BNG = "EPSG:27700"


def make_grid(cells=CELLS, *, size=1000.0, west=0.0, north=3000.0, name="Toy"):
    transform = Affine(size, 0, west, 0, -size, north)
    return PopulationGrid(np.asarray(cells, float), transform, BNG, None, name, "census 2011")


def make_places(*shapes, crs=BNG):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def count(shape, grid=None, distance_m=800):
    out = residents_within(make_places(shape), grid or make_grid(), distance_m=distance_m)
    return out.iloc[0]


def test_a_disc_inside_one_cell_by_hand():
    # a disc of 400 m in the middle cell covers pi 400^2 / 1000^2 = 0.503 of its 50 persons
    row = count(shapely.Point(1500, 1500), make_grid(CELLS * 10), distance_m=400)
    assert row["residents_400m"] == round(50 * np.pi * 0.4**2)


def test_a_disc_on_a_corner_takes_a_quarter_from_each_cell():
    # quarters of the disc lie in the cells of 4, 5, 7 and 8 thousand
    row = count(shapely.Point(1000, 1000), make_grid(CELLS * 1000))
    assert row["residents_800m"] == pytest.approx(24_000 * np.pi * 0.8**2 / 4, rel=2e-3)


def test_even_ground_gives_density_times_disc_whatever_the_shape():
    grid = make_grid(np.full((40, 40), 50.0), size=250.0, west=0, north=10_000)
    even = 50 / 250**2 * np.pi * 800**2
    shapes = [
        shapely.Point(5000, 5000),
        shapely.LineString([(4000, 5000), (6000, 5500)]),
        shapely.Point(5000, 5000).buffer(1500),
    ]
    out = residents_within(make_places(*shapes), grid)["residents_800m"]
    assert out.tolist() == pytest.approx([even] * 3, rel=2e-3)


def test_a_polygon_is_the_mean_over_its_spots():
    grid = make_grid(np.arange(1600.0).reshape(40, 40), size=250.0, west=0, north=10_000)
    place = shapely.box(4000, 4000, 5500, 5000)
    x, y = np.meshgrid(np.arange(4025, 5500, 50), np.arange(4025, 5000, 50))
    spots = make_places(*shapely.points(x.ravel(), y.ravel()))
    spot_by_spot = residents_within(spots, grid)["residents_800m"].mean()
    assert count(place, grid)["residents_800m"] == pytest.approx(spot_by_spot, rel=5e-3)


def test_the_kernel_holds_the_disc():
    kernel = kernel_of(make_grid(size=250.0), 800)
    assert kernel.shape == (9, 9)
    assert kernel.sum() * 250**2 == pytest.approx(np.pi * 800**2, rel=2e-3)


def test_a_count_says_that_its_distance_is_straight():
    method = count(shapely.Point(1500, 1500))["residents_method"]
    assert method.startswith("residents within 800 m as the crow flies, of the spot; ")


def test_no_grid_is_null_and_says_so():
    away = shapely.Point(900_000, 900_000)
    row = count(away)
    assert pd.isna(row["residents_800m"])
    assert row["residents_method"] == "no population grid covers this place"
    assert residents_within(make_places(away), [])["residents_800m"].isna().all()


def test_half_off_the_grid_is_null_and_says_how_much():
    row = count(shapely.Point(0, 1500))
    assert pd.isna(row["residents_800m"])
    assert "covers only 50% of this place" in row["residents_method"]
    broad = count(shapely.box(-3000, 0, 3000, 3000))
    assert pd.isna(broad["residents_800m"])


def test_nodata_is_not_a_count_of_nobody():
    blank = make_grid(np.full((3, 3), np.nan))
    assert pd.isna(count(shapely.Point(1500, 1500), blank)["residents_800m"])
    half = CELLS.copy()
    half[:, 0] = np.nan
    row = count(shapely.Point(1000, 1500), make_grid(half * 1000))
    assert row["residents_800m"] > 0
    assert "50% of the ground has no data and counts as empty" in row["residents_method"]


def test_nobody_is_zero_where_the_grid_says_so():
    assert count(shapely.Point(1500, 1500), make_grid(CELLS * 0))["residents_800m"] == 0


def test_an_unknown_place_stays_unknown():
    places = make_places(None, shapely.Point(1500, 1500)).set_index(pd.Index(["a", "b"]))
    out = residents_within(places, make_grid())
    assert out.index.tolist() == ["a", "b"]
    assert pd.isna(out.loc["a", "residents_800m"])
    assert out.loc["a", "residents_method"] == "the place is not known"
    assert len(residents_within(places.iloc[:0], make_grid())) == 0


def test_the_first_grid_that_covers_a_place_counts_it():
    far = make_grid(CELLS * 0, west=50_000, name="Far")
    near = make_grid(CELLS * 100, name="Near")
    row = residents_within(make_places(shapely.Point(1500, 1500)), [far, near]).iloc[0]
    assert row["residents_800m"] > 0
    assert "Near" in row["residents_method"]


@pytest.mark.parametrize("shape", ["point", "line", "polygon"])
def test_a_grid_in_degrees_counts_the_same(shape):
    metric = make_grid(np.full((80, 80), 40.0), size=250.0, west=520_000, north=190_000)
    # the same even density on cells of 0.002 degrees
    west, south, east, north = -0.27, 51.31, 0.04, 51.62
    rows, columns = int((north - south) / 0.002), int((east - west) / 0.002)
    one = gpd.GeoSeries([shapely.box(-0.115, 51.465, -0.113, 51.467)], crs=4326).to_crs(BNG)
    people = 40 / 250**2 * one.area.iloc[0]
    grid = PopulationGrid(
        np.full((rows, columns), people), Affine(0.002, 0, west, 0, -0.002, north),
        "EPSG:4326", None, "Degrees", "2020",
    )  # fmt: skip
    middle = shapely.Point(530_500, 175_500)
    place = {
        "point": middle,
        "line": shapely.LineString([middle, (531_500, 175_500)]),
        "polygon": middle.buffer(1200),
    }[shape]
    here, there = count(place, metric), count(place, grid)
    assert there["residents_800m"] == pytest.approx(here["residents_800m"], rel=0.01)


def test_places_may_come_in_degrees_and_must_say_so():
    spot = make_places(shapely.Point(530_500, 175_500))
    grid = make_grid(np.full((80, 80), 40.0), size=250.0, west=520_000, north=190_000)
    one = residents_within(spot, grid)["residents_800m"].item()
    other = residents_within(spot.to_crs(4326), grid)["residents_800m"].item()
    assert other == pytest.approx(one, abs=1)
    with pytest.raises(CrsError):
        residents_within(make_places(shapely.Point(0, 0), crs=None), grid)


def test_a_rotated_grid_is_refused():
    grid = PopulationGrid(
        CELLS, Affine(1000, 5, 0, 5, -1000, 3000), BNG, None, "Tilted", "2011"
    )
    with pytest.raises(CoverageError, match="rotated"):
        count(shapely.Point(1500, 1500), grid)


def test_areas_sum_their_cells_by_fraction():
    areas = make_places(shapely.box(0, 0, 3000, 3000), shapely.box(500, 0, 1500, 1000))
    out = residents_of(areas, make_grid())
    assert out["residents"].tolist() == [45, round(7 / 2 + 8 / 2)]
    away = residents_of(make_places(shapely.box(0, 0, 30_000, 3000)), make_grid())
    assert pd.isna(away["residents"].item())


@settings(deadline=None, max_examples=25)
@given(st.floats(1000, 2000), st.floats(1000, 2000), st.floats(50, 400), st.floats(1.05, 2.0))
def test_a_longer_walk_never_meets_fewer(x, y, walk, more):
    spot, grid = shapely.Point(x, y), make_grid(CELLS * 1000)
    near = count(spot, grid, walk)[f"residents_{walk:g}m"]
    far = count(spot, grid, walk * more)[f"residents_{walk * more:g}m"]
    assert far >= near


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(0, 1e4), min_size=9, max_size=9), st.floats(300, 2700))
def test_splitting_the_city_conserves_people(people, cut):
    grid = make_grid(np.array(people).reshape(3, 3))
    halves = make_places(shapely.box(0, 0, cut, 3000), shapely.box(cut, 0, 3000, 3000))
    assert residents_of(halves, grid)["residents"].sum() == pytest.approx(sum(people), abs=1.01)
