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
    tables = SimpleNamespace(places=pd.DataFrame({"located_by": located_by}))
    found = [str(entry["licence"]) for entry in list_credits(tables)]
    assert sum("ODbL" in licence for licence in found) == licences
