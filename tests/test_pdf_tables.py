"""Tables drawn in many ways must read alike; what cannot be told must be refused."""

from __future__ import annotations

import io
import re

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

from data import pdf_pages, pdf_tables
from data.documents import CELL_COLUMNS
from data.errors import SourceError
from data.pdf_tables import read_pages

GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)
FLAT = ["Location", "Date", "Duration", "Faces seen", "Arrests"]
ROWS = [
    ["Camden", "06/04/23", "5h03m", "5460", "1"],
    ["High St,\nIlford", "14/04/23", "5h40", "6,790", "0"],
    ["Leicester Square", "20/04/23", "4h50m", "N/A", "2"],
]


def draw(*parts, pagesize=A4, **options):
    """Return a PDF holding paragraphs (texts) and tables."""
    out = io.BytesIO()
    body = getSampleStyleSheet()["BodyText"]
    flow = [Paragraph(part, body) if isinstance(part, str) else part for part in parts]
    SimpleDocTemplate(out, pagesize=pagesize, **options).build(flow)
    return out.getvalue()


def table(rows, *styles, **options):
    return Table(rows, style=TableStyle([*styles] or [GRID]), **options)


def wide(content, **options):
    """Return headers and rows as read."""
    cells = pdf_tables.read(content, name="grid.pdf", **options).cells
    assert tuple(cells.columns) == CELL_COLUMNS
    headers = list(dict.fromkeys(cells["header"]))
    rows = [
        [None if text != text else text for text in held]  # noqa: PLR0124 - null
        for _, held in cells.groupby(["source_page", "source_row"])["text"]
    ]
    return headers, rows


def expect(rows):
    return [[text or None for text in row] for row in rows]


def test_header_and_body_in_one_table():
    content = draw("Essex Police deployments", table([FLAT, *ROWS]))
    assert wide(content) == (FLAT, ROWS)
    assert pdf_tables.read(content, name="a.pdf").title == "Essex Police deployments"


def test_landscape_page():
    assert wide(draw(table([FLAT, *ROWS]), pagesize=landscape(A4))) == (FLAT, ROWS)


def test_nested_header():
    top = ["Location", "Date", "True Alerts", "", "False Alerts", "", "Faces seen"]
    low = ["", "", "Confirmed", "Unconfirmed", "Confirmed", "Unconfirmed", ""]
    spans = [("SPAN", (c, 0), (c, 1)) for c in (0, 1, 6)]
    spans += [("SPAN", (2, 0), (3, 0)), ("SPAN", (4, 0), (5, 0))]
    row = ["Camden", "06/04/23", "1", "0", "2", "0", "5460"]
    headers, rows = wide(draw(table([top, low, row], GRID, *spans)))
    assert headers == [
        "Location",
        "Date",
        "True Alerts / Confirmed",
        "True Alerts / Unconfirmed",
        "False Alerts / Confirmed",
        "False Alerts / Unconfirmed",
        "Faces seen",
    ]
    assert rows == [row]


def test_short_group_label_at_the_left_stays_a_group():
    top = ["Location", "Date", "Out", "", ""]
    low = ["", "", "Arrested people", "Other", "None"]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1)), ("SPAN", (2, 0), (4, 0))]
    headers, _ = wide(
        draw(table([top, low, ["Camden", "06/04/23", "1", "0", "2"]], GRID, *spans))
    )
    assert headers[2:] == ["Out / Arrested people", "Out / Other", "Out / None"]


def test_banner_over_every_column_is_no_header():
    banner = ["Deployments in 2023", "", "", "", ""]
    headers, rows = wide(draw(table([banner, FLAT, *ROWS], GRID, ("SPAN", (0, 0), (-1, 0)))))
    assert headers == FLAT
    assert rows == ROWS


def test_header_in_a_table_of_its_own():
    widths = [110, 70, 70, 70, 60]
    content = draw(
        table([FLAT], colWidths=widths),
        table(ROWS, colWidths=widths, spaceBefore=14),
    )
    assert wide(content) == (FLAT, ROWS)


def test_unruled_header_over_a_ruled_body():
    widths = [110, 70, 70, 70, 60]
    content = draw(
        "Deployments so far this year",
        table([FLAT], ("ALIGN", (0, 0), (-1, -1), "LEFT"), colWidths=widths, spaceBefore=40),
        table(ROWS, colWidths=widths),
    )
    assert wide(content) == (FLAT, ROWS)


def test_header_repeated_on_each_page_is_no_record():
    many = [[f"Place {i}", "06/04/23", "5h03m", str(1000 + i), "0"] for i in range(120)]
    content = draw(table([FLAT, *many], repeatRows=1))
    cells = pdf_tables.read(content, name="a.pdf").cells
    assert cells["source_page"].max() > 1
    assert cells.loc[cells["column_index"] == 1, "text"].tolist() == [row[0] for row in many]


def test_pages_go_on_without_header():
    many = [[f"Place {i}", "06/04/23", "5h03m", str(1000 + i), "0"] for i in range(120)]
    cells = pdf_tables.read(draw(table([FLAT, *many])), name="a.pdf").cells
    assert list(dict.fromkeys(cells["header"])) == FLAT
    assert cells.groupby(["source_page", "source_row"]).ngroups == 120
    assert cells.groupby("source_page")["source_row"].min().eq(1).all()


def test_shading_and_row_bands():
    shade = ("BACKGROUND", (2, 1), (2, -1), colors.lightgrey)
    stripes = ("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.white, colors.lavender])
    assert wide(draw(table([FLAT, *ROWS], GRID, stripes, shade))) == (FLAT, ROWS)


def test_cells_drawn_as_boxes():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for r, row in enumerate([FLAT, ROWS[0], ROWS[2]]):
        for c, text in enumerate(row):
            canvas.rect(40 + 100 * c, 700 - 20 * r, 100, 20)
            canvas.drawString(44 + 100 * c, 706 - 20 * r, text)
    canvas.save()
    assert wide(out.getvalue()) == (FLAT, [ROWS[0], ROWS[2]])


def test_page_turned_by_its_rotation_entry():
    import pypdfium2

    document = pypdfium2.PdfDocument(draw(table([FLAT, *ROWS])))
    document[0].set_rotation(90)
    out = io.BytesIO()
    document.save(out)
    # The letters now run down the page as shown; the reader turns it back.
    assert wide(out.getvalue()) == (FLAT, ROWS)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_table_drawn_sideways(turn):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 600))
    canvas.translate(300, 300)
    canvas.rotate(turn)
    canvas.translate(-300, -300)
    for r, row in enumerate([FLAT, ROWS[0], ROWS[2]]):
        for c, text in enumerate(row):
            canvas.rect(40 + 100 * c, 400 - 20 * r, 100, 20)
            canvas.drawString(44 + 100 * c, 406 - 20 * r, text)
    canvas.save()
    assert wide(out.getvalue()) == (FLAT, [ROWS[0], ROWS[2]])


def test_outer_columns_left_open():
    inner = [("INNERGRID", (0, 0), (-1, -1), 0.5, colors.black)]
    level = [("LINEABOVE", (0, 0), (-1, -1), 0.5, colors.black)]
    level += [("LINEBELOW", (0, -1), (-1, -1), 0.5, colors.black)]
    assert wide(draw(table([FLAT, *ROWS], *inner, *level))) == (FLAT, ROWS)


def test_heading_between_records_is_none():
    rows = [["April", "", "", "", ""], ROWS[0], ["May", "", "", "", ""], ROWS[2]]
    spans = [("SPAN", (0, 1), (-1, 1)), ("SPAN", (0, 3), (-1, 3))]
    assert wide(draw(table([FLAT, *rows], GRID, *spans))) == (FLAT, [ROWS[0], ROWS[2]])


@pytest.mark.parametrize("turn", [90, 270])
def test_upended_header(turn):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for c, text in enumerate(FLAT):
        canvas.rect(40 + 100 * c, 700, 100, 80)
        for n, line in enumerate(text.split()):
            canvas.saveState()
            canvas.translate(
                *((80 + 14 * n + 100 * c, 705) if turn == 90 else (90 - 14 * n + 100 * c, 775))
            )
            canvas.rotate(turn)
            canvas.drawString(0, 0, line)
            canvas.restoreState()
    for r, row in enumerate([ROWS[0], ROWS[2]]):
        for c, text in enumerate(row):
            canvas.rect(40 + 100 * c, 680 - 20 * r, 100, 20)
            canvas.drawString(44 + 100 * c, 686 - 20 * r, text)
    canvas.save()
    assert wide(out.getvalue()) == (FLAT, [ROWS[0], ROWS[2]])


def test_horizontal_rules_only():
    level = ("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black)
    plain = [ROWS[0], ROWS[2]]
    assert wide(draw(table([FLAT, *plain], level))) == (FLAT, plain)


def test_letters_drawn_twice_to_look_bold():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for r, row in enumerate([FLAT, ROWS[0], ROWS[2]]):
        for c, text in enumerate(row):
            canvas.rect(40 + 100 * c, 700 - 20 * r, 100, 20)
            canvas.drawString(44 + 100 * c, 706 - 20 * r, text)
            canvas.drawString(44.4 + 100 * c, 706 - 20 * r, text)
    canvas.save()
    assert wide(out.getvalue()) == (FLAT, [ROWS[0], ROWS[2]])


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr(pdf_pages, "MAX_PAGES", 1)
    content = draw(table([FLAT, *ROWS]), PageBreak(), table([FLAT, *ROWS]))
    with pytest.raises(SourceError, match="has 2 pages; at most 1 are read"):
        wide(content)


def test_text_beside_the_rules():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for r, row in enumerate([FLAT, ROWS[0], ROWS[2]]):
        for c, text in enumerate(row):
            if c < 4:
                canvas.rect(40 + 100 * c, 700 - 20 * r, 100, 20)
            canvas.drawString(44 + 100 * c, 706 - 20 * r, text)
    canvas.save()
    with pytest.raises(SourceError, match="page 1: '1' stands beside the ruled table"):
        wide(out.getvalue())


def test_totals_row_stays_a_record():
    total = ["Total", "", "15h33m", "12,250", "3"]
    assert wide(draw(table([FLAT, *ROWS, total])))[1][-1] == expect([total])[0]


def test_key_to_codes_is_set_aside():
    key = table([["Reference", "Purpose"], ["1.", "Wanted people"], ["2.", "Missing people"]])
    content = draw(table([FLAT, *ROWS]), "Key to purposes", key)
    assert wide(content) == (FLAT, ROWS)
    assert wide(draw(key, "Deployments", table([FLAT, *ROWS]))) == (FLAT, ROWS)


def test_second_header_style_within_a_document():
    other = ["Location", "Date", "Duration", "Faces (est.)", "People arrested"]
    content = draw(table([FLAT, *ROWS]), "From September", table([other, *ROWS]))
    cells = pdf_tables.read(content, name="a.pdf").cells
    assert list(dict.fromkeys(cells["header"])) == [*FLAT, *other[3:]]
    assert cells["source_row"].max() == 6


def test_merged_date_is_repeated_but_a_merged_figure_is_refused():
    rows = [["Camden", "06/04/23", "5h", "10", "1"], ["Soho", "", "4h", "20", "2"]]
    _, read = wide(draw(table([FLAT, *rows], GRID, ("SPAN", (1, 1), (1, 2)))))
    assert [row[1] for row in read] == ["06/04/23", "06/04/23"]
    assert [row[0] for row in read] == ["Camden", "Soho"]
    rows[1] = ["Soho", "06/04/23", "4h", "", "2"]
    with pytest.raises(SourceError, match="page 1: one cell says '10' for several records"):
        wide(draw(table([FLAT, *rows], GRID, ("SPAN", (3, 1), (3, 2)))))


def test_rows_without_rules_between_them():
    frame = [
        ("BOX", (0, 0), (-1, -1), 0.5, colors.black),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
    ]
    frame += [("LINEAFTER", (0, 0), (-2, -1), 0.5, colors.black)]
    plain = [ROWS[0], ROWS[2]]
    assert wide(draw(table([FLAT, *plain], *frame))) == (FLAT, plain)
    with pytest.raises(SourceError, match="different numbers of lines"):
        wide(draw(table([FLAT, *ROWS], *frame)))


def test_unruled_columns():
    plain = [ROWS[0], ROWS[2]]
    content = draw("Deployments", table([FLAT, *plain], ("ALIGN", (0, 0), (-1, -1), "LEFT")))
    assert wide(content) == (FLAT, plain)


def test_unruled_columns_with_wrapped_cells_are_refused():
    content = draw(table([FLAT, *ROWS], ("ALIGN", (0, 0), (-1, -1), "LEFT")))
    with pytest.raises(SourceError, match="the table has no rules"):
        wide(content)


def test_record_over_a_page_break_is_put_together():
    widths = [90, 60, 60, 60, 60]
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    pages = [
        [FLAT, ROWS[0], ["Belvedere", *ROWS[2][1:]]],
        [["Rd, Waterloo", "", "", "", ""], ROWS[0]],
    ]
    for rows in pages:
        held = table(rows, colWidths=widths)
        held.wrapOn(canvas, 500, 700)
        held.drawOn(canvas, 60, 600)
        canvas.showPage()
    canvas.save()
    cells = pdf_tables.read(out.getvalue(), name="a.pdf").cells
    places = cells.loc[cells["column_index"] == 1, ["source_page", "source_row", "text"]]
    assert places.to_numpy().tolist() == [
        [1, 1, "Camden"],
        [1, 2, "Belvedere\nRd, Waterloo"],
        [2, 1, "Camden"],
    ]


LONG = "Tottenham Court Rd, outside the station, by the theatre, opposite the bank, Camden"


@pytest.mark.parametrize("stand", ["TOP", "MIDDLE", "BOTTOM"])
@pytest.mark.parametrize("repeated", [0, 1])
def test_row_cut_by_a_page_break_without_a_rule_is_whole(stand, repeated):
    style = getSampleStyleSheet()["BodyText"]
    rows = [
        [Paragraph(LONG, style), f"{day:02d}/04/23", "5h", f"{1000 + day}", "0"]
        for day in range(1, 13)
    ]
    for height in (180, 201, 222):
        content = draw(
            table(
                [FLAT, *rows],
                GRID,
                ("VALIGN", (0, 0), (-1, -1), stand),
                colWidths=[90, 60, 50, 60, 50],
                repeatRows=repeated,
                splitInRow=1,
            ),
            pagesize=(595, height),
            topMargin=20,
            bottomMargin=20,
        )
        headers, read = wide(content)
        assert headers == FLAT
        assert [" ".join(row[0].split()) for row in read] == [LONG] * 12
        assert [row[3] for row in read] == [str(1000 + day) for day in range(1, 13)]


def test_totals_at_the_foot_of_a_page_stay_apart():
    style = getSampleStyleSheet()["BodyText"]
    total = ["Total", "", "", "6000", ""]
    rows = [[Paragraph(p, style), *rest] for p, *rest in (ROWS[0], total, ROWS[2])]
    content = draw(table([FLAT, *rows[:2]]), PageBreak(), table([FLAT, *rows[2:]]))
    assert [row[0] for row in wide(content)[1]] == ["Camden", "Total", "Leicester Square"]


def test_header_left_alone_at_the_foot_of_a_page_is_no_record():
    content = draw(table([FLAT, ROWS[0], FLAT]), PageBreak(), table([FLAT, ROWS[2]]))
    assert wide(content) == (FLAT, [ROWS[0], ROWS[2]])


def test_other_columns_without_header_are_refused():
    content = draw(table([FLAT, *ROWS]), "More", table([row[:4] for row in ROWS]))
    with pytest.raises(SourceError, match="4 columns holds records but has no header"):
        wide(content)


def picture_page(canvas):
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("RGB", (60, 80), "grey")), 0, 0, *A4)
    canvas.showPage()


def test_scan_is_named_as_such():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    picture_page(canvas)
    canvas.save()
    with pytest.raises(SourceError, match=r"it is a scan.*OCR"):
        wide(out.getvalue())


def test_scanned_page_between_pages_of_records_is_refused():
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for page in range(3):
        if page == 1:
            picture_page(canvas)
            continue
        held = table([FLAT, *ROWS])
        held.wrapOn(canvas, 500, 700)
        held.drawOn(canvas, 60, 600)
        canvas.showPage()
    canvas.save()
    with pytest.raises(SourceError, match="page 2 is a scan"):
        wide(out.getvalue())


def test_no_table():
    with pytest.raises(SourceError, match=r"prose\.pdf has no table of deployments"):
        pdf_tables.read(draw("We used facial recognition on 6 April 2023."), name="prose.pdf")


def test_password():
    locked = draw(table([FLAT, *ROWS]), encrypt=StandardEncryption("secret", canPrint=0))
    with pytest.raises(SourceError, match="locked with a password"):
        wide(locked)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_truncated(share):
    whole = draw(table([FLAT, *ROWS]))
    with pytest.raises(SourceError, match="cut short"):
        wide(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("key", [b"/Kids", b"/MediaBox", b"/Contents", b"endstream"])
def test_broken_inside(key):
    broken = draw(table([FLAT, *ROWS])).replace(key, key[:-1] + b"x")
    try:
        assert wide(broken) == (FLAT, ROWS)
    except SourceError as error:
        message = str(error)
        assert re.match(r"grid\.pdf[^\n]+$", message), message


def test_junk_in_a_pdf_coat():
    with pytest.raises(SourceError, match=r"grid\.pdf cannot be read as a PDF; it is broken"):
        wide(b"%PDF-1.4\n" + b"junk" * 500 + b"\n%%EOF")


def met_records(reference_dir, name):
    content = (reference_dir / "lfr" / name).read_bytes()
    return content, read_pages(content, name=name).records


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("met-lfr-grid-2020-2022.pdf", 9, 12), ("met-lfr-grid-2023-to-2024.pdf", 203, 16)],
)
def test_every_cell_equals_the_text_of_a_second_library(reference_dir, name, rows, columns):
    import pypdfium2

    content, records = met_records(reference_dir, name)
    assert len(records) == rows
    document = pypdfium2.PdfDocument(content)
    letters = {number: letters_of(page) for number, page in enumerate(document, start=1)}
    for record in records:
        assert len(record.texts) == columns
        for text, spots in zip(record.texts, record.spots, strict=True):
            second = "".join(
                letter
                for number, box in spots
                for letter, x, y in letters[number]
                if box[0] <= x < box[2] and box[1] <= y < box[3]
            )
            assert squeeze(text) == squeeze(second), (record.page, record.row)


def letters_of(page):
    """Return each letter of a page with its middle, by PDFium, from the top left corner."""
    textpage, height = page.get_textpage(), page.get_height()
    boxes = [textpage.get_charbox(i, loose=True) for i in range(textpage.count_chars())]
    return [
        (textpage.get_text_range(i, 1), (left + right) / 2, height - (bottom + top) / 2)
        for i, (left, bottom, right, top) in enumerate(boxes)
    ]


def squeeze(text):
    return "".join((text or "").replace("\x02", "-").split())


@pytest.mark.reference
def test_met_2020_2022(reference_dir):
    _, records = met_records(reference_dir, "met-lfr-grid-2020-2022.pdf")
    assert {record.headers for record in records} == {
        (
            "Deployment",
            "Date (DD/MM/ YY)",
            "Purpose Reference",
            "Watchlist Size",
            "Total Alerts",
            "False Alert / Confirmed False Alerts",
            "False Alert / Confirmed False Alert Engagements",
            "True Alerts1",
            "True Alert Engagements",
            "Arrests / Disposals",
            "Faces seen (Estimate)",
            "False Alert Rate",
        )
    }
    assert records[1].texts[0] == "Oxford Circus\n(technical\nfault stopped\ndeployment)"
    assert sum(int(r.texts[10]) for r in records if r.texts[10] != "N/A") == 157_566


@pytest.mark.reference
def test_met_2023_to_2024(reference_dir):
    _, records = met_records(reference_dir, "met-lfr-grid-2023-to-2024.pdf")
    first, second = dict.fromkeys(record.headers for record in records)
    assert first[2:4] == ("Duration of Deployment", "LFR Purpose Reference / LFR Purpose")
    assert second[2:4] == ("Duration", "LFR Use Case")
    assert first[4:15] == second[4:15]
    assert first[7:11] == (
        "True Alerts / Confirmed",
        "True Alerts / Unconfirmed",
        "False Alerts / Confirmed",
        "False Alerts / Unconfirmed",
    )
    assert first[13] == "Engagement Outcomes / Other Disposal"
    assert sum(int(record.texts[15]) for record in records) == 1_229_140
    assert sum(int(record.texts[12]) for record in records) == 609
    assert [r.headers is second for r in records].count(True) == 56
    (broken,) = [r for r in records if len({page for s in r.spots for page, _ in s}) > 1]
    assert (broken.page, broken.row, broken.texts[0]) == (6, 24, "Belvedere\nRd, Waterloo")
