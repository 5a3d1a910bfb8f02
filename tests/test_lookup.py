"""Maps at hand and geocoders from the command: found, kept, credited, and done without."""

import json

import pandas as pd
import pytest
import shapely
from nominatim_proxy import LICENCE, rows, running
from running import files_of

from flows.command import main
from geo.crs import to_stored

TABLE = 'Date,Location,Duration,Faces seen\n06/05/23,"Lexington St, Westminster",5h,1200\n'
CREDIT = "© OpenStreetMap contributors (ODbL)"


def answer(name="Lexington Street"):
    """Return what Nominatim says of a street in Soho."""
    return {
        "place_id": 1, "licence": LICENCE, "osm_type": "way", "osm_id": 1, "lat": "51.5126",
        "lon": "-0.1357", "category": "highway", "type": "residential", "place_rank": 26,
        "addresstype": "road", "name": name, "namedetails": {"name": name},
        "address": {"road": name, "country_code": "gb"},
        "boundingbox": ["51.511", "51.514", "-0.137", "-0.134"],
        "geojson": {"type": "LineString", "coordinates": [[-0.137, 51.511], [-0.134, 51.514]]},
    }  # fmt: skip


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "met-lfr.csv"
    path.write_text(TABLE)
    return path


def publish(records, *options):
    site = records.parent / "site"
    project = str(records.parent)
    where = ["--force", "met", "--project", project, "--out", str(site)]
    return main(["run", str(records), "--direct", *where, *options]), site


def place_of(site):
    return pd.read_csv(site / "data" / "places.csv").iloc[0]


def assert_credited(site):
    for page in ("index.html", "embed.html", "method.html"):
        assert CREDIT in (site / page).read_text(encoding="utf-8"), page
    manifest = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    licences = {entry["path"]: entry["licence"] for entry in manifest["files"]}
    assert "ODbL" in licences["data/places.csv"]
    assert CREDIT in {entry["credit"] for entry in manifest["credits"]}


def test_without_either_nobody_is_asked_or_credited(records):
    code, site = publish(records)
    assert code == 0
    assert place_of(site)["precision"] == "area"
    assert CREDIT not in (site / "index.html").read_text(encoding="utf-8")


def test_a_geocoder_is_asked_once_and_its_answer_kept_and_credited(records, capsys):
    with running() as server:
        server.faults += [rows(answer()), rows(), rows()]
        code, site = publish(records, "--nominatim", server.url)
        asked = len(server.times)
        first = files_of(site)
        again, _ = publish(records, "--nominatim", server.url)
        offline, _ = publish(records, "--nominatim", server.url, "--offline")
        assert len(server.times) == asked
    assert (code, again, offline) == (0, 0, 0)
    assert asked >= 1
    found = place_of(site)
    assert (found["precision"], found["located_by"]) == ("street", "Nominatim")
    assert found["uncertainty_m"] < 300
    assert_credited(site)
    last = files_of(site)
    assert {n for n in first if first[n] != last[n]} <= {"data/passersby.duckdb"}


def test_a_dead_geocoder_costs_nothing_but_its_answer(records, capsys):
    with running() as server:
        url = server.url
    code, site = publish(records, "--nominatim", url)
    assert code == 3
    assert place_of(site)["precision"] == "area"
    said = capsys.readouterr().out
    assert "127.0.0.1" in said
    assert "1 rows in, 1 kept, 0 rejected" in said


def write_map(folder, name="Lexington Street"):
    import geopandas as gpd

    spots = gpd.GeoSeries.from_xy([529_200, 529_350], [180_850, 181_000], crs="EPSG:27700")
    street = shapely.LineString(list(to_stored(spots)))
    frame = gpd.GeoDataFrame(
        {"name": [name, "North", "East", "South"], "highway": "residential"},
        geometry=[
            street,
            *(
                shapely.affinity.translate(street, x, y)
                for x, y in [(0, 0.02), (0.02, 0), (-0.02, -0.02)]
            ),
        ],
        crs="EPSG:4326",
    )
    path = folder / "soho.geojson"
    frame.to_file(path, driver="GeoJSON")
    return path


def test_an_extract_narrows_a_place_and_is_credited(records):
    code, site = publish(records, "--streets", str(write_map(records.parent)))
    assert code == 0
    found = place_of(site)
    assert found["located_by"] == "OpenStreetMap (soho.geojson)"
    assert found["area_name"] == "Westminster"
    assert_credited(site)


def test_markup_in_the_name_of_a_street_is_words(records):
    name = "Lexington Street <script>alert(1)</script>"
    path = write_map(records.parent, name=name)
    records.write_text(TABLE.replace("Lexington St", name.replace(",", "")))
    code, site = publish(records, "--streets", str(path))
    assert code == 0
    for page in ("index.html", "embed.html", "method.html", "table.html"):
        assert "<script>alert" not in (site / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["run"], ["locate", "Camden"]])
def test_a_map_that_is_not_there_is_one_paragraph(command, tmp_path, capsys):
    options = ["--streets", "nowhere.osm.pbf", "--project", str(tmp_path)]
    assert main([*command, *options]) == 2
    error = capsys.readouterr().err.strip()
    assert error.startswith("passersby: --streets nowhere.osm.pbf is not a file.")
    assert "\n" not in error


@pytest.mark.parametrize("url", ["ftp://example.org", "example.org", "javascript:1"])
def test_a_geocoder_without_an_address_is_one_paragraph(url, tmp_path, capsys):
    assert main(["locate", "Camden", "--nominatim", url, "--project", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"passersby: --nominatim {url!r} cannot be used")


def test_a_country_without_a_grid_is_one_paragraph(capsys):
    assert main(["locate", "Camden", "--country", "zz"]) == 2
    assert "--country 'zz' has no grid" in capsys.readouterr().err


def locate_json(capsys, *arguments):
    code = main(["locate", "--json", *map(str, arguments)])
    out = capsys.readouterr().out
    return code, [json.loads(row) for row in out.splitlines()]


def test_a_place_is_read_off_an_extract(tmp_path, capsys):
    path = write_map(tmp_path, name="Qwertz Passage")
    options = ["--force", "met", "--streets", path, "--project", tmp_path]
    code, found = locate_json(capsys, "Qwertz Passage, Westminster", *options)
    assert code == 0
    assert found[0]["precision"] == "street"
    assert (tmp_path / ".passersby" / "maps").is_dir()


@pytest.mark.slow
def test_places_of_helsinki_are_found_by_a_real_nominatim(nominatim, tmp_path, capsys):
    options = ["--country", "fi", "--project", tmp_path]
    with running(nominatim) as server:
        asking = [*options, "--nominatim", server.url]
        code, street = locate_json(capsys, "Aleksanterinkatu, Helsinki", *asking)
        assert (code, street[0]["precision"]) == (0, "street")
        assert abs(street[0]["lon"] - 24.947) < 0.01
        _, station = locate_json(capsys, "Rautatientori", *asking)
        assert station[0]["precision"] in {"site", "street"}
        asked = len(server.times)
        code, again = locate_json(capsys, "Aleksanterinkatu, Helsinki", *asking)
        assert len(server.times) == asked
        assert again == street
    offline = [*options, "--nominatim", server.url, "--offline"]
    code, kept = locate_json(capsys, "Aleksanterinkatu, Helsinki", *offline)
    assert (code, kept) == (0, street)
    code, lost = locate_json(capsys, "Mannerheimintie", *offline)
    assert lost[0]["precision"] == "unknown"


@pytest.mark.slow
def test_a_file_of_places_asks_each_question_once(nominatim, tmp_path, capsys):
    places = tmp_path / "places.csv"
    places.write_text("place\n" + "Kaivokatu\n" * 5 + "Aleksanterinkatu\n")
    answers = tmp_path / "located.csv"
    with running(nominatim) as server:
        arguments = ["--file", places, "--csv", answers, "--country", "fi", "--nominatim"]
        code = main(["locate", *map(str, arguments), server.url, "--project", str(tmp_path)])
        assert [query["q"] for query in server.queries[:2]] == ["Kaivokatu", "Aleksanterinkatu"]
    assert code == 0
    assert pd.read_csv(answers)["precision"].tolist() == ["street"] * 6
