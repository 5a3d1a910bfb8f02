"""The chart of vagueness: every share where it belongs, for any force and any months."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from toy_site import toy_site

from geo.vagueness import index_vagueness
from maps.charts import rates_chart
from maps.month_axis import Axis, lines_of, spans_of, width_of
from maps.page import render_index
from maps.payload import build_payload
from maps.vague_chart import DEPLOYMENTS_TALL, FACES_TALL, SHAPES, draw
from maps.vagueness import KINDS, caption_of, measure, table_of, title_of, turn_line

PRECISIONS = ("site", "street", "district", "area", "unknown")


def make(rows, *, force="Toy Police"):
    """Return deployments from (date, precision, words, faces[, era])."""
    cells = [(*row, "era")[:5] for row in rows]
    names = ["date", "precision", "place_published", "faces_seen", "counting_era"]
    return pd.DataFrame(cells, columns=names).assign(force=force)


def one(rows):
    (force,) = measure(make(rows))
    return force


def months(number, *, start="2020-01", every=1):
    first = pd.Period(start)
    return [str(first + every * n) for n in range(number)]


def drawings(force):
    text = str(draw(force, key="k"))
    parts = text.split("\n") if text else []
    return [ET.fromstring(part) for part in parts]  # noqa: S314 - drawn by us


def columns(drawing):
    """Return (title, kinds and heights) of each column, from the bottom."""
    found = []
    for group in drawing.iter("g"):
        rects = [(r.get("class"), float(r.get("height"))) for r in group.iter("rect")]
        found.append((group.find("title").text, rects))
    return found


TURNED = [(f"2024-{m:02d}-01", "area", "Camden", 10) for m in range(1, 7) for _ in range(5)]
TURNED += [
    (f"2024-{m:02d}-01", "street", "Mare St, Hackney", 10)
    for m in range(7, 13)
    for _ in "12345"
]


@pytest.mark.parametrize("shape", [0, 1])
def test_heights_are_the_shares_that_are_published(shape):
    deployments = make(
        [
            ("2024-01-02", "site", "Ash Stn", 900),
            ("2024-01-03", "area", "Oak", 100),
            ("2024-01-04", "area", "Oak", None),
            ("2024-02-04", "unknown", "?", None),
        ]
    )
    (force,) = measure(deployments)
    index = index_vagueness(deployments)
    january = index[index["month"] == "2024-01"].set_index("precision")
    (title, upper), (_, lower), (second, whole), (none, empty) = columns(drawings(force)[shape])
    assert title == "January 2024: 3 deployments, 1 spot, 2 whole area"
    for kind, height in upper:
        share = january.loc[kind, "deployments_share"]
        assert height == pytest.approx(DEPLOYMENTS_TALL * share - 1, abs=0.06)
    for kind, height in lower:
        share = january.loc[kind, "faces_share"]
        assert height == pytest.approx(FACES_TALL * share - 1, abs=0.06)
    assert [kind for kind, _ in upper] == ["site", "area"], "most precise at the bottom"
    assert second == "February 2024: 1 deployment, 1 not located"
    assert [kind for kind, _ in whole] == ["unknown"]
    assert (none, empty) == ("February 2024: faces not reported", [])


def test_each_column_says_how_many_it_stands_for():
    rows = [("2024-01-02", "site", "Ash Stn", 9)] * 20 + [
        ("2024-02-02", "site", "Ash Stn", 9)
    ] * 2
    for drawing in drawings(one(rows)):
        first, second = (g for g in drawing.iter("g") if "deployments" in g.find("title").text)
        assert [g.find("text").text for g in (first, second)] == ["20", "2"]
        widths = [float(next(g.iter("rect")).get("width")) for g in (first, second)]
        assert widths[1] < widths[0] / 2, "a month of two is no month of twenty"


def test_the_turn_is_marked_on_its_day_and_told():
    force = one(TURNED)
    assert title_of(force) == "Toy Police: places told more narrowly after 1 June 2024"
    assert turn_line(force) == (
        "Up to 1 June 2024 the published words of 30 of 30 deployments named neither street nor "
        "station nor venue; after it, those of 0 of 30."
    )
    for drawing in drawings(force):
        (mark, *_) = [x for x in drawing.iter("line") if x.get("class") == "turn"]
        names = [t for t in drawing.iter("text") if t.get("class") == "small"]
        june = [float(t.get("x")) for t in names if t.text == "J"][1]
        july = [float(t.get("x")) for t in names if t.text == "J"][2]
        slot = july - june
        assert june - slot / 2 < float(mark.get("x1")) < june
        assert any("1 June 2024" in (t.text or "") for t in drawing.iter("text"))


def test_words_that_grow_vaguer_are_told_so():
    other = {"area": ("street", "Mare St, Hackney"), "street": ("area", "Camden")}
    rows = [(date, *other[precision], faces) for date, precision, _, faces in TURNED]
    assert "more vaguely after 1 June 2024" in title_of(one(rows))


def test_no_turn_no_mark():
    force = one(TURNED[:30])
    assert force.turn is None
    assert title_of(force) == "Toy Police: no place known to a street or spot"
    assert all('class="turn"' not in ET.tostring(d, "unicode") for d in drawings(force))


@pytest.mark.parametrize(
    "rows",
    [
        [("2024-03-02", "site", "Ash Stn", None)],
        [("2024-03-02", "unknown", "", 0)],
        [("2024-03", "area", "Oak", 5), ("2023", "area", "Oak", 5)],
        [(f"{iso}-03", PRECISIONS[n % 5], "Oak", n) for n, iso in enumerate(months(60))],
        [(f"{iso}-03", "site", "Oak", 5) for iso in months(60, every=7)],
        [(f"{iso}-03", "site", "Oak", None) for iso in months(3, start="1999-12")],
    ],
    ids=["one row", "no faces at all", "a year alone", "60 months", "35 years", "no faces"],
)
def test_any_months_are_drawn_once_and_stay_inside(rows):
    force = one(rows)
    dated = [month for month in force.months if month.is_dated]
    for drawing, shape in zip(drawings(force), SHAPES, strict=True):
        width, height = float(drawing.get("width")), float(drawing.get("height"))
        assert width <= shape.width
        told = [title for title, _ in columns(drawing) if "deployment" in title]
        assert len(told) == len(set(told)) == len(dated)
        for mark in (*drawing.iter("rect"), *drawing.iter("text")):
            assert 0 <= float(mark.get("x")) <= width
            assert -2 <= float(mark.get("y")) <= height
        numbers = [t for g in drawing.iter("g") for t in g.iter("text")]
        beside = pairwise((t.get("y"), float(t.get("x"))) for t in numbers if t.text != "–")
        assert all(b - a >= 13.9 for (y, a), (z, b) in beside if y == z and b > a)


def test_a_year_alone_is_in_the_table_and_in_words_only():
    force = one([("2023", "area", "Oak", 5)])
    assert drawings(force) == []
    assert caption_of(force).endswith(
        "Of 2023, 1 deployment with no month published: in the table only."
    )
    assert [line["month"] for line in table_of(force)] == ["2023"]


def test_a_force_without_faces_has_one_row_of_columns():
    force = one([("2024-03-02", "site", "Ash Stn", None)])
    assert "The force reports no faces." in caption_of(force)
    for drawing in drawings(force):
        assert "Faces reported" not in [t.text for t in drawing.iter("text")]
        assert len(columns(drawing)) == 1


def test_the_table_holds_the_same_figures_and_never_nought_for_unknown():
    force = one(
        [
            ("2024-01-02", "site", "Ash Stn", 900),
            ("2024-01-03", "area", "Oak", 100),
            ("2024-01-04", "street", "Elm St", None),
            ("2024-02-04", "area", "Oak", None),
        ]
    )
    assert force.kinds == ["site", "street", "area"]
    assert table_of(force) == [
        {
            "month": "January 2024",
            "total": "3",
            "no_spot": "1 (33 %)",
            "deployments": ["1 (33 %)", "1 (33 %)", "1 (33 %)"],
            "faces": "1,000",
            "shares": ["90 %", "–", "10 %"],
        },
        {
            "month": "February 2024",
            "total": "1",
            "no_spot": "1 (100 %)",
            "deployments": ["0", "0", "1 (100 %)"],
            "faces": "–",
            "shares": ["–", "–", "–"],
        },
    ]


def test_a_month_across_a_break_in_counting_is_named():
    rows = [("2024-07-02", "site", "A Stn", 9, "C"), ("2024-07-30", "site", "A Stn", 9, "D")]
    assert "July 2024 spans a break in counting" in caption_of(one(rows))
    assert "break in counting" not in caption_of(one(rows[:1]))


def test_long_gaps_are_left_out_and_said():
    near = one([("2024-01-02", "site", "A Stn", 9), ("2024-07-02", "site", "A Stn", 9)])
    far = one([("2024-01-02", "site", "A Stn", 9), ("2024-08-02", "site", "A Stn", 9)])
    assert "At //" not in caption_of(near)
    assert "At // more than five months with none are left out." in caption_of(far)
    assert drawings(near)[0].findall(".//*[@class='break']") == []
    assert len(drawings(far)[0].findall(".//*[@class='break']")) == 4


def test_runs_never_exceed_a_line_and_lose_no_month():
    spans = spans_of(range(100, 160), longest=21)
    assert [last - first + 1 for first, last in spans] == [18, 21, 21]
    assert [m for first, last in spans for m in range(first, last + 1)] == list(range(100, 160))
    assert all(width_of(line) <= 21 for line in lines_of(spans, longest=21))


def test_a_date_off_the_axis_is_refused():
    with pytest.raises(ValueError, match="2024-02 is in no span"):
        Axis(((24288, 24288),), 10.0).x("2024-02")


def test_forces_stand_by_their_number_of_deployments():
    frames = [make(TURNED[:n], force=name) for n, name in ((1, "A"), (3, "C"), (3, "B"))]
    assert [f.force for f in measure(pd.concat(frames))] == ["B", "C", "A"]
    assert measure(make([])) == []


def test_same_rows_in_any_order_same_drawing():
    rows = make(TURNED)
    assert str(draw(measure(rows)[0], key="k")) == str(
        draw(measure(rows.iloc[::-1])[0], key="k")
    )


def test_hostile_names_of_forces_are_text():
    (force,) = measure(make([("2024-01-02", "site", "A Stn", 9)], force='<b>"&</b>'))
    for drawing in drawings(force):
        assert drawing.find("title").text.startswith('<b>"&</b>:')


def test_a_reader_of_screens_is_told_the_years():
    for drawing in drawings(one(TURNED)):
        told = {child.get("id"): child.text for child in drawing if child.get("id")}
        assert set(told) == {drawing.get("aria-labelledby"), drawing.get("aria-describedby")}
        assert told[drawing.get("aria-describedby")].endswith(
            "2024: 60 deployments, 30 street, 30 whole area."
        )


def test_the_index_shows_the_force_with_most_deployments_and_names_the_others():
    tables = toy_site()
    html = render_index(tables, build_payload(tables)).decode()
    assert "<h2>Met: 4 of 7 deployments known to neither street nor spot</h2>" in html
    assert "there with those of Essex Police" in html
    ids = re.findall(
        r'\bid="([^"]+)"', re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    )
    assert len(ids) == len(set(ids))


def test_kinds_cover_every_precision():
    assert KINDS == PRECISIONS


def test_without_rates_the_other_chart_says_so():
    assert "No rates are published." in rates_chart([], []).svg
