"""The tables of names: their keys hold, their areas partition the country."""

import pandas as pd
import pytest
import shapely

from data.gazetteer import load_gazetteer
from geo.crs import to_metric
from geo.errors import GeocodeError
from geo.gazetteer import spellings

GAZETTEER = load_gazetteer()


def test_every_authority_has_one_territorial_force():
    forces = GAZETTEER.force_areas
    assert not forces["area_code"].duplicated().any()
    assert set(forces["area_code"]) == set(GAZETTEER.areas["area_code"])
    names = forces["area_code"].map(GAZETTEER.area_names)
    assert (names == forces["area_name"]).all()


@pytest.mark.parametrize(
    ("force", "count"),
    [("Metropolitan Police", 32), ("met", 32), ("Metropolitan Police Service", 32),
     ("south-wales", 7), ("Essex Police", 14), ("City of London Police", 1)],
)  # fmt: skip
def test_a_force_by_any_of_its_names(force, count):
    assert len(GAZETTEER.scope_of(force)) == count


def test_a_force_without_a_territory_searches_everywhere():
    assert GAZETTEER.scope_of("British Transport Police") is None
    assert GAZETTEER.scope_of(None) is None


@pytest.mark.parametrize(
    "row", GAZETTEER.curated_rows, ids=lambda row: f"{row.name}/{row.keys}"[:50]
)
def test_curated_keys_find_spots_near_their_area(row):
    if row.precision == "area":
        return
    spots = GAZETTEER.spots_of(row.keys)
    area = GAZETTEER.area_shapes[row.area_code]
    reach = shapely.MultiPoint(spots).distance(area)
    assert reach <= 3000 if not row.area_code.startswith("E09") else reach == 0
    spread = shapely.minimum_bounding_radius(shapely.MultiPoint(spots))
    assert spread <= 1800, "keys of one place lie together: is one a namesake?"


def test_a_key_that_finds_nothing_is_named():
    with pytest.raises(GeocodeError, match="station:Nowhere"):
        GAZETTEER.spots_of("station:Oxford Circus;station:Nowhere")


def test_short_forms():
    assert spellings("Kingston upon Thames") == {"kingston upon thames", "kingston"}
    assert spellings("Bristol, City of") == {"bristol city of", "bristol"}
    assert spellings("Camden") == {"camden"}


def test_area_at_finds_the_borough():
    spots = to_metric(
        __import__("geopandas").GeoSeries.from_xy(
            [-0.1426, 0.0708], [51.5390, 51.5590], crs=4326
        )
    )
    assert GAZETTEER.area_at(list(spots)) == ["E09000007", "E09000026"]


def test_postcodes_and_names_are_whole():
    assert len(GAZETTEER.postcodes) == 178_127
    kinds = GAZETTEER.names["kind"].value_counts()
    assert kinds.to_dict() == {
        "ward": 7934, "town": kinds["town"], "dock": 742, "dock_district": 742, "station": 509,
    }  # fmt: skip
    assert pd.notna(GAZETTEER.names[["easting_m", "northing_m", "reach_m"]]).all(axis=None)
