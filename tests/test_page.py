"""The pages that hold a map: their policy, their data and their headline."""

import base64
import hashlib
import json
import re

import pandas as pd
import pytest
from toy_site import MET, toy_site

from maps.cards import flag_lines, settings_line
from maps.headline import counting_forces, headline
from maps.marks import build_marks
from maps.page import leaflet_script, leaflet_style, render_embed, render_index
from maps.payload import build_payload
from maps.rows import as_rows


@pytest.fixture(scope="module")
def tables():
    return toy_site()


@pytest.fixture(scope="module")
def payload(tables):
    return build_payload(tables)


@pytest.fixture(scope="module", params=[render_index, render_embed], ids=["index", "embed"])
def html(request, tables, payload):
    return request.param(tables, payload).decode()


def policy_of(html):
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]
    rules = found.replace("&#39;", "'").split("; ")
    return dict(rule.split(" ", 1) for rule in rules)


@pytest.mark.parametrize("tag", ["script", "style"])
def test_policy_hashes_match_what_stands_there(html, tag):
    blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
    digests = {
        base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks
    }
    assert blocks
    assert set(re.findall(r"'sha256-([^']+)'", policy_of(html)[f"{tag}-src"])) == digests
    assert "unsafe" not in policy_of(html)[f"{tag}-src"]


def test_policy_allows_nothing_by_default(html):
    policy = policy_of(html)
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "'self' data:"


def test_headline_equals_the_frame(html, tables):
    met = tables.deployments[tables.deployments["force"] == MET]
    faces, arrests = int(met["faces_seen"].sum()), int(met["arrests"].sum())
    shown = re.sub(r"<[^>]+>", "", re.search(r'<p id="headline".*?</p>', html)[0])
    shown = shown.replace("\N{NO-BREAK SPACE}", " ")
    assert shown == (
        f"Met: {len(met)} deployments · {faces:,} faces reported seen · {arrests} arrests · "
        "records to 12 March 2024 (and 2 by one other force, which publishes no counts)"
    )


def test_headline_of_the_other_force_alone(tables):
    rows = as_rows(tables.deployments)
    others = [row for row in rows if row["force"] != MET]
    main, aside = headline(others, counting=counting_forces(rows))
    assert main == "Essex Police: 2 deployments · no counts published · records to August 2023"
    assert aside == ""


def test_data_are_safe_json(html, payload):
    text = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', html, flags=re.DOTALL
    )[1]
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["rows"]["id"] == payload["rows"]["id"]


def test_one_mark_per_place(tables, payload):
    marks = build_marks(tables.deployments, as_rows(tables.deployments))
    assert [mark.precision for mark in marks] == ["district", "area", "site", "street"]
    assert [len(mark.rows) for mark in marks] == [3, 2, 2, 1]
    assert payload["rows"]["mark"][6] is None, "an unknown place has no mark"


def test_a_borough_is_never_a_pin(payload):
    areas = [mark for mark in payload["marks"] if mark["precision"] == "area"]
    assert all("land" in mark or "shape" in mark for mark in areas)


def test_numbers_read_as_published(payload):
    said = payload["rows"]["said"]
    assert said[0][0] == "28,220 faces seen · 2 alerts (1 true, 1 false) · 3 arrests"
    assert said[0][2] == "about 9,100 faces, likely 5,500 to 15,000"
    assert said[0][5] == "grid.pdf, page 1, row 1"
    assert said[7][5] == "press.csv, row 1"
    assert payload["places"][0]["sure"].startswith("Ash (whole borough, 77")


def test_borrowed_figures_say_so(payload):
    assert payload["rows"]["said"][7][2].endswith("another force’s counts, in no total")


def test_the_list_names_what_was_only_announced(tables):
    first = tables.deployments["deployment_id"].iloc[0]
    flags = pd.DataFrame(
        {"deployment_id": [first], "flag": ["announced-only"], "detail": ["never since"]}
    )
    remarks = build_payload(toy_site(flags=flags))["rows"]["remark"]
    assert remarks[0] == "announced only"
    assert set(remarks[1:]) == {None}


def test_a_use_case_without_words_is_named():
    row = {"watchlist_size": 6793, "threshold": None}
    assert settings_line({**row, "use_case": "1, 2"}) == "Watchlist 6,793 · use case 1, 2"
    assert settings_line({**row, "use_case": "Event"}) == "Watchlist 6,793 · Event"


def test_leaflet_is_whole_and_points_nowhere():
    assert "1.9.3" in leaflet_script()[:400]
    assert "sourceMappingURL" not in leaflet_script()
    assert "</script" not in leaflet_script().lower()
    assert not re.search(r"url\((?!#)", leaflet_style())


def test_tiles_are_asked_for_by_name(tables, payload):
    html = render_index(toy_site(tiles="osm"), payload).decode()
    assert policy_of(html)["img-src"] == "'self' data: https://tile.openstreetmap.org"
    assert "OpenStreetMap" in html
    assert "whose operators see your address" in html


def test_a_flag_on_most_rows_is_not_told_in_every_popup(tables):
    ids = tables.deployments["deployment_id"]
    common = pd.DataFrame({"deployment_id": ids, "flag": "common", "detail": "said of all"})
    flags = pd.concat([tables.flags, common], ignore_index=True)
    told = [said[7] for said in build_payload(toy_site(flags=flags))["rows"]["said"]]
    assert "Flag: 2 alerts, but 1 true and 0 false" in told[2]
    assert not any("said of all" in line for lines in told for line in lines)


def test_a_place_read_anew_is_told_in_words():
    fix = {
        "column": "place_read",
        "value_from": "Acton, Croydon",
        "value_to": "Acton, Ealing",
        "reason": "the force said so",
    }
    told = "Corrected: 'Acton, Croydon' is read as 'Acton, Ealing' (the force said so)"
    assert flag_lines([], [fix]) == [told]
