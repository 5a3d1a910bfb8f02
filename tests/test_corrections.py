"""Corrections are visible, need a reason, and never touch what the record says."""

import pandas as pd
import pytest

from data.corrections import COLUMNS, EMBEDDED, apply_corrections, load_corrections
from data.errors import CorrectionError
from data.ingest import ingest
from data.lint import attach_flags, lint
from data.records import embedded_documents
from data.schemas import CORE_CORRECTIONS

HEADER = ",".join(COLUMNS)


@pytest.fixture(scope="module")
def read():
    return ingest(embedded_documents())


@pytest.fixture
def write(tmp_path):
    def write_file(*lines, header=HEADER, encoding="utf-8"):
        path = tmp_path / "corrections.csv"
        path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
        return path

    return write_file


def test_the_press_figures_come_out_through_the_correction(read):
    before = read.core.copy(deep=True)
    core, applied = apply_corrections(read.core, load_corrections())
    pd.testing.assert_frame_equal(read.core, before)
    met = core[core["force"] == "Metropolitan Police"]
    span = met[met["date"].between("2023-04-06", "2023-09-24")]
    assert len(span) == 13
    assert span["faces_seen"].sum() == 247_764
    assert span["arrests"].sum() == 12
    assert applied["deployment_id"].tolist() == ["met-2023-07-11-1"]
    assert tuple(applied.columns) == CORE_CORRECTIONS.names


def test_the_raw_cell_and_the_id_stay(read):
    core, _ = apply_corrections(read.core, load_corrections())
    row = core.set_index("deployment_id").loc["met-2023-07-11-1"]
    assert (row["date"], row["date_published"], row["flags"]) == (
        "2024-07-11",
        "11/07/23",
        "corrected",
    )
    raw = read.raw_cells
    here = (raw["source_page"] == row["source_page"]) & (raw["source_row"] == row["source_row"])
    here &= raw["source_document"] == row["source_document"]
    assert raw[here].set_index("column").loc["date", "text"] == "11/07/23"


def test_flags_of_lint_and_corrections_stand_together(read):
    flags = lint(read.core, noticed=read.noticed)
    core, _ = apply_corrections(attach_flags(read.core, flags), load_corrections())
    told = core.set_index("deployment_id").loc["met-2023-07-11-1", "flags"]
    assert (
        told
        == "date-out-of-order; date-against-vintage; other-disposal-equals-no-action; corrected"
    )


def test_index_order_and_types_survive(read):
    shuffled = read.core.sample(frac=1, random_state=1)
    core, _ = apply_corrections(shuffled, load_corrections())
    pd.testing.assert_index_equal(core.index, shuffled.index)
    assert core.dtypes.equals(shuffled.dtypes)
    assert (core["deployment_id"] == shuffled["deployment_id"]).all()


def test_every_embedded_correction_has_reason_and_evidence():
    frame = load_corrections()
    assert EMBEDDED.is_file()
    assert frame[["reason", "evidence", "place", "source"]].map(bool).all().all()


def test_ours_pass_over_records_that_are_not_here(read):
    other = read.core[read.core["force"] == "Essex Police"]
    core, applied = apply_corrections(other, load_corrections())
    assert len(applied) == 0
    pd.testing.assert_frame_equal(core, other)


def test_ours_pass_over_another_record_of_the_same_id(read):
    namesake = read.core[read.core["deployment_id"] == "met-2023-07-11-1"].assign(
        place_published="Leeds"
    )
    _, applied = apply_corrections(namesake, load_corrections())
    assert len(applied) == 0


def test_a_record_that_changed_is_not_corrected_blindly(read):
    changed = read.core[read.core["deployment_id"] == "met-2023-07-11-1"].assign(
        date="2023-07-12"
    )
    with pytest.raises(
        CorrectionError, match=r"line 2: the record of met-2023-07-11-1 holds '2023-07-12'"
    ):
        apply_corrections(changed, load_corrections())


def test_a_users_file_lies_over_ours(read, write):
    path = write(
        'met-2023-07-11-1,date,11/07/23,July 2024,"not sure of the day",asked',
        "met-2023-04-06-1,area_published,,Camden,read in the minutes,minutes",
        "met-2023-04-06-1,duration_h,5h03m,5h30m,clerk rang,call",
        "met-2023-04-06-1,faces_seen,5460,N/A,withdrawn,letter",
    )
    core, applied = apply_corrections(read.core, load_corrections([path]))
    rows = core.set_index("deployment_id")
    assert rows.loc["met-2023-07-11-1", ["date", "date_precision"]].tolist() == [
        "2024-07",
        "month",
    ]
    assert rows.loc["met-2023-04-06-1", "area_published"] == "Camden"
    assert rows.loc["met-2023-04-06-1", "duration_h"] == 5.5
    assert pd.isna(rows.loc["met-2023-04-06-1", "faces_seen"])
    assert rows.loc["met-2023-04-06-1", "flags"] == "corrected"
    assert applied["value_from"].tolist() == ["not stated", "5h03m", "5460", "11/07/23"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("met-1999-01-01-1,date,2023-07-11,2024-07-11,r,e", r"corrections.csv, line 2: deployment met-1999-01-01-1 is not in this run"),
        ("met-2023-04-06-1,date,2023-04-06,2024-04-06,,e", r"line 2 says nothing under \['reason'\]"),
        ("met-2023-04-06-1,place_published,Camden,Leeds,r,e", "'place_published' is no column that can be corrected"),
        ("met-2023-04-06-1,faces_seen,5460,about 5000,r,e", "line 2, value_to: 'about 5000' is not an exact count"),
        ("met-2023-04-06-1,faces_seen,5461,5000,r,e", "holds '5460' as faces_seen, not '5461'"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_users_file_is_named(read, write, line, said):
    with pytest.raises(CorrectionError, match=said):
        apply_corrections(read.core, load_corrections([write(line)]))


def test_ids_elsewhere_in_the_run_are_passed_over(read, write):
    path = write("btp-2024-01-01-1,faces_seen,1,2,r,e")
    core, applied = apply_corrections(
        read.core, load_corrections([path]), elsewhere={"btp-2024-01-01-1"}
    )
    assert len(core) == len(read.core)
    assert len(applied) == 1


def test_a_file_without_its_columns_is_named(write):
    with pytest.raises(CorrectionError, match=r"lacks the columns \['reason'\]"):
        load_corrections([write(header="deployment_id,column,value_from,value_to,evidence")])


def test_one_file_does_not_correct_twice(write):
    line = "met-2023-04-06-1,faces_seen,5460,5461,r,e"
    with pytest.raises(CorrectionError, match=r"line 3 corrects faces_seen .* after line 2"):
        load_corrections([write(line, line)])


def test_a_file_that_is_not_there_adds_nothing(tmp_path):
    assert len(load_corrections([tmp_path / "corrections.csv"])) == len(load_corrections())


def test_a_file_saved_by_a_spreadsheet_reads(write):
    path = write("met-2023-04-06-1,event,,Café,r,e", encoding="cp1252")
    assert "Café" in load_corrections([path])["value_to"].tolist()


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_file_parted_by_other_marks_reads(tmp_path, mark):
    path = tmp_path / "corrections.csv"
    cells = ("met-2023-04-06-1", "event", "", "a fair, in May", "r", "e")
    path.write_text(f"{mark.join(COLUMNS)}\n{mark.join(cells)}\n")
    assert "a fair, in May" in load_corrections([path])["value_to"].tolist()


def test_a_comma_that_splits_a_reason_is_noticed(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text(
        "deployment_id,column,value_from,value_to,reason,evidence\n"
        "met-2023-07-11-1,alerts,1,2,a slip, surely,the press\n"
    )
    with pytest.raises(CorrectionError, match="line 2 has more cells"):
        load_corrections([path])


def test_a_quote_never_closed_is_one_sentence(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text(
        "deployment_id,column,value_from,value_to,reason,evidence\n"
        'met-2023-07-11-1,alerts,1,2,"' + "r" * 200_000
    )
    with pytest.raises(CorrectionError, match=r"corrections\.csv, line \d+ cannot be read"):
        load_corrections([path])
