"""The command that writes a city's streets: what it writes, what it says, what it refuses."""

import contextlib
import io
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from helsinki_streets import extract
from rasterio.transform import from_origin
from running import run_command
from soho_map import LAT, LON, drawn, write_xml
from test_population import write_grid

from flows.command import main
from geo.street_layer import LAYER_COLUMNS

PASSAGES = ["walk_past_per_h", "walk_past_per_h_lo80", "walk_past_per_h_hi80"]
SOHO = from_origin(527_000, 183_000, 250, 250)
"""Corner of a raster of 16 by 16 cells that covers the map of Soho."""


def tell(*arguments):
    """Run the command in this process; return its code, what it says, and its errors."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["streets", *map(str, arguments)])
    return code, out.getvalue(), err.getvalue()


def layer_of(path, folder, *options):
    """Return the layer of a map, and what was said on the way."""
    out = folder / f"{len(list(folder.iterdir()))}.parquet"
    code, said, err = tell(path, "--out", out, *options)
    assert code == 0, err
    assert f"The streets are at {out.resolve()}" in said
    return gpd.read_parquet(out), said


def refused(*arguments):
    """Return the one paragraph with which something is refused."""
    code, said, err = tell(*arguments)
    assert (code, said) == (2, "")
    assert len(err.strip().splitlines()) == 1, err
    assert err.startswith("passersby: ")
    assert "should not have" not in err
    return err


def number(said, pattern):
    """Return a number as it was printed."""
    return float(re.search(pattern, said)[1].replace(",", ""))


def assert_sound(edges, said):
    """What every layer has, and that what is said of it adds up."""
    assert tuple(edges.columns) == LAYER_COLUMNS
    assert edges.crs == "EPSG:4326"
    assert edges.attrs["credit"] == "© OpenStreetMap contributors, ODbL"
    assert set(edges.geom_type) == {"LineString"}
    assert (edges["length_m"] > 0).all()
    assert edges["class"].notna().all()
    assert number(said, r"([\d,]+) stretches of street") == len(edges)
    assert number(said, r"([\d,]+) names") == edges["name"].nunique()
    assert number(said, r"([\d,]+) km") == pytest.approx(edges["length_m"].sum() / 1e3, abs=0.5)
    walks = number(said, r"([\d,]+) walks a day")
    ended = number(said, r"([\d,]+) arrive"), number(said, r"([\d,]+) find nothing")
    assert walks == pytest.approx(sum(ended), abs=2)
    assert number(said, r"([\d,]+) settled nodes") > 0
    assert number(said, r"([\d.]+) million a second") >= 0
    assert 50 < number(said, r"peak memory ([\d,]+) MiB") < 4000


def assert_told(edges):
    """Walks and passages are known on every street, with intervals around them."""
    low, middle, high = (edges[c] for c in (PASSAGES[1], PASSAGES[0], PASSAGES[2]))
    assert edges["walk_flow"].ge(0).all()
    assert edges["walk_flow"].max() > 0
    assert (low < middle).all()
    assert (middle < high).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("streets")


@pytest.fixture(scope="module")
def helsinki(folder):
    return layer_of(extract(), folder)


@pytest.fixture(scope="module")
def soho(folder):
    return write_xml(drawn(), folder / "soho.osm")


@pytest.fixture(scope="module")
def soho_layer(soho, folder):
    return layer_of(soho, folder, "--offline")


# What is written -------------------------------------------------------------------------


def test_a_real_city_is_written_and_told(helsinki):
    edges, said = helsinki
    assert_sound(edges, said)
    assert_told(edges)
    assert {"Mannerheimintie", "Aleksanterinkatu"} <= {*edges["name"].dropna()}
    assert len(edges) > 2000
    assert "no population at hand" in said
    assert "Passages on foot an hour, weekdays 10-17: of streets with names most on" in said
    assert "© OpenStreetMap contributors, ODbL" in said


def test_same_inputs_give_same_bytes(soho, folder, tmp_path):
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    assert tell(soho, "--out", first)[0] == tell(soho, "--out", second)[0] == 0
    assert first.read_bytes() == second.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.parquet", "b.parquet"}


def test_hours_change_passages_by_one_factor_and_no_flow(soho, soho_layer, folder):
    edges, _ = soho_layer
    night, said = layer_of(soho, folder, "--hours", "Sunday 3")
    assert night["walk_flow"].equals(edges["walk_flow"])
    factor = night["walk_past_per_h"] / edges["walk_past_per_h"]
    assert factor.max() == pytest.approx(factor.min())
    assert factor.max() < 0.5
    assert "Passages on foot an hour, Sunday 3:" in said
    assert night.attrs["hours"] == "Sunday 3"


def test_streets_without_names_are_told_all_the_same(folder):
    path = write_xml(drawn(named=False), folder / "unnamed.osm")
    edges, said = layer_of(path, folder)
    assert_told(edges)
    assert "no street has a name" in said
    assert "No walks" not in said


def test_a_map_of_streets_alone_tells_no_walks(folder, soho):
    path = write_xml(drawn(points=False), folder / "bare.osm")
    edges, said = layer_of(path, folder)
    assert edges[["walk_flow", *PASSAGES]].isna().all(axis=None)
    assert "No walks or passages are told" in said
    assert "--points" in said
    assert_sound(edges, said)
    pointed, said = layer_of(path, folder, "--points", soho)
    assert_told(pointed)
    assert "No walks" not in said


# People ----------------------------------------------------------------------------------


def test_people_of_a_raster_count(soho, soho_layer, tmp_path):
    grid = write_grid(tmp_path / "people.tif", np.full((16, 16), 90), transform=SOHO)
    edges, said = layer_of(soho, tmp_path, "--population", grid)
    assert_sound(edges, said)
    residents = number(said, r"residents +(\d+)")
    assert 90 * 40 < residents < 90 * 16 * 16
    twice = write_grid(tmp_path / "twice.tif", np.full((16, 16), 180), transform=SOHO)
    _, said_twice = layer_of(soho, tmp_path, "--population", twice)
    assert number(said_twice, r"residents +(\d+)") == pytest.approx(2 * residents, abs=1)
    assert not edges["walk_flow"].equals(soho_layer[0]["walk_flow"])


def test_a_raster_of_elsewhere_is_refused(soho, tmp_path):
    far = from_origin(300_000, 700_000, 250, 250)
    grid = write_grid(tmp_path / "far.tif", np.ones((4, 4)), transform=far)
    for option in ("--population", "--jobs"):
        out = tmp_path / "x.parquet"
        assert "far.tif" in refused(soho, "--out", out, option, grid)
        assert not out.exists()
    empty = write_grid(tmp_path / "sea.tif", np.full((16, 16), -1), transform=SOHO, nodata=-1)
    assert "no data" in refused(soho, "--out", tmp_path / "x.parquet", "--population", empty)


def test_a_density_wants_its_unit(soho, tmp_path):
    density = np.full((16, 16), 1440)
    grid = write_grid(tmp_path / "pd.tif", density, transform=SOHO, unit="persons per km2")
    given = [soho, "--population", grid]
    assert "--population-unit" in refused(*given, "--out", tmp_path / "x.parquet")
    _, said = layer_of(*given[:1], tmp_path, *given[1:], "--population-unit", "persons_per_km2")
    counts = write_grid(tmp_path / "people.tif", np.full((16, 16), 90), transform=SOHO)
    _, plain = layer_of(soho, tmp_path, "--population", counts)
    found, expected = (number(text, r"residents +(\d+)") for text in (said, plain))
    assert found == pytest.approx(expected, rel=2e-3)


def jobs(tmp_path, *rows, header="lon,lat,jobs"):
    path = tmp_path / "jobs.csv"
    path.write_text("\n".join([header, *rows]))
    return path


def test_jobs_of_a_table_begin_and_end_walks(soho, soho_layer, tmp_path):
    table = jobs(tmp_path, f"{LON},{LAT},5000", f"{LON + 0.002},{LAT},2000")
    edges, said = layer_of(soho, tmp_path, "--jobs", table)
    assert_sound(edges, said)
    assert number(said, r"jobs +(\d+)") == 7000
    assert "office" not in said, "nobody is counted twice"
    plain, _ = soho_layer
    where = shapely.distance(plain.geometry.to_numpy(), shapely.Point(LON, LAT)).argmin()
    assert edges["walk_flow"].iloc[where] > plain["walk_flow"].iloc[where]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("-0.1357,51.5126,many", "jobs.csv, row 3, column 'jobs' holds 'many'"),
        ("51.5126,-91.1357,7", "jobs.csv, row 3, column 'lat'"),
        ("-0.1357,51.5126,-4", "row 3, column 'jobs'"),
        ("-0.1357,,4", "row 3, column 'lat' holds nothing"),
    ],
)
def test_a_bad_row_of_jobs_is_named(soho, tmp_path, row, said):
    table = jobs(tmp_path, f"{LON},{LAT},1", row)
    assert said in refused(soho, "--out", tmp_path / "x.parquet", "--jobs", table)


def test_jobs_of_elsewhere_are_refused(soho, tmp_path):
    table = jobs(tmp_path, "2.35,48.85,7", "2.36,48.85,7")
    message = refused(soho, "--out", tmp_path / "x.parquet", "--jobs", table)
    assert "None of the 2 points lies within 250 m of a street" in message


# What is refused -------------------------------------------------------------------------


def test_where_nothing_can_be_written_is_refused(soho, tmp_path):
    assert "does not end in .parquet" in refused(soho, "--out", tmp_path / "x.csv")
    assert "is not there" in refused(soho, "--out", tmp_path / "none" / "x.parquet")
    (tmp_path / "folder.parquet").mkdir()
    assert "is a folder" in refused(soho, "--out", tmp_path / "folder.parquet")


def test_the_map_itself_is_not_written_over(helsinki, tmp_path):
    path = tmp_path / "map.parquet"
    edges, _ = helsinki
    edges.rename(columns={"class": "highway"})[["name", "highway", "geometry"]].to_parquet(path)
    content = path.read_bytes()
    assert "that is read" in refused(path, "--out", path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("hello", "is no OpenStreetMap extract"),
        ("", "x.osm is empty"),
        ('<?xml version="1.0"?><osm version="0.6"></osm>', "holds 0 ways tagged `highway`"),
    ],
)
def test_what_holds_no_streets_is_refused(content, said, tmp_path):
    path, out = tmp_path / "x.osm", tmp_path / "x.parquet"
    path.write_text(content)
    assert said in refused(path, "--out", out)
    assert not out.exists()


def test_files_that_are_not_there_are_refused(soho, tmp_path):
    none, out = tmp_path / "none.osm", tmp_path / "x.parquet"
    assert "none.osm cannot be read" in refused(none, "--out", out)
    assert "none.osm cannot be read" in refused(soho, "--out", out, "--points", none)
    for option in ("--population", "--jobs"):
        assert "There is no" in refused(soho, "--out", out, option, tmp_path / "none.tif")
    assert "no table of people" in refused(soho, "--out", out, "--jobs", tmp_path / "n.csv")


def test_hours_that_mean_nothing_are_refused_before_reading(tmp_path):
    given = [tmp_path / "none.osm", "--out", tmp_path / "x.parquet", "--hours", "noon"]
    assert "names no hours of the week" in refused(*given)


@pytest.mark.parametrize("option", ["--population", "--jobs"])
def test_offline_no_address_is_asked(soho, tmp_path, option):
    given = [soho, "--out", tmp_path / "x.parquet", "--offline", option]
    assert "--offline forbids" in refused(*given, "https://example.org/people.tif")


def test_a_table_on_the_web_is_to_be_downloaded(soho, tmp_path):
    given = [soho, "--out", tmp_path / "x.parquet", "--jobs"]
    assert "Download it" in refused(*given, "https://example.org/jobs.csv?key=secret")


@pytest.mark.slow
def test_the_installed_command_does_the_same(soho, soho_layer, tmp_path):
    run = run_command("streets", soho, "--out", "soho.parquet", "--offline", folder=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert_sound(soho_layer[0], run.stdout)
    pd.testing.assert_frame_equal(
        pd.DataFrame(gpd.read_parquet(tmp_path / "soho.parquet").drop(columns="geometry")),
        pd.DataFrame(soho_layer[0].drop(columns="geometry")),
    )


# Real extracts ---------------------------------------------------------------------------


REAL = {
    "london/valhalla_bench_london.osm.pbf": ("Leather Lane", (80, 120)),
    "leeds/leeds_2.5km_osm_lines_openinfra.gpkg": ("Briggate", (500, 900)),
    "small/andorra.osm.pbf": ("Avinguda de Tarragona", (600, 1100)),
}
"""A street of each, and from how many kilometres to how many its streets should be."""


@pytest.mark.reference
@pytest.mark.parametrize("name", REAL)
def test_real_extracts_are_told(reference_dir, tmp_path, name):
    osm, (street, km) = reference_dir / "osm", REAL[name]
    points = osm / name.replace("lines", "points")
    options = [] if points == osm / name else ["--points", points]
    edges, said = layer_of(osm / name, tmp_path, *options)
    assert_sound(edges, said)
    assert_told(edges)
    assert street in {*edges["name"].dropna()}
    assert km[0] < edges["length_m"].sum() / 1000 < km[1]
    people = "residents placed on streets" in said
    assert people == ("andorra" not in name), "no population of Andorra is at hand"


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "street"),
    [
        ("westend_highways_2016_osmplotr.geojson", "Regent Street"),
        ("westminster_drive_osmnx_2024.graphml", "Whitehall"),
    ],
)
def test_real_streets_alone_tell_no_walks(reference_dir, tmp_path, name, street):
    edges, said = layer_of(reference_dir / "osm" / "london" / name, tmp_path)
    assert_sound(edges, said)
    assert street in {*edges["name"].dropna()}
    assert edges[["walk_flow", *PASSAGES]].isna().all(axis=None)
    assert "No walks or passages are told" in said
