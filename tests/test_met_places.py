"""The places of 2025 and 2026 as the force published them, and how those reviewed read."""

import csv
from datetime import date
from pathlib import Path

import pandas as pd

from data.gazetteer import load_gazetteer
from geo.locate import locate_places

REVIEWED = pd.read_csv(Path(__file__).parent / "reviewed_places_2025_2026.csv")
FILE = Path(__file__).parent / "met_places_2025_2026.csv"
COLUMNS = ["force", "date", "place_published", "area_published", "source"]
FIRST, LAST = date(2025, 1, 8), date(2026, 4, 17)  # the first and last day of the two records

with FILE.open(encoding="utf-8", newline="") as f:
    HEADER, *ROWS = csv.reader(f)
PLACES = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def test_columns_are_those_of_a_published_place():
    assert HEADER == COLUMNS


def test_every_distinct_place_is_listed_once():
    listed = [(place["place_published"], place["area_published"]) for place in PLACES]
    assert len(set(listed)) == len(listed) == 178


def test_no_place_is_blank_or_padded():
    texts = [place["place_published"] for place in PLACES]
    assert [text for text in texts if not text or text != " ".join(text.split())] == []


def test_dates_are_iso_in_order_and_within_the_records():
    written = [place["date"] for place in PLACES]
    days = [date.fromisoformat(text) for text in written]
    assert [day.isoformat() for day in days] == written
    assert days == sorted(days)
    assert (days[0], days[-1]) == (FIRST, LAST)


def test_each_place_names_the_record_of_its_year():
    assert {place["force"] for place in PLACES} == {"Metropolitan Police"}
    astray = [p for p in PLACES if f"deployment record {p['date'][:4]}," not in p["source"]]
    assert astray == []


def test_no_borough_is_put_in_the_force_s_mouth():
    """The record has no column for a borough; one given here would be a reader's own."""
    assert {place["area_published"] for place in PLACES} == {""}


def test_every_reviewed_place_reads_as_a_person_reads_it():
    """Rows a person judged right; those a builder has not looked at are in neither table."""
    asked = REVIEWED[["force", "place_published"]].assign(area_published=None)
    out = locate_places(asked, load_gazetteer())
    columns = ["place_published", "place_read", "precision", "area_name", "uncertainty_m"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(out[columns]), REVIEWED[columns], check_dtype=False
    )


def test_reviewed_places_are_published_ones_each_once():
    listed = {place["place_published"] for place in PLACES}
    assert set(REVIEWED["place_published"]) <= listed
    assert REVIEWED["place_published"].is_unique


def test_most_reviewed_places_are_narrower_than_a_borough():
    wide = REVIEWED["precision"].isin(["area", "unknown"])
    assert wide.mean() < 0.05
    assert REVIEWED["uncertainty_m"].median() < 800
