"""Grids as readers bring them: counted right, or refused with the remedy."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from data import population
from data.errors import SourceError
from data.population import load_grids
from geo.residents import residents_within


def write_grid(path, cells, *, crs="EPSG:27700", nodata=None, size=250.0, **tags):
    cells = np.asarray(cells, dtype="float32")
    profile = {
        "driver": "GTiff", "height": cells.shape[0], "width": cells.shape[1], "count": 1,
        "dtype": "float32", "crs": crs, "nodata": nodata,
        "transform": from_origin(530_000, 180_000, size, size),
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


@pytest.mark.reference
def test_a_real_worldpop_raster(reference_dir):
    path = reference_dir / "population" / "raster_test" / "abw_ppp_2020_UNadj_constrained.tif"
    (grid,) = load_grids(path)
    # the United Nations' estimate for Aruba in 2020
    assert np.nansum(grid.array) == pytest.approx(106_766, rel=0.01)
