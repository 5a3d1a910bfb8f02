"""The method page says what was done, with what, and how wrong it may be."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from toy_site import SHA, toy_site

from geo.scorecard import (
    KNOWN_THEN,
    LATER_MONTHS,
    LEAVE_ONE_OUT,
    LEVEL,
    ROLLING,
    TRAILING_RATE,
)
from maps.era_changes import changes_of, levels_of, median_line
from maps.method import CONTENTS, render_method
from maps.walkers import WalkBasis


def words_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("\N{NO-BREAK SPACE}", " ")))


@pytest.fixture(scope="module")
def text():
    return words_of(render_method(toy_site()).decode())


@pytest.mark.parametrize(
    "said",
    [
        "1 December 2023 to the latest record",
        "since December 2023",
        "Level of the day, as on the map 6 62 % 38 % +0.02 0.310 81 % 91 %",
        "a 2024 watchlist",
        "alerts do not add up",
        "no such date",
        "32/13/2023 | Ash",
        *SHA.values(),
        "© the toymaker",
        "6 with a reported count, 1 with an estimate from the same force’s counts and 2 with an",
        "Nobody walking past is counted here",
        "A dashed outline on the map means that no count was published",
    ],
)
def test_it_is_said(text, said):
    assert said in text


def test_places_are_counted_by_precision(text):
    assert re.search(r"Spot station, venue, junction 2 150 m toy table \(2\)", text)
    assert re.search(r"Not located listed, not drawn 1 – toy table \(1\)", text)


def test_walkers_are_spoken_of_as_uncounted_only_while_they_are():
    assert "Nobody walking past" in render_method(toy_site()).decode()
    ends = {"walk_past_per_h": 400.0, "walk_past_per_h_lo80": 100, "walk_past_per_h_hi80": 2000}
    places = toy_site().places.assign(**ends, walk_past_method="counted in the toy")
    scores = pd.DataFrame(
        [("toy", "mean", 8.0, 0.1, 0.2, 0.1, None, 0.3, 0.8, 0.9)],
        columns=[
            "what", "model", "n", "log_bias", "mape_share", "median_ape_share",
            "rank_correlation", "crps", "coverage80_share", "coverage90_share",
        ],
    )  # fmt: skip
    basis = WalkBasis(scores, ("the toy council",), {"Toytown": 800.0, "Dolls": 200.0})
    html = render_method(toy_site(places=places, walk_basis=basis)).decode()
    assert "Nobody walking past" not in html
    assert "counted in the toy" in html
    assert "about 5 times as many" in html
    assert "factor of 4.0" in html


def test_flags_have_names_a_reader_knows():
    flags = (
        toy_site().flags.iloc[:1].assign(flag="announced-only", detail="never heard of since")
    )
    html = render_method(toy_site(flags=flags)).decode()
    assert '<th role="rowheader" scope="row">announced only</th>' in html


def test_without_counts_there_is_no_score():
    tables = toy_site()
    html = render_method(toy_site(scorecard=tables.scorecard.iloc[:0])).decode()
    assert "too few published counts" in html


def test_the_best_line_of_the_scorecard_is_named():
    card = toy_site().scorecard
    lines = pd.concat([card, card], ignore_index=True).assign(
        name=[LEVEL, TRAILING_RATE], crps=[0.4, 0.3]
    )
    said = words_of(render_method(toy_site(scorecard=lines)).decode())
    assert "the mean of the last 30 rates of the era has the lowest CRPS: 0.300" in said
    assert "No interval here covers a change in how a force counts" in said


def test_every_force_has_its_figures_in_a_table():
    html = render_method(toy_site()).decode()
    assert html.count("<details>") == 2
    assert len(re.findall(r"<caption><span>(?:Met|Essex Police): deployments", html)) == 2
    assert 'scope="colgroup" colspan="7">Deployments' in html, "all, five kinds, no spot"
    essex = words_of(html[html.index("Essex Police: deployments and faces") :])
    assert "Month Deployments All District No spot in the words 2023 1 1 (100 %)" in essex
    march = re.search(r'<th scope="row">March 2024</th>(.*?)</tr>', html)[1]
    cells = re.findall(r">([^<]+)<", march)
    faces = ["900", "0", "0", "0", "100 %", "\N{EN DASH}"]
    assert cells == ["2", "0", "0", "0", "1 (50 %)", "1 (50 %)", "1 (50 %)", *faces]


def test_sections_stand_in_the_order_of_the_contents():
    html = render_method(toy_site()).decode()
    listed = re.findall(r'<li><a href="#(\w+)">', html)
    assert listed == re.findall(r'<h2 id="(\w+)">', html)
    assert set(listed) <= set(CONTENTS)


def test_the_test_by_month_stands_open_and_the_others_are_folded():
    card = toy_site().scorecard.iloc[:1]
    splits = [LEAVE_ONE_OUT, ROLLING, f"{KNOWN_THEN}: {LATER_MONTHS}"]
    lines = pd.concat([card] * 3, ignore_index=True).assign(split=splits)
    html = render_method(toy_site(scorecard=lines)).decode()
    html = html[html.index('id="scorecard"') : html.index('id="limits"')]
    open_table, folded = html.split("<details>")
    assert f"<span>{ROLLING}</span>" in open_table
    assert "The other tests: 2 tables" in words_of(folded)
    assert f"<span>{LEAVE_ONE_OUT}</span>" in folded
    assert "The strictest test: the later months of the last era, from the months" in folded


def test_no_id_stands_twice_and_every_link_within_leads_somewhere():
    html = render_method(toy_site()).decode()
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert 'href="#found"' in html


def test_a_conflicting_telling_is_named_apart_from_the_list():
    deployments = toy_site().deployments
    by = "area boundary; told elsewhere: postcodes, wards"
    html = render_method(toy_site(deployments=deployments.assign(located_by=by))).decode()
    assert "area boundary and, told elsewhere, postcodes and wards (2)" in html


def known_spots(*rows):
    names = [
        "kind",
        "covered_by",
        "spots",
        "right_area_share",
        "inside_share",
        "inside_lo95_share",
        "inside_hi95_share",
        "radius_median_m",
        "radius_p90_m",
        "part",
        "date",
        "truth",
    ]
    return pd.DataFrame(rows, columns=names)


ALL = ("all", "all", 1820, 0.981, 0.962, 0.953, 0.97, 640.0, 1900.0)
SITE = ("site", "curated table", 420, 0.998, 0.9999, 0.96, 1.0, 210.0, None)
STREET = ("street", None, 1400, None, 0.95, None, None, 800.0, 1900.0)
HELD = ("holdout", "2024-12-01", "official coordinates <of stops>")
NOTHING = ("all", "nothing", 20, None, None, None, None, None, None)
TABLES = ("all", "tables", 80, 0.9, 0.9, 0.8, 0.95, 1500.0, 2000.0)


def found_in(frame):
    html = render_method(toy_site(place_calibration=frame)).decode()
    return html[html.index('id="found"') : html.index('id="vague"')]


def test_coverage_and_sharpness_are_told_in_words_and_rows():
    rows = [(*row, *HELD) for row in (ALL, NOTHING, TABLES, SITE)]
    said = found_in(known_spots(*rows))
    assert "<of stops>" not in said
    said = words_of(said)
    assert (
        "Of 1,820 known spots not used in building, 1,800 got an answer; 96.2 % of those lie "
        "inside the stated radius (95 % interval 95.3 to 97.0 %); the median radius is 640 m. "
        "Median radius by what the answer rests on: other tables 1.5 km (80 spots, 90.0 % inside). "
        "Measured 1 December 2024."
    ) in said
    every = "All All 1,820 98.1 % 96.2 % 95.3 to 97.0 % 640 m 1.9 km official coordinates"
    assert f"{every} &lt;of stops&gt;" in said
    assert "All no answer 20 – – – – –" in said
    assert "Spot curated table 420 99.8 % over 99.9 % 96.0 to 100 % 210 m –" in said
    assert (
        said.index("By kind of place")
        < said.index("no answer 20")
        < said.index("Every kind by what")
        < said.index("Spot cur")
    )
    assert "What this does not show" in said


def test_without_a_row_for_all_shares_are_weighed_and_radii_ranged():
    said = words_of(found_in(known_spots((*SITE, *HELD), (*STREET, *HELD))))
    assert "Of 1,820 known spots not used in building, 96.2 % lie inside" in said
    assert "the median radius is 210 m to 800 m, by kind." in said
    assert "Street – 1,400 – 95.0 % – 800 m 1.9 km official" in said


def test_spots_used_in_building_are_never_told_as_held_out():
    tuned = (*SITE, "tune", "2024", "looked up")
    other = ("station held", *SITE[1:], "spring", "2024", "looked up")
    said = words_of(found_in(known_spots(tuned, (*ALL, *HELD), other)))
    assert "Of 420 known spots used in building, over 99.9 % lie inside" in said
    assert "Of 420 known spots (spring), over 99.9 % lie inside" in said
    assert "Station, in our tables too curated table" in said
    first = said.index("not used in building, ")
    assert first < said.index("spots used in building, ")
    assert said.count("Of 1,820 known spots not used in building, 96.2 %") == 1


@pytest.mark.parametrize("frame", [None, known_spots()])
def test_radii_that_were_not_measured_are_not_praised(frame):
    assert "the radii were not measured" in found_in(frame)


def test_walkers_are_told_with_the_town_the_bound_and_what_is_no_test():
    from flows.backdrop import walk_basis
    from maps.walkers import walkers_of

    row = {
        "walk_past_per_h": 1000.0,
        "walk_past_per_h_hi80": 13_000.0,
        "walk_past_method": "postcodes",
    }
    said = walkers_of([row], basis=walk_basis(), streets="")
    assert said["levels"].startswith("The level is that of Leeds, where a typical counter")
    assert (said["factor"], said["most"]) == ("13", "40,000")
    assert sum("spread fitted to both" in one["name"] for one in said["sets"]) == 2


# --- how the counting changed -----------------------------------------------------------

ERA = {
    "force": "Metropolitan Police", "label": "early", "first_date": "2023-01-01",
    "deployments": 20, "deployments_counted": 20, "deployments_rated": 20,
    "faces_per_h_median": 1800.4, "faces_per_h_p10": 970.0, "faces_per_h_p90": 8230.0,
    "multiples_of_5_share": 0.75, "thresholds": "0.60 (20)",
    "faces_per_h_median_multiples": 1500.0, "faces_per_h_median_others": 2100.0,
    "break_date": None,
}  # fmt: skip
MIXED = ERA | {
    "label": "mixed", "first_date": "2024-07-25", "faces_per_h_median": 1010.3,
    "multiples_of_5_share": 0.5, "thresholds": "0.62 (5), 0.64 (15)",
    "faces_per_h_median_multiples": 2163.0, "faces_per_h_median_others": 388.9,
    "break_date": "2024-07-23", "break_date_lo90": "2024-07-18",
    "break_date_hi90": "2024-07-30", "break_step_log": -1.2, "break_share": 0.95,
}  # fmt: skip


def test_a_change_is_told_in_one_plain_line_without_a_cause():
    (line,) = changes_of([MIXED, ERA])
    assert line == (
        "25 July 2024: the median fell from 1,800 to 1,010 faces per hour. The counts alone "
        "show a break too (odds 19 to 1), its first day between 18 July 2024 and 30 July 2024. "
        "From then on two levels are mixed: counts that are multiples of 5 have a median of 2,163, the others one of 389. "
        "The Metropolitan Police has not said why."
    )


def test_levels_are_told_and_thresholds_counted_only_where_they_differ():
    early, mixed = levels_of([ERA, MIXED])
    assert early == {
        "label": "early", "deployments": "20", "median": "1,800", "between": "970 to 8,230",
        "fives": "75 %", "thresholds": "0.60",
    }  # fmt: skip
    assert mixed["thresholds"] == "0.62 (5), 0.64 (15)"
    assert (
        levels_of([ERA, MIXED | {"force": "Essex Police"}])[1]["label"] == "Essex Police, mixed"
    )


def test_few_counts_of_a_kind_are_no_mixture():
    few = MIXED | {"multiples_of_5_share": 0.1}
    assert "mixed" not in changes_of([ERA, few])[0]
    assert median_line(few, 1010.3) == "median 1,000 faces an hour"


def test_a_popup_says_that_a_median_is_of_two_levels():
    assert median_line(MIXED, 1010.3) == "two levels mixed, median 1,000 faces an hour"
    assert not median_line(MIXED, None)


def test_eras_without_rates_and_without_deployments_say_nothing():
    none = {"deployments_rated": 0, "faces_per_h_median": None, "deployments": 0}
    assert levels_of([ERA | none]) == []
    assert changes_of([ERA | none, MIXED]) == []
    assert len(levels_of([ERA, MIXED | none])) == 1


def test_the_page_tells_levels_changes_and_breaks_nobody_reviewed():
    eras = pd.DataFrame([ERA | {"era": "a"}, MIXED | {"era": "b"}]).assign(
        note="noted", last_date=["2024-07-24", None]
    )
    tables = replace(toy_site(), eras=eras, untold_eras=("From about 1 May <2025> & on.",))
    text = words_of(render_method(tables).decode())
    assert "mixed 20 1,010 970 to 8,230 50 % 0.62 (5), 0.64 (15)" in text
    assert "has not said why" in text
    assert "From about 1 May &lt;2025&gt; &amp; on." in text
    assert text.index("From about 1 May") < text.index("mixed 20 1,010")
    assert "come with the program" in text, "more deployments in the eras than on the map"
    plain = words_of(render_method(toy_site()).decode())
    assert "How the counting changed" not in plain
    assert "come with the program" not in plain
