"""What is said of people walking past: how it was found, and how wrong it may be."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from toy_site import toy_site

from maps import words
from maps.method import render_method
from maps.walkers import WalkBasis, levels_line, walkers_of

LEVELS = {"Auckland": 419.4, "Leeds": 2040.7}
SCORE = {
    "what": "cameras of Leeds", "model": "stand-in", "n": 8, "log_bias": -0.061,
    "mape_share": 0.242, "median_ape_share": None, "rank_correlation": 0.0004, "crps": 0.2249,
    "coverage80_share": 1.0, "coverage90_share": 0.875,
}  # fmt: skip


def basis(*scores, levels=LEVELS, sources=("Leeds City Council",)):
    rows = [SCORE | score for score in scores or ({},)]
    return WalkBasis(pd.DataFrame(rows).astype(object).where(lambda f: f.notna(), None), sources, levels)  # fmt: skip


def place(middle=1000.0, high=8000.0, method="postcodes"):
    low = None if middle is None else middle / 9
    return {
        "walk_past_per_h": middle, "walk_past_per_h_lo80": low, "walk_past_per_h_hi80": high,
        "walk_past_method": method,
    }  # fmt: skip


UNKNOWN = place(None, None, None)


@pytest.mark.parametrize("places", [[], [UNKNOWN], [UNKNOWN, {}]])
def test_where_nothing_was_estimated_nothing_is_said(places):
    assert walkers_of(places, basis=basis(), streets="Streets: x.") is None


def test_without_a_basis_nothing_is_said():
    assert walkers_of([place()], basis=None, streets="") is None


def test_methods_are_counted_and_the_interval_is_the_typical_one():
    places = [
        place(high=2000.0),
        place(high=8000.0),
        place(high=9000.0, method="walks"),
        UNKNOWN,
    ]
    said = walkers_of(places, basis=basis(), streets="Streets: x.")
    assert said["methods"] == [("postcodes", 2), ("walks", 1)]
    assert said["factor"] == "8"
    assert said["streets"] == "Streets: x."


def test_scores_are_grouped_and_unknown_ones_are_no_noughts():
    second = {"what": "Auckland", "n": 21}
    said = walkers_of([place()], basis=basis({}, second, {"model": "mean"}), streets="")
    first, other = said["sets"]
    assert (first["name"], first["counters"], len(first["rows"])) == (
        "cameras of Leeds",
        "8",
        2,
    )
    assert (other["name"], other["counters"]) == ("Auckland", "21")
    line = first["rows"][0]
    assert line["mape_share"] == "24 %"
    assert line["coverage90_share"] == "88 %"
    assert line["median_ape_share"] == words.NONE
    assert line["bias"] == f"{words.MINUS}0.06"
    assert line["rank"] == "0.00", "without a sign"
    assert line["crps"] == "0.22"


def test_errors_of_hours_are_told_as_shares():
    weeks = pd.DataFrame(
        [("Leeds", "all hours alike", 0.2411, 0.7764, 1.8298)],
        columns=["what", "model", "base_error", "waking_error", "week_error"],
    )
    said = walkers_of([place()], basis=replace(basis(), week_scores=weeks), streets="")
    assert said["weeks"] == [
        {
            "name": "Leeds: all hours alike",
            "base_error": "27 %",
            "waking_error": "117 %",
            "week_error": "523 %",
        }
    ]
    assert walkers_of([place()], basis=basis(), streets="")["weeks"] == []


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ({}, ""),
        ({"Leeds": 2040.7}, "level is that of Leeds, where a typical counter sees 2,000 passages an hour."),
        ({"Leeds": 2040.7, "Auckland": 419.4}, "That of Auckland sees 420, a factor of 4.9 between them"),
        ({"Leeds (centre)": 300.0, "Ayr": 300.0}, "That of Ayr sees 300, a factor of 1.0 between them"),
    ],
)  # fmt: skip
def test_levels_are_told_with_their_towns(levels, said):
    line = levels_line(levels)
    assert said in line
    assert bool(line) == bool(levels)


def method_of(streets="Streets: OpenStreetMap (x.osm)."):
    places = toy_site().places
    told = {name: 1000.0 * f for name, f in (("", 1), ("_lo80", 0.1), ("_hi80", 9))}
    told = {f"walk_past_per_h{end}": value for end, value in told.items()}
    places = places.assign(**told, walk_past_method="postcodes <b>here</b>")
    site = toy_site(places=places, walk_basis=basis(), streets=streets)
    return render_method(site).decode()


def test_the_page_tells_how_and_how_wrong():
    html = method_of()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("\N{NO-BREAK SPACE}", " ")))
    assert 'id="walkers"' in html
    assert "goes to about 9 times as many" in text
    assert "Streets: OpenStreetMap (x.osm)." in text
    assert "Leeds City Council" in text
    assert "order of magnitude" in text
    assert "Nobody walking past is counted" not in text
    assert "<b>here</b>" not in html, "words of a method are words"


def test_the_page_without_estimates_says_so():
    html = render_method(toy_site(walk_basis=basis())).decode()
    assert 'id="walkers"' not in html
    assert "Nobody walking past is counted" in html
