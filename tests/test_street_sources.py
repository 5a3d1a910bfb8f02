"""Where streets come from: the best at hand, a decision in time, and a sentence that says so."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import geopandas.testing
import numpy as np
import osmium
import pytest
import shapely
from extract_server import page, publishing
from helsinki_streets import extract, overpass
from nominatim_proxy import running, silence, status

from data.errors import SourceError
from data.extract_download import noted
from data.extract_offers import Limits
from data.overpass_answers import OURS
from data.pois import read_pois
from data.street_files import date_of, network_of_file, network_of_ways
from data.street_sources import StreetSources, ground_of, streets_for
from data.street_ways import read_ways
from geo.pois import POI_COLUMNS

pytestmark = pytest.mark.slow

STATION = shapely.Point(24.9414, 60.1710)
SQUARE = shapely.Point(24.9479, 60.1695)
FAR = shapely.Point(25.7, 62.24)
CONTENT = extract().read_bytes()


def places(*shapes, crs="EPSG:4326"):
    return gpd.GeoSeries(list(shapes), crs="EPSG:4326").to_crs(crs)


@pytest.fixture
def server():
    with running(usual=overpass) as proxy:
        yield proxy


@pytest.fixture
def publisher():
    with publishing(CONTENT) as published:
        published.path = "/europe/finland-latest.osm.pbf"
        yield published


@pytest.fixture
def nobody():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def sources(server, publisher, tmp_path, monkeypatch):
    monkeypatch.setattr("data.overpass.backoff_s", lambda _: 0.02)
    monkeypatch.setattr("data.extract_download.backoff_s", lambda _: 0.02)
    return StreetSources(
        tmp_path / ".passersby", overpass=server.url, publisher=publisher.url, reach_m=300.0
    )


def many(sources):
    """Return sources for which no ground is little."""
    return replace(sources, few_squares=0)


def names(streets):
    return {*streets.found.network.edges["name"].dropna()}


# Files -----------------------------------------------------------------------------------


def test_a_file_is_taken_and_what_is_made_of_it_kept(sources, monkeypatch):
    here = replace(sources, streets=str(extract()))
    found = streets_for(places(STATION), here)
    assert "Mannerheimintie" in names(found)
    assert found.sentence == "Streets: OpenStreetMap (Helsinki.osm.pbf)."
    assert found.credit == "© OpenStreetMap contributors, ODbL"
    assert (found.kind, found.notes, found.failed) == ("file", (), False)
    assert found.found.ground.covers(STATION)

    def never(_):
        pytest.fail("it is read again")

    monkeypatch.setattr("data.street_ways.read_ways", never)
    again = streets_for(places(STATION), here)
    one, two = found.found, again.found
    geopandas.testing.assert_geodataframe_equal(one.network.edges, two.network.edges)
    assert (one.ground, one.digest, one.date) == (two.ground, two.digest, two.date)


def test_places_in_any_system_and_without_a_shape_are_taken(sources):
    here = replace(sources, streets=str(extract()))
    found = streets_for(places(STATION, None, shapely.Point(), crs="EPSG:3067"), here)
    plain = streets_for(places(STATION), here)
    assert len(found.found.network.edges) == len(plain.found.network.edges)


def test_only_streets_near_the_places_are_taken(sources, tmp_path):
    ways = {
        "highway": ["residential"] * 2,
        "name": ["Near", "Far"],
    }
    lines = [
        shapely.LineString([(x, y), (x + 0.001, y)]) for x, y in ((24.94, 60.17), (25.5, 60.5))
    ]
    path = tmp_path / "two.gpkg"
    gpd.GeoDataFrame(ways, geometry=lines, crs="EPSG:4326").to_file(path)
    assert names(streets_for(places(STATION), replace(sources, streets=str(path)))) == {"Near"}


def test_places_where_a_file_has_no_streets_are_told(sources):
    here = replace(sources, streets=str(extract()))
    found = streets_for(places(STATION, FAR), here)
    (note,) = found.notes
    assert note.startswith("1 place lies where Helsinki.osm.pbf has no streets; distances")
    none = streets_for(places(FAR), here)
    assert none.found is None
    assert none.sentence == "No streets: Helsinki.osm.pbf has none near the places; straight-line distances."  # fmt: skip
    assert none.credit == ""


def test_a_file_that_is_none_is_an_error(sources, tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        streets_for(places(STATION), replace(sources, streets=str(tmp_path / "none.pbf")))


def test_none_and_nowhere_ask_nobody(sources, server, publisher):
    assert streets_for(places(STATION), replace(sources, streets="none")).sentence == (
        "No streets: not asked for; straight-line distances."
    )
    nowhere = streets_for(places(None, shapely.Point()), sources)
    assert nowhere.sentence == "No streets: no place is known; straight-line distances."
    assert server.times == []
    assert publisher.asked == []


def test_points_of_interest_come_from_a_file_once(sources, monkeypatch):
    here = replace(sources, streets=str(extract()))
    found = streets_for(places(STATION), here)
    assert found.path == extract()
    whole = read_pois(extract()).pois
    expected = whole[whole.intersects(found.found.ground)].reset_index(drop=True)
    assert 100 < len(expected) < len(whole)
    geopandas.testing.assert_geodataframe_equal(found.found.pois, expected)

    def never(_):
        pytest.fail("they are read again")

    monkeypatch.setattr("data.pois.read_pois", never)
    again = streets_for(places(STATION), here).found.pois
    geopandas.testing.assert_geodataframe_equal(again, expected)
    other = streets_for(places(SQUARE), here).found
    assert other.ground.covers(other.pois.union_all())
    assert {*other.pois["ref"]} - {*expected["ref"]}, "other ground has others"


def test_points_of_interest_are_read_only_if_asked_for(sources, monkeypatch):
    monkeypatch.setattr("data.pois.read_pois", lambda _: pytest.fail("they were not asked for"))
    assert streets_for(places(STATION), replace(sources, streets=str(extract()))).found


def test_a_file_of_streets_alone_has_no_points_of_interest(sources, tmp_path):
    path, line = (
        tmp_path / "streets.gpkg",
        shapely.LineString([(24.94, 60.171), (24.943, 60.171)]),
    )
    frame = gpd.GeoDataFrame({"highway": ["steps"]}, geometry=[line], crs="EPSG:4326")
    frame.to_file(path)
    for _ in range(2):  # made, then kept
        pois = streets_for(places(STATION), replace(sources, streets=str(path))).found.pois
        assert (len(pois), tuple(pois.columns)) == (0, POI_COLUMNS)
        assert pois.crs == "EPSG:4326"


# A server --------------------------------------------------------------------------------


def test_little_ground_is_asked_for_once(sources, server, publisher):
    found = streets_for(places(STATION, SQUARE), sources)
    assert found.kind == "overpass"
    assert found.sentence == f"Streets: OpenStreetMap through {server.url[7:]} of 2020-05-04."
    assert "Mannerheimintie" in names(found)
    asked = len(server.times)
    again = streets_for(places(STATION, SQUARE), sources)
    assert len(server.times) == asked
    assert again.found.digest == found.found.digest
    assert publisher.asked == []
    assert found.path is None
    assert len(found.found.pois) > 500
    assert found.found.ground.covers(found.found.pois.union_all())
    assert again.found.pois.equals(found.found.pois)
    offline = streets_for(places(STATION, SQUARE), replace(sources, offline=True))
    assert offline.found.digest == found.found.digest
    assert len(server.times) == asked


def test_a_server_asked_for_that_fails_is_a_failure_and_auto_none(sources, server):
    server.faults += [status(403)] * 9
    asked = streets_for(places(STATION), replace(sources, streets="overpass"))
    assert (asked.found, asked.failed) == (None, True)
    assert "It refuses us" in asked.notes[0]
    server.faults[:] = [status(200)] + [status(403)] * 9
    chosen = streets_for(places(STATION), sources)
    assert (chosen.found, chosen.failed) == (None, False)
    assert chosen.sentence.startswith("No streets: 127.0.0.1:")
    assert chosen.sentence.endswith("gave none; straight-line distances.")


def test_a_stale_answer_counts_labelled_where_the_server_is_down(sources, server):
    streets_for(places(STATION), sources)
    for path in (sources.state / "overpass").glob("*.json"):
        kept = json.loads(path.read_bytes())
        kept[OURS]["fetched_at"] = (datetime.now(UTC) - timedelta(days=90)).isoformat()
        path.write_text(json.dumps(kept), encoding="utf-8")
    server.faults += [status(403)] * 9
    asked = streets_for(places(STATION), replace(sources, streets="overpass"))
    assert asked.found is not None
    assert asked.failed
    assert "told 90 days ago" in asked.notes[-1]


def test_what_is_worked_out_is_known_by_its_points_of_interest_too():
    ways, pois = read_ways(extract()), read_pois(extract()).pois
    others = [pois.iloc[1:], pois.assign(name="x"), pois.set_geometry(pois.translate(1e-6))]
    made = {network_of_ways(ways, pois=some, date=None).digest for some in (pois, *others)}
    assert len(made) == 4
    assert network_of_ways(ways, pois=pois.copy(), date="2026-11-01").digest in made


# Extracts --------------------------------------------------------------------------------


def test_much_ground_in_one_region_is_downloaded_once_and_announced(sources, server, publisher):
    told = []
    found = streets_for(places(STATION, SQUARE), replace(many(sources), tell=told.append))
    assert found.kind == "extract"
    assert found.sentence == "Streets: OpenStreetMap extract of Finland."
    assert found.path == sources.extracts / "finland.osm.pbf"
    assert {"shop", "food", "station"} <= {*found.found.pois["poi_class"]}
    assert "Mannerheimintie" in names(found)
    assert len(told) == 1
    assert told[0].startswith("Downloading the OpenStreetMap extract of Finland, 1 MB, once")
    assert server.times == []
    asked = len(publisher.asked)
    # then it is there for little ground too, and offline
    for again in (sources, replace(sources, offline=True)):
        assert streets_for(places(STATION), again).kind == "extract"
    assert len(publisher.asked) == asked
    assert server.times == []


def test_a_kept_extract_of_elsewhere_is_not_taken(sources, server):
    streets_for(places(STATION), many(sources))
    london = shapely.Point(-0.1426, 51.539)
    streets_for(places(london), sources)
    assert len(server.times) > 0
    offline = streets_for(places(london), replace(sources, offline=True))
    assert offline.found is None
    both = streets_for(places(london, STATION), replace(sources, offline=True))
    assert both.kind == "extract"
    assert both.notes == (
        "1 place lies where finland.osm.pbf has no streets; distances there are straight lines.",
    )


def test_a_download_that_breaks_off_costs_the_streets_of_one_run(sources, publisher):
    publisher.cut_after = [100_000, 0, 0, 0]
    first = streets_for(places(STATION), many(sources))
    assert (first.found, first.failed) == (None, False)
    assert first.sentence == "No streets: no network; straight-line distances."
    assert "The next run goes on from there" in first.notes[0]
    assert streets_for(places(STATION), many(sources)).kind == "extract"
    assert publisher.downloads()[-1] == "bytes=100000-"


def test_a_damaged_extract_is_removed_and_taken_anew(sources, publisher):
    streets_for(places(STATION), many(sources))
    path = sources.extracts / "finland.osm.pbf"
    content = path.read_bytes()
    path.write_bytes(content[:-9] + bytes(9))
    offline = streets_for(places(STATION), replace(sources, offline=True))
    assert offline.found is None
    assert noted(path) is None
    path.write_bytes(content[:-9] + bytes(9))
    assert streets_for(places(STATION), many(sources)).kind == "extract"
    assert path.read_bytes() == content


def test_too_large_an_extract_is_a_reason(sources):
    small = replace(many(sources), limits=Limits(max_bytes=1000))
    found = streets_for(places(STATION), small)
    assert found.sentence == "No streets: none could be had; straight-line distances."
    assert "Download a smaller region and give the file" in found.notes[0]


# No network ------------------------------------------------------------------------------


@pytest.mark.parametrize("few_squares", [0, 12])
def test_without_a_network_it_is_decided_at_once(sources, nobody, few_squares):
    lost = replace(sources, overpass=nobody, publisher=nobody, few_squares=few_squares)
    began = time.monotonic()
    found = streets_for(places(STATION), lost)
    assert time.monotonic() - began < 30, "a generous ceiling for a busy machine"
    assert (found.found, found.failed) == (None, False)
    assert found.sentence == "No streets: no network; straight-line distances."
    assert "cannot be reached" in found.notes[0]


@pytest.mark.parametrize("few_squares", [0, 12])
def test_a_network_that_swallows_all_is_none(sources, server, publisher, few_squares):
    server.faults += [silence] * 9
    publisher.faults += [lambda handler: handler.publisher.closing.wait(60)] * 9
    began = time.monotonic()
    lost = replace(sources, few_squares=few_squares, probe_s=0.5)
    found = streets_for(places(STATION), lost)
    assert time.monotonic() - began < 30, "a generous ceiling for a busy machine"
    assert len(server.times) + len(publisher.asked) == 1, "one probe decides"
    assert found.sentence == "No streets: no network; straight-line distances."


def test_a_login_page_is_no_network(sources, publisher):
    publisher.faults += [page] * 9
    found = streets_for(places(STATION), many(sources))
    assert found.sentence == "No streets: no network; straight-line distances."
    assert "is a login wanted?" in found.notes[0]


@pytest.mark.parametrize("streets", ["auto", "overpass"])
def test_offline_nobody_is_asked(sources, server, publisher, streets):
    cut = replace(sources, streets=streets, offline=True)
    found = streets_for(places(STATION), cut)
    assert found.sentence == "No streets: offline, and none are kept; straight-line distances."
    assert found.failed is False
    assert server.times == []
    assert publisher.asked == []


# Ground and dates ------------------------------------------------------------------------


def test_ground_reaches_as_far_as_asked_all_around():
    ground = places(shapely.Point(24.94, 60.17))
    box = gpd.GeoSeries([ground_of(ground.to_numpy(), reach_m=1000)], crs="EPSG:4326")
    metric = box.to_crs("EPSG:3067")
    centre = ground.to_crs("EPSG:3067").iloc[0]
    assert metric.iloc[0].boundary.distance(centre) == pytest.approx(1000, rel=0.01)
    line = shapely.LineString([(24.9, 60.1), (25.0, 60.1)])
    assert ground_of(np.array([line]), reach_m=10).covers(line)
    assert ground_of(np.array([], dtype=object), reach_m=10).is_empty


def test_the_day_of_a_map_is_what_its_header_says(tmp_path):
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-11-01T21:20:55Z")
    path = tmp_path / "dated.osm.pbf"
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, lon in ((1, 24.9410), (2, 24.9420)):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, 60.171)))
        way = osmium.osm.mutable.Way(id=7, nodes=[1, 2], tags={"highway": "steps"})
        writer.add_way(way)
    assert date_of(path) == "2026-11-01"
    assert date_of(extract()) is None
    whole = network_of_file(path, area=None, folder=tmp_path / "kept")
    assert (whole.date, len(whole.network.edges)) == ("2026-11-01", 1)
    assert not whole.ground.is_empty


@pytest.mark.reference
def test_real_files_of_every_kind_give_networks_and_dates(reference_dir, tmp_path):
    folder = reference_dir / "osm"
    for name, date in {
        "london/valhalla_bench_london.osm.pbf": "2020-07-20",
        "london/city_holborn_drive_overpass_2024-02-17.json": "2024-02-17",
        "london/westminster_drive_osmnx_2024.graphml": None,
        "london/westend_highways_2016_osmplotr.geojson": None,
        "leeds/leeds_2.5km_osm_lines_openinfra.gpkg": None,
        "small/andorra.osm.pbf": "2013-05-28",
    }.items():
        found = network_of_file(folder / name, area=None, folder=tmp_path)
        edges = found.network.edges
        assert found.date == date
        assert len(edges) > 500
        assert found.ground.area > 0
