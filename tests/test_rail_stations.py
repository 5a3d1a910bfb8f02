"""Railway stations of Great Britain: found by name, told from their namesakes, credited."""

import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from data.gazetteer import load_gazetteer
from geo.crs import to_metric
from geo.locate import locate_places, read_place
from geo.written import station_spellings

GAZETTEER = load_gazetteer()
GEOD = Geod(ellps="WGS84")
RAIL = GAZETTEER.names[GAZETTEER.names["kind"] == "rail_station"]


def locate(text, force=None):
    frame = pd.DataFrame(
        {"force": [force], "place_published": [text], "area_published": [None]}
    )
    return locate_places(frame, GAZETTEER).iloc[0]


# Positions to a hundred metres, as any map shows them.
FAR_APART = {
    "Penzance station": (None, "Cornwall", (-5.533, 50.122)),
    "Thurso railway station": (None, "Highland", (-3.528, 58.590)),
    "Cardiff Central Stn": ("South Wales Police", "Cardiff", (-3.179, 51.476)),
    "Chelmsford station": ("Essex Police", "Chelmsford", (0.469, 51.736)),
    "Bromley South Station": ("Metropolitan Police", "Bromley", (0.017, 51.400)),
    "Surbiton station": ("Metropolitan Police", "Kingston upon Thames", (-0.304, 51.392)),
    "Leeds station": ("West Yorkshire Police", "Leeds", (-1.548, 53.795)),
    "outside Leeds railway station": ("British Transport Police", "Leeds", (-1.548, 53.795)),
}


@pytest.mark.parametrize(("text", "known"), FAR_APART.items())
def test_a_station_is_a_site(text, known):
    force, area, spot = known
    row = locate(text, force)
    assert (row["precision"], row["area_name"]) == ("site", area)
    assert 250 <= row["uncertainty_m"] <= 300
    assert GEOD.inv(row["lon"], row["lat"], *spot)[2] <= row["uncertainty_m"]
    assert row["located_by"] in {"railway stations", "stations"}
    assert pd.isna(row["question"])


NAMESAKES = [
    ("Newport station", {"Gwent Police": "Newport", "Essex Police": "Uttlesford"}),
    ("Waterloo station", {"Metropolitan Police": "Lambeth", "Merseyside Police": "Sefton"}),
    ("Charing Cross Station", {"Police Scotland": "Glasgow City",
                               "Metropolitan Police": "Westminster"}),
    ("Gillingham railway station", {"Kent Police": "Medway", "Dorset Police": "Dorset"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "settled"), NAMESAKES)
def test_namesakes_are_a_question_that_a_force_settles(text, settled):
    asked = locate(text)
    assert asked["precision"] == "unknown"
    assert asked["question"].endswith("?")
    for force, area in settled.items():
        row = locate(text, force)
        assert (row["precision"], row["area_name"]) == ("site", area)
        assert area in asked["reason"]


@pytest.mark.parametrize("text", ["Newport (Essex) station", "Rainham (Kent) Stn"])
def test_a_county_in_brackets_settles_it_too_where_it_is_read(text):
    county = re.search(r"\((\w+)\)", text).group(1)
    row = locate(text, f"{county} Police")
    assert (row["precision"], row["located_by"]) == ("site", "railway stations")
    assert f"({county})" in row["place_read"]


def test_spellings_of_a_station():
    assert station_spellings("Northumberland Park (Tyne and Wear)") == {
        "northumberland park", "northumberland park tyne and wear",
    }  # fmt: skip
    assert station_spellings("Arnside") == {"arnside"}


@pytest.mark.parametrize(
    ("text", "same"),
    [("London Fenchurch Street station", "Fenchurch Street station"),
     ("London Waterloo East station", "Waterloo East station"),
     ("London St Pancras International station", "St Pancras International station")],
)  # fmt: skip
def test_a_terminus_with_and_without_its_london(text, same):
    first, second = locate(text), locate(same)
    assert first["precision"] == second["precision"] == "site"
    assert first.geometry.equals(second.geometry)


def test_london_is_not_taken_off_a_name_it_belongs_to():
    names = set(RAIL["name"])
    assert "London Road (Brighton)" in names
    assert {"Road (Brighton)", "Bridge", "Fields"}.isdisjoint(names)
    assert locate("Bridge station", "Metropolitan Police")["precision"] != "site"


def test_a_station_does_not_say_how_far_its_town_goes():
    """One station in the middle of Brighton must not draw Brighton in."""
    without = GAZETTEER.names[GAZETTEER.names["kind"] != "rail_station"]
    town = without[(without["kind"] == "town") & (without["name"] == "Brighton")].iloc[0]
    row = locate("London Road, Brighton")
    assert row["uncertainty_m"] >= town["reach_m"]
    assert row["located_by"] == "GeoNames"


@pytest.mark.parametrize(
    ("text", "force", "far"),
    [("Lakenheath", "Suffolk Constabulary", True), ("Swineshead", "Lincolnshire Police", True),
     ("Hemel Hempstead", "Hertfordshire Police", True), ("Bexleyheath", "Metropolitan Police", False),
     ("Clacton", "Essex Police", False)],
)  # fmt: skip
def test_a_station_out_of_its_town_is_no_namesake(text, force, far):
    row = locate(text, force)
    assert row["precision"] == "district"
    assert ("railway stations" in row["located_by"]) is far
    if far:
        station = RAIL.set_index("name")[["easting_m", "northing_m"]]
        shape = to_metric(gpd.GeoSeries([row["geometry"]], crs=4326)).iloc[0]
        assert shape.covers(shapely.Point(station.loc[text]))


def test_a_station_at_the_border_is_the_forces_and_one_beyond_is_asked_about():
    border = read_place("Chancery Lane Station", GAZETTEER, force="Metropolitan Police")
    assert (border.precision, border.area_code) == ("site", "E09000007")
    beyond = read_place("Liverpool Street station", GAZETTEER, force="Metropolitan Police")
    assert beyond.precision == "unknown"
    assert beyond.question == "Was it in City of London, or in which town else?"
