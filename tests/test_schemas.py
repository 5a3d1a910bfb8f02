"""The schemas say everything once, and say it well formed."""

import duckdb
import pytest

from data.schemas import OUT_DEPLOYMENTS, TABLES
from data.sql import ddl, quoted

PUBLISHED = """
deployment_id, force, date, date_precision, place_published, place_read, area_name, area_code,
precision, lon, lat, uncertainty_m, located_by, duration_h, use_case, watchlist_size, threshold,
faces_seen, alerts, true_alerts_confirmed, true_alerts_unconfirmed, false_alerts_confirmed,
false_alerts_unconfirmed, arrests, counting_era, faces_expected, faces_expected_lo80,
faces_expected_hi80, faces_expected_lo90, faces_expected_hi90, exposure, exposure_lo80,
exposure_hi80, exposure_source, walk_past_per_h, walk_past_per_h_lo80, walk_past_per_h_hi80,
residents_800m, residents_method, flags, source_document, source_sha256, source_page, source_row
""".replace("\n", " ")


def test_the_published_columns_and_their_order():
    assert list(OUT_DEPLOYMENTS.names) == [name.strip() for name in PUBLISHED.split(",")]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_well_formed(table):
    assert table.name.split("_")[0] in {"raw", "core", "rejected", "out"}
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
    assert all(not table[name].nullable for name in table.key)
    assert table.meaning.endswith(".")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_column_says_what_it_means_and_in_what_unit(table):
    for column in table.columns:
        assert column.meaning.endswith("."), column.name
        if column.name.endswith("_m"):
            assert column.unit == "m"
        if column.name.endswith("_h"):
            assert column.unit in {"h", "passages/h", "faces/h"}
        if column.name.endswith("_share"):
            assert (column.low, column.high) == (0, 1)
        if column.values:
            assert column.dtype == "VARCHAR"


def test_the_same_name_has_the_same_type_everywhere():
    types = {}
    for table in TABLES:
        for column in table.columns:
            assert types.setdefault(column.name, column.dtype) == column.dtype, column.name


def test_the_ddl_makes_the_tables():
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(ddl(table))
            found = connection.execute(f"DESCRIBE {table.name}").fetchall()
            expected = [(c.name, c.dtype) for c in table.columns]
            expected += [("geometry", "GEOMETRY")] if table.spatial else []
            assert [row[:2] for row in found] == expected


def test_an_estimate_travels_with_its_interval():
    names = set(OUT_DEPLOYMENTS.names)
    for name in ("faces_expected", "exposure", "walk_past_per_h"):
        assert {f"{name}_lo80", f"{name}_hi80"} <= names


def test_identifiers_are_quoted():
    assert quoted('a"b') == '"a""b"'
