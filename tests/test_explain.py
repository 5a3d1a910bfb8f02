"""Every published number is told with its document, page, row and cell."""

import re

import pytest
from running import run_command

from flows.command import main
from flows.explain import FROM_CELLS, explain_deployment


def test_westminster_2023_names_document_page_and_row(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = explain_deployment("met-2023-05-06-1", out=None, project=None)
    assert text.startswith("met-2023-05-06-1: Metropolitan Police, 2023-05-06, Westminster")
    told = [line for line in text.splitlines() if line.startswith("  ") and " = " in line]
    cells = [line for line in told if " | cell " in line]
    assert {line.split(" = ")[0].strip() for line in cells} >= {
        "date", "place_published", "duration_h", "faces_seen", "alerts", "arrests", "threshold",
    }  # fmt: skip
    for line in cells:
        assert re.search(r"\| met-lfr-grid-2023-to-2024\.pdf, page \d+, row \d+$", line)
    assert "the embedded records" in text


def test_the_last_run_is_explained(direct_run):
    run = run_command("explain", "met-2023-07-11-1", folder=direct_run[0])
    assert run.returncode == 0, run.stderr
    assert "Found in the last run." in run.stdout
    assert "Corrected: date from 2023-07-11 to 2024-07-11." in run.stdout
    assert "cell '11/07/23'" in run.stdout


def test_a_site_is_explained_with_the_numbers_it_publishes(direct_run, capsys):
    import pandas as pd

    site = direct_run[0] / "site"
    row = pd.read_csv(site / "data" / "deployments.csv").set_index("deployment_id")
    expected = row.loc["met-2024-03-21-1", "faces_expected"]
    assert main(["explain", "met-2024-03-21-1", "--out", str(site)]) == 0
    out = capsys.readouterr().out
    assert f"Expected {expected:,.0f} faces" in out
    assert str(site) in out


def test_tables_of_another_version_are_told(direct_run, tmp_path, capsys):
    import duckdb

    (tmp_path / "data").mkdir()
    with duckdb.connect(str(tmp_path / "data" / "passersby.duckdb")) as database:
        database.execute("CREATE TABLE raw_cells (other INTEGER)")
    assert main(["explain", "met-2023-05-06-1", "--out", str(tmp_path)]) == 2
    assert "another version" in capsys.readouterr().err


def test_an_announced_row_has_no_figures_to_trace(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", "south-wales-2023-06-20-1"]) == 0
    out = capsys.readouterr().out
    assert "faces_seen" not in out
    assert "borrowed" in out


def test_an_unknown_id_names_the_nearest(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["explain", "met-2023-05-06-99"]) == 2
    said = capsys.readouterr().err
    assert "met-2023-05-06-1" in said
    assert "which read met-lfr-grid-2020-2022.pdf" in said


@pytest.mark.parametrize("name", FROM_CELLS)
def test_every_traced_column_is_a_column(name):
    from data.schemas import CORE_DEPLOYMENTS

    assert name in CORE_DEPLOYMENTS.names
