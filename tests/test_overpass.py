"""An Overpass that fails in every way a server can: streets or a reason, within the time."""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas
import geopandas.testing
import numpy as np
import osmnx
import pytest
import shapely
from helsinki_streets import FILTER, answer_for, extract, highways, meets, overpass
from helsinki_streets import within as touches
from nominatim_proxy import (
    body,
    bomb,
    cut_off,
    drip_body,
    drip_head,
    endless,
    hang_up,
    running,
    silence,
    status,
)

from data.errors import SourceError
from data.overpass import TILES_MAX, Overpass, ask_streets
from data.overpass_answers import OURS, keep_answer, path_for
from data.overpass_tiles import box_of, query_for, tiles_of
from data.pois import read_pois
from data.street_overpass import read_street_overpass
from data.turns import alone
from geo.poi_classes import POI_CLASSES, TELLING, may_be_poi

pytestmark = pytest.mark.slow

GROUND = shapely.box(24.935, 60.165, 24.948, 60.175)
WIDER = shapely.box(24.935, 60.165, 24.955, 60.175)
TIMED_OUT = json.dumps({"elements": [], "remark": 'runtime error: Query timed out in "query"'})


def truncated(handler):
    """Answer with all but the end."""
    handler.give(answer_for(query_for(tiles_of(GROUND)[0]))[:-500])


def half_packed(handler):
    """Answer with the beginning of a packed answer."""
    packed = gzip.compress(answer_for(query_for(tiles_of(GROUND)[0])))
    handler.give(packed[:2000], Content_Encoding="gzip")


@pytest.fixture
def server():
    with running(usual=overpass) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch):
    monkeypatch.setattr("data.overpass.backoff_s", lambda _: 0.02)


def asking(server, tmp_path, **options):
    quick = {"pause_s": 0.02, "deadline_s": 30.0, "request_s": 20.0, **options}
    url = server if isinstance(server, str) else server.url
    return Overpass(url, tmp_path / "overpass", **quick)


def within(box):
    west, south, east, north = box.bounds
    return {way["id"] for way in highways() if touches(way, (south, west, north, east))}


def test_a_healthy_server_is_asked_once(server, tmp_path):
    asked = ask_streets(GROUND, asking(server, tmp_path))
    assert {*asked.ways.way_ids.tolist()} >= within(GROUND)
    assert asked.ways.extent.covers(GROUND)
    assert (asked.fetched, asked.kept, asked.missing, asked.failed) == (1, 0, 0, False)
    assert (asked.date, asked.notes) == ("2020-05-04", ())
    again = ask_streets(GROUND, asking(server, tmp_path))
    assert (again.fetched, again.kept, len(server.times)) == (0, 1, 1)
    assert np.array_equal(again.ways.node_ids, asked.ways.node_ids)
    assert again.ways.tags.equals(asked.ways.tags)
    assert again.pois.equals(asked.pois)
    assert server.agents[0].startswith("passersby")
    assert server.queries == [{"data": query_for(tiles_of(GROUND)[0])}]


def test_squares_are_merged_without_duplicates(server, tmp_path):
    asked = ask_streets(WIDER, asking(server, tmp_path))
    assert asked.fetched == len(tiles_of(WIDER)) == 2
    ids = asked.ways.way_ids.tolist()
    assert len(ids) == len(set(ids)), "a way across the border counts once"
    both = [
        within(shapely.box(24.9, 60.15, 24.95, 60.2)),
        within(shapely.box(24.95, 60.15, 25.0, 60.2)),
    ]
    assert both[0] & both[1], "no way crosses the border: the test shows nothing"
    assert {*ids} == both[0] | both[1]
    assert min(server.gaps()) >= 0.02


def test_points_of_interest_are_those_of_an_extract(server, tmp_path):
    asked = ask_streets(WIDER, asking(server, tmp_path))
    refs = asked.pois["ref"].tolist()
    assert len(refs) == len(set(refs)), "what two squares hold counts once"
    whole = read_pois(extract()).pois
    inner = shapely.union_all([box_of(tile) for tile in tiles_of(WIDER)]).buffer(-0.004)
    there, here = (
        pois[pois.intersects(inner)].set_index("ref") for pois in (whole, asked.pois)
    )
    assert len(there) > 500
    assert {*there["poi_class"]} == {*POI_CLASSES}
    assert {"node", "way", "relation"} == {ref.partition("/")[0] for ref in there.index}
    assert there["floor_area_m2"].notna().sum() > 10
    geopandas.testing.assert_geodataframe_equal(there, here, check_less_precise=True)


def test_a_thing_in_two_squares_counts_once(server, tmp_path):
    mall = {"type": "way", "id": 5, "tags": {"shop": "mall", "name": "Arcade"}}
    mall["geometry"] = [
        {"lat": lat, "lon": lon}
        for lat, lon in ((60.16, 24.94), (60.16, 24.96), (60.17, 24.96), (60.16, 24.94))
    ]
    kiosk = {"type": "node", "id": 6, "lat": 60.162, "lon": 24.955}
    inside = kiosk | {"tags": {"shop": "mall", "name": "Arcade"}}
    plain = kiosk | {"id": 7, "tags": {"amenity": "Cafe;bar", "level": 1}}
    bench = kiosk | {"id": 8, "tags": {"amenity": "bench"}}
    for squares in ([mall, bench], [inside, mall, plain]):
        server.faults.append(body(json.dumps({"elements": squares}).encode()))
    asked = ask_streets(WIDER, asking(server, tmp_path))
    assert asked.pois["ref"].tolist() == ["way/5", "node/7"]
    assert asked.pois["poi_class"].tolist() == ["shop", "food"]


def test_the_question_is_put_for_all_that_is_known():
    query = query_for((-1, 1030))
    filters = [(key, re.compile(value, re.IGNORECASE)) for key, value in FILTER.findall(query)]
    for key, values in TELLING.items():
        for value in values or {"anything"}:
            for text in (value, value.upper(), f" {value} ;other"):
                assert may_be_poi({key: text})
                assert meets({key: text}, filters), text
        text = "other;" + next(iter(values or {"anything"}))
        assert meets({key: text}, filters) == may_be_poi({key: text})
    assert not meets({"amenity": "bench", "highway": "residential"}, filters)
    assert set(re.findall(r"\([-\d.,]+\)", query)) == {"(51.50,-0.05,51.55,0.00)"}
    assert query.count("(") == query.count(")")


def test_an_answer_kept_without_points_of_interest_is_asked_anew(server, tmp_path):
    to, tile = asking(server, tmp_path), tiles_of(GROUND)[0]
    box = query_for(tile).partition("(")[2].partition(")")[0]
    before = f'[out:json][timeout:60];way["highway"]({box});out body;>;out skel qt;'
    streets = json.loads(answer_for(before))
    keep_answer(streets, path_for(to.server, before, folder=to.folder), server=to.server)
    assert len(read_street_overpass(next(to.folder.glob("*.json"))).way_ids)
    asked = ask_streets(GROUND, to)
    assert (asked.fetched, asked.kept) == (1, 0)
    assert len(asked.pois)


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", ""])
def test_an_answer_may_be_called_anything_but_a_page(server, tmp_path, kind):
    content = answer_for(query_for(tiles_of(GROUND)[0]))
    server.faults += [body(content, Content_Type=kind)]
    assert ask_streets(GROUND, asking(server, tmp_path)).fetched == 1


def test_what_is_kept_is_an_answer_that_others_read(server, tmp_path):
    asked = ask_streets(GROUND, asking(server, tmp_path))
    (path,) = (tmp_path / "overpass").glob("*.json")
    assert read_pois(path).pois.equals(asked.pois)
    kept = read_street_overpass(path)
    assert np.array_equal(kept.way_ids, asked.ways.way_ids)
    nodes, paths = osmnx.graph._parse_nodes_paths(json.loads(path.read_bytes()))
    assert {*paths} > {*kept.way_ids.tolist()}, "the outlines of shops are ways too"
    assert nodes


def test_osmnx_is_left_as_it_was(server, tmp_path):
    looked_up, before = socket.getaddrinfo, osmnx.settings.overpass_url
    ask_streets(GROUND, asking(server, tmp_path))
    assert socket.getaddrinfo is looked_up
    assert osmnx.settings.overpass_url == before


PASSING = {
    "429 with a time": [status(429, Retry_After="1")],
    "429 without": [status(429)],
    "504": [status(504)],
    "two of them": [status(504), status(503)],
    "truncated": [truncated],
    "cut off": [cut_off],
    "hung up": [hang_up],
    "timed out within": [body(TIMED_OUT.encode())],
    "silence": [silence],
    "half a packing": [half_packed],
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING)
def test_what_passes_is_tried_again(server, tmp_path, faults):
    server.faults += faults
    asked = ask_streets(GROUND, asking(server, tmp_path, request_s=5.0))
    assert (asked.fetched, asked.failed, asked.notes) == (1, False, ())
    assert len(server.times) == len(faults) + 1


def test_the_time_that_a_server_asks_for_is_kept(server, tmp_path):
    server.faults += [status(429, Retry_After="1")]
    ask_streets(GROUND, asking(server, tmp_path))
    assert server.gaps()[0] >= 1.0


FOR_GOOD = {
    "always 504": ([status(504)] * 9, r"answered 504 \(.*It was asked 3 times", 3),
    "429 for an hour": ([status(429, Retry_After="3600")] * 9, r"asked again in 3600 s, but", 1),
    "bad request": ([status(400)], r"answered 400", 1),
    "forbidden": ([status(403)], r"It refuses us", 1),
    "nothing there": ([status(404)], r"no Overpass there", 1),
    "a web page": ([body(b"<html>Wi-Fi login", Content_Type="text/html")], r"text/html, not JSON: no Overpass", 1),
    "no positions of things": ([body(b'{"elements": [{"type": "node", "id": 1, "lat": 0, "lon": "x", "tags": {"shop": "x"}}]}')], r"not an answer as Overpass", 1),
    "tags that are none": ([body(b'{"elements": [{"type": "node", "id": 1, "lat": 0, "lon": 0, "tags": [["shop", "x"]]}]}')], r"not an answer as Overpass", 1),
    "a list": ([body(b"[]")], r"JSON that is no map", 1),
    "no elements": ([body(b"{}")], r"not an answer as Overpass makes it", 1),
    "another's map": ([body(b'{"elements": [{"type": "way", "id": 1, "tags": {"highway": "x"}}]}')], r"no positions", 1),
    "always truncated": ([truncated] * 9, r"broken JSON.*It was asked 3 times", 3),
}  # fmt: skip


@pytest.mark.parametrize(("faults", "message", "times"), FOR_GOOD.values(), ids=FOR_GOOD)
def test_what_does_not_pass_is_a_reason(server, tmp_path, faults, message, times):
    server.faults += faults
    asked = ask_streets(WIDER, asking(server, tmp_path))
    assert asked.failed
    assert len(asked.ways.way_ids) == len(asked.pois) == 0
    assert asked.missing == 2, "the second square is not asked for"
    assert len(server.times) == times
    assert shapely.is_empty(asked.ways.extent)
    assert re.search(message, " ".join(asked.notes)), asked.notes
    assert asked.notes[-1] == "Streets of 2 squares are missing: run again to ask."


@pytest.mark.parametrize("fault", [silence, drip_head, drip_body, endless])
def test_however_slow_it_ends_in_its_time(server, tmp_path, fault):
    server.faults += [fault] * 9
    began = time.monotonic()
    asked = ask_streets(GROUND, asking(server, tmp_path, deadline_s=3.0, request_s=1.0))
    assert time.monotonic() - began < 20, "a generous ceiling for a busy machine"
    assert asked.failed
    assert asked.notes


@pytest.mark.parametrize("fault", [bomb, endless])
def test_a_huge_answer_is_not_taken(server, tmp_path, monkeypatch, fault):
    monkeypatch.setattr("data.overpass.MAX_BYTES", 3_000_000)
    server.faults += [fault]
    asked = ask_streets(GROUND, asking(server, tmp_path))
    assert "more than 3,000,000 bytes" in asked.notes[0]


def test_nobody_there_is_a_reason(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    asked = ask_streets(GROUND, asking(f"http://127.0.0.1:{port}", tmp_path))
    assert asked.failed
    assert "cannot be reached" in asked.notes[0]


def test_a_probe_ends_the_asking_at_once(server, tmp_path):
    server.faults += [silence] * 9
    began = time.monotonic()
    asked = ask_streets(GROUND, asking(server, tmp_path, probe_s=0.5))
    assert time.monotonic() - began < 10
    assert (asked.failed, asked.reached, len(server.times)) == (True, False, 1)
    assert "no sign of life within 0.5 s" in asked.notes[0]
    server.faults[:] = [status(404)]  # any answer is a sign of life
    alive = ask_streets(GROUND, asking(server, tmp_path, probe_s=5.0))
    assert (alive.fetched, alive.reached) == (1, True)
    assert len(server.times) == 3


def aged(folder, days):
    for path in folder.glob("*.json"):
        kept = json.loads(path.read_bytes())
        kept[OURS]["fetched_at"] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        path.write_text(json.dumps(kept), encoding="utf-8")


def test_an_old_answer_is_asked_anew_and_counts_where_the_server_is_down(server, tmp_path):
    to = asking(server, tmp_path)
    first = ask_streets(GROUND, to)
    aged(to.folder, 29)
    assert ask_streets(GROUND, to).fetched == 0
    aged(to.folder, 45)
    server.faults += [status(403)]
    down = ask_streets(GROUND, to)
    assert down.failed
    assert (down.fetched, down.kept, down.missing) == (0, 1, 0)
    assert np.array_equal(down.ways.way_ids, first.ways.way_ids)
    assert down.pois.equals(first.pois)
    assert down.notes[-1] == f"Streets of 1 square is as {to.host} told 45 days ago."
    assert ask_streets(GROUND, to).fetched == 1
    assert ask_streets(GROUND, to).fetched == 0


def test_offline_nobody_is_asked_and_what_is_kept_counts_however_old(server, tmp_path):
    to = asking(server, tmp_path)
    ask_streets(GROUND, to)
    aged(to.folder, 400)
    asked = ask_streets(WIDER, replace(to, offline=True))
    assert len(server.times) == 1
    assert (asked.kept, asked.missing, asked.failed) == (1, 1, False)
    assert asked.notes == ("Streets of 1 square are missing: this run is offline.",)
    assert not asked.ways.extent.covers(WIDER)
    assert asked.ways.extent.covers(GROUND)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"elements": []}',
        b'{"elements": [], "passersby": {"fetched_at": "x"}}',
        b"[1]",
    ],
)
def test_a_broken_kept_answer_is_asked_anew(server, tmp_path, content):
    to = asking(server, tmp_path)
    ask_streets(GROUND, to)
    (path,) = to.folder.glob("*.json")
    path.write_bytes(content)
    assert ask_streets(GROUND, to).fetched == 1
    assert ask_streets(GROUND, to).fetched == 0


def test_a_folder_that_cannot_be_written_to_costs_only_the_keeping(server, tmp_path):
    (tmp_path / "overpass").write_text("in the way")
    asked = ask_streets(GROUND, asking(server, tmp_path))
    assert (asked.fetched, asked.failed) == (1, False)
    assert "cannot be written to" in asked.notes[0]


def test_two_runs_do_not_ask_at_once(server, tmp_path):
    to = asking(server, tmp_path, deadline_s=0.5)
    with alone(to.folder / "asking.lock"):
        asked = ask_streets(GROUND, to)
    assert "Another run kept asking" in asked.notes[0]
    assert server.times == []
    assert ask_streets(GROUND, asking(server, tmp_path)).fetched == 1


def test_too_much_ground_is_for_extracts(tmp_path):
    with pytest.raises(SourceError, match="Give an extract instead"):
        ask_streets(shapely.box(-0.5, 51.3, 0.3, 51.7), Overpass("public", tmp_path))
    assert TILES_MAX >= 4


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://169.254.169.254/api", "169.254.169.254, a link-local address"),
        ("http://[fe80::1]/api", "a link-local address"),
        ("http://0.0.0.0/api", "an address that no server has"),
        ("http://[::ffff:169.254.169.254]/api", "a link-local address"),
        ("ftp://example.org", "is no web address"),
        ("localhost:80", "is no web address"),
    ],
)
def test_some_addresses_are_never_asked(tmp_path, url, message):
    with pytest.raises(SourceError, match=message):
        ask_streets(GROUND, Overpass(url, tmp_path))


def test_the_squares_of_some_ground():
    assert tiles_of(shapely.Point(24.94, 60.17).buffer(0.001)) == [(498, 1203)]
    assert tiles_of(shapely.Polygon()) == []
    corner = shapely.LineString([(0.0, 51.5), (0.049, 51.549)])
    assert (0, 1030) in tiles_of(corner)
    ell = shapely.union(
        shapely.box(0.01, 51.01, 0.14, 51.02), shapely.box(0.01, 51.01, 0.02, 51.14)
    )
    assert len(tiles_of(ell)) == 5, "not the whole box around it"
    assert extract().is_file()


@pytest.mark.reference
def test_a_real_saved_answer_is_taken(reference_dir, tmp_path):
    path = reference_dir / "osm" / "london" / "city_holborn_drive_overpass_2024-02-17.json"
    with running(usual=body(path.read_bytes())) as proxy:
        proxy.faults += [status(429, Retry_After="1"), body(path.read_bytes()[:-1000])]
        asked = ask_streets(shapely.box(-0.12, 51.51, -0.11, 51.52), asking(proxy, tmp_path))
    assert asked.date == "2024-02-17"
    assert len(asked.ways.way_ids) > 1000
    assert (asked.fetched, asked.failed) == (1, False)
