"""Documentation that can go out of date is compared with what it documents."""

from __future__ import annotations

import re
from pathlib import Path

from data.corrections import load_corrections
from data.schema_docs import describe_tables
from data.schemas import OUT_DEPLOYMENTS, TABLES

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = """
deployment_id, force, date, date_precision, place_published, place_read, area_name, area_code,
precision, lon, lat, uncertainty_m, located_by, duration_h, use_case, watchlist_size, threshold,
faces_seen, alerts, true_alerts_confirmed, true_alerts_unconfirmed, false_alerts_confirmed,
false_alerts_unconfirmed, arrests, counting_era, faces_expected, faces_expected_lo80,
faces_expected_hi80, faces_expected_lo90, faces_expected_hi90, exposure, exposure_lo80,
exposure_hi80, exposure_source, walk_past_per_h, walk_past_per_h_lo80, walk_past_per_h_hi80,
residents_800m, residents_method, flags, source_document, source_sha256, source_page, source_row
"""


def test_columns_page_is_made_from_the_schemas():
    page = (ROOT / "docs" / "columns.md").read_text(encoding="utf-8")
    assert page == describe_tables(), "run `python -m data.schema_docs`"


def test_every_column_states_its_meaning():
    assert all(column.meaning.endswith(".") for table in TABLES for column in table.columns)


def test_published_columns_keep_the_agreed_order():
    assert list(OUT_DEPLOYMENTS.names) == re.findall(r"\w+", CONTRACT)


def test_links_between_documents_lead_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_architecture_page_names_real_modules():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:flows|geo|data|maps|tests)/[\w/]+\.\w+)`", text):
        assert (ROOT / name).exists(), name


def test_the_corrections_shown_are_a_file_that_a_run_takes(tmp_path):
    page = (ROOT / "docs" / "places.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```csv\n(.*?)```", page, flags=re.DOTALL)
    path = tmp_path / "corrections.csv"
    path.write_text(shown, encoding="utf-8")
    read = load_corrections([path])
    assert read.loc[read["file"] == path.name, "column"].tolist() == [
        "place_read",
        "lon",
        "lat",
    ]
