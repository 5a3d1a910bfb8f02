"""Streets in a run: found, kept, credited, walked along, and done without."""

import contextlib
import functools
import io
import json
import re
import socket
import time

import pandas as pd
import pytest
from extract_server import publishing
from nominatim_proxy import body, drip_body, hang_up, running, status
from running import files_of, one_paragraph, run_command
from soho_map import answer, drawn, write_pbf, write_xml

from data.overpass import Overpass
from data.street_sources import StreetSources
from flows.command import main

TABLE = 'Date,Location,Duration,Faces seen\n06/05/23,"Lexington St, Westminster",5h,1200\n'
FAR_PLACES = ("North End, Croydon", "High St, Ilford", "Broadway, Ealing", "Station Rd, Barnet")
CREDIT = "© OpenStreetMap contributors (ODbL)"
COUNT = ["walk_past_per_h_lo80", "walk_past_per_h", "walk_past_per_h_hi80"]
CHANGING = {"data/passersby.duckdb"}
ANSWER = answer(drawn())


def publish(folder, *options, table=TABLE):
    """Run a table of one place, or more; return the code, the site and what was said."""
    records = folder / "met-lfr.csv"
    records.write_text(table)
    where = ["--force", "met", "--project", folder, "--out", folder / "site"]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["run", str(records), "--direct", *map(str, [*where, *options])])
    return code, folder / "site", out.getvalue() + err.getvalue()


def text_of(site, page="method.html"):
    text = re.sub(r"<[^>]+>", " ", (site / page).read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", text)


def table_of(site, name):
    return pd.read_csv(site / "data" / f"{name}.csv")


def assert_whole(site):
    """The site has its pages, and every passage an interval and how it was found."""
    for page in ("index.html", "embed.html", "method.html", "table.html", "manifest.json"):
        assert (site / page).stat().st_size > 0
    for name in ("places", "deployments"):
        told = table_of(site, name)
        low, middle, high = (told[column] for column in COUNT)
        assert ((low < middle) & (middle < high)).all()
    assert table_of(site, "places")["walk_past_method"].str.len().gt(10).all()


def assert_by_streets(site):
    """Residents are counted along streets, and whose streets is said and credited."""
    deployments = table_of(site, "deployments")
    assert deployments["residents_method"].str.contains("800 m along the streets").all()
    assert deployments["residents_800m"].gt(0).all()
    for page in ("index.html", "embed.html", "method.html"):
        assert CREDIT in (site / page).read_text(encoding="utf-8"), page
    manifest = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    licences = {entry["path"]: entry["licence"] for entry in manifest["files"]}
    assert "ODbL" in licences["data/places.csv"]
    assert CREDIT in {entry["credit"] for entry in manifest["credits"]}


def assert_by_crow(site):
    """Residents are counted as the crow flies, which is said, and no map is credited."""
    assert "No map of the streets was at hand" in text_of(site)
    methods = table_of(site, "deployments")["residents_method"]
    assert not methods.str.contains("along the streets").any()
    for page in ("index.html", "embed.html", "method.html"):
        assert CREDIT not in (site / page).read_text(encoding="utf-8"), page


@pytest.fixture(scope="module")
def nobody():
    """Return an address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(scope="module")
def crow(tmp_path_factory):
    return publish(tmp_path_factory.mktemp("crow"), "--streets", "none")


@pytest.fixture(scope="module")
def soho(tmp_path_factory):
    """Run twice on a map of Soho; return both sites, what was kept when, and what was said."""
    folder = tmp_path_factory.mktemp("soho")
    path = write_xml(drawn(), folder / "soho.osm")
    first = publish(folder, "--streets", path, "--offline")
    kept = kept_in(folder)
    content = files_of(first[1])
    second = publish(folder, "--streets", path, "--offline")
    return first, content, kept, second, kept_in(folder)


def kept_in(folder):
    """Return when what is kept was last written."""
    state = folder / ".passersby"
    files = [path for name in ("streets", "maps") for path in sorted((state / name).iterdir())]
    return {path.name: path.stat().st_mtime_ns for path in files}


# A file ----------------------------------------------------------------------------------


def test_residents_are_counted_along_the_streets(soho, crow):
    (code, site, said), *_ = soho
    assert code == 0
    assert_whole(site)
    assert_by_streets(site)
    (found,), (straight,) = (
        table_of(where, "deployments")["residents_800m"] for where in (site, crow[1])
    )
    assert 0 < found < straight
    assert "Streets: OpenStreetMap (soho.osm)." in said
    assert "Streets: OpenStreetMap (soho.osm)." in text_of(site)
    assert "along the streets" in text_of(site)


def test_only_the_grid_of_the_place_is_named(soho):
    (method,) = table_of(soho[0][1], "deployments")["residents_method"]
    assert "Greater London" in method
    assert "Cardiff" not in method


def test_places_are_found_on_the_map(soho, crow):
    (place,), (roughly,) = (
        table_of(where, "places").to_dict("records") for where in (soho[0][1], crow[1])
    )
    assert (place["precision"], place["located_by"]) == ("street", "OpenStreetMap (soho.osm)")
    assert place["uncertainty_m"] < 500 < roughly["uncertainty_m"]


def test_a_second_run_reads_no_map_and_gives_the_same_bytes(soho):
    _, content, kept, (code, site, _), kept_then = soho
    assert code == 0
    assert kept == kept_then
    assert len(kept) >= 3
    again = files_of(site)
    assert {name for name in content if content[name] != again[name]} <= CHANGING
    assert content.keys() == again.keys()


def test_without_streets_nothing_is_said_of_them_and_lines_are_straight(crow):
    code, site, said = crow
    assert code == 0
    assert_whole(site)
    assert_by_crow(site)
    assert "treets" not in said


def test_a_place_off_the_map_is_counted_as_the_crow_flies(tmp_path):
    path = write_xml(drawn(), tmp_path / "soho.osm")
    table = TABLE + '07/05/23,"North End, Croydon",5h,1200\n'
    code, site, said = publish(tmp_path, "--streets", path, table=table)
    assert code == 0
    assert_whole(site)
    assert "1 place lies where soho.osm has no streets" in said
    methods = table_of(site, "deployments").set_index("place_published")["residents_method"]
    assert "along the streets" in methods["Lexington St, Westminster"]
    assert "as the crow flies" in methods["North End, Croydon"]


def test_a_map_of_elsewhere_is_said_to_have_none(tmp_path):
    path = write_xml(drawn(middle=(24.94, 60.17)), tmp_path / "north.osm")
    code, site, said = publish(tmp_path, "--streets", path)
    assert code == 0
    assert_whole(site)
    assert_by_crow(site)
    assert "north.osm holds no street near the places" in said


def test_what_is_no_map_publishes_nothing(tmp_path):
    (tmp_path / "bad.osm").write_text("hello")
    (tmp_path / "met.csv").write_text(TABLE)
    run = run_command(
        "run", "met.csv", "--direct", "--force", "met", "--streets", "bad.osm", folder=tmp_path
    )
    assert "bad.osm" in one_paragraph(run)
    assert not (tmp_path / "site").exists()


def test_jobs_that_are_not_there_are_refused_and_unused_ones_told(tmp_path):
    path = write_xml(drawn(), tmp_path / "soho.osm")
    code, site, said = publish(tmp_path, "--streets", path, "--jobs", tmp_path / "none.csv")
    assert (code, site.exists()) == (2, False)
    assert "none.csv is not a file" in said
    jobs = tmp_path / "jobs.csv"
    jobs.write_text("lon,lat,jobs\n-0.1357,51.5126,500\n")
    code, _, said = publish(tmp_path, "--streets", path, "--jobs", jobs)
    assert code == 0
    assert "--jobs changes nothing here" in said


@pytest.mark.reference
def test_a_real_map_of_holborn_is_used(reference_dir, tmp_path):
    path = reference_dir / "osm" / "london" / "valhalla_bench_london.osm.pbf"
    table = TABLE.replace("Lexington St, Westminster", "Leather Lane, Camden")
    code, site, said = publish(tmp_path, "--streets", path, table=table)
    assert code == 0
    assert_whole(site)
    assert_by_streets(site)
    (place,) = table_of(site, "places").to_dict("records")
    assert place["precision"] == "street"
    assert "of 2020-07-20." in said
    assert "the streets known end within 800 m, so it may be more" in text_of(site)


# A server --------------------------------------------------------------------------------


@pytest.fixture
def server():
    with running(usual=body(ANSWER)) as proxy:
        yield proxy


@pytest.fixture
def brisk(monkeypatch):
    """Wait little between two requests."""
    monkeypatch.setattr("data.overpass.backoff_s", lambda _: 0.02)
    brisk = functools.partial(Overpass, pause_s=0.02)
    monkeypatch.setattr("data.street_sources.Overpass", brisk)


@pytest.fixture
def hurried(brisk, monkeypatch):
    """Give a server that fails four seconds too."""
    hasty = functools.partial(StreetSources, deadline_s=4.0, probe_s=1.0)
    monkeypatch.setattr("data.street_sources.StreetSources", hasty)


def asked_of(url, folder, *options):
    """Run with a server for streets; also return the seconds it took."""
    began = time.monotonic()
    code, site, said = publish(folder, "--streets", "overpass", "--overpass", url, *options)
    return code, site, said, time.monotonic() - began


def test_a_server_is_asked_once_and_its_answer_kept(server, brisk, tmp_path):
    code, site, said, _ = asked_of(server.url, tmp_path)
    assert code == 0
    assert_whole(site)
    assert_by_streets(site)
    assert f"OpenStreetMap through {server.url[7:]} of 2026-11-01." in said
    asked, content = len(server.times), files_of(site)
    again, _, _, _ = asked_of(server.url, tmp_path)
    offline, site, _, _ = asked_of(server.url, tmp_path, "--offline")
    assert (again, offline, len(server.times)) == (0, 0, asked)
    last = files_of(site)
    assert {name for name in content if content[name] != last[name]} <= CHANGING


@pytest.mark.slow
def test_a_server_that_is_busy_at_first_is_asked_again(server, brisk, tmp_path):
    server.faults += [status(429, Retry_After="1"), status(504)]
    code, site, _, _ = asked_of(server.url, tmp_path)
    assert code == 0
    assert_by_streets(site)
    assert server.gaps()[0] >= 1, "it said when to ask again"


def cut_short(handler):
    """Answer with half of the JSON."""
    handler.give(ANSWER[: len(ANSWER) // 2])


FAULTS = {
    "later": status(429, Retry_After="600"),
    "busy": status(504),
    "forbidden": status(403),
    "drip": drip_body,
    "truncated": cut_short,
    "silent": hang_up,
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_fails_costs_the_streets_alone(server, hurried, tmp_path, fault):
    server.faults += [FAULTS[fault]] * 99
    code, site, said, seconds = asked_of(server.url, tmp_path)
    assert code == 3
    assert_whole(site)
    assert_by_crow(site)
    assert "127.0.0.1" in said
    assert "straight-line distances" in said
    assert "1 rows in, 1 kept" in said
    assert seconds < 60, "a generous ceiling for a busy machine"


def test_a_server_that_is_not_there_is_told(nobody, hurried, tmp_path):
    code, site, said, _ = asked_of(nobody, tmp_path)
    assert code == 3
    assert_whole(site)
    assert_by_crow(site)
    assert "straight-line distances" in said


@pytest.mark.reference
def test_a_real_answer_of_overpass_is_used(reference_dir, brisk, tmp_path):
    saved = reference_dir / "osm" / "london" / "city_holborn_drive_overpass_2024-02-17.json"
    with running(usual=body(saved.read_bytes())) as server:
        place = "Leather Lane, Camden"
        table = TABLE.replace("Lexington St, Westminster", place)
        given = ["--streets", "overpass", "--overpass", server.url]
        code, site, said = publish(tmp_path, *given, table=table)
    assert code == 0
    assert_whole(site)
    assert_by_streets(site)
    assert "of 2024-02-17." in said


# Whatever is at hand ---------------------------------------------------------------------


def test_without_a_network_lines_are_straight_and_the_run_succeeds(nobody, hurried, tmp_path):
    given = ["--streets", "auto", "--overpass", nobody, "--extracts", nobody]
    began = time.monotonic()
    code, site, said = publish(tmp_path, *given)
    assert code == 0
    assert_whole(site)
    assert_by_crow(site)
    assert "No streets: no network; straight-line distances." in said
    assert time.monotonic() - began < 60, "a generous ceiling for a busy machine"


def many_places():
    """Return a table of places too far apart to ask a server for."""
    rows = [f'0{i + 1}/06/23,"{place}",5h,1200' for i, place in enumerate(FAR_PLACES)]
    return TABLE + "\n".join(rows) + "\n"


@pytest.mark.slow
def test_a_mirror_is_downloaded_from_once(nobody, hurried, tmp_path):
    content = write_pbf(drawn(), tmp_path / "mirrored.osm.pbf").read_bytes()
    given = ["--streets", "auto", "--overpass", nobody, "--extracts"]
    with publishing(content) as mirror:
        code, site, said = publish(tmp_path, *given, mirror.url, table=many_places())
        assert code == 0
        announced = re.findall(
            r"Downloading the OpenStreetMap extract of ([^,]+), (\S+) MB", said
        )
        assert announced == [("Greater London", "0")]
        assert mirror.downloads() == [""]
        places = table_of(site, "places").set_index("place_published")
        found = places.loc["Lexington St, Westminster"]
        assert found["precision"] == "street"
        assert "greater-london" in found["located_by"]
        assert "Streets: OpenStreetMap extract of Greater London." in text_of(site)
        asked, content = len(mirror.asked), files_of(site)
        again, _, said = publish(tmp_path, *given, mirror.url, table=many_places())
        assert (again, len(mirror.asked)) == (0, asked)
        assert "Downloading" not in said
    offline, site, _ = publish(tmp_path, *given, nobody, "--offline", table=many_places())
    assert offline == 0
    last = files_of(site)
    assert {name for name in content if content[name] != last[name]} <= CHANGING


@pytest.mark.parametrize("streets", ["auto", "overpass"])
def test_offline_nobody_is_asked(server, hurried, tmp_path, streets):
    with publishing(b"none") as mirror:
        given = ["--streets", streets, "--overpass", server.url, "--extracts", mirror.url]
        code, site, said = publish(tmp_path, *given, "--offline")
        assert (server.times, mirror.asked) == ([], [])
    assert code == 0
    assert_whole(site)
    assert_by_crow(site)
    assert "No streets: offline, and none are kept; straight-line distances." in said
