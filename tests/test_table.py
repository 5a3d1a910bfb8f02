"""The table is complete and accessible without a script."""

import re
from html.parser import HTMLParser

import pytest
from toy_site import DEPLOYMENTS, toy_site

from maps.table import render_table


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.cell = [], None

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append((dict(attrs).get("id"), []))
        if tag in {"td", "th"}:
            self.rows[-1][1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.cell = None

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][1][-1] += data


@pytest.fixture(scope="module")
def html():
    return render_table(toy_site()).decode()


@pytest.fixture(scope="module")
def rows(html):
    parser = Cells()
    parser.feed(html)
    return parser.rows


def test_every_deployment_has_a_row_of_every_column(rows):
    head, *body = rows
    assert {name for name, _ in body} == {row[0] for row in DEPLOYMENTS}
    assert {len(cells) for _, cells in rows} == {len(head[1])}


def test_rows_are_in_order_of_date(rows):
    assert [name for name, _ in rows[1:3]] == ["essex-2023-1", "met-2023-04-06-1"]


def test_figures_stand_as_reported(rows):
    cells = dict(rows[1:])["met-2023-04-06-1"]
    assert cells[0] == "6 April 2023"
    assert cells[6:12] == ["5 h 3 min", "28,220", "2", "1", "1", "3"]


def test_unknown_is_a_dash_never_nought(rows):
    cells = dict(rows[1:])["met-2024-03-12-2"]
    assert cells[7] == "–"
    assert cells[11] == "–"


def test_headers_have_scope_and_the_table_a_caption(html):
    assert html.count('scope="col"') == 16
    assert html.count('scope="row"') == len(DEPLOYMENTS)
    assert "<caption>" in html


def test_corrections_and_flags_are_noted(rows):
    assert (
        "Corrected: date 11 February 2023 to 11 February 2024"
        in dict(rows[1:])["met-2024-02-11-1"][14]
    )
    assert "Flag: 2 alerts" in dict(rows[1:])["met-2023-05-06-2"][14]


def test_only_web_addresses_become_links():
    tables = toy_site()
    tables.sources.loc[0, "url"] = "javascript:alert(1)"
    assert "javascript:" not in re.sub(
        r"<script>.*?</script>", "", render_table(tables).decode(), flags=re.DOTALL
    )
