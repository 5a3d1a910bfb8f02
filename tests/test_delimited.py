"""Text tables in every dress a spreadsheet program gives them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import delimited
from data.errors import SourceError

PLAIN = 'Location,Date,Faces seen\nCamden,06/04/23,5460\n"High St, Ilford",14/04/23,"6,790"\n'
ROWS = {2: ["Camden", "06/04/23", "5460"], 3: ["High St, Ilford", "14/04/23", "6,790"]}


def wide(content):
    content = content.encode() if isinstance(content, str) else content
    cells = delimited.read(content, name="grid.csv").cells
    rows = {
        number: [None if text != text else text for text in held]  # noqa: PLR0124 - null
        for number, held in cells.groupby("source_row")["text"]
    }
    return list(dict.fromkeys(cells["header"])), rows


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_encodings(encoding):
    text = PLAIN.replace("Camden", "King’s Café")
    expected = {**ROWS, 2: ["King’s Café", *ROWS[2][1:]]}
    assert wide(text.encode(encoding)) == (["Location", "Date", "Faces seen"], expected)


@pytest.mark.parametrize("unseen", ["\u200b", "\u200e", "\u00ad", "\u2060", "\ufeff"])
def test_marks_that_nobody_sees_do_not_make_a_table_unreadable(unseen):
    assert wide(PLAIN.replace("Camden", f"Cam{unseen}den").encode())[0] == wide(PLAIN)[0]
    with pytest.raises(SourceError, match="no text"):
        wide(PLAIN.replace("Camden", "Cam\x1bden").encode())


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_delimiters(mark):
    text = f"Location{mark}Date{mark}Rate\nHigh St, Ilford{mark}06/04/23{mark}0,6\n"
    assert wide(text * 1)[1] == {2: ["High St, Ilford", "06/04/23", "0,6"]}
    assert wide(f"sep={mark}\n{text}")[1] == {3: ["High St, Ilford", "06/04/23", "0,6"]}


def test_windows_line_ends_and_quoted_line_breaks():
    text = 'Location,Date\r\n"High St,\r\nIlford",06/04/23\r\nCamden,07/04/23\r\n'
    assert wide(text)[1] == {2: ["High St,\nIlford", "06/04/23"], 3: ["Camden", "07/04/23"]}


def test_title_and_two_header_rows():
    text = (
        "South Wales Police\n\nLocation,Date,True alerts,,Faces\n,,Confirmed,Unconfirmed,\n"
        "Cardiff,06/04/23,1,0,20\n"
    )
    headers, rows = wide(text)
    assert headers[2:] == ["True alerts / Confirmed", "True alerts / Unconfirmed", "Faces"]
    assert list(rows) == [5]
    assert delimited.read(text.encode(), name="a.csv").title == "South Wales Police"


def test_short_rows_blank_rows_and_trailing_delimiters():
    text = "Location,Date,Faces,,\nCamden,06/04/23\n\n,,,,\nSoho,07/04/23,20,,\n"
    headers, rows = wide(text)
    assert headers == ["Location", "Date", "Faces"]
    assert rows == {2: ["Camden", "06/04/23", None], 5: ["Soho", "07/04/23", "20"]}


def test_header_said_again_is_no_record():
    text = "Location,Date\nCamden,06/04/23\nLocation,Date\nSoho,07/04/23\n"
    assert list(wide(text)[1]) == [2, 4]


def test_dates_that_no_pattern_knows_still_have_a_header():
    assert wide("Location,Date\nCamden,sometime in spring\n")[1] == {
        2: ["Camden", "sometime in spring"]
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PLAIN + "Soho,07/04/23,20,30\n", r"row 4 has 4 cells under 3 headers"),
        (PLAIN + '"Soho,07/04/23,20\n', r"row 4 \(line \d+\): the quotes do not match"),
        ("Location,Date\n", "has no records"),
        ("one\ntwo\nthree\n", "not a text table: no commas"),
        (bytes(range(256)) * 9, "not a text table: it holds bytes"),
        (b"Location,Date\nCam\x00den,06/04/23\n", "not a text table"),
        (b"\xff\xfeL\x00o\x00c", "not a text table"),
    ],
)
def test_refusals(content, message):
    with pytest.raises(SourceError, match=message) as caught:
        wide(content)
    assert str(caught.value).startswith("grid.csv")


@given(st.binary(max_size=400))
def test_any_bytes_read_or_refused_in_a_sentence(content):
    try:
        delimited.read(content, name="grid.csv")
    except SourceError as error:
        assert str(error).startswith("grid.csv")  # noqa: PT017 - either will do


def test_more_rows_than_there_ever_were_deployments():
    noise = "Location,Date\n" + "Camden,06/04/23\n" * 20_001
    with pytest.raises(SourceError, match="more than 20,000 rows"):
        delimited.read(noise.encode(), name="grid.csv")


@pytest.mark.parametrize(
    "first", ["Camden,soon,a while", "Camden,,", "Camden,N/A,N/A", "x,y,z"]
)
def test_a_first_record_that_does_not_parse_is_no_header(first):
    content = f"Location,Date,Duration\n{first}\nSoho,07/04/23,5h\n"
    cells = delimited.read(content.encode(), name="grid.csv").cells
    assert list(dict.fromkeys(cells["header"])) == ["Location", "Date", "Duration"]
    assert cells["source_row"].drop_duplicates().tolist() == [2, 3]


def test_a_second_line_of_headings_stays_one():
    content = (
        "Location,Date,Alerts,,Faces\n(street),(DD/MM/YY),True,False,seen\n"
        "Soho,07/04/23,1,2,3000\n"
    )
    cells = delimited.read(content.encode(), name="grid.csv").cells
    headers = list(dict.fromkeys(cells["header"]))
    assert headers[1:] == [
        "Date / (DD/MM/YY)",
        "Alerts / True",
        "Alerts / False",
        "Faces / seen",
    ]
