"""A run marks streets of a vague place only where counts tell streets apart."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from running import run_command
from soho_map import Drawn, write_xml

VAGUE = "Whitechapel"
LON, LAT = -0.066, 51.5157
STEP_LON, STEP_LAT = 0.0032, 0.002
"""Two hundred and twenty metres each way."""

REACH = 9

BLOCKS = 3
"""Length of a street: 660 m."""

FIRST = pd.Timestamp("2024-09-02")


def grid_of_streets():
    """Draw a grid over all of Whitechapel, every street with a name of its own."""
    made, span = Drawn(), range(-REACH, REACH + 1)
    for column in span:
        for row in span:
            at = (LON + column * STEP_LON, LAT + row * STEP_LAT)
            made.nodes[1000 + 100 * (column + REACH) + row + REACH] = (*at, {})
    for at in span:
        up = [1000 + 100 * (at + REACH) + row + REACH for row in span]
        across = [1000 + 100 * (column + REACH) + at + REACH for column in span]
        for start, nodes, name in ((50_000, up, "Upward"), (60_000, across, "Across")):
            for part in range(0, len(nodes) - 1, BLOCKS):
                tags = {"highway": "residential", "name": f"{name} {at + REACH} part {part}"}
                way = start + 100 * (at + REACH) + part
                made.ways[way] = (nodes[part : part + BLOCKS + 1], tags)
    return made


def made_record(places, *, slope):
    """Write counts at known spots that follow walk-past by a slope, and two at a vague place."""
    rng = np.random.default_rng(4)
    known = places[
        places["precision"].isin(["site", "street"])
        & places["force"].str.startswith("Metropolitan")
        & (places["telling"] != "elsewhere")
    ].sort_values("place_published")
    logs = np.log(known["walk_past_per_h"]).to_numpy()
    rows = []
    for number in range(150):
        at = number % len(known)
        log_rate = 7.2 + slope * (logs[at] - logs.mean()) + rng.normal(0, 0.25)
        rows.append((known["place_published"].iloc[at], log_rate))
    rows[100:100] = [(VAGUE, 7.2 + slope * (logs.max() - logs.mean()))] * 2
    told = [
        {
            "Date": (FIRST + pd.Timedelta(days=number)).strftime("%d/%m/%Y"),
            "Location": place,
            "Duration": "5h",
            "Faces seen": max(round(5 * np.exp(log_rate)), 1),
        }
        for number, (place, log_rate) in enumerate(rows)
    ]
    return pd.DataFrame(told).to_csv(index=False)


@pytest.fixture(scope="module")
def run_with(direct_run, tmp_path_factory):
    """Return what runs a record made with a slope, on a map of Whitechapel."""
    places = pd.read_csv(direct_run[0] / "site" / "data" / "places.csv")

    def run(slope, *, streets=True):
        folder = tmp_path_factory.mktemp("plausible")
        (folder / "met-lfr.csv").write_text(made_record(places, slope=slope))
        write_xml(grid_of_streets(), folder / "map.osm")
        where = ["--streets", "map.osm" if streets else "none", "--force", "met", "--offline"]
        done = run_command("run", "met-lfr.csv", "--direct", *where, folder=folder)
        assert done.returncode == 0, done.stderr
        return folder

    return run


@pytest.fixture(scope="module")
def told(run_with):
    return run_with(1.0)


@pytest.fixture(scope="module")
def untold(run_with):
    return run_with(0.0)


def text_of(site, page="method.html"):
    text = re.sub(r"<[^>]+>", " ", (site / page).read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", text.replace("\N{NO-BREAK SPACE}", " "))


def drawn_in(site, page):
    html = (site / page).read_text(encoding="utf-8")
    streets = re.search(r'"plausible":(\[.*?\]),"views"', html)
    return json.loads(streets[1]), "passersby.plausible(" in html


def test_where_counts_follow_walk_past_streets_are_listed_and_drawn(told):
    site = told / "site"
    table = pd.read_csv(site / "data" / "plausible.csv")
    assert table["deployment_id"].nunique() == 2
    assert set(table["place_read"]) == {VAGUE}
    assert table["street"].str.match(r"(?:Upward|Across) \d+ part \d+$").all()
    for _, own in table.groupby("deployment_id"):
        assert 0.8 <= own["plausible_share"].sum() <= 1
        assert own["plausible_share"].is_monotonic_decreasing
        assert len(own) <= own["streets"].iloc[0]
        assert own["gained_bits"].iloc[0] > 0
    times = table["plausible_share"] / table["prior_share"]
    assert times.corr(table["walk_past_per_h"], method="spearman") > 0.5, "a high count"
    streets, called = drawn_in(site, "index.html")
    assert called
    assert 3 < len(streets) <= table["street"].nunique() < table["streets"].iloc[0] / 2
    assert "streets of a vague place that its counts make likelier" in text_of(
        site, "index.html"
    )
    assert drawn_in(site, "embed.html") == ([], False)


def test_the_page_says_how_streets_are_told_apart_and_whose_map_it_is(told):
    said = text_of(told / "site")
    assert "The count can tell streets apart: with the estimate of people walking past" in said
    assert "of 2 deployments at vague places" in said
    manifest = json.loads((told / "site" / "manifest.json").read_text(encoding="utf-8"))
    licences = {entry["path"]: entry["licence"] for entry in manifest["files"]}
    assert "ODbL" in licences["data/plausible.csv"]
    run = run_command("explain", "met-2024-12-11-1", folder=told)
    assert "Where in Whitechapel? The count can tell streets apart" in run.stdout


def test_where_they_do_not_nothing_is_listed_or_drawn(untold):
    site = untold / "site"
    assert not (site / "data" / "plausible.csv").exists()
    assert drawn_in(site, "index.html") == ([], False)
    assert "counts make likelier" not in text_of(site, "index.html")
    said = text_of(site)
    assert "The count cannot tell streets apart" in said
    assert re.search(r"a CRPS of 0\.\d{3}, without it 0\.\d{3}, a gain of .?0\.\d{3}", said)
    assert "So no street is marked" in said
    assert "plausible.csv" not in said


def test_without_a_map_of_streets_none_is_marked(run_with):
    site = run_with(1.0, streets=False) / "site"
    assert not (site / "data" / "plausible.csv").exists()
    assert "No map of streets covers a vague place here" in text_of(site)


def test_the_embedded_record_cannot_tell_streets_apart(direct_run):
    site = direct_run[0] / "site"
    assert "The count cannot tell streets apart" in text_of(site)
    assert not (site / "data" / "plausible.csv").exists()
    assert drawn_in(site, "index.html") == ([], False)
