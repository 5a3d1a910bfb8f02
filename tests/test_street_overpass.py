"""Answers of Overpass: the same streets to either way of asking, and none of half an answer."""

from __future__ import annotations

import json

import numpy as np
import osmnx
import pytest

from data.errors import SourceError
from data.street_overpass import merge_answers, read_street_answer, read_street_overpass
from geo.ways import WAY_KEYS

SPOTS = {1: (24.94, 60.17), 2: (24.941, 60.171), 3: (24.942, 60.172), 4: (24.95, 60.18)}
NODES = [{"type": "node", "id": n, "lon": x, "lat": y} for n, (x, y) in SPOTS.items()]
WAYS = [
    {"type": "way", "id": 7, "nodes": [1, 2, 3], "tags": {"highway": "steps", "name": "Porras"}},
    {"type": "way", "id": 5, "nodes": [3, 4], "tags": {"highway": "path"}},
    {"type": "way", "id": 6, "nodes": [1, 4], "tags": {"building": "yes"}},
]  # fmt: skip


def drawn(way, *, numbers=True):
    corners = [{"lat": SPOTS[n][1], "lon": SPOTS[n][0]} for n in way["nodes"]]
    kept = way if numbers else {key: way[key] for key in ("type", "id", "tags")}
    return kept | {"geometry": corners}


def same(one, two):
    arrays = ("way_ids", "starts", "node_ids", "lon", "lat")
    assert all(np.array_equal(getattr(one, a), getattr(two, a), equal_nan=a in {"lon", "lat"}) for a in arrays)  # fmt: skip
    assert one.tags.equals(two.tags)


def test_streets_are_read_by_their_nodes():
    ways = read_street_answer({"elements": [*WAYS, *NODES]}, name="a.json")
    assert ways.way_ids.tolist() == [5, 7]
    assert ways.starts.tolist() == [0, 2, 5]
    assert ways.node_ids.tolist() == [3, 4, 1, 2, 3]
    assert ways.lon.tolist() == [24.942, 24.95, 24.94, 24.941, 24.942]
    assert tuple(ways.tags.columns) == WAY_KEYS
    assert ways.tags["name"].tolist()[1] == "Porras"
    assert ways.tags["name"].isna().tolist() == [True, False]
    assert ways.tags["highway"].tolist() == ["path", "steps"]


def test_either_way_of_asking_gives_the_same():
    skeleton = read_street_answer({"elements": [*WAYS, *NODES]}, name="a.json")
    same(skeleton, read_street_answer({"elements": [*NODES[::-1], *WAYS[::-1]]}, name="a.json"))
    same(skeleton, read_street_answer({"elements": [drawn(w) for w in WAYS]}, name="a.json"))


def test_ways_without_numbered_nodes_meet_by_position():
    ways = read_street_answer({"elements": [drawn(w, numbers=False) for w in WAYS]}, name="a")
    assert ways.node_ids[0] == ways.node_ids[-1]
    assert len(set(ways.node_ids)) == 4


def test_nodes_that_the_answer_lacks_have_no_position():
    ways = read_street_answer({"elements": [*WAYS, *NODES[1:]]}, name="a.json")
    assert np.isnan(ways.lon).tolist() == [False, False, True, False, False]
    assert ways.node_ids[2] == 1
    clipped = drawn(WAYS[0])
    clipped["geometry"][0] = None
    assert np.isnan(read_street_answer({"elements": [clipped]}, name="a").lat).tolist() == [
        True,
        False,
        False,
    ]


def test_answers_about_neighbouring_ground_are_one_without_duplicates():
    left = {"elements": [WAYS[0], *NODES]}
    right = {"elements": [*WAYS[:2], *NODES]}
    same(
        merge_answers([left, right], name="Overpass"),
        read_street_answer({"elements": [*WAYS, *NODES]}, name="a.json"),
    )
    same(
        merge_answers([left, right], name="Overpass"),
        merge_answers([right, left], name="Overpass"),
    )
    assert len(merge_answers([{"elements": []}], name="Overpass").way_ids) == 0


REFUSED = {
    "cut short": ({"elements": [*WAYS, *NODES], "remark": "runtime error: Query timed out"}, "cut short"),
    "no elements": ({"version": 0.6}, "not an answer as Overpass makes it"),
    "elements that are no list": ({"elements": 5}, "not an answer as Overpass makes it"),
    "a node without place": ({"elements": [{"type": "node", "id": 1, "lat": 3}]}, "not an answer"),
    "a node off the globe": ({"elements": [*WAYS, {"type": "node", "id": 1, "lat": 95.0, "lon": 0}]}, "not on the globe"),
    "a node no number can hold": ({"elements": [*NODES, WAYS[0] | {"nodes": [1, 2**70]}]}, "longer than any"),
    "a way no number can hold": ({"elements": [*NODES, WAYS[0] | {"id": 2**63}]}, "longer than any"),
    "ways without positions": ({"elements": WAYS}, "its ways have no positions"),
    "no streets": ({"elements": [WAYS[2], *NODES]}, "holds no street"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_answer_is_refused(answer, message):
    with pytest.raises(SourceError, match=message):
        read_street_answer(answer, name="answer.json")


def test_half_a_character_is_no_reason_to_refuse_an_answer():
    way = WAYS[0] | {"tags": {"highway": "steps", "name": "A\ud800"}}
    answer = json.loads(json.dumps({"elements": [way, *NODES]}))
    assert read_street_answer(answer, name="a.json").tags["name"].tolist() == ["A?"]


def test_half_a_file_is_refused(tmp_path):
    path = tmp_path / "kept.json"
    whole = json.dumps({"elements": [*WAYS, *NODES]})
    path.write_text(whole, encoding="utf-8")
    same(read_street_overpass(path), read_street_answer(json.loads(whole), name="a"))
    path.write_text(whole[:-20], encoding="utf-8")
    with pytest.raises(SourceError, match=r"kept\.json is not whole JSON"):
        read_street_overpass(path)


@pytest.mark.reference
def test_holborn_is_read_as_osmnx_reads_it(reference_dir):
    path = reference_dir / "osm" / "london" / "city_holborn_drive_overpass_2024-02-17.json"
    ways = read_street_overpass(path)
    nodes, paths = osmnx.graph._parse_nodes_paths(json.loads(path.read_bytes()))
    assert {*ways.way_ids.tolist()} == {*paths}
    assert {*ways.node_ids.tolist()} <= {*nodes}
    assert not np.isnan(ways.lon).any()
    assert ways.tags["name"].nunique() > 200
