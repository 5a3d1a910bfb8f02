"""A whole run: the site it leaves, alike by both ways of calling, and true to the record."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from running import files_of, run_command

from data.era_columns import OUT_ERAS
from data.event_schema import OUT_EVENTS
from data.rate_columns import OUT_RATES
from data.schema_beside import OUT_PLAUSIBLE, OUT_RATIOS
from data.schemas import OUT_AREAS, OUT_DEPLOYMENTS, OUT_PLACES, OUT_VAGUENESS, TABLES
from data.store import read_table
from flows.pipeline import STAGES
from flows.publish import CONTRACT

DATABASE = "data/passersby.duckdb"


@pytest.fixture(scope="session")
def deployments(direct_run):
    return pd.read_csv(direct_run[0] / "site" / "data" / "deployments.csv")


def test_direct_run_leaves_the_whole_site(direct_run):
    folder, run = direct_run
    assert run.returncode == 0, run.stderr
    assert set(files_of(folder / "site")) == set(CONTRACT)
    assert str(folder / "site" / "index.html") in run.stdout


def test_last_line_counts_the_rows(direct_run, deployments):
    last = direct_run[1].stdout.splitlines()[-1]
    counts = json.loads((direct_run[0] / "site" / "manifest.json").read_text())["counts"]
    assert last == (
        f"{counts['rows_in']} rows in, {counts['rows_core']} kept, "
        f"{counts['rows_rejected']} rejected, {counts['rows_flagged']} flagged"
    )
    assert counts["rows_core"] == len(deployments)


def test_progress_names_the_last_stage(direct_run):
    assert f"{len(STAGES)}/{len(STAGES)}" in direct_run[1].stderr


def test_nothing_of_this_machine_is_published(direct_run):
    folder, _ = direct_run
    for name, content in files_of(folder / "site").items():
        for private in (str(folder), str(Path.home()) + "/", ".passersby/"):
            assert private.encode() not in content, name


def test_state_lies_in_the_project_and_not_in_the_site(direct_run):
    folder, _ = direct_run
    assert sorted(path.name for path in folder.iterdir()) == [".passersby", "site"]
    assert (folder / ".passersby" / "state.duckdb").is_file()
    assert not list(folder.glob(".site.draft-*"))


def test_published_columns_are_those_of_the_schema(direct_run):
    data = direct_run[0] / "site" / "data"
    for name, table in (
        ("deployments", OUT_DEPLOYMENTS),
        ("places", OUT_PLACES),
        ("areas", OUT_AREAS),
        ("vagueness", OUT_VAGUENESS),
        ("rates", OUT_RATES),
        ("events", OUT_EVENTS),
        ("eras", OUT_ERAS),
        ("ratios", OUT_RATIOS),
    ):
        header = (data / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert tuple(header.split(",")) == table.names


def test_golden_met_as_the_press_counted(deployments):
    """13 deployments, 247,764 faces, 12 arrests from 6 April to 24 September 2023."""
    met = deployments[deployments["force"] == "Metropolitan Police"]
    span = met[met["date"].between("2023-04-06", "2023-09-24")]
    assert len(span) == 13
    assert span["faces_seen"].sum() == 247_764
    assert span["arrests"].sum() == 12


def test_dalston_is_corrected_and_its_raw_cell_stays(direct_run):
    database = direct_run[0] / "site" / DATABASE
    core = read_table(database, "core_deployments").set_index("deployment_id")
    row = core.loc["met-2023-07-11-1"]
    assert (row["date"], row["date_published"]) == ("2024-07-11", "11/07/23")
    raw = read_table(database, "raw_cells")
    here = raw[
        (raw["source_sha256"] == row["source_sha256"])
        & (raw["source_page"] == row["source_page"])
        & (raw["source_row"] == row["source_row"])
    ].set_index("column")
    assert here.loc["date", "text"] == "11/07/23"


def test_reported_and_modelled_are_told_apart(deployments):
    reported = deployments["faces_seen"].notna()
    assert (deployments.loc[reported, "exposure_source"] == "reported").all()
    assert (deployments.loc[reported, "exposure"] == deployments["faces_seen"][reported]).all()
    others = deployments.loc[~reported, "exposure_source"].dropna()
    assert set(others) <= {"modelled", "borrowed"}


def test_forces_without_counts_are_borrowed_for(deployments):
    others = deployments[deployments["force"] != "Metropolitan Police"]
    assert len(others) == 15
    assert set(others["exposure_source"].dropna()) == {"borrowed"}
    assert others["faces_seen"].isna().all()


@pytest.mark.slow
def test_prefect_run_gives_the_same_bytes(direct_run, prefect_run):
    assert prefect_run[1].returncode == 0, prefect_run[1].stderr
    direct = files_of(direct_run[0] / "site")
    flow = files_of(prefect_run[0] / "site")
    assert sorted(direct) == sorted(flow)
    differing = [name for name in direct if name != DATABASE and direct[name] != flow[name]]
    assert differing == []
    for table in TABLES:
        if table.name == OUT_PLAUSIBLE.name:
            continue  # written only where counts tell streets apart; these do not
        pd.testing.assert_frame_equal(
            read_table(direct_run[0] / "site" / DATABASE, table.name),
            read_table(prefect_run[0] / "site" / DATABASE, table.name),
        )


@pytest.mark.slow
def test_prefect_run_leaves_its_tasks_and_one_artifact(prefect_run):
    folder, run = prefect_run
    with closing(sqlite3.connect(folder / ".passersby" / "prefect" / "prefect.db")) as database:
        tasks = database.execute("SELECT name, state_name FROM task_run").fetchall()
        artifacts = database.execute("SELECT key, type, data FROM artifact").fetchall()
    assert len(tasks) == len(STAGES) == 12
    assert {state for _, state in tasks} == {"Completed"}
    assert [(key, kind) for key, kind, _ in artifacts] == [("passersby-run", "markdown")]
    assert f"| {run.stdout.splitlines()[-1].split(' rows in')[0]} |" in artifacts[0][2]
    assert "| Each month from the months before | Level of the day" in artifacts[0][2]


@pytest.mark.slow
def test_prefect_stays_in_our_home_and_keeps_quiet(prefect_run):
    folder, run = prefect_run
    assert not list((folder / "user").rglob("*prefect*"))
    assert "prefect." not in run.stderr.lower()
    assert "WARNING" not in run.stderr
    assert run.stdout.splitlines()[-1].endswith("flagged")


def write_csv(path, rows):
    path.write_text("\n".join(["Date,Location,Duration,Faces seen,Arrests", *rows]) + "\n")
    return path


def test_sources_replace_the_embedded_records(tmp_path):
    source = write_csv(
        tmp_path / "essex-police.csv",
        ["06/05/2025,Chelmsford High Street,5h,1200,1", "32/05/2025,Colchester,5h,1,0"],
    )
    missing = [
        option
        for name in ("use_case", "watchlist_size", "threshold", "alerts")
        for option in ("--missing", name)
    ]
    run = run_command("run", source, "--direct", "--strict", *missing, folder=tmp_path)
    assert run.returncode == 1, run.stderr
    assert run.stdout.splitlines()[-1].startswith("2 rows in, 1 kept, 1 rejected")
    drawn = pd.read_csv(tmp_path / "site" / "data" / "deployments.csv")
    assert drawn["force"].tolist() == ["Essex Police"]
    assert drawn["faces_expected"].notna().all()  # calibrated by the embedded rows
    rejected = pd.read_csv(tmp_path / "site" / "data" / "rejected.csv")
    assert "32/05/2025" in rejected.loc[0, "text"]


def test_a_run_whose_every_row_is_rejected_still_says_so(tmp_path):
    source = write_csv(tmp_path / "essex-police.csv", ["32/05/2025,Chelmsford,5h,1200,1"])
    run = run_command("run", source, "--direct", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "1 rows in, 0 kept, 1 rejected, 0 flagged"
    assert set(files_of(tmp_path / "site")) == set(CONTRACT)


def test_the_same_file_twice_is_read_once_and_told(tmp_path):
    folder = tmp_path / "grids"
    folder.mkdir()
    rows = ["06/05/2025,Chelmsford,5h,1200,1"]
    for name in ("essex-police.csv", "essex-police-copy.csv"):
        write_csv(folder / name, rows)
    run = run_command("run", folder, "--direct", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "same" in run.stdout
    assert run.stdout.splitlines()[-1].startswith("1 rows in, 1 kept")


def test_add_keeps_both(tmp_path, deployments):
    source = write_csv(tmp_path / "essex-police.csv", ["06/05/2025,Chelmsford,5h,1200,1"])
    run = run_command("run", source, "--add", "--direct", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    drawn = pd.read_csv(tmp_path / "site" / "data" / "deployments.csv")
    assert len(drawn) == len(deployments) + 1


def test_a_second_run_replaces_the_first(direct_run, tmp_path):
    source = write_csv(tmp_path / "essex-police.csv", ["06/05/2025,Chelmsford,5h,1200,1"])
    for arguments in ([source], []):
        run = run_command("run", *arguments, "--direct", folder=tmp_path)
        assert run.returncode == 0, run.stderr
    first, second = files_of(direct_run[0] / "site"), files_of(tmp_path / "site")
    assert [name for name in first if name != DATABASE and first[name] != second[name]] == []
