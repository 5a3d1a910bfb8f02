"""Who walks past by streets, where nothing stands in for walks; and what of it is kept."""

import functools

import geopandas as gpd
import pytest
import shapely
from helsinki_streets import extract
from rasterio.transform import from_origin
from test_population import write_grid

from data.settings import Settings
from data.street_files import network_of_file
from data.street_people import people_of
from data.street_sources import Streets
from data.walk_calibration import load_walk_calibration
from flows.handover import Request
from flows.surroundings import BY_STREETS, surround_places, walks_along

SQUARE = shapely.Point(24.9414, 60.1700)
COUNTS = ["walk_past_per_h_lo80", "walk_past_per_h", "walk_past_per_h_hi80"]
CELLS = from_origin(24.90, 60.20, 0.005, 0.005)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return network_of_file(extract(), area=None, folder=tmp_path_factory.mktemp("kept"))


@pytest.fixture
def request_of(tmp_path):
    settings = Settings(project=tmp_path, streets="auto", offline=True)
    return functools.partial(Request, settings)


@pytest.fixture
def asked(monkeypatch):
    """Return the list of how people were asked for."""
    calls = []

    def people(network, **how):
        calls.append(how)
        return people_of(network, **(how | {"population": None, "jobs": None}))

    monkeypatch.setattr("data.street_people.people_of", people)
    return calls


def raster(path, persons):
    return str(write_grid(path, [[persons] * 20] * 20, crs="EPSG:4326", transform=CELLS))


def test_streets_tell_who_walks_past_where_there_are_no_postcodes(found, request_of):
    far = shapely.Point(25.7, 62.24)
    places = gpd.GeoDataFrame(
        {"area_code": [None] * 3}, geometry=[far, SQUARE, None], crs="EPSG:4326",
        index=["far", "square", "nowhere"],
    )  # fmt: skip
    streets = Streets(found, "file", "Streets: OpenStreetMap (Helsinki.osm.pbf).")
    around = surround_places(places, streets, request_of())
    told = around.places.loc["square"]
    assert told["walk_past_method"] == BY_STREETS
    assert told[COUNTS].is_monotonic_increasing
    assert told["walk_past_per_h"] > 100
    assert around.places.loc[["far", "nowhere"], COUNTS].isna().all(axis=None)
    assert around.places.index.equals(places.index)
    assert around.streets_credit == "© OpenStreetMap contributors, ODbL"
    assert around.notes == ("Streets: OpenStreetMap (Helsinki.osm.pbf).",)


def test_walks_are_worked_out_once_for_the_same_people(found, request_of, asked, tmp_path):
    calibration = load_walk_calibration()
    one = request_of(population=raster(tmp_path / "a.tif", 5))
    first = walks_along(found, calibration, one)
    again = walks_along(found, calibration, one)
    assert (len(asked), first.equals(again)) == (1, True)
    copied = request_of(population=raster(tmp_path / "b.tif", 5))
    walks_along(found, calibration, copied)
    assert len(asked) == 1, "the same bytes elsewhere are the same people"
    raster(tmp_path / "a.tif", 6)
    walks_along(found, calibration, one)
    walks_along(found, calibration, request_of(population=one.population, population_unit="persons"))  # fmt: skip
    assert len(asked) == 3


@pytest.mark.parametrize("option", ["population", "jobs"])
def test_walks_of_people_told_at_an_address_are_not_kept(
    found, request_of, asked, tmp_path, option
):
    request = request_of(**{option: "https://example.org/people.tif"})
    for _ in range(2):
        walks_along(found, load_walk_calibration(), request)
    assert len(asked) == 2, "what lies there may have changed"
    assert not list(tmp_path.rglob("walk-flow-*"))
