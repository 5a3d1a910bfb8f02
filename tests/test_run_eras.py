"""A later edition whose level breaks: told at the end and on the page, and changing nothing."""

import html

import numpy as np
import pandas as pd
import pytest
from running import one_paragraph, run_command

from data.era_columns import OUT_ERAS
from data.settings import Settings
from flows.handover import Request
from flows.stages import check_records, read_documents

HEADER = "force,era,first_date,last_date,label,note"
TOLD = "perhaps a new counting era. No line of data/eras.csv tells of it"
OPTIONS = ("--direct", "--offline", "--force", "Metropolitan Police")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with 40 deployments of 2025 at three times the level of late 2024."""
    folder = tmp_path_factory.mktemp("later")
    spread = np.exp(0.35 * np.sin(np.arange(40) * 2.4))
    dates = pd.date_range("2025-01-07", periods=40, freq="4D")
    pd.DataFrame(
        {
            "Date": dates.strftime("%d/%m/%Y"),
            "Location": "Croydon, North End",
            "Duration (hours)": 5,
            "Faces seen": (5 * 5500 * spread).round().astype(int),
            "Alerts": 3,
            "Arrests": 1,
        }
    ).to_csv(folder / "later.csv", index=False)
    return folder


@pytest.mark.slow
def test_a_break_is_told_until_a_line_of_the_project_tells_of_it(folder):
    first = run_command("run", "later.csv", *OPTIONS, folder=folder)
    assert first.returncode == 0, first.stderr
    note = next(line for line in first.stdout.splitlines() if TOLD in line)
    page = html.unescape((folder / "site" / "method.html").read_text(encoding="utf-8"))
    assert TOLD in page.replace("\N{NO-BREAK SPACE}", " ")
    rows = pd.read_csv(folder / "site" / "data" / "deployments.csv")
    assert set(rows["counting_era"]) == {"met-2024-09"}

    line = note[note.index("Metropolitan Police,met-") :]
    (folder / "eras.csv").write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    again = run_command("run", "later.csv", *OPTIONS, folder=folder)
    assert again.returncode == 0, again.stderr
    assert TOLD not in again.stdout
    rows = pd.read_csv(folder / "site" / "data" / "deployments.csv")
    assert set(rows["counting_era"]) == {line.split(",")[1]}
    eras = pd.read_csv(folder / "site" / "data" / "eras.csv")
    assert tuple(eras.columns) == OUT_ERAS.names
    assert eras["deployments"].tolist()[-2:] == [62, 40]

    told = run_command("explain", "met-2025-01-07-1", folder=folder)
    assert f"counting era {line.split(',')[1]}" in told.stdout


@pytest.mark.slow
def test_a_wrong_line_of_the_project_stops_the_run_by_name(folder):
    (folder / "other").mkdir()
    wrong = f"{HEADER}\nMetropolitan Police,x,2025-01-07,2024-01-07,l,n\n"
    (folder / "other" / "eras.csv").write_text(wrong, encoding="utf-8")
    run = run_command("run", "later.csv", *OPTIONS, "--project", "other", folder=folder)
    assert one_paragraph(run).startswith("eras.csv, line 2: the era 'x' ends before it begins.")


@pytest.mark.parametrize(("last_date", "outside"), [("2024-10-31", 30), ("", 0)])
def test_counts_that_no_era_holds_are_told(tmp_path, last_date, outside):
    """An era of a project that ends within our open one leaves the days after it without."""
    line = f"Metropolitan Police,met-oct,2024-10-01,{last_date},October,A slip"
    (tmp_path / "eras.csv").write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    request = Request(Settings(project=tmp_path, offline=True))
    notes = check_records(read_documents(request), request).notes
    said = [note for note in notes if note.startswith("No counting era holds")]
    assert len(said) == (outside > 0)
    expected = (
        f"holds {outside} of the counts of Metropolitan Police (2024-11-01 to 2024-12-20)"
    )
    assert all(expected in note for note in said)
