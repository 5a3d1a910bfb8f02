"""Headers are read by meaning: known layouts by hand, then that order never matters."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import HeaderError
from data.headers import map_headers
from data.vocabulary import load_vocabulary, meaning_of, nearest_columns, read_hints

MET_2020 = {
    "Deployment": "place",
    "Date\n(DD/MM/\nYY)": "date",
    "Purpose\nReference": "use_case",
    "Watchlist\nSize": "watchlist_size",
    "Total\nAlerts": "alerts",
    "False Alert / Confirmed\nFalse Alerts": "false_alerts",
    "False Alert / Confirmed\nFalse Alert\nEngagements": "false_alert_engagements",
    "True\nAlerts1": "true_alerts",
    "True Alert\nEngagements": "engagements",
    "Arrests /\nDisposals": "arrests",
    "Faces seen\n(Estimate)": "faces_seen",
    "False\nAlert\nRate": "false_alert_rate_share",
}
MET_2023 = {
    "Deployment Location": "place",
    "Date": "date",
    "Duration of Deployment": "duration_h",
    "LFR Purpose Reference / LFR Purpose": "use_case",
    "Watchlist Size": "watchlist_size",
    "Min Threshold Setting": "threshold",
    "Total Alerts": "alerts",
    "True Alerts / Confirmed": "true_alerts_confirmed",
    "True Alerts / Unconfirmed": "true_alerts_unconfirmed",
    "False Alerts / Confirmed": "false_alerts_confirmed",
    "False Alerts / Unconfirmed": "false_alerts_unconfirmed",
    "False Alert Rate": "false_alert_rate_share",
    "Engagement Outcomes / Arrest": "arrests",
    "Engagement Outcomes / Other Disposal": "other_disposals",
    "Engagement Outcomes / No Action": "no_action",
    "Faces seen (Estimate )": "faces_seen",
}
MET_2025 = {  # an edition nobody has published: what the next clerk may call the same things
    "No.": "reference",
    "London Borough": "area_published",
    "Site of deployment": "place",
    "Deployment date (DD/MM/YYYY)": "date",
    "Start time": "start_time",
    "Finish time": "end_time",
    "Hours deployed": "duration_h",
    "LFR Use Case": "use_case",
    "No. on watchlist": "watchlist_size",
    "Similarity threshold": "threshold",
    "Number of alerts": "alerts",
    "Confirmed true alerts": "true_alerts_confirmed",
    "True alerts (not confirmed)": "true_alerts_unconfirmed",
    "False positives": "false_alerts",
    "FPIR (%)": "false_alert_rate_share",
    "Arrests made": "arrests",
    "Other disposals": "other_disposals",
    "No further action": "no_action",
    "Estimated number of faces seen": "faces_seen",
    "Comments": "note",
}
LAYOUTS = (MET_2020, MET_2023, MET_2025)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_known_layouts_by_hand(layout):
    assert map_headers(list(layout), renames={}, document="grid.pdf") == layout


@given(st.sampled_from(LAYOUTS), st.randoms(use_true_random=False))
def test_order_never_matters(layout, rng: random.Random):
    headers = list(layout)
    rng.shuffle(headers)
    assert map_headers(headers, renames={}, document="grid.pdf") == layout


@given(st.sampled_from(LAYOUTS), st.sampled_from([str.upper, str.lower, str.title]))
def test_case_never_matters(layout, change):
    mapped = map_headers(list(map(change, layout)), renames={}, document="grid.pdf")
    assert list(mapped.values()) == list(layout.values())


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Place", "place"), ("Venue", "place"), ("Area of deployment", "place"), ("Where", "place"),
        ("LFR Deployment", "place"), ("Location/Venue", "place"), ("Borough / Location", "place"),
        ("Borough", "area_published"), ("Town/City", "area_published"),
        ("Local authority", "area_published"), ("District", "area_published"),
        ("Date of deployment", "date"), ("Day", "date"), ("Date (DD/MM/YY)", "date"),
        ("Length", "duration_h"), ("Time deployed", "duration_h"), ("Duration (hrs)", "duration_h"),
        ("Time from", "start_time"), ("Commenced", "start_time"), ("Finish", "end_time"),
        ("Deployment times", "times"), ("Start/End time", "times"),
        ("Rationale", "use_case"), ("Purpose", "use_case"), ("Reason for deployment", "use_case"),
        ("Watch list", "watchlist_size"), ("Watch-list size¹", "watchlist_size"),
        ("Number of people on watchlist", "watchlist_size"), ("Threshold (0-1)", "threshold"),
        ("Face match threshold", "threshold"), ("Matches", "alerts"), ("# Alerts", "alerts"),
        ("Alerts generated", "alerts"), ("True positives", "true_alerts"),
        ("True Alerts (Confirmed)", "true_alerts_confirmed"),
        ("False matches", "false_alerts"), ("Incorrect alerts", "false_alerts"),
        ("False positive rate", "false_alert_rate_share"), ("No. of arrests", "arrests"),
        ("People arrested", "arrests"), ("Outcomes / Arrests", "arrests"),
        ("No action taken", "no_action"), ("Faces scanned", "faces_seen"),
        ("People scanned", "faces_seen"), ("Faces", "faces_seen"), ("Faces processed", "faces_seen"),
        ("Remarks", "note"), ("Police force", "force"), ("Source URL", "source_url"),
        ("Longitude", "lon"), ("Ref", "reference"), ("Deployment No.", "reference"), ("#", "reference"),
        ("Deployment locaton", "place"), ("Wachlist size", "watchlist_size"),
    ],
)  # fmt: skip
def test_phrasings_by_hand(header, column):
    assert meaning_of(header) == column


@pytest.mark.parametrize(
    "header",
    [
        "", "Confirmed", "Alerts / Confirmed", "Total", "Rate", "Count", "Weather",
        "Number of deployments", "Date reported", "Location type", "Watchlist type", "Outcome",
        "Faces per hour", "Location / Date", "Name", "Arrests following a false alert", "Alarts",
        "Women / Arrests", "Faces seen 2024",
    ],
)  # fmt: skip
def test_what_is_ambiguous_or_unknown_is_never_guessed(header):
    assert meaning_of(header) is None


def test_every_core_name_means_itself():
    for column in set(load_vocabulary().columns) - {"times"}:
        assert meaning_of(column) == column


def test_an_unmapped_header_names_itself_and_the_remedy():
    with pytest.raises(HeaderError) as raised:
        map_headers([*MET_2023, "Faces\nlogged twice"], renames={}, document="grid.pdf")
    said = str(raised.value)
    assert said.startswith(
        "grid.pdf: a header has no known meaning: 'Faces logged twice' (nearest: "
    )
    assert '--map "Faces logged twice=-"' in said


def test_the_nearest_column_is_offered_when_it_is_free():
    headers = ["Place", "Date", "Watchlist size", "Faces logged"]
    with pytest.raises(HeaderError) as raised:
        map_headers(headers, renames={}, document="grid.csv")
    assert 'use --map "Faces logged=faces_seen"' in str(raised.value)
    assert "No other column says how many faces were seen" in str(raised.value)
    remedied = map_headers(headers, renames={"Faces logged": "faces_seen"}, document="grid.csv")
    assert remedied["Faces logged"] == "faces_seen"
    assert nearest_columns("Faces logged", taken={"faces_seen"})[0][0] != "faces_seen"


def test_a_set_aside_header_maps_to_none():
    renames = {"weather TODAY": "-"}
    mapped = map_headers(["Place", "Date", "Weather\ntoday"], renames=renames, document="x")
    assert mapped == {"Place": "place", "Date": "date", "Weather\ntoday": None}


def test_two_headers_of_one_meaning_stop_the_read():
    with pytest.raises(HeaderError, match=r"'Location' and 'Venue' all mean place.*Location=-"):
        map_headers(["Location", "Venue", "Date"], renames={}, document="grid.csv")
    with pytest.raises(HeaderError, match="all mean arrests"):
        map_headers(["Place", "Date", "Arrests", "Arrests"], renames={}, document="grid.csv")


def test_numbering_columns_may_repeat():
    mapped = map_headers(["No.", "Ref", "Place", "Date"], renames={}, document="grid.csv")
    assert mapped["No."] == mapped["Ref"] == "reference"


@pytest.mark.parametrize("lost", ["place", "date", "faces_seen"])
def test_a_missing_column_stops_the_read(lost):
    headers = [header for header, column in MET_2023.items() if column != lost]
    with pytest.raises(HeaderError, match=rf'grid.pdf: no column says .*--map "HEADER={lost}"'):
        map_headers(headers, renames={}, document="grid.pdf")


def test_every_missing_column_is_named_at_once():
    with pytest.raises(
        HeaderError, match=r"\(date\), and none says how many.*--missing faces_seen"
    ):
        map_headers(["Location", "Alerts"], renames={}, document="grid.csv")


def test_a_document_may_truly_lack_faces_but_never_its_places():
    headers = [header for header, column in MET_2023.items() if column != "faces_seen"]
    assert map_headers(headers, renames={}, document="x", missing={"faces_seen"})
    with pytest.raises(HeaderError, match=r"\(date\)"):
        map_headers(["Place"], renames={}, document="x", missing={"date"})


def test_a_list_without_figures_needs_no_faces():
    assert map_headers(["Place", "Date", "Arrests"], renames={}, document="x")


def test_weak_words_yield():
    mapped = map_headers(["Deployment", "Location", "Day", "Date"], renames={}, document="x")
    assert list(mapped.values()) == ["reference", "place", "weekday", "date"]
    assert map_headers(["Deployment", "Day"], renames={}, document="x") == {
        "Deployment": "place",
        "Day": "date",
    }


def test_a_borough_alone_is_the_place():
    assert map_headers(["Borough", "Date"], renames={}, document="x")["Borough"] == "place"
    both = map_headers(["Borough", "Location", "Date"], renames={}, document="x")
    assert both["Borough"] == "area_published"


def test_a_title_over_the_whole_table_says_nothing():
    headers = [f"LFR deployments 2025 / {header}" for header in MET_2023]
    mapped = map_headers(headers, renames={}, document="x")
    assert list(mapped.values()) == list(MET_2023.values())


def test_a_map_to_no_known_column_is_refused():
    with pytest.raises(HeaderError, match='"Date=dated" names no known column'):
        map_headers(["Place", "Date"], renames={"Date": "dated"}, document="x")


def test_hints():
    assert read_hints("Duration (hours)").unit == "hours"
    assert read_hints("Duration (mins)").unit == "minutes"
    assert read_hints("Duration (HH:MM)").unit == "clock"
    assert read_hints("Duration", "duration_h:minutes").unit == "minutes"
    assert read_hints("Date (MM/DD/YYYY)").month_first
    assert not read_hints("Date (DD/MM/\nYY)").month_first
    assert read_hints("Date", "date:month-first").month_first
    assert read_hints("FPIR (%)").percent


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_headers_are_mapped_or_refused_plainly(headers):
    try:
        map_headers(headers, renames={}, document="grid.csv")
    except HeaderError as error:
        assert "grid.csv" in str(error)  # noqa: PT017 - most headers raise, some may not


CLERKS = {
    "place": "LFR location|Location of deployment|Deployment location|Location(s)|Station|Place of "
    "deployment|Exact location|Town centre|Postcode|Railway station|Location deployed",
    "area_published": "Borough|Ward|Town|Town/City|BCU|Local Policing Area|County|Council area",
    "date": "Date(s)|Deployment date|Date & Time|Start date|Date of LFR deployment|Deployed on",
    "duration_h": "Hours|Deployment hours|Length of time deployed|Time in operation|Live time",
    "times": "Time|Deployment time|Time (from/to)|Timings|Operating times|Deployed between",
    "start_time": "Start|Deployment start|Time from|Start Time (24hr)|Switch on|Time started",
    "end_time": "End|Deployment end|Time to|Completion time|End Time (24hr)|Stop time",
    "use_case": "Reason|Aim of deployment|Policing aim|Category|Crime type|Deployment rationale",
    "watchlist_size": "Watchlist total|WL size|Names on watchlist|Number of nominals on watchlist",
    "threshold": "Similarity threshold|Threshold level|Facial similarity threshold|Match score "
    "threshold",
    "faces_seen": "Faces scanned|No. of faces|Total number of faces detected|Facial scans|Images "
    "captured|Biometric templates|Members of the public scanned|Faces compared|People scanned",
    "alerts": "Alerts triggered|Total matches|Activations|Number of LFR alerts|Alerts received",
    "true_alerts": "Correct identifications|Positive IDs|True positives|Correct alerts",
    "false_alerts": "Mis-identifications|False positives|Erroneous alerts|Incorrect matches",
    "engagements": "People spoken to|Officer interventions|Interactions|Persons engaged with",
    "arrests": "Persons arrested|Arrests from LFR|Arrests as a result of LFR|Arrests due to LFR",
    "other_disposals": "Disposals|Other positive outcomes|Other actions taken",
    "no_action": "No Further Action (NFA)|No action required|NFA",
    "false_alert_rate_share": "False Positive Identification Rate (FPIR)|False alert percentage",
    "event": "Operation name|Event type|Op name",
    "note": "Additional info|Observations|Any other information",
    "force": "Lead force|Force area",
}


@pytest.mark.parametrize(
    ("column", "header"),
    [(column, header) for column, headers in CLERKS.items() for header in headers.split("|")],
)
def test_headers_as_clerks_write_them(column, header):
    assert meaning_of(header) == column


def test_a_ward_yields_to_a_borough_and_a_station_to_a_location():
    mapped = map_headers(
        ["Borough", "Ward", "Station", "Location", "Date"], renames={}, document="grid.csv"
    )
    assert mapped == {
        "Borough": "area_published",
        "Ward": "reference",
        "Station": "reference",
        "Location": "place",
        "Date": "date",
    }


@pytest.mark.parametrize(
    "header",
    ["Unique faces", "Footfall", "Confirmed alerts", "Positive alerts", "Positive outcomes",
     "Stop", "Camera count", "Faces identified"],
)  # fmt: skip
def test_what_measures_something_else_is_not_taken_for_a_column(header):
    assert meaning_of(header) is None
