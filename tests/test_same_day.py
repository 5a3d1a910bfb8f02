"""What pages say of events: a line where there is one, nothing elsewhere, and no markup."""

import html
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from running import one_paragraph, run_command
from toy_site import toy_site

from data.event_schema import OUT_EVENTS
from data.events import load_events
from data.tables import as_table
from maps.events import events_note
from maps.method import CONTENTS, render_method
from maps.payload import build_payload
from maps.site import render_site
from maps.table import render_table

ROOT = Path(__file__).resolve().parent.parent

MATCH = {
    "deployment_id": "met-2023-05-06-1",
    "event": "Home v Away",
    "kind": "football",
    "first_date": "2023-05-06",
    "last_date": "2023-05-06",
    "place": "The Ground",
    "answer": "near",
    "distance_m": 1234.0,
    "within_reach_share": 1.0,
    "source": "The Gazette, 'On Saturday', https://gazette.example/1",
}
SAID = "Home v Away (The Ground), about 1.2 km away"


def with_events(*rows, listed=5):
    events = as_table([MATCH | row for row in rows], OUT_EVENTS)
    return toy_site(events=events, listed_events=listed)


def said_of(tables):
    return build_payload(tables)["rows"]["said"]


def test_a_popup_says_what_was_on_and_the_others_say_nothing():
    before, after = said_of(toy_site()), said_of(with_events({}))
    assert after[1] == [*before[1], SAID]
    assert [*after[:1], *after[2:]] == [*before[:1], *before[2:]]
    assert all(len(said) == 8 for said in before)


def test_a_page_without_events_weighs_what_it_did():
    none = as_table([], OUT_EVENTS)
    plain, empty = (
        render_site(tables) for tables in (toy_site(), toy_site(events=none, listed_events=5))
    )
    assert {name for name in plain if plain[name] != empty[name]} == {"method.html"}


def test_a_popup_has_one_line_and_the_table_all():
    tables = with_events({}, {"event": "Fair", "answer": "same area", "distance_m": None})
    assert said_of(tables)[1][8] == f"{SAID} (and 1 more: see the table)"
    table = html.unescape(render_table(tables).decode())
    assert f"<p>Same day: {SAID}</p>" in table
    assert "<p>Same day: Fair (The Ground), in the same borough or authority</p>" in table
    assert table.count("Same day:") == 2


def test_the_script_takes_the_line_from_where_it_is_put():
    page = render_site(toy_site())["index.html"].decode()
    names = re.search(r"const \[([a-zA-Z, ]+)\] = rows\.said\[i\]", page)[1].split(", ")
    assert names[8] == "sameDay"
    assert 'line("Same day", sameDay)' in page


def test_hostile_events_are_text():
    tables = with_events(
        {
            "event": "</script><script>alert(1)</script>",
            "place": '"><img src=x onerror=alert(1)>\u202e' + "x" * 5000,
            "source": "<b>Gazette</b>, y",
        }
    )
    files = render_site(tables)
    for name in ("index.html", "embed.html", "table.html", "method.html"):
        page = files[name].decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>Gazette" not in page
        assert "\u202e" not in page
        assert "x" * 400 not in page


def test_the_method_page_counts_and_names_who_says_so():
    rows = [
        {},
        {"event": "Fair", "source": "A Newspaper, y"},
        {"deployment_id": "met-2023-05-06-2", "answer": "may be near"},
        {"deployment_id": "met-2024-01-10-1", "answer": "same area"},
    ]
    note = events_note(with_events(*rows, listed=43))
    assert note["counted"] == (
        "Of 9 deployments, 3 fell on the day of one of 43 public events that we list, at its "
        "place or around it: 1 at it or near it, 1 perhaps near it and 1 in the same borough "
        "or authority."
    )
    assert note["sources"] == "A Newspaper and The Gazette"
    page = render_method(with_events(*rows)).decode()
    assert '<h2 id="events">' in page
    assert '<a href="#events">' in page
    assert "The list is incomplete." in page


@pytest.mark.parametrize("tables", [toy_site(), toy_site(events=as_table([], OUT_EVENTS))])
def test_no_list_no_section(tables):
    page = render_method(tables).decode()
    assert 'id="events"' not in page
    assert "events" in CONTENTS


def test_a_list_without_matches_is_told():
    tables = toy_site(events=as_table([], OUT_EVENTS), listed_events=1)
    page = render_method(tables).decode()
    assert "none fell on the day of one of 1\N{NO-BREAK SPACE}public events" in page
    assert "Sources:" not in page


@pytest.fixture(scope="module")
def published(direct_run):
    return pd.read_csv(direct_run[0] / "site" / "data" / "events.csv")


def test_the_record_meets_the_events_it_is_known_to(published):
    answers = published.set_index(["deployment_id", "event"])["answer"].to_dict()
    crowned = "Coronation of King Charles III"
    for number in (1, 2, 3):
        assert answers[f"met-2023-05-06-{number}", crowned] in {"at", "near"}
    assert answers["met-2023-06-17-1", "Trooping the Colour"] == "at"
    palace = "Crystal Palace v Brighton & Hove Albion"
    assert answers["met-2023-12-21-1", palace] == "near"
    assert answers["met-2023-09-24-1", "Arsenal v Tottenham Hotspur"] == "may be near"
    assert answers["south-wales-2023-06-21-1", "Harry Styles concerts"] == "near"
    assert answers["essex-2024-08-23-1", "Clacton Airshow"] == "near"


def test_what_the_records_of_other_forces_say_themselves_is_there(direct_run, published):
    """Those records name the event where there was one; days told to the month match none."""
    from data.ingest import ingest
    from data.records import embedded_documents

    core = ingest(embedded_documents()).core
    named = core[core["event"].notna() & (core["date_precision"] == "day")]
    assert len(named) >= 6
    assert set(named["deployment_id"]) <= set(published["deployment_id"])


def test_the_figures_of_the_method_are_those_of_the_run(direct_run, published):
    deployments = pd.read_csv(direct_run[0] / "site" / "data" / "deployments.csv")
    method = (ROOT / "docs" / "method.md").read_text(encoding="utf-8").replace("\n", " ")
    told = re.search(
        r"Of the (\d+) embedded deployments (\d+) fell .*? of (\d+) listed", method
    )
    counts = (len(deployments), published["deployment_id"].nunique(), len(load_events()))
    assert tuple(map(int, told.groups())) == counts


def test_the_published_pages_say_it(direct_run):
    site = direct_run[0] / "site"
    page = (site / "index.html").read_text(encoding="utf-8")
    data = json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[
            1
        ]
    )["rows"]
    said = dict(zip(data["id"], data["said"], strict=True))
    assert said["met-2023-06-17-1"][8] == (
        "Trooping the Colour (Horse Guards Parade and The Mall, London), at this place"
    )
    assert len(said["met-2023-04-06-1"]) == 8
    method = (site / "method.html").read_text(encoding="utf-8")
    assert "openfootball" in method


def test_a_projects_events_are_layered_over_ours(tmp_path):
    (tmp_path / "events.csv").write_text(
        "event,kind,first_date,last_date,place,lon,lat,radius_m,area_code,source,note\n"
        "Street fair,other,2024-02-21,2024-02-21,Clapham,,,,E09000032,A leaflet,\n",
        encoding="utf-8",
    )
    run = run_command("run", "--direct", "--offline", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    told = pd.read_csv(tmp_path / "site" / "data" / "events.csv")
    fair = told[told["event"] == "Street fair"]
    assert fair["deployment_id"].tolist() == ["met-2024-02-21-1", "met-2024-02-21-2"]
    assert fair["answer"].tolist() == ["same area"] * 2


def test_a_broken_line_of_a_projects_stops_the_run(tmp_path):
    (tmp_path / "events.csv").write_text("event,kind\nFair,other\n", encoding="utf-8")
    run = run_command("run", "--direct", "--offline", folder=tmp_path)
    assert one_paragraph(run).startswith("events.csv lacks the columns")
