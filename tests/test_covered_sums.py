"""Sums over polygons equal those cell by cell, and those of exactextract."""

import numpy as np
import pytest
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from geopandas import GeoDataFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo import covered_sums as module
from geo.covered_sums import covered_sums

NORTH_UP = Affine(10, 0, 500, 0, -10, 1040)
CELLS = np.arange(1.0, 13).reshape(4, 3) ** 2


def by_shapely(shape, cells, t):
    total = 0.0
    for (row, column), value in np.ndenumerate(cells):
        west, north = t.c + column * t.a, t.f + row * t.e
        box = shapely.box(west, min(north, north + t.e), west + t.a, max(north, north + t.e))
        total += value * shape.intersection(box).area / box.area
    return total


def test_by_hand():
    # all of the four cells at the top left but a hole over a quarter of each
    square = shapely.box(500, 1020, 520, 1040)
    ring = square.difference(shapely.box(505, 1025, 515, 1035))
    out = covered_sums(np.array([square, ring]), [CELLS, np.ones((4, 3))], NORTH_UP)
    assert out.tolist() == [[1 + 4 + 16 + 25, 4], [46 * 0.75, 3]]


def test_beyond_the_grid_is_nothing():
    shapes = [shapely.box(0, 0, 2000, 2000), shapely.box(0, 0, 499, 2000),
              shapely.box(531, 0, 900, 2000), shapely.box(0, 1041, 900, 1100),
              shapely.box(525, 990, 900, 1010)]  # fmt: skip
    out = covered_sums(np.array(shapes), [CELLS], NORTH_UP)[:, 0]
    assert out == pytest.approx([CELLS.sum(), 0, 0, 0, 144 / 2], abs=1e-9)


def test_rows_that_run_northwards(monkeypatch):
    monkeypatch.setattr(module, "SHAPES_AT_ONCE", 1)
    turned = Affine(10, 0, 500, 0, 10, 1000)
    shapes = np.array([shapely.box(503, 1000, 520, 1017), shapely.Point(512, 1021).buffer(15)])
    there = covered_sums(shapes, [CELLS[::-1]], turned)
    assert there == pytest.approx(covered_sums(shapes, [CELLS], NORTH_UP))


coordinates = st.tuples(st.integers(480, 550), st.integers(980, 1060))
corners = st.lists(st.one_of(coordinates, coordinates.map(lambda at: (at[0] + 0.3, at[1] / 3 + 680))), min_size=3, max_size=9)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(corners, corners)
def test_any_polygon_sums_as_cell_by_cell_and_as_exactextract(one, other):
    a, b = (shapely.make_valid(shapely.Polygon(points)).buffer(0) for points in (one, other))
    shapes = [s for s in (a, a.difference(b), a.union(b)) if s.area > 0]
    shapes = [s for s in shapes if s.geom_type in {"Polygon", "MultiPolygon"}]
    if not shapes:
        return
    out = covered_sums(np.array(shapes), [CELLS], NORTH_UP)[:, 0]
    assert out == pytest.approx([by_shapely(s, CELLS, NORTH_UP) for s in shapes], abs=1e-7)
    raster = NumPyRasterSource(CELLS, 500, 1000, 530, 1040, srs_wkt=CRS(27700).to_wkt())
    table = exact_extract(
        raster, GeoDataFrame(geometry=shapes, crs=27700), ["sum"], output="pandas"
    )
    assert out == pytest.approx(table["sum"].fillna(0).to_numpy(), abs=1e-3)
