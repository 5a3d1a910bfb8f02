"""Documentation that can go out of date is compared with what it documents."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from data.corrections import load_corrections
from data.eras import load_eras
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


def test_the_era_shown_is_a_file_that_a_run_takes(tmp_path):
    page = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```csv\n(force,era.*?)```", page, flags=re.DOTALL)
    path = tmp_path / "eras.csv"
    path.write_text(shown, encoding="utf-8")
    eras = load_eras(project=path).set_index("era")
    assert eras.loc["met-2024-09", "last_date"] == "2025-01-31"
    assert eras["last_date"].isna()["met-2025-02"]


def test_commands_of_the_readme_are_understood():
    from flows.parser import build_parser

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    \.venv/bin/passersby (.+)$", text, flags=re.MULTILINE)
    told = [shlex.split(line, comments=True) for line in lines]
    assert {words[0] for words in told} >= {"run", "predict", "rates", "explain"}
    for words in told:
        assert build_parser().parse_args(words).command == words[0]


def test_data_files_named_in_the_readme_are_published(direct_run):
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("site/data/")[2]
    told = " ".join(text.partition("site/manifest.json")[0].split())
    for path in (direct_run[0] / "site" / "data").glob("*.csv"):
        assert path.stem in told, path.name
