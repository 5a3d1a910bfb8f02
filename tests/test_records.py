"""The records we embed agree with the published PDFs, and with what the press counted."""

import pytest

from data.ingest import ingest
from data.readers import read_document
from data.rebuild_records import build_records, main
from data.records import FOLDER, embedded_documents

GRIDS = ("met-lfr-grid-2020-2022.pdf", "met-lfr-grid-2023-to-2024.pdf")


@pytest.fixture(scope="module")
def embedded():
    return ingest(embedded_documents())


@pytest.fixture(scope="module")
def grids(reference_dir):
    folder = reference_dir / "lfr"
    return [read_document((folder / name).read_bytes(), name=name) for name in GRIDS]


def test_rows_and_sums(embedded):
    assert embedded.sources["rows_in"].tolist() == [9, 203, 15]
    assert embedded.sources["rows_core"].tolist() == [9, 203, 15]
    assert len(embedded.rejected) == 0
    grid = embedded.core[embedded.core["source_document"] == GRIDS[1]]
    assert grid["faces_seen"].sum() == 1_229_140
    arrests = embedded.core.groupby("source_document")["arrests"].sum()
    assert arrests.tolist() == [9, 609, 0]


def test_every_figure_stands_on_its_page(embedded):
    row = embedded.core.set_index("deployment_id").loc["met-2023-05-06-2"]
    assert row["place_published"] == "Westminster, Savoy Place"
    assert row[["faces_seen", "duration_h"]].tolist() == [17250, 8.0]
    assert (row["source_document"], row["source_page"], row["source_row"]) == (GRIDS[1], 1, 5)
    raw = embedded.raw_cells
    cells = raw[(raw["source_page"] == 1) & (raw["source_row"] == 5)]
    cells = cells[cells["source_document"] == GRIDS[1]].set_index("column")
    assert cells.loc["place_published", "text"] == "Westminster, Savoy\nPlace"
    assert cells.loc["faces_seen", "header"] == "Faces seen (Estimate )"
    assert cells.loc["duration_h", "text"] == "8h0m"


def test_places_that_wrap_over_lines_and_pages_are_whole(embedded):
    places = set(embedded.core["place_published"])
    assert "Westminster Bridge Street" in places
    assert "Uxbridge Rd, Shepherds Buh" in places  # the clerk's slip stays
    assert any(place.endswith("Rd, Waterloo") for place in places)
    assert "Ealing B’way Stn" in places


def test_the_aborted_deployment_is_told_apart(embedded):
    row = embedded.core.set_index("deployment_id").loc["met-2020-02-21-1"]
    assert row["status"] == "aborted"
    assert row["note"] == "technical fault stopped deployment"
    assert row["place_published"] == "Oxford Circus (technical fault stopped deployment)"
    assert row[["faces_seen", "alerts", "arrests"]].isna().all()
    assert row["watchlist_size"] == 7316


def test_other_forces_keep_their_vague_dates_and_sources(embedded):
    others = embedded.core[embedded.core["source_document"] == "other_forces_to_2024.csv"]
    assert others["force"].value_counts().to_dict() == {
        "Essex Police": 8,
        "South Wales Police": 7,
    }
    rows = others.set_index("deployment_id")
    assert rows.loc["south-wales-2023-08-1", "date_precision"] == "month"
    assert rows.loc["south-wales-2023-1", "place_published"] == "Swansea"
    assert rows.loc["south-wales-2023-06-20-1", "status"] == "announced"
    assert rows["faces_seen"].isna().all()
    assert rows["note"].str.contains("Source: ").all()


def test_ids_are_unique_and_dated(embedded):
    assert embedded.core["deployment_id"].is_unique
    first = embedded.core["deployment_id"].str.replace(r"-\d+$", "", regex=True)
    assert (first.str.endswith(tuple(embedded.core["date"]))).all()


@pytest.mark.reference
def test_a_rebuild_agrees_byte_for_byte(grids):
    for name, text in build_records(grids).items():
        assert (FOLDER / name).read_bytes() == text.encode("utf-8"), name


@pytest.mark.reference
def test_embedded_cells_equal_the_documents(grids):
    for embedded, read in zip(embedded_documents(), grids, strict=False):
        assert embedded.cells.equals(read.cells)
        assert (embedded.name, embedded.sha256) == (read.name, read.sha256)
        assert embedded.title in read.title


def test_the_script_says_what_it_needs(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "which holds the PDFs" in capsys.readouterr().err
