"""The land under the records: what was policed, and enough round it to know where that is."""

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from flows.backdrop import NEIGHBOURS_DEGREES, _with_neighbours, list_credits

AREAS = gpd.GeoDataFrame(
    {"area_code": ["near", "named", "far"]},
    geometry=[box(1, 0, 2, 1), box(0, 0, 1, 1), box(9, 0, 10, 1)],
    crs=4326,
)


def test_neighbours_are_drawn_and_the_rest_of_the_country_is_not():
    drawn = _with_neighbours(AREAS, {"named"})
    assert drawn["area_code"].tolist() == ["near", "named"]


def test_an_area_just_beyond_the_margin_is_left_out():
    edge = 1.01 + NEIGHBOURS_DEGREES
    beyond = AREAS.set_geometry([box(edge, 0, edge + 1, 1), *AREAS.geometry[1:]])
    assert _with_neighbours(beyond, {"named"})["area_code"].tolist() == ["named"]


def test_nothing_on_record_draws_nothing():
    assert _with_neighbours(AREAS, set()).empty


@pytest.mark.parametrize(
    ("located_by", "licences"),
    [
        (["stations", "GeoNames, wards"], 0),
        (["stations", "GeoNames, railway stations"], 1),
        (["OpenStreetMap"], 1),
        (["railway stations", "curated table, OpenStreetMap"], 2),
    ],
)
def test_a_database_licence_is_named_where_a_place_rests_on_it(located_by, licences):
    assert odbl_credits(located_by) == licences


def odbl_credits(located_by, *, streets="", walk_past=None):
    places = pd.DataFrame({"located_by": located_by, "walk_past_method": walk_past})
    found = list_credits(SimpleNamespace(places=places, streets_credit=streets))
    return sum("ODbL" in str(entry["licence"]) for entry in found)


def test_streets_and_stations_that_stand_in_for_walks_are_credited_too():
    assert odbl_credits(["stations"], streets="OpenStreetMap contributors") == 1
    assert odbl_credits(["stations"], walk_past="postcodes and stations within 1200 m") == 1
    assert odbl_credits(["stations"], walk_past="the place is not known") == 0
