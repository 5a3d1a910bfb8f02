"""Grids as readers bring them: counted right, or refused with the remedy."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.transform import from_origin

from data import population
from data.errors import SourceError
from data.population import RasterReading, load_grids
from geo.cell_areas import cell_areas_km2
from geo.grids import sums
from geo.residents import residents_of, residents_within

AUCKLAND = (174.765, -36.848)
DENSITY = RasterReading(unit="persons_per_km2")


LONDON = from_origin(530_000, 180_000, 250, 250)


def write_grid(path, cells, *, crs="EPSG:27700", nodata=None, transform=LONDON, **tags):
    cells = np.asarray(cells, dtype="float32")
    profile = {
        "driver": "GTiff", "height": cells.shape[0], "width": cells.shape[1], "count": 1,
        "dtype": "float32", "crs": crs, "nodata": nodata,
        "transform": transform,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(cells, 1)
        raster.update_tags(**tags)
    return path


def test_the_embedded_grids_hold_the_census():
    london, cardiff = load_grids()
    assert np.nansum(london.array) == pytest.approx(8_173_941, abs=2)
    assert np.nansum(cardiff.array) == pytest.approx(346_090, abs=2)
    assert london.bounds == (503_000, 156_000, 562_000, 201_000)


def test_a_readers_raster_counts_and_nodata_is_unknown(tmp_path):
    path = write_grid(tmp_path / "town.tif", [[1, 2], [-9, 4]], nodata=-9, year="2020")
    (grid,) = load_grids(path)
    assert np.isnan(grid.array[1, 0])
    assert np.nansum(grid.array) == 7
    assert (grid.name, grid.vintage, grid.nodata) == ("town", "2020", -9)


@pytest.mark.parametrize(
    ("name", "tags"),
    [("a.tif", {"unit": "persons per km2"}), ("gbr_pd_2020_1km.tif", {}),
     ("b.tif", {"DESCRIPTION": "Population density"}), ("c.tif", {"units": "people/ha"})],
)  # fmt: skip
def test_a_density_is_refused(tmp_path, name, tags):
    path = write_grid(tmp_path / name, [[1, 2], [3, 4]], **tags)
    with pytest.raises(SourceError, match="residents per area"):
        load_grids(path)


def test_an_undeclared_nodata_value_is_refused(tmp_path):
    path = write_grid(tmp_path / "a.tif", [[1, 2], [-99999, 4]])
    with pytest.raises(SourceError, match="declare it"):
        load_grids(path)


def test_no_reference_system_is_refused(tmp_path):
    path = write_grid(tmp_path / "a.tif", [[1, 2], [3, 4]], crs=None)
    with pytest.raises(SourceError, match="no reference system"):
        load_grids(path)


@pytest.mark.parametrize("content", [b"", b"not a raster", b"II*\x00broken"])
def test_not_a_geotiff_is_refused(tmp_path, content):
    path = tmp_path / "grid.tif"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="cannot be read as a GeoTIFF"):
        load_grids(path)
    with pytest.raises(SourceError, match="There is no population grid"):
        load_grids(tmp_path / "none.tif")


def test_a_vrt_named_tif_does_not_open_another_file(tmp_path):
    secret = write_grid(tmp_path / "secret.tif", [[1, 2], [3, 4]])
    path = tmp_path / "grid.tif"
    path.write_text(
        f"""<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Float32" band="1">
        <SimpleSource><SourceFilename>{secret}</SourceFilename></SimpleSource>
        </VRTRasterBand></VRTDataset>"""
    )
    with pytest.raises(SourceError, match="cannot be read as a GeoTIFF"):
        load_grids(path)


def test_a_raster_too_big_is_read_around_the_places(tmp_path, monkeypatch):
    cells = np.arange(10_000.0).reshape(100, 100)
    path = write_grid(tmp_path / "big.tif", cells)
    spots = [shapely.Point(540_000, 170_000), shapely.Point(552_000, 158_000)]
    places = gpd.GeoDataFrame(geometry=[*spots, None], crs="EPSG:27700")
    whole = residents_within(places, load_grids(path))
    monkeypatch.setattr(population, "LARGEST_CELLS", 50)
    with pytest.raises(SourceError, match="too many to read whole"):
        load_grids(path)
    windows = load_grids(path, around=places)
    assert len(windows) == 2
    assert sum(grid.array.size for grid in windows) < cells.size / 5
    assert residents_within(places, windows).equals(whole)


@pytest.mark.parametrize("value", [-3.4e38, 3.4e38, np.inf])
def test_a_fill_value_that_nobody_declared_is_refused(tmp_path, value):
    path = write_grid(tmp_path / "a.tif", [[1, 2], [value, 4]])
    with pytest.raises(SourceError, match="declare it"):
        load_grids(path)


def test_not_a_number_is_no_data_declared_or_not(tmp_path):
    for nodata in (None, float("nan")):
        path = write_grid(tmp_path / "a.tif", [[1, np.nan], [3, 4]], nodata=nodata)
        (grid,) = load_grids(path)
        assert np.isnan(grid.array[0, 1])
        assert np.nansum(grid.array) == 8


def test_a_window_of_nothing_but_nodata_is_null_and_says_so(tmp_path):
    path = write_grid(tmp_path / "a.tif", np.full((40, 40), -9.0), nodata=-9)
    place = gpd.GeoDataFrame(geometry=[shapely.Point(535_000, 175_000)], crs="EPSG:27700")
    row = residents_within(place, load_grids(path)).iloc[0]
    assert np.isnan(row["residents_800m"])
    assert "holds no data here" in row["residents_method"]


def test_scale_and_offset_are_applied(tmp_path):
    path = write_grid(tmp_path / "a.tif", [[1, 2], [3, 4]])
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (10.0,), (5.0,)
    (grid,) = load_grids(path)
    assert grid.array.tolist() == [[15, 25], [35, 45]]


def test_rows_that_run_northwards_are_turned(tmp_path):
    upright = write_grid(tmp_path / "a.tif", [[1, 2], [3, 4]])
    turned = Affine(-250, 0, 530_500, 0, 250, 179_500)
    other = write_grid(tmp_path / "b.tif", [[4, 3], [2, 1]], transform=turned)
    (one,), (two,) = load_grids(upright), load_grids(other)
    assert one.array.tolist() == two.array.tolist()
    assert one.bounds == two.bounds


def test_a_rotated_raster_is_refused(tmp_path):
    tilted = Affine(250, 9, 530_000, 9, -250, 180_000)
    path = write_grid(tmp_path / "a.tif", [[1, 2], [3, 4]], transform=tilted)
    with pytest.raises(SourceError, match="rotated"):
        load_grids(path)


def test_complex_numbers_are_refused(tmp_path):
    profile = {"driver": "GTiff", "height": 2, "width": 2, "count": 1, "dtype": "complex64"}
    with rasterio.open(
        tmp_path / "a.tif", "w", crs="EPSG:27700", transform=LONDON, **profile
    ) as raster:
        raster.write(np.ones((2, 2), dtype="complex64"), 1)
    with pytest.raises(SourceError, match="complex"):
        load_grids(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("crs", "origin", "size", "message"),
    [("EPSG:4326", (530_000, 180_000), 250, "which no degrees are"),
     ("EPSG:27700", (-0.2, 51.6), 0.001, "which look like degrees"),
     ('LOCAL_CS["site grid",UNIT["metre",1]]', (0, 0), 250, "tied to no place on Earth")],
)  # fmt: skip
def test_a_reference_system_that_cannot_be_is_refused(tmp_path, crs, origin, size, message):
    path = write_grid(
        tmp_path / "a.tif", np.ones((4, 4)), crs=crs, transform=from_origin(*origin, size, size)
    )
    with pytest.raises(SourceError, match=message):
        load_grids(path)


def test_the_unit_can_be_told_and_must_be_known(tmp_path):
    path = write_grid(tmp_path / "gbr_pd_2020.tif", [[16, 0], [0, 0]])
    (grid,) = load_grids(path, reading=RasterReading(unit="persons"))
    assert grid.array[0, 0] == 16
    (grid,) = load_grids(path, reading=DENSITY)
    assert grid.array[0, 0] == pytest.approx(1, rel=1e-3)  # 16 per km2 on 250 m by 250 m
    with pytest.raises(SourceError, match="is no unit"):
        load_grids(path, reading=RasterReading(unit="persons_per_acre"))


@pytest.mark.parametrize(
    ("crs", "transform"),
    [("EPSG:4326", Affine(0.25, 0, 174, 0, -0.25, -36)),
     ("EPSG:3857", Affine(25_000, 0, 19_370_000, 0, -25_000, -4_300_000)),
     ("ESRI:54009", Affine(25_000, 0, 15_000_000, 0, -25_000, -4_300_000)),
     ("EPSG:2193", Affine(25_000, 0, 1_700_000, 0, -25_000, 6_000_000))],
)  # fmt: skip
def test_cells_have_their_true_area_in_any_system(crs, transform):
    areas = cell_areas_km2((5, 4), transform, crs)
    system = pyproj.CRS.from_user_input(crs)
    degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    for row, column in ((0, 0), (4, 3), (2, 1)):
        west, north = transform.c + column * transform.a, transform.f + row * transform.e
        cell = shapely.box(west, north + transform.e, west + transform.a, north)
        ring = shapely.segmentize(cell, cell.length / 4000).exterior.coords
        exact = system.get_geod().polygon_area_perimeter(*degrees.transform(*np.array(ring).T))
        assert areas[row, column] == pytest.approx(abs(exact[0]) / 1e6, rel=2e-5)


def test_a_raster_made_for_elsewhere_counts_there(tmp_path):
    """Ten persons in each cell of 0.001 degrees, in a disc and a square, in Auckland."""
    lon, lat = AUCKLAND
    path = write_grid(
        tmp_path / "akl.tif", np.full((120, 120), 10.0), crs="EPSG:4326",
        transform=from_origin(lon - 0.06, lat + 0.06, 0.001, 0.001),
    )  # fmt: skip
    spot = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat)], crs="EPSG:4326")
    cell_km2 = cell_areas_km2((1, 1), Affine(0.001, 0, lon, 0, -0.001, lat), "EPSG:4326").item()
    count = residents_within(spot, load_grids(path))["residents_800m"].item()
    assert count == pytest.approx(10 * np.pi * 0.8**2 / cell_km2, rel=3e-3)
    square = shapely.box(lon, lat, lon + 0.0105, lat + 0.01)
    areas = gpd.GeoDataFrame(geometry=[square], crs="EPSG:4326")
    assert residents_of(areas, load_grids(path))["residents"].item() == 1050


def test_a_raster_that_does_not_cover_the_place_gives_null_and_the_reason(tmp_path):
    lon, lat = AUCKLAND
    spot = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat)], crs="EPSG:4326")
    area = gpd.GeoDataFrame(geometry=[shapely.box(lon, lat, lon + 1, lat + 1)], crs="EPSG:4326")
    path = write_grid(tmp_path / "town.tif", np.ones((9, 9)))
    for grids in (load_grids(), load_grids(path), load_grids(path, around=spot)):
        for out in (residents_within(spot, grids), residents_of(area, grids)):
            assert np.isnan(out.iloc[0, 0])
            assert "no population grid covers this" in out["residents_method"].item()


def test_places_in_two_countries_each_count_on_their_own_grid(tmp_path):
    lon, lat = AUCKLAND
    path = write_grid(
        tmp_path / "akl.tif", np.full((120, 120), 10.0), crs="EPSG:4326",
        transform=from_origin(lon - 0.06, lat + 0.06, 0.001, 0.001),
    )  # fmt: skip
    spots = [shapely.Point(lon, lat), shapely.Point(-0.14, 51.54).buffer(0.01)]
    places = gpd.GeoDataFrame(geometry=spots, crs="EPSG:4326")
    both = [*load_grids(), *load_grids(path)]
    together = residents_within(places, both)
    apart = [residents_within(places.iloc[[i]], both) for i in (0, 1)]
    assert together["residents_800m"].tolist() == [one.iloc[0, 0] for one in apart]
    assert together["residents_800m"].min() > 1000


def exact_people(path, polygon):
    """Sum a raster over a polygon cell by cell: an independent count, in shapely alone."""
    with rasterio.open(path) as raster:
        cells, t = raster.read(1, masked=True), raster.transform
    rows, columns = np.nonzero(~np.ma.getmaskarray(cells))
    west, north = t.c + columns * t.a, t.f + rows * t.e
    boxes = shapely.box(west, north + t.e, west + t.a, north)
    shares = shapely.area(shapely.intersection(boxes, polygon)) / shapely.area(boxes)
    return float((shares * np.asarray(cells[rows, columns], dtype=float)).sum())


@pytest.mark.reference
@pytest.mark.parametrize("radius", [0.004, 0.02, 0.05])
def test_aruba_counts_as_an_independent_computation_does(reference_dir, radius):
    path = reference_dir / "population" / "raster_test" / "abw_ppp_2020_UNadj_constrained.tif"
    star = shapely.Point(-70.0, 12.53).buffer(radius, quad_segs=5)
    polygon = star.difference(shapely.Point(-69.995, 12.531).buffer(radius / 3))
    areas = gpd.GeoDataFrame(geometry=[polygon], crs="EPSG:4326")
    grids = load_grids(path)
    out = residents_of(areas, grids)
    assert out["residents"].item() == round(exact_people(path, polygon))
    unrounded = sums(areas.geometry.to_crs("EPSG:32619"), grids[0])[0, 0]
    assert unrounded == pytest.approx(exact_people(path, polygon), rel=1e-6)
    away = gpd.GeoDataFrame(geometry=[shapely.box(-68.3, 12, -68.2, 12.3)], crs="EPSG:4326")
    assert residents_of(away, grids)["residents"].isna().all()


@pytest.mark.reference
def test_a_real_worldpop_raster(reference_dir):
    path = reference_dir / "population" / "raster_test" / "abw_ppp_2020_UNadj_constrained.tif"
    (grid,) = load_grids(path)
    # the United Nations' estimate for Aruba in 2020
    assert np.nansum(grid.array) == pytest.approx(106_766, rel=0.01)
