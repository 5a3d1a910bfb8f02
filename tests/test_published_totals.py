"""The table of published totals, and what its messages say of a wrong one."""

import pandas as pd
import pytest

from data.errors import SchemaError
from data.published_totals import COLUMNS, load_totals

GOOD = {
    "force": "Force F",
    "first_date": "2024-09-01",
    "last_date": "2025-09-30",
    "deployments": "203",
    "faces_seen": "3147436",
    "published_on": "2025-10-31",
    "rounded": "no",
    "source": "A report",
    "note": "",
}


@pytest.fixture
def write(tmp_path):
    def write_rows(*rows):
        path = tmp_path / "totals.csv"
        pd.DataFrame([{**GOOD, **row} for row in rows]).to_csv(path, index=False)
        return path

    return write_rows


def test_a_good_table_is_read(write):
    totals = load_totals(write({}, {"deployments": "7"}))
    assert tuple(totals.columns) == COLUMNS
    assert totals["deployments"].tolist() == [203, 7]
    assert totals["faces_seen"].dtype == "int64"


def test_no_rows_are_a_good_table(write, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    assert load_totals(path).empty


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"force": ""}, "line 3: force is empty"),
        ({"source": ""}, "line 3: source is empty"),
        ({"first_date": "2024-9-1"}, "line 3, first_date: '2024-9-1' is not a date"),
        ({"first_date": ""}, "line 3, first_date: '' is not a date"),
        ({"last_date": "2025-02-30"}, "line 3, last_date: '2025-02-30' is not a date"),
        ({"published_on": "October"}, "line 3, published_on: 'October' is not a date"),
        ({"published_on": "2025-10"}, "line 3, published_on: '2025-10' is not a date"),
        ({"deployments": "0"}, "line 3, deployments: '0' is not a whole number above 0"),
        ({"deployments": "-5"}, "line 3, deployments: '-5' is not a whole number"),
        ({"faces_seen": "3,147"}, "line 3, faces_seen: '3,147' is not a whole number"),
        ({"faces_seen": "2.5"}, "line 3, faces_seen: '2.5' is not a whole number"),
        ({"faces_seen": "²"}, "line 3, faces_seen: '²' is not a whole number"),
        ({"rounded": "about"}, "line 3, rounded: 'about' is neither yes nor no"),
        (
            {"last_date": "2024-08-31"},
            "line 3: the dates 2024-09-01, 2024-08-31 and 2025-10-31",
        ),
        ({"published_on": "2025-09-29"}, "2025-09-29 are not in order"),
    ],
)
def test_each_fault_is_told_with_its_line(write, row, says):
    with pytest.raises(SchemaError) as caught:
        load_totals(write({}, row))
    assert says in str(caught.value)
    assert str(caught.value).startswith("totals.csv, line 3")


def test_other_columns_are_refused(tmp_path):
    path = tmp_path / "totals.csv"
    path.write_text("force,deployments\nF,3\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="must have the columns"):
        load_totals(path)


def test_what_was_not_yet_published_is_left_out(write):
    path = write({}, {"published_on": "2026-01-27"})
    assert len(load_totals(path, as_of="2025-10-30")) == 0
    assert len(load_totals(path, as_of="2025-10-31")) == 1
    assert load_totals(path, as_of="2026-01-27").index.tolist() == [0, 1]


def test_the_embedded_table_is_good_and_says_where_it_is_from():
    totals = load_totals()
    assert len(totals) >= 2
    assert totals["source"].str.len().gt(20).all()
