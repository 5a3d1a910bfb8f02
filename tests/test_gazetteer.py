"""The tables of names: their keys hold, their areas partition the country."""

import math
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data.gazetteer import load_gazetteer
from geo.crs import to_metric
from geo.errors import GeocodeError
from geo.written import spellings

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


def test_stations_held_twice_are_held_once():
    """Nearer than two stations stand, no railway station has the name of another row's."""
    names = GAZETTEER.names[GAZETTEER.names["kind"].isin(["station", "rail_station"])]
    spots = dict(zip(names.index, names[["easting_m", "northing_m"]].to_numpy(), strict=True))
    twins = set()
    for key, rows in GAZETTEER.name_keys.items():
        held = [row for row in rows if row in spots]
        twins |= {
            key
            for one, two in combinations(held, 2)
            if "rail_station" in (names["kind"][one], names["kind"][two])
            and math.dist(spots[one], spots[two]) <= 500
        }
    assert not twins
    assert "london euston" in GAZETTEER.name_keys  # the fuller name is kept


@pytest.mark.reference
def test_railway_stations_stand_where_another_list_puts_them(reference_dir):
    """National Rail's stations of 2016, by code. Eight have been moved or were put wrong."""
    other = gpd.read_file(reference_dir / "stations/nr_stations.json").set_crs(4326)
    spots = to_metric(other.geometry)
    names = GAZETTEER.names[GAZETTEER.names["kind"] == "rail_station"].drop_duplicates("ref")
    both = names.merge(
        pd.DataFrame({"ref": other["tlc_id"], "x": spots.x, "y": spots.y}), on="ref"
    )
    off = np.hypot(both["easting_m"] - both["x"], both["northing_m"] - both["y"])
    assert len(both) > 2300
    assert off.median() < 50
    assert off.quantile(0.99) < 200
    assert off.max() < 700


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
        "rail_station": 2389,
    }  # fmt: skip
    assert pd.notna(GAZETTEER.names[["easting_m", "northing_m", "reach_m"]]).all(axis=None)
