"""Nothing is lost: rows in are rows kept or rejected, each with its place in a document."""

import hashlib
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.documents import CELL_COLUMNS, RawDocument
from data.errors import HeaderError
from data.ingest import ingest
from data.schemas import (
    CORE_DEPLOYMENTS,
    CORE_FLAGS,
    CORE_SOURCES,
    RAW_CELLS,
    REJECTED_ROWS,
)

HEADERS = ("Location", "Date", "Duration", "Watchlist size", "Alerts", "Arrests", "Faces seen")
CAMDEN = ("Camden", "06/04/23", "5h03m", "9764", "1", "1", "5,460")
CROYDON = ("Croydon,\nNorth End", "07/12/23", "3h45m", "12165", "3", "3", "3820")


def make_document(*rows, headers=HEADERS, name="grid.csv", title="MPS LFR deployments", **more):
    """Make a document by hand, its first record in row 2."""
    cells = [
        (1, number, index, header, text)
        for number, row in enumerate(rows, start=2)
        for index, (header, text) in enumerate(zip(headers, row, strict=True), start=1)
    ]
    frame = pd.DataFrame(cells, columns=list(CELL_COLUMNS)).astype(
        {"header": "str", "text": "str"}
    )
    digest = hashlib.sha256(repr((name, headers, rows)).encode()).hexdigest()
    return RawDocument(name, digest, "csv", title, frame, **more)


def test_one_row_by_hand():
    out = ingest([make_document(CAMDEN)])
    row = out.core.iloc[0]
    assert row["deployment_id"] == "met-2023-04-06-1"
    assert row["force"] == "Metropolitan Police"
    assert row["date"] == "2023-04-06"
    assert row["date_published"] == "06/04/23"
    assert row["duration_h"] == pytest.approx(5 + 3 / 60)
    assert row["faces_seen"] == 5460
    assert row["source_row"] == 2
    assert pd.isna(row["flags"])


def test_frames_have_the_columns_of_their_schemas():
    out = ingest([make_document(CAMDEN, ("Leeds", "soon", "", "", "", "", ""))])
    for frame, table in (
        (out.raw_cells, RAW_CELLS),
        (out.sources, CORE_SOURCES),
        (out.core, CORE_DEPLOYMENTS),
        (out.rejected, REJECTED_ROWS),
        (out.noticed, CORE_FLAGS),
    ):
        assert tuple(frame.columns) == table.names
        for column in table.columns:
            if not column.nullable:
                assert frame[column.name].notna().all()


def test_cells_stay_verbatim_and_say_what_they_mean():
    raw = ingest([make_document(CROYDON)]).raw_cells
    assert raw["text"].tolist() == list(CROYDON)
    assert raw["header"].tolist() == list(HEADERS)
    assert raw["column"].tolist() == [
        "place_published", "date", "duration_h", "watchlist_size", "alerts", "arrests", "faces_seen",
    ]  # fmt: skip


def test_a_row_that_does_not_parse_is_rejected_with_every_reason():
    bad = ("Camden", "31/02/23", "5", "9764", "c. 500", "1", "5460")
    out = ingest([make_document(bad, CAMDEN)])
    row = out.rejected.iloc[0]
    assert (row["column"], row["text"], row["source_row"]) == ("date", "31/02/23", 2)
    assert "no such day" in row["reason"]
    assert "duration_h: '5' is not a duration" in row["reason"]
    assert '--map "Duration=duration_h:hours"' in row["reason"]
    assert "alerts: 'c. 500'" in row["reason"]
    assert row["row_text"] == "Camden | 31/02/23 | 5 | 9764 | c. 500 | 1 | 5460"
    assert len(out.core) == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ((None, "06/04/23", "5h", "1", "1", "1", "1"), "place_published"),
        (("N/A", "06/04/23", "5h", "1", "1", "1", "1"), "place_published"),
        (("Camden", None, "5h", "1", "1", "1", "1"), "date"),
    ],
)
def test_a_row_without_place_or_date_is_rejected(row, column):
    out = ingest([make_document(row)])
    assert out.rejected["column"].tolist() == [column]


def test_totals_are_rejected_and_empty_rows_are_no_records():
    total = ("Total", None, None, None, "4", "4", "9,280")
    out = ingest([make_document(CAMDEN, (None,) * 7, CROYDON, total, ("",) * 7)])
    assert out.sources[["rows_in", "rows_core", "rows_rejected"]].iloc[0].tolist() == [3, 2, 1]
    assert out.rejected["reason"].str.contains("row of totals").all()
    assert out.rejected["column"].isna().all()


def test_several_vans_of_one_day_are_numbered_in_order():
    out = ingest([make_document(CAMDEN, CAMDEN, CROYDON)])
    assert out.core["deployment_id"].tolist() == [
        "met-2023-04-06-1", "met-2023-04-06-2", "met-2023-12-07-1",
    ]  # fmt: skip


def test_mending_a_rejected_row_moves_no_number():
    bad = (*CAMDEN[:6], "some")
    before = ingest([make_document(bad, CAMDEN)]).core
    after = ingest([make_document(CAMDEN, CAMDEN)]).core
    assert before["deployment_id"].tolist() == after["deployment_id"].tolist()[1:]


def test_vague_dates_make_vague_ids():
    headers = ("Force", "Place", "Date", "Date precision")
    rows = [("South Wales Police", "Cardiff Bay", "2023-08", "month"), ("South Wales Police", "Swansea", "2023", None),
            ("South Wales Police", "Cardiff", "2023-11-01", "month"), ("South Wales Police", "Cardiff", "2023", "day")]  # fmt: skip
    out = ingest([make_document(*rows, headers=headers)])
    assert out.core["deployment_id"].tolist() == [
        "south-wales-2023-08-1", "south-wales-2023-1", "south-wales-2023-11-1",
    ]  # fmt: skip
    assert out.rejected["column"].tolist() == ["date_precision"]
    assert out.sources["force"].tolist() == ["South Wales Police"]


def test_the_force_comes_from_row_then_option_then_document():
    headers = ("Force", *HEADERS)
    rows = [("Essex", *CAMDEN), (None, *CROYDON)]
    out = ingest([make_document(*rows, headers=headers)], force="BTP")
    assert out.core["force"].tolist() == ["Essex Police", "British Transport Police"]
    assert out.sources["force"].isna().all()
    out = ingest([make_document(CAMDEN, title=None)])
    assert out.core["force"].tolist() == ["Force not stated"]
    assert out.core["deployment_id"].tolist() == ["unstated-2023-04-06-1"]
    out = ingest([make_document(CAMDEN, title=None, url="https://www.btp.police.uk/grid.csv")])
    assert out.core["force"].tolist() == ["British Transport Police"]


def test_headers_may_change_inside_a_document():
    first = make_document(CAMDEN)
    second = make_document(
        ("3,820", "Croydon", "07/12/23", "3"),
        headers=("Faces scanned", "Venue", "Date of deployment", "Total alerts"),
    )
    later = second.cells.assign(source_page=2)
    both = RawDocument("grid.csv", "ab", "csv", None, pd.concat([first.cells, later]))
    out = ingest([both])
    assert out.core["faces_seen"].tolist() == [5460, 3820]
    assert out.core["place_published"].tolist() == ["Camden", "Croydon"]


def test_a_ragged_row_belongs_to_the_fuller_table():
    document = make_document(CAMDEN, CROYDON)
    cut = document.cells.iloc[:-2]  # the last row ends after its alerts
    out = ingest([RawDocument("grid.csv", "ab", "csv", None, cut)])
    assert out.core["faces_seen"].isna().tolist() == [False, True]


def test_an_unmapped_header_stops_and_a_map_mends_it():
    headers = (*HEADERS[:-1], "Faces logged")
    with pytest.raises(HeaderError, match='--map "Faces logged=faces_seen"'):
        ingest([make_document(CAMDEN, headers=headers)])
    out = ingest(
        [make_document(CAMDEN, headers=headers)], renames={"faces LOGGED": "faces_seen"}
    )
    assert out.core["faces_seen"].tolist() == [5460]
    out = ingest(
        [make_document(CAMDEN, headers=headers)],
        renames={"Faces logged": "-"},
        missing=["faces_seen"],
    )
    assert out.core["faces_seen"].isna().all()
    assert out.raw_cells["column"].isna().sum() == 1
    assert out.raw_cells["text"].tolist() == list(CAMDEN)


def test_options_that_fit_nothing_are_refused():
    with pytest.raises(HeaderError, match='"Venue=place" fits no header'):
        ingest([make_document(CAMDEN)], renames={"Venue": "place"})
    with pytest.raises(HeaderError, match="--missing weather"):
        ingest([make_document(CAMDEN)], missing=["weather"])


def test_hints_reach_the_cells():
    headers = ("Location", "Date (MM/DD/YY)", "Duration (mins)")
    out = ingest([make_document(("Camden", "04/13/23", "330"), headers=headers)])
    assert out.core[["date", "duration_h"]].iloc[0].tolist() == ["2023-04-13", 5.5]
    plain = ("Location", "Date", "Duration")
    renames = {"Date": "date:month-first", "Duration": "duration_h:hours"}
    out = ingest([make_document(("Camden", "04/13/23", "5.5"), headers=plain)], renames=renames)
    assert out.core[["date", "duration_h"]].iloc[0].tolist() == ["2023-04-13", 5.5]


def test_a_document_that_writes_the_month_first_is_not_read_half_wrong():
    headers = ("Location", "Date")
    rows = [("Camden", date) for date in ("05/06/23", "05/13/23", "06/20/23")]
    with pytest.raises(HeaderError, match=r"2 of its dates.*'05/13/23'.*Date=date:month-first"):
        ingest([make_document(*rows, headers=headers)])
    out = ingest([make_document(*rows, headers=headers)], renames={"Date": "date:month-first"})
    assert out.core["date"].tolist() == ["2023-05-06", "2023-05-13", "2023-06-20"]
    out = ingest([make_document(*rows, ("Camden", "13/05/23"), headers=headers)])
    assert out.rejected["text"].tolist() == ["05/13/23", "06/20/23"]


def with_durations(*texts, header="Hours"):
    headers = ("Location", "Date", header)
    rows = [("Camden", f"{day:02d}/04/23", text) for day, text in enumerate(texts, start=1)]
    return make_document(*rows, headers=headers)


def test_hours_that_read_two_ways_stop_the_document_and_the_fix_works():
    document = with_durations("5.30", "5.25", "4.15")
    with pytest.raises(
        HeaderError, match=r'"Hours=duration_h:clock".*"Hours=duration_h:decimal"'
    ):
        ingest([document])
    clock = ingest([document], renames={"Hours": "duration_h:clock"}).core["duration_h"]
    assert clock.tolist() == pytest.approx([5.5, 5 + 25 / 60, 4.25])
    decimal = ingest([document], renames={"Hours": "duration_h:decimal"}).core["duration_h"]
    assert decimal.tolist() == pytest.approx([5.3, 5.25, 4.15])


def test_one_figure_shows_that_a_column_of_hours_is_decimal():
    hours = ingest([with_durations("5.33", "5.17", "4.67")]).core["duration_h"]
    assert hours.tolist() == pytest.approx([5.33, 5.17, 4.67])


def test_a_single_odd_figure_is_rejected_alone():
    out = ingest([with_durations("5.30", "5.5", "4")])
    assert out.rejected["text"].tolist() == ["5.30"]
    assert '--map "Hours=duration_h:clock"' in out.rejected["reason"].iloc[0]


def test_a_hint_nobody_knows_is_refused():
    with pytest.raises(HeaderError, match="names no known column"):
        ingest([make_document(CAMDEN)], renames={"Date": "date:backwards"})


@pytest.mark.parametrize("header", ['Weather "today"', "Weather ($)", "Weather `x`", "Ü!"])
def test_a_printed_fix_can_be_typed_in_a_shell(header):
    document = make_document((*CAMDEN, "x"), headers=(*HEADERS, header))
    with pytest.raises(HeaderError) as caught:
        ingest([document])
    shown = re.findall(r'--map "([^"]*=-)"', str(caught.value))
    assert len(shown) == 1
    assert not set(shown[0]) & set('"$`\\!')
    name = shown[0].removesuffix("=-")
    assert len(ingest([document], renames={name: "-"}).core) == 1


@pytest.mark.parametrize(
    ("text", "start", "end", "hours"),
    [
        ("09:00 - 14:30", "09:00", "14:30", 5.5), ("5 hrs 30", None, None, 5.5),
        ("10:00", "10:00", None, None), ("0930hrs", "09:30", None, None), ("", None, None, None),
    ],
)  # fmt: skip
def test_time_is_read_by_what_it_holds(text, start, end, hours):
    out = ingest(
        [make_document(("Camden", "06/04/23", text), headers=("Place", "Date", "Time"))]
    )
    assert out.core[["start_time", "end_time", "duration_h"]].astype(object).where(
        out.core[["start_time", "end_time", "duration_h"]].notna(), None
    ).iloc[0].tolist() == [start, end, hours]


def test_a_time_that_may_be_a_duration_is_rejected():
    rows = [("Camden", "06/04/23", "5:30")]
    assert len(ingest([make_document(*rows, headers=("Place", "Date", "Time"))]).rejected) == 1
    out = ingest(
        [make_document(*rows, headers=("Place", "Date", "Time"))],
        renames={"Time": "duration_h"},
    )
    assert out.core["duration_h"].tolist() == [5.5]


def test_a_start_that_is_the_end_is_no_duration():
    headers = ("Location", "Date", "Start", "End")
    out = ingest([make_document(("Camden", "06/04/23", "10:00", "10:00"), headers=headers)])
    assert out.core["duration_h"].isna().all()


def test_start_and_end_make_a_duration_and_say_so():
    headers = ("Borough", "Site", "Date", "Start", "End")
    out = ingest(
        [make_document(("Camden", "High St", "06/04/23", "10:00", "16:30"), headers=headers)]
    )
    assert out.core[["area_published", "duration_h"]].iloc[0].tolist() == ["Camden", 6.5]
    assert out.noticed["flag"].tolist() == ["duration-from-times"]
    out = ingest(
        [
            make_document(
                ("Camden", "06/04/23", "1000-1630hrs"), headers=("Place", "Date", "Hours")
            )
        ]
    )
    assert out.core[["start_time", "duration_h"]].iloc[0].tolist() == ["10:00", 6.5]


def test_a_bracket_is_a_note_only_where_the_figures_say_so():
    na = ("N/A",) * 3
    broken = (
        "Oxford Circus\n(technical\nfault stopped\ndeployment)",
        "21/02/20",
        None,
        "7316",
        *na,
    )
    out = ingest([make_document(broken, ("Clacton (airshow)", "22/08/24", None, "7316", *na),
                                ("Camden (van broke, stopped)", "23/08/24", "1h", "7316", "0", "0", "12"))])  # fmt: skip
    assert out.core["status"].tolist() == ["aborted", "reported", "reported"]
    assert out.core["note"].tolist()[0] == "technical fault stopped deployment"
    assert (
        out.core["place_published"].tolist()[0]
        == "Oxford Circus (technical fault stopped deployment)"
    )


def test_the_same_file_twice_is_read_once_with_a_note():
    out = ingest([make_document(CAMDEN), make_document(CAMDEN)])
    assert len(out.core) == 1
    assert len(out.sources) == 1
    assert out.notes == (
        "grid.csv is the same file as grid.csv, byte for byte; it was read once.",
    )


def test_overlapping_editions_count_a_deployment_once():
    older = make_document(CAMDEN, CAMDEN, name="2023.csv")
    newer = make_document(
        CAMDEN, ("CAMDEN", *CAMDEN[1:5], "2", CAMDEN[6]), CAMDEN, CROYDON, name="2024.csv"
    )
    out = ingest([older, newer])
    # Two vans in the older; three in the newer, so the third is new.
    assert len(out.core) == 4
    assert out.core["source_document"].tolist() == [
        "2023.csv",
        "2023.csv",
        "2024.csv",
        "2024.csv",
    ]
    assert out.core["deployment_id"].tolist()[2] == "met-2023-04-06-3"
    assert out.rejected["reason"].tolist() == [
        "The same record as 2023.csv row 2, which is kept.",
        "The same record as 2023.csv row 3, which is kept, where it differs: here arrests 2, not 1.",
    ]
    assert out.noticed["deployment_id"].tolist() == ["met-2023-04-06-2"]
    assert out.noticed["flag"].tolist() == ["told-differently"]


def test_different_faces_in_two_documents_are_both_kept():
    out = ingest(
        [
            make_document(CAMDEN, name="a.csv"),
            make_document((*CAMDEN[:6], "5000"), name="b.csv"),
        ]
    )
    assert len(out.core) == 2


def test_nothing_in_nothing_out():
    out = ingest([])
    assert len(out.core) == len(out.rejected) == len(out.raw_cells) == 0
    assert tuple(out.core.columns) == CORE_DEPLOYMENTS.names


def test_the_documents_are_not_changed():
    document = make_document(CAMDEN, CROYDON)
    before = document.cells.copy(deep=True)
    ingest([document])
    pd.testing.assert_frame_equal(document.cells, before)


CELL = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(["Camden", "Total", "06/04/23", "5h03m", "12", "N/A"]),
)
ROWS = st.lists(st.tuples(*[CELL] * len(HEADERS)), max_size=8)


@settings(max_examples=40, deadline=None)
@given(st.lists(ROWS, max_size=3))
def test_rows_in_are_rows_kept_or_rejected(tables):
    documents = [make_document(*rows, name=f"{i}.csv") for i, rows in enumerate(tables)]
    out = ingest(documents)
    filled = [
        row for rows in tables for row in rows if any(cell and cell.strip() for cell in row)
    ]
    assert len(out.core) + len(out.rejected) == len(filled) == out.sources["rows_in"].sum()
    assert len(out.raw_cells) == len(filled) * len(HEADERS)
    assert out.core["deployment_id"].is_unique
    assert out.rejected["reason"].str.len().gt(0).all()
