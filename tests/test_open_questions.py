"""A place that no table settles is a question, and the line that answers it is given."""

import csv
import io

import pandas as pd
import pytest
from running import one_paragraph, run_command

from data.corrections import load_corrections
from data.errors import CorrectionError
from data.open_questions import (
    AMBIGUOUS,
    MOST_ASKED,
    ORDER,
    UNKNOWN,
    OpenQuestion,
    line_to_paste,
    sum_up,
)
from data.store import read_table

HEADER = ",".join(ORDER)
ROWS = (
    ("06/05/2025", "Chelmsford High Street"),
    ("07/05/2025", "High St"),
    ("08/05/2025", "High St"),
    ("09/05/2025", "=asdf()"),
    ("10/05/2025", "High St"),
    ("11/05/2025", "High St"),
    ("12/05/2025", "Nowhere Lane, Chelmsford"),
)
MISSING = [
    option
    for name in ("use_case", "watchlist_size", "threshold", "alerts")
    for option in ("--missing", name)
]
CORRECTIONS = (
    'essex-2025-05-07-1,High St,place_read,High St,"High Street, Southend",=The force said so,a letter,',
    "essex-2025-05-10-1,High St,lon,,0.4691,A photograph shows it,a photograph,",
    "essex-2025-05-10-1,High St,lat,,51.7343,A photograph shows it,a photograph,",
    "essex-2025-05-11-1,High St,place_read,,Qwertyville,A reader wrote in,a letter,",
)

SWAPPED = {"lon": 51.7343, "lat": 0.4691}


def write_project(folder, *corrections):
    lines = [f'{date},"{place}",5h,1200,1' for date, place in ROWS]
    lines = ["Date,Location,Duration,Faces seen,Arrests", *lines]
    (folder / "essex-police.csv").write_text("\n".join(lines) + "\n")
    if corrections:
        (folder / "corrections.csv").write_text("\n".join([HEADER, *corrections]) + "\n")


def run(folder, *arguments):
    return run_command("run", "essex-police.csv", *MISSING, *arguments, folder=folder)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corrected")
    write_project(folder, *CORRECTIONS)
    return folder, run(folder, "--direct")


@pytest.fixture(scope="module")
def deployments(corrected):
    path = corrected[0] / "site" / "data" / "deployments.csv"
    return pd.read_csv(path).set_index("deployment_id")


@pytest.fixture(scope="module")
def flags(corrected):
    return read_table(corrected[0] / "site" / "data" / "passersby.duckdb", "core_flags")


def reason_of(folder, place, read):
    places = pd.read_csv(folder / "site" / "data" / "places.csv")
    here = places[(places["place_published"] == place) & (places["place_read"] == read)]
    return here["reason"].tolist()


def test_a_correction_says_what_a_place_means_and_the_record_keeps_its_words(
    corrected, deployments
):
    row = deployments.loc["essex-2025-05-07-1"]
    assert row["place_published"] == "High St"
    assert row["place_read"] == "High Street, Southend"
    assert (row["area_name"], row["precision"]) == ("Southend-on-Sea", "street")
    assert row["located_by"] == "correction: curated table"
    assert row["flags"] == "corrected"
    (reason,) = reason_of(corrected[0], "High St", "High Street, Southend")
    said = "'=The force said so. So 'High St' is read as 'High Street, Southend'. "
    assert reason.startswith(said)
    assert reason != said
    method = (corrected[0] / "site" / "method.html").read_text(encoding="utf-8")
    assert "A reader wrote in" in method


def test_a_position_given_by_correction_is_a_spot_with_a_radius(corrected, deployments):
    row = deployments.loc["essex-2025-05-10-1"]
    assert (row["precision"], row["lon"], row["lat"]) == ("site", 0.4691, 51.7343)
    assert (row["uncertainty_m"], row["area_name"]) == (100.0, "Chelmsford")
    assert row["located_by"] == "correction: position"
    assert row["flags"] == "corrected"
    assert "A photograph shows it. The correction gives the position." in reason_of(
        corrected[0], "High St", "High Street"
    )


def test_a_reading_that_cannot_be_located_says_so(corrected, deployments, flags):
    row = deployments.loc["essex-2025-05-11-1"]
    assert (row["precision"], row["located_by"]) == ("unknown", "none")
    assert row["flags"] == "corrected; place-unknown"
    detail = flags.set_index("deployment_id").loc["essex-2025-05-11-1", "detail"]
    assert detail.startswith("'Qwertyville', as a correction reads it, is not known.")
    assert "change the correction's line to: essex-2025-05-11-1,High St," in detail
    (reason,) = reason_of(corrected[0], "High St", "Qwertyville")
    assert reason.startswith("A reader wrote in. So 'High St' is read as 'Qwertyville'. ")


def test_each_open_place_is_flagged_with_its_line(corrected, flags, deployments):
    told = flags.set_index("deployment_id")
    assert told["flag"].to_dict() == {
        "essex-2025-05-08-1": UNKNOWN,
        "essex-2025-05-09-1": UNKNOWN,
        "essex-2025-05-11-1": UNKNOWN,
        "essex-2025-05-12-1": AMBIGUOUS,
    }
    for name, detail in told["detail"].items():
        assert detail.startswith(("Where is '", "'Qwerty"))
        assert (
            line_to_paste(name, deployments.loc[name, "place_published"].strip("'")) in detail
        )
        assert deployments.loc[name, "flags"].split("; ")[-1] == told.loc[name, "flag"]
    core = read_table(corrected[0] / "site" / "data" / "passersby.duckdb", "core_deployments")
    assert core["flags"].notna().sum() == 6
    table = (corrected[0] / "site" / "table.html").read_text(encoding="utf-8")
    assert "Where is &#39;High St&#39;?" in table
    for page in ("index.html", "embed.html", "table.html", "method.html"):
        shown = (corrected[0] / "site" / page).read_text(encoding="utf-8")
        assert "REASON,EVIDENCE" not in shown, "the line is for the editor, not for readers"


def test_the_run_ends_with_its_questions(corrected):
    lines = corrected[1].stdout.splitlines()
    assert lines[0].startswith("'Qwertyville', as a correction reads it, is not known.")
    assert lines[2].startswith("Where is 'High St'? ")
    assert lines[2].endswith(" (essex-2025-05-08-1)")
    assert lines[3].strip() == line_to_paste("essex-2025-05-08-1", "High St")
    assert HEADER in lines
    assert lines[-1] == "7 rows in, 7 kept, 0 rejected, 4 flagged"


def test_equal_questions_are_told_once(tmp_path):
    write_project(tmp_path)
    lines = run(tmp_path, "--direct").stdout.splitlines()
    assert lines[0].startswith("Where is 'High St'? ")
    assert lines[0].endswith(" (4 deployments of Essex Police, such as essex-2025-05-07-1)")
    places = pd.read_csv(tmp_path / "site" / "data" / "places.csv")
    asked = places.set_index("place_published")["question"]
    assert asked.notna().to_dict() == {
        "'=asdf()": True,
        "Chelmsford High Street": False,
        "High St": True,
        "Nowhere Lane, Chelmsford": True,
    }


@pytest.mark.slow
def test_prefect_asks_and_corrects_alike(corrected, tmp_path):
    from running import files_of

    write_project(tmp_path, *CORRECTIONS)
    flow = run(tmp_path)
    assert flow.stdout.replace(str(tmp_path), "") == corrected[1].stdout.replace(
        str(corrected[0]), ""
    )
    direct, other = files_of(corrected[0] / "site"), files_of(tmp_path / "site")
    database = "data/passersby.duckdb"
    assert [n for n in direct if n != database and direct[n] != other[n]] == []


def test_explain_tells_the_correction_and_its_own_reason(corrected):
    told = run_command("explain", "essex-2025-05-10-1", folder=corrected[0]).stdout
    said = "A photograph shows it. Evidence: a photograph"
    assert f"Corrected: lon from not stated to 0.4691. {said}" in told
    assert told.count("The correction gives the position.") == 1
    assert "names a street but no town" not in told
    told = run_command("explain", "essex-2025-05-07-1", folder=corrected[0]).stdout
    assert "Corrected: place_read from High St to High Street, Southend." in told
    assert "Place: =The force said so. So 'High St' is read as" in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('essex-2025-05-07-1,,place_read,High Street,"High Street, Southend",r,e,', "the record of essex-2025-05-07-1 holds 'High St' as place_published, not 'High Street'"),
        ('essex-2025-06-07-1,,place_read,High St,"High Street, Southend",r,e,', "essex-2025-06-07-1 is not in this run"),
        ("essex-2025-05-07-1,,lon,,0.4691,r,e,", "gives lon of essex-2025-05-07-1 but nothing gives its lat"),
        ("essex-2025-05-07-1,,lat,,51.7,r,e,", "add a line for lon"),
    ],
)  # fmt: skip
def test_a_run_is_refused_with_what_is_wrong(tmp_path, line, said):
    write_project(tmp_path, line)
    refused = one_paragraph(run(tmp_path, "--direct"))
    assert said in refused
    assert "corrections.csv, line 2" in refused
    assert not (tmp_path / "site").exists()


def test_a_spot_with_its_coordinates_changed_about_is_refused(tmp_path):
    lines = [f"essex-2025-05-07-1,,{name},,{value},r,e," for name, value in SWAPPED.items()]
    write_project(tmp_path, *lines)
    refused = one_paragraph(run(tmp_path, "--direct"))
    assert "at lon 51.7343, lat 0.4691. The two seem to have changed places" in refused
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('essex-1,High St,place_read,High St,"High St, TOWN",REASON,EVIDENCE,SOURCE', "TOWN, REASON, EVIDENCE, SOURCE"),
        ('essex-1,High St,place_read,High St,"High St, Ilford",said so,EVIDENCE,', "EVIDENCE"),
        ('essex-1,High St,place_read,High St,"High St, TOWN",said so,letter,', "TOWN"),
    ],
)  # fmt: skip
def test_a_line_pasted_as_it_was_given_is_refused(tmp_path, line, left):
    path = tmp_path / "corrections.csv"
    path.write_text(f"{HEADER}\n{line}\n")
    with pytest.raises(CorrectionError, match=rf"line 2 still says {left}, as it was given"):
        load_corrections([path])


def test_a_town_may_be_called_so(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text(f'{HEADER}\nessex-1,,place_read,,"High St, Camden Town",r,e,\n')
    assert "High St, Camden Town" in load_corrections([path])["value_to"].tolist()


def test_a_reading_that_names_nothing_is_refused(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text(f"{HEADER}\nessex-1,,place_read,,n/a,r,e,\n")
    with pytest.raises(CorrectionError, match="line 2 reads a place as 'n/a'"):
        load_corrections([path])


@pytest.mark.parametrize(
    "place", ["High St", "High St, Ilford", '=HYPERLINK("x")', "-", "+44", "@home", "x" * 5000, "It's"]
)  # fmt: skip
def test_the_line_reads_back_as_what_it_says(tmp_path, place):
    line = line_to_paste("essex-1", place)
    cells = next(csv.reader(io.StringIO(line)))
    assert len(cells) == len(ORDER)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    finished = line.replace("TOWN", "Ilford").replace("REASON", "said").replace("EVIDENCE", "x")
    path = tmp_path / "corrections.csv"
    path.write_text(f"{HEADER}\n{finished.replace('SOURCE', '')}\n")
    read = load_corrections([path]).set_index("deployment_id").loc["essex-1"]
    assert read["value_from"] == read["place"] == (place if len(place) < 61 else "")
    named = place if any(map(str.isalnum, read["place"])) else "PLACE"
    assert read["value_to"] == f"{named}, Ilford"


def test_no_more_than_five_questions_end_a_run():
    asked = [
        OpenQuestion(f"met-{n}", f"P{n}", "Met", UNKNOWN, f"Where is 'P{n}'?") for n in range(8)
    ]
    lines = sum_up([*asked, asked[3]])
    assert lines[0] == "Where is 'P3'? (2 deployments of Met, such as met-3)"
    assert lines[1] == line_to_paste("met-3", "P3")
    assert sum(line.startswith("Where is ") for line in lines) == MOST_ASKED
    assert len(lines) == 2 * MOST_ASKED + 3
    assert lines[-3] == "And 3 more such questions."
    assert lines[-1] == HEADER
    assert sum_up([]) == ()


def test_what_ends_a_run_can_be_pasted_as_it_is_printed(tmp_path):
    asked = OpenQuestion("essex-1", "High St", "Essex Police", UNKNOWN, "Where is 'High St'?")
    _, line, _, header = sum_up([asked])
    answered = line.replace("TOWN", "Southend").replace("SOURCE", "")
    path = tmp_path / "corrections.csv"
    path.write_text(
        f"{header}\n{answered.replace('REASON', 'said').replace('EVIDENCE', 'x')}\n"
    )
    read = load_corrections([path]).set_index("deployment_id").loc["essex-1"]
    assert read["value_to"] == "High St, Southend"


def test_a_correction_that_settles_nothing_is_to_be_changed_and_not_doubled():
    asked = OpenQuestion("met-1", "Y", "Met", UNKNOWN, "Where is 'Y'?", corrected=True)
    lines = sum_up([asked])
    assert lines[1] == "Change the line of met-1 in corrections.csv, or give lon and lat."
    assert not any(line.startswith("met-1,") for line in lines)


def test_the_end_of_a_run_does_not_steer_a_terminal():
    asked = OpenQuestion("met-1", "High\x1b[31m St", "Met", UNKNOWN, "Where is it?")
    assert all(line.isprintable() for line in sum_up([asked]))
