"""Each country's grid is the one the EPSG registry names, in metres."""

import pyproj
import pytest

from data.countries import country_of, load_countries
from data.errors import SourceError
from data.gazetteer import load_gazetteer


@pytest.mark.parametrize("code", load_countries())
def test_the_grid_is_in_metres_and_lies_over_europe_or_new_zealand(code):
    crs = pyproj.CRS(country_of(code).measured)
    assert crs.is_projected
    assert {axis.unit_name for axis in crs.axis_info} == {"metre"}


def test_the_names_of_the_grids_are_the_registrys():
    import csv

    from data.countries import FILE

    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            assert pyproj.CRS(row["measured"]).name == row["grid"], row["code"]


def test_a_country_without_a_grid_is_refused_with_the_remedy():
    with pytest.raises(SourceError, match=r"--country 'zz' has no grid.*countries\.csv"):
        load_gazetteer("zz")


def test_another_country_holds_nothing_of_its_own():
    assert load_gazetteer("fi").area_names == {}
    assert load_gazetteer("GB").area_names
