"""The named streets of a place, each once, by hand on a toy map."""

import geopandas as gpd
import pytest
import shapely

from geo.candidate_streets import candidate_streets
from geo.errors import CrsError, MissingColumnError

GRID = "EPSG:27700"
PLACE = gpd.GeoSeries([shapely.box(0, 0, 1000, 1000), shapely.box(0, 0, 300, 50)], crs=GRID)


def make_edges(*rows):
    names, lines = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"name": names}, geometry=[shapely.LineString(one) for one in lines], crs=GRID
    )


EDGES = make_edges(
    ("High Street", [(0, 10), (200, 10)]),
    ("High Street", [(200, 10), (350, 10)]),  # goes on from the first
    ("High Street", [(0, 900), (100, 900)]),  # another of that name, far off
    ("Mill Lane", [(900, 500), (1200, 500)]),  # leaves the place after 100 m
    (None, [(0, 500), (1000, 500)]),
    ("Far Street", [(5000, 0), (6000, 0)]),
)


def test_streets_by_hand():
    found = candidate_streets(PLACE, EDGES)
    rows = found[["place", "street", "length_m"]].to_numpy().tolist()
    assert rows == [
        [0, "High Street", 350.0],
        [0, "High Street", 100.0],
        [0, "Mill Lane", 100.0],
        [1, "High Street", 300.0],
    ]
    assert found.crs == PLACE.crs
    assert found.geometry[0].geom_type == "LineString", "its edges are joined"


def test_order_of_edges_is_irrelevant():
    found = candidate_streets(PLACE, EDGES)
    turned = candidate_streets(PLACE, EDGES.iloc[::-1].reset_index(drop=True))
    assert found.geometry.normalize().to_wkt().tolist() == (
        turned.geometry.normalize().to_wkt().tolist()
    )
    assert found["street"].tolist() == turned["street"].tolist()


def test_no_street_is_no_row():
    assert candidate_streets(PLACE, EDGES.iloc[-1:]).empty
    assert candidate_streets(PLACE, EDGES[EDGES["name"].isna()]).empty


def test_degrees_and_a_lack_of_names_are_refused():
    with pytest.raises(CrsError):
        candidate_streets(PLACE.to_crs("EPSG:4326"), EDGES.to_crs("EPSG:4326"))
    with pytest.raises(MissingColumnError, match="name"):
        candidate_streets(PLACE, EDGES.drop(columns="name"))
