"""Streets out of GeoPackage, GeoJSON and GeoParquet: the same ways, however they were saved."""

from __future__ import annotations

import json

import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pytest
import shapely

from data.drawn_ways import position_ids, rounded
from data.errors import SourceError
from data.street_tables import read_street_table
from geo.errors import CrsError
from geo.simplify import build_network
from geo.ways import WAY_KEYS

BAKER = shapely.LineString([(-0.15, 51.52), (-0.1505, 51.521), (-0.151, 51.522)])
KING = shapely.LineString([(-0.1505, 51.521), (-0.149, 51.5215)])
RIVER = shapely.LineString([(-0.16, 51.52), (-0.15, 51.52)])


def frame(crs="EPSG:4326", **columns):
    rows = {
        "osm_id": ["11", "12", "13"],
        "name": ["Baker Street", "King Street", "Tyburn"],
        "highway": ["primary", "footway", None],
        "waterway": [None, None, "stream"],
        **columns,
    }
    return gpd.GeoDataFrame(rows, geometry=[BAKER, KING, RIVER], crs="EPSG:4326").to_crs(crs)


def spots_of(ways, way):
    part = slice(ways.starts[way], ways.starts[way + 1])
    return np.column_stack([ways.lon[part], ways.lat[part]])


def saved(made, path):
    if path.suffix == ".parquet":
        made.to_parquet(path)
        return read_street_table(path, parquet=True)
    made.to_file(path)
    return read_street_table(path)


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("streets.geojson", "EPSG:4326"),  # which has no other
        ("streets.gpkg", "EPSG:4326"),
        ("streets.gpkg", "EPSG:27700"),
        ("streets.parquet", "EPSG:27700"),
        ("streets.parquet", "EPSG:3857"),
    ],
)
def test_streets_are_read_whatever_the_format_and_system(tmp_path, name, crs):
    ways = saved(frame(crs), tmp_path / name)
    assert ways.way_ids.tolist() == [11, 12]
    assert ways.starts.tolist() == [0, 3, 5]
    assert tuple(ways.tags.columns) == WAY_KEYS
    assert ways.tags["highway"].tolist() == ["primary", "footway"]
    assert ways.tags["name"].tolist() == ["Baker Street", "King Street"]
    assert ways.tags["foot"].isna().all()
    assert spots_of(ways, 0) == pytest.approx(np.array(BAKER.coords), abs=2e-7)
    # they meet at the vertex they share, in the middle of one
    assert ways.node_ids[1] == ways.node_ids[3]
    assert len(set(ways.node_ids)) == 4


def test_lines_that_cross_without_a_vertex_do_not_meet(tmp_path):
    over = shapely.LineString([(0.0, 0.0), (0.01, 0.01)])
    under = shapely.LineString([(0.0, 0.01), (0.01, 0.0)])
    made = gpd.GeoDataFrame({"highway": ["path"] * 2}, geometry=[over, under], crs="EPSG:4326")
    ways = saved(made, tmp_path / "bridge.gpkg")
    assert len(set(ways.node_ids)) == 4
    assert ways.way_ids.tolist() == [0, 1]


def test_heights_do_not_keep_ways_apart(tmp_path):
    low = shapely.LineString([(0, 0, 5), (0.001, 0, 6)])
    high = shapely.LineString([(0.001, 0, 9), (0.002, 0, 9)])
    made = gpd.GeoDataFrame({"highway": ["path"] * 2}, geometry=[low, high], crs="EPSG:4326")
    ways = saved(made, tmp_path / "hill.gpkg")
    assert ways.node_ids[1] == ways.node_ids[2]


def test_each_line_of_a_collection_is_a_way(tmp_path):
    made = frame().iloc[:1].set_geometry([shapely.MultiLineString([BAKER, KING])])
    ways = saved(made, tmp_path / "multi.gpkg")
    assert ways.way_ids.tolist() == [11, 11]
    assert ways.tags["name"].tolist() == ["Baker Street"] * 2
    assert spots_of(ways, 1) == pytest.approx(np.array(KING.coords))


def test_tags_in_one_column_are_read_and_a_column_of_its_own_wins(tmp_path):
    other = ['"highway"=>"steps","foot"=>"yes"', '"sidewalk"=>"both"', None]
    made = frame(other_tags=other)
    made = made.drop(columns="waterway")
    ways = saved(made, tmp_path / "gdal.gpkg")
    assert ways.tags["highway"].tolist() == ["primary", "footway"]
    assert ways.tags["foot"].tolist()[0] == "yes"
    assert ways.tags["sidewalk"].tolist()[1] == "both"
    without = made.drop(columns=["highway", "name"])
    ways = saved(without, tmp_path / "bare.gpkg")
    assert ways.way_ids.tolist() == [11]
    assert ways.tags["highway"].tolist() == ["steps"]


def test_all_tags_as_json_or_mappings_are_read(tmp_path):
    tags = {"highway": "residential", "name": "Ääkkönen"}
    made = gpd.GeoDataFrame({"tags": [json.dumps(tags)]}, geometry=[BAKER], crs="EPSG:4326")
    for way in (
        saved(made, tmp_path / "a.gpkg"),
        saved(made.assign(tags=[tags]), tmp_path / "a.parquet"),
    ):
        assert way.tags["name"].tolist() == ["Ääkkönen"]
        assert way.tags["highway"].tolist() == ["residential"]


def test_points_and_areas_are_left(tmp_path):
    shapes = [BAKER, shapely.Point(0, 51), shapely.box(0, 51, 0.01, 51.01)]
    made = gpd.GeoDataFrame(
        {
            "highway": ["platform", "crossing", "pedestrian"],
            "railway": ["platform", None, None],
        },
        geometry=shapes,
        crs="EPSG:4326",
    )
    ways = saved(made, tmp_path / "mixed.geojson")
    assert ways.tags["highway"].tolist() == ["platform"]
    assert ways.tags["railway"].tolist() == ["platform"]


def test_a_highway_that_a_join_did_not_find_is_a_street_of_unknown_kind(tmp_path):
    made = frame().rename(columns={"highway": "highway_joined", "name": "name_joined"})
    ways = saved(made, tmp_path / "joined.gpkg")
    assert ways.tags["highway"].tolist() == ["primary", "footway", "road"]
    assert ways.tags["name"].tolist() == ["Baker Street", "King Street", "Tyburn"]


def test_edges_saved_both_ways_are_read_once_and_lists_settled(tmp_path):
    made = gpd.GeoDataFrame(
        {
            "u": [1, 2, 1],
            "v": [2, 1, 2],
            "key": [0, 0, 1],
            "osmid": ["[5, 6]", "[6, 5]", "7"],
            "highway": ["['service', 'path']", "['path', 'service']", "footway"],
            "name": ["['Strand', 'Aldwych']", "['Aldwych', 'Strand']", None],
        },
        geometry=[BAKER, shapely.reverse(BAKER), shapely.LineString(BAKER.coords[::2])],
        crs="EPSG:4326",
    )
    ways = saved(made, tmp_path / "edges.gpkg")
    assert ways.way_ids.tolist() == [5, 7]
    assert ways.tags["highway"].tolist() == ["path", "footway"]
    assert ways.tags["name"].tolist()[0] == "Aldwych;Strand"
    # without nodes of their own, two ways that coincide are two
    twice = saved(made.drop(columns=["u", "v"]), tmp_path / "lines.gpkg")
    assert len(twice.way_ids) == 3


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("way/123", 123),
        ("w77", 77),
        (5.0, 5),
        ("relation", 0),
        ("9" * 30, 0),
        ("9" * 5000, 0),
        (-4, -4),
    ],
)
def test_identifiers_are_numbers_however_written(tmp_path, given, number):
    made = frame().iloc[:1].drop(columns="osm_id").assign(id=[given])
    ways = saved(made, tmp_path / "ids.parquet")
    assert ways.way_ids.tolist() == [number]


def test_a_line_of_one_point_costs_no_other(tmp_path):
    one = {"type": "LineString", "coordinates": [[0, 51]]}
    two = {"type": "LineString", "coordinates": [[0, 51], [0, 51.001]]}
    features = [
        {"type": "Feature", "properties": {"highway": "path", "id": number}, "geometry": shape}
        for number, shape in enumerate((one, two, one), 5)
    ]
    path = tmp_path / "points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert read_street_table(path).way_ids.tolist() == [6]


def test_the_streets_of_another_world_are_refused(tmp_path):
    made = frame().set_crs("IAU_2015:30100", allow_override=True)
    with pytest.raises(CrsError, match="have no place in EPSG:4326"):
        saved(made, tmp_path / "moon.parquet")


def test_positions_said_twice_and_lines_of_no_length_are_left_out(tmp_path):
    made = gpd.GeoDataFrame(
        {"osm_id": [1, 2], "highway": ["path"] * 2},
        geometry=[
            shapely.LineString([(0, 0), (0, 1e-9)]),
            shapely.LineString([(0, 0), (0, 1e-9), (0, 0.001)]),
        ],
        crs="EPSG:4326",
    )
    ways = saved(made, tmp_path / "short.parquet")
    assert ways.way_ids.tolist() == [2]
    assert ways.starts.tolist() == [0, 2]


def test_numbers_of_positions_tell_apart_what_is_1e7_of_a_degree_apart():
    steps = np.arange(-3, 4) * 1e-7
    lon = np.concatenate([c + steps for c in (-180 + 3e-7, -0.1, 0, 179.9999997)])
    ids = position_ids(lon, np.full(len(lon), 90 - 1e-7))
    assert len(set(ids)) == len(lon)
    assert (ids < 0).all()
    assert rounded(np.array([0.12345678])) == pytest.approx(0.1234568, abs=1e-12)


def test_the_order_of_rows_changes_no_network(tmp_path):
    crossing = shapely.LineString([(-0.149, 51.5215), (-0.1505, 51.521), (-0.152, 51.5205)])
    made = frame(highway=["primary", "footway", "path"])
    made = made.set_geometry([BAKER, KING, crossing])
    one = build_network(saved(made, tmp_path / "one.parquet"))
    two = build_network(saved(made.iloc[::-1], tmp_path / "two.parquet"))
    assert len(one.edges) == 5
    pd.testing.assert_frame_equal(one.nodes, two.nodes)
    geopandas.testing.assert_geodataframe_equal(one.edges, two.edges)


REFUSED = {
    "no system": (
        frame().set_crs(None, allow_override=True),
        "declares no coordinate reference system",
    ),
    "nothing about streets": (frame().drop(columns="highway"), "has no column `highway`"),
    "no streets": (frame(highway=[None] * 3), "has no line with a value of `highway`"),
    "a false system": (
        frame("EPSG:27700").set_crs("EPSG:4326", allow_override=True),
        "not on the globe",
    ),
}


@pytest.mark.parametrize(("made", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_of_streets_is_refused(tmp_path, made, message):
    with pytest.raises(SourceError, match=message):
        saved(made, tmp_path / "bad.parquet")


def test_a_broken_file_is_refused(tmp_path):
    path = tmp_path / "cut.gpkg"
    frame().to_file(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(SourceError, match=r"cut\.gpkg cannot be read"):
        read_street_table(path)


@pytest.mark.reference
def test_leeds_is_read_with_its_tags(reference_dir):
    folder = reference_dir / "osm" / "leeds"
    ways = read_street_table(folder / "leeds_2.5km_osm_lines_openinfra.gpkg")
    assert 10_000 < len(ways.way_ids) < 12_000
    assert ways.tags["name"].nunique() > 1_000
    assert {"footway", "residential", "steps"} <= {*ways.tags["highway"]}
    assert ways.tags["sidewalk"].notna().sum() > 100
    shared = np.unique(ways.node_ids, return_counts=True)[1]
    assert (shared > 1).sum() > 8_000, "ways hang together"


@pytest.mark.reference
def test_the_west_end_is_whole_though_a_join_lost_tags(reference_dir):
    path = reference_dir / "osm" / "london" / "westend_highways_2016_osmplotr.geojson"
    ways = read_street_table(path)
    assert len(ways.way_ids) == 4527
    assert ways.tags["highway"].notna().all()
    assert (ways.tags["highway"] == "road").sum() == 2820
