"""Workbooks as clerks make them: titles, merged headers, real dates, more than one sheet."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from data import workbooks
from data.errors import SourceError
from data.sheet_extent import extents
from data.sheets import Line, find_table

HEADER = ["Location", "Date", "Duration", "Faces seen", "Threshold"]
ROW = ["Camden", dt.date(2023, 4, 6), dt.time(5, 3), 5460, 0.6]
READ = ["Camden", "2023-04-06", "5:03", "5460", "0.6"]


def save(*sheets, merge=(), hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
        for span in merge:
            sheet.merge_cells(span)
        if number in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def wide(content):
    cells = workbooks.read(content, name="grid.xlsx").cells
    rows = {
        key: [None if text != text else text for text in held]  # noqa: PLR0124 - null
        for key, held in cells.groupby(["source_page", "source_row"])["text"]
    }
    return list(dict.fromkeys(cells["header"])), rows


def test_plain_sheet():
    assert wide(save([HEADER, ROW])) == (HEADER, {(1, 2): READ})


def test_title_above_and_rows_numbered_as_shown():
    content = save([["South Wales Police deployments"], [], HEADER, ROW, [], ROW])
    headers, rows = wide(content)
    assert headers == HEADER
    assert list(rows) == [(1, 4), (1, 6)]
    assert workbooks.read(content, name="a.xlsx").title == "South Wales Police deployments"


def test_published_date_above_the_header_is_title():
    content = save([["Published", dt.date(2025, 1, 11)], HEADER, ROW])
    assert wide(content) == (HEADER, {(1, 3): READ})


def test_merged_group_labels():
    top = ["Location", "Date", "True Alerts", None, "Faces seen"]
    low = [None, None, "Confirmed", "Unconfirmed", None]
    row = ["Camden", dt.date(2023, 4, 6), 1, 0, 5460]
    headers, rows = wide(save([top, low, row], merge=["A1:A2", "B1:B2", "C1:D1", "E1:E2"]))
    assert headers == [
        "Location",
        "Date",
        "True Alerts / Confirmed",
        "True Alerts / Unconfirmed",
        "Faces seen",
    ]
    assert rows == {(1, 3): ["Camden", "2023-04-06", "1", "0", "5460"]}


def test_labels_at_the_bottom_do_not_join_the_group_beside_them():
    top = [None, None, "True Alerts", None, None]
    low = ["Location", "Date", "Confirmed", "Unconfirmed", "Faces seen"]
    headers, _ = wide(
        save([top, low, ["Camden", dt.date(2023, 4, 6), 1, 0, 9]], merge=["C1:D1"])
    )
    assert headers[3:] == ["True Alerts / Unconfirmed", "Faces seen"]


def test_every_visible_sheet_with_records_is_read():
    notes = [["Read me"], ["Counts are estimates"]]
    content = save(notes, [HEADER, ROW], [HEADER, ROW], [HEADER, ROW], hidden=[4])
    assert list(wide(content)[1]) == [(2, 2), (3, 2)]


def test_merged_date_is_repeated_and_a_merged_figure_refused():
    rows = [HEADER, ROW, ["Soho", None, dt.time(4, 0), 20, 0.6]]
    assert wide(save(rows, merge=["B2:B3"]))[1][1, 3][1] == "2023-04-06"
    rows[2] = ["Soho", ROW[1], dt.time(4, 0), None, 0.6]
    with pytest.raises(SourceError, match=r"sheet 'Sheet 1', rows 2 to 3: one merged cell"):
        wide(save(rows, merge=["D2:D3"]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.datetime.fromisoformat("2024-07-11"), "2024-07-11"),
        (dt.datetime.fromisoformat("2024-07-11 10:30"), "2024-07-11 10:30"),
        (dt.datetime.fromisoformat("1899-12-30 05:03"), "5:03"),
        (dt.datetime.fromisoformat("1899-12-31 05:03"), "5:03"),
        (dt.datetime.fromisoformat("1900-01-01 05:03"), "29:03"),
        (dt.timedelta(hours=29, minutes=15), "29:15"),
        (dt.time(0, 0, 20), "0:00:20"),
        (0.1 + 0.2, "0.3"),
        (1229140.0, "1229140"),
        (0.0008, "0.0008"),
        (1e20, "1e+20"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (" High St,\r\nIlford ", "High St,\nIlford"),
        ("", None),
        (None, None),
    ],
)
def test_values(value, text):
    assert workbooks.cell_text(value) == text


def test_ods():
    assert wide(make_ods([HEADER, ["Camden", "06/04/23", "5h03m", "5460", "0.6"]]))[1] == {
        (1, 2): ["Camden", "06/04/23", "5h03m", "5460", "0.6"]
    }
    assert workbooks.read(make_ods([HEADER, READ]), name="a.ods").kind == "ods"


def make_ods(rows, *, manifest="<manifest/>"):
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(cell.format(text) for text in row)}</table:table-row>"
        for row in rows
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="A">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def test_locked_workbooks():
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(save([HEADER, ROW]))).encrypt("secret", locked)
    with pytest.raises(SourceError, match="locked with a password"):
        workbooks.read(locked.getvalue(), name="a.xlsx")
    ods = make_ods([HEADER, READ], manifest="<manifest><manifest:encryption-data/></manifest>")
    with pytest.raises(SourceError, match="locked with a password"):
        workbooks.read(ods, name="a.ods")


def test_no_records():
    with pytest.raises(SourceError, match="no sheet with a header"):
        workbooks.read(save([["Read me"], ["Counts are estimates"]]), name="a.xlsx")


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_cut_short(keep):
    whole = save([HEADER, ROW])
    with pytest.raises(SourceError, match="cannot be read as a workbook"):
        workbooks.read(whole[: int(len(whole) * keep)], name="a.xlsx")


def test_damaged_inside():
    whole = bytearray(save([HEADER, ROW]))
    start = whole.index(b"xl/worksheets/sheet1.xml") + 40
    whole[start : start + 100] = b"\xff" * 100
    with pytest.raises(SourceError, match=r"a\.xlsx"):
        workbooks.read(bytes(whole), name="a.xlsx")


def test_one_that_unpacks_to_too_much(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED_BYTES", 5_000)
    with pytest.raises(SourceError, match=r"would unpack to [\d,]+ bytes; at most 5,000"):
        workbooks.read(save([HEADER, ROW]), name="a.xlsx")


def test_group_labels_without_merges():
    rows = [
        ("Location", "Date", "True Alerts", None, "False Alerts", None, None),
        (None, None, "Confirmed", "Unconfirmed", "Confirmed", "Unconfirmed", "Faces seen"),
        ("Camden", "06/04/23", "1", "0", "2", "0", "5460"),
    ]
    table = find_table([Line(i, cells) for i, cells in enumerate(rows, start=1)])
    assert table.headers[4:] == (
        "False Alerts / Confirmed",
        "False Alerts / Unconfirmed",
        "Faces seen",
    )


def test_a_cell_at_the_far_corner_is_refused_before_memory_is_asked_for():
    book = openpyxl.Workbook()
    book.active["A1"] = "Location"
    book.active["XFD1048576"] = "x"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(SourceError, match=r"spans 1,048,576 rows and 16,384 columns"):
        workbooks.read(out.getvalue(), name="far.xlsx")


def packed(name, text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, text)
    return zipfile.ZipFile(out)


@pytest.mark.parametrize(
    ("sheet", "extent"),
    [
        ('<row r="2"><c r="B2"><v>1</v></c><c r="XFD2" s="1"/></row>', (2, 2)),
        ("<row><c><v>1</v></c></row><row><c/><c/><c><v>1</v></c></row>", (2, 3)),
        ('<row r="9"><c><v>1</v></c></row>', (9, 1)),
        ("", (0, 0)),
    ],
)
def test_extent_of_a_sheet_by_hand(sheet, extent):
    with packed("xl/worksheets/sheet1.xml", sheet) as archive:
        assert list(extents(archive)) == [("sheet1.xml", extent)]


def test_extent_of_repeated_cells():
    repeated = (
        '<table:table><table:table-row table:number-rows-repeated="1000">'
        '<table:table-cell table:number-columns-repeated="50"><text:p>1</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="900"/>'
        '</table:table-row><table:table-row table:number-rows-repeated="1000000">'
        "<table:table-cell/></table:table-row></table:table>"
    )
    with packed("content.xml", repeated) as archive:
        assert [extent for _, extent in extents(archive)] == [(1000, 50)]
