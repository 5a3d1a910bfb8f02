"""Who lives and works on streets: by what is at hand, or unknown, and never nobody."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from rasterio.transform import from_origin
from shapely.affinity import translate
from test_population import write_grid
from toy_ground import EAST, NORTH, make_network

from data.errors import SourceError
from data.street_people import people_of
from geo.errors import CoverageError
from geo.street_network import StreetNetwork
from geo.trip_ends import People

BLOCK = [[(0, 0), (400, 0)], [(400, 0), (400, 400)], [(400, 400), (0, 400)], [(0, 400), (0, 0)]]
NETWORK = make_network(*BLOCK)
CELLS = from_origin(EAST - 200, NORTH + 600, 100, 100)
"""Corner of eight by eight cells around the block."""


def moved(lon, lat):
    """Return the block somewhere else."""
    west, south, *_ = NETWORK.edges.total_bounds
    shapes = [translate(line, lon - west, lat - south) for line in NETWORK.edges.geometry]
    nodes = NETWORK.nodes.assign(
        lon=NETWORK.nodes["lon"] + lon - west, lat=NETWORK.nodes["lat"] + lat - south
    )
    edges = NETWORK.edges.set_geometry(gpd.GeoSeries(shapes, crs="EPSG:4326"))
    return StreetNetwork(nodes, edges, None)


def grid(tmp_path, cells, **options):
    path = tmp_path / "people.tif"
    return str(write_grid(path, cells, **{"transform": CELLS} | options))


def test_census_grids_are_at_hand_in_london():
    people = people_of(NETWORK)
    assert people.residents["persons"].sum() > 100
    assert people.jobs is None


@pytest.mark.parametrize("where", [(-1.5490, 53.7960), (-3.1791, 51.4816), (-4.25, 55.86)])
def test_postcodes_tell_of_the_rest_of_britain(where):
    residents = people_of(moved(*where)).residents
    assert 0 < residents["persons"].sum() < 100_000


@pytest.mark.parametrize("where", [(24.94, 60.17), (2.35, 48.85), (-5.93, 54.6), (-0.5, 54.9)])
def test_abroad_and_at_sea_nobody_is_known(where):
    assert people_of(moved(*where)) == People()


def test_a_raster_is_placed_whole(tmp_path):
    cells = np.zeros((8, 8))
    cells[2:6, 2:6] = 5  # between the corners of the block
    people = people_of(NETWORK, population=grid(tmp_path, cells))
    assert people.residents["persons"].sum() == pytest.approx(5 * 16)


def test_a_raster_of_people_by_day_may_be_the_jobs(tmp_path):
    cells = np.full((8, 8), 3.0)
    people = people_of(NETWORK, jobs=grid(tmp_path, cells))
    assert people.jobs["persons"].sum() > 3 * 16
    assert people.residents is not None


def test_a_table_is_the_jobs_and_conserved(tmp_path):
    path = tmp_path / "jobs.CSV"
    path.write_text(f"easting_m,northing_m,jobs\n{EAST + 9},{NORTH + 5},7.5\n"
                    f"{EAST + 390},{NORTH + 300},2\n")  # fmt: skip
    people = people_of(NETWORK, jobs=str(path))
    assert people.jobs["persons"].sum() == pytest.approx(9.5)
    path.write_text("easting_m,northing_m,jobs\n600000,300000,7\n")
    with pytest.raises(CoverageError, match="None of the 1 points"):
        people_of(NETWORK, jobs=str(path))


@pytest.mark.parametrize("option", ["population", "jobs"])
def test_a_raster_without_data_there_is_no_empty_town(tmp_path, option):
    path = grid(tmp_path, np.full((8, 8), -1), nodata=-1)
    with pytest.raises(SourceError, match="covers none of the streets, or holds no data"):
        people_of(NETWORK, **{option: path})


def test_a_raster_that_says_that_nobody_lives_there_is_believed(tmp_path):
    people = people_of(NETWORK, population=grid(tmp_path, np.zeros((8, 8))))
    assert people.residents["persons"].tolist() == [0] * 4


@pytest.mark.parametrize("option", ["population", "jobs"])
def test_a_raster_of_elsewhere_is_refused(tmp_path, option):
    path = grid(tmp_path, np.ones((4, 4)), transform=from_origin(300_000, 700_000, 100, 100))
    with pytest.raises(SourceError, match=r"people\.tif"):
        people_of(NETWORK, **{option: path})


def test_the_unit_goes_for_both_rasters(tmp_path):
    path = grid(tmp_path, np.full((8, 8), 300.0))
    counted, dense = (
        people_of(NETWORK, population=path, jobs=path, unit=unit)
        for unit in ("persons", "persons_per_km2")
    )
    for one, other in ((counted.residents, dense.residents), (counted.jobs, dense.jobs)):
        assert other["persons"].sum() == pytest.approx(one["persons"].sum() / 100, rel=2e-3)


@pytest.mark.parametrize("name", ["jobs.csv", "jobs.csv?key=1", "jobs.tif"])
def test_offline_no_address_is_asked(name):
    with pytest.raises(SourceError, match=r"Download it|--offline forbids"):
        people_of(NETWORK, jobs=f"https://example.org/{name}", offline=True)


def test_the_network_is_as_it_was(tmp_path):
    before = NETWORK.edges.copy()
    people_of(NETWORK, population=grid(tmp_path, np.ones((8, 8))))
    assert NETWORK.edges.equals(before)
    assert all(isinstance(line, shapely.LineString) for line in NETWORK.edges.geometry)
