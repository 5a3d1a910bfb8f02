"""The places held out of the locator's making: where they are, and, in sums alone, the score."""

import csv
import hashlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Geod

from data.gazetteer import EMBEDDED, load_gazetteer
from geo.locate import locate_places

TESTS = Path(__file__).parent
COLUMNS = ["place_published", "area_codes", "lon", "lat", "spot_kind", "exact_m", "how"]
KINDS = {"junction", "street", "station", "venue", "district", "borough"}
NEAR_M = 150.0  # a spot in the road may lie over a border that runs along it


def read(name):
    with (TESTS / name).open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def is_held_out(text):
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0


PLACES = read("held_out_places.csv")
PUBLISHED = [place["place_published"] for place in read("met_places_2025_2026.csv")]


@pytest.fixture(scope="module")
def boroughs():
    frame = gpd.read_file(EMBEDDED / "boundaries" / "london_boroughs.geojson")
    return frame.set_index("GSS_CODE").to_crs(27700).geometry


def test_columns_are_stated_and_none_is_padded():
    assert {tuple(place) for place in PLACES} == {tuple(COLUMNS)}
    values = [value for place in PLACES for value in place.values()]
    assert [value for value in values if value != " ".join(value.split())] == []


def test_every_held_out_place_is_stated_once_and_no_other():
    stated = [place["place_published"] for place in PLACES]
    assert sorted(stated) == sorted(text for text in PUBLISHED if is_held_out(text))
    assert len(stated) == 53


def test_kinds_and_ways_of_knowing_are_stated():
    assert {place["spot_kind"] for place in PLACES} <= KINDS
    assert [place["place_published"] for place in PLACES if not place["how"]] == []


def test_a_spot_has_both_coordinates_to_five_decimals_and_a_margin():
    for place in PLACES:
        spot = (place["lon"], place["lat"])
        assert all(spot) or not any(spot)
        assert bool(place["exact_m"]) == all(spot)
        assert all(len(value.partition(".")[2]) == 5 for value in spot if value)
        assert not any(spot) or float(place["exact_m"]) > 0


def test_area_codes_are_boroughs_said_once(boroughs):
    for place in PLACES:
        codes = place["area_codes"].split("|")
        assert len(set(codes)) == len(codes)
        assert set(codes) <= set(boroughs.index)


def test_each_spot_lies_in_one_of_its_boroughs(boroughs):
    spotted = [place for place in PLACES if place["lon"]]
    lon, lat = ([float(place[axis]) for place in spotted] for axis in ("lon", "lat"))
    spots = gpd.GeoSeries.from_xy(lon, lat, crs=4326).to_crs(27700)
    for place, spot in zip(spotted, spots, strict=True):
        away_m = boroughs.loc[place["area_codes"].split("|")].distance(spot).min()
        assert away_m <= NEAR_M, place["place_published"]


def test_held_out_places_are_found_as_well_as_published():
    """Only sums are told, so that a failure here teaches nobody a held-out place."""
    frame = pd.read_csv(TESTS / "held_out_places.csv")
    places = pd.DataFrame(
        {
            "force": "Metropolitan Police",
            "place_published": frame["place_published"],
            "area_published": None,
        }
    )
    found = locate_places(places, load_gazetteer())
    answered = found["precision"].ne("unknown").to_numpy()
    ends = [part[column][answered] for part in (found, frame) for column in ("lon", "lat")]
    off = Geod(ellps="WGS84").inv(*ends)[2]
    right = [
        code in codes.split("|")
        for code, codes in zip(found["area_code"], frame["area_codes"], strict=True)
    ]
    sums = {
        "answered": answered.mean(),
        "right borough": pd.Series(right)[answered].mean(),
        "inside": (off <= found["uncertainty_m"][answered]).mean(),
    }
    assert sums["answered"] >= 0.9, sums
    assert sums["right borough"] >= 0.97, sums
    assert sums["inside"] >= 0.95, sums
    assert found["uncertainty_m"].median() <= 900, sums
