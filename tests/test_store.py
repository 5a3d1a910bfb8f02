"""A sound run is stored and read back; every broken rule is refused by name."""

import duckdb
import pandas as pd
import pytest
from toy_tables import CORE, DOCUMENT, SCHEMAS, make_tables

from data.errors import SchemaError
from data.schemas import TABLES
from data.sql import bound_checks
from data.store import connect, load_checks, read_table, write_database

FIRST = CORE[0]["deployment_id"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "passersby.duckdb"


def test_tables_come_back_as_they_went_in(path):
    tables = make_tables()
    write_database(path, tables)
    for name, frame in tables.items():
        plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        pd.testing.assert_frame_equal(read_table(path, name), plain, check_dtype=False)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_null_stays_null_and_counts_stay_whole(path):
    write_database(path, make_tables())
    faces = read_table(path, "core_deployments")["faces_seen"]
    assert str(faces.dtype) == "Int64"
    assert faces.isna().tolist() == [False, False, True]


def test_shapes_are_stored(path):
    write_database(path, make_tables())
    with connect(path, read_only=True) as connection:
        rows = connection.execute("SELECT ST_AsText(geometry) FROM out_deployments").fetchall()
    assert rows[0][0].startswith("POLYGON ((-0.2 51.5")
    assert rows[1] == ("POINT (-0.1234568 51.5012343)",)
    assert rows[2] == (None,)


def test_the_same_tables_give_the_same_rows(path, tmp_path):
    write_database(path, make_tables())
    write_database(tmp_path / "again.duckdb", make_tables())
    for table in TABLES:
        again = read_table(tmp_path / "again.duckdb", table.name)
        pd.testing.assert_frame_equal(read_table(path, table.name), again)


def test_any_duckdb_can_read_the_file(path):
    write_database(path, make_tables())
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM out_deployments").fetchone() == (3,)


def test_a_failed_write_leaves_the_last_database(path):
    write_database(path, make_tables())
    before = path.read_bytes()
    broken = make_tables()
    broken["out_deployments"].loc[0, "exposure"] = 7.0
    with pytest.raises(SchemaError):
        write_database(path, broken)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_no_extension_is_ever_fetched(path):
    with connect(path) as connection:
        names = ("autoinstall_known_extensions", "autoload_known_extensions")
        for name in names:
            query = f"SELECT current_setting('{name}')"
            assert connection.execute(query).fetchone() == (False,)


# --- every check of data/checks, broken once --------------------------------------------


def spoil(table, column, value, row=0):
    def change(tables):
        tables[table].loc[row, column] = value

    return change


def drop(table, row=0):
    def change(tables):
        tables[table] = tables[table].drop(index=row)

    return change


def several(*changes):
    def change(tables):
        for one in changes:
            one(tables)

    return change


BREAKS = {
    "aborted_expects_nothing": spoil("core_deployments", "status", "aborted"),
    "areas_add_up": spoil("out_areas", "deployments", 3),
    "counting_eras_are_told": spoil("out_deployments", "counting_era", "none"),
    "dates_match_precision": several(
        spoil("core_deployments", "date", "2024-02-30"),
        spoil("out_deployments", "date", "2024-02-30"),
    ),
    "deployments_have_cells": lambda tables: tables.update(
        raw_cells=tables["raw_cells"].query("source_row != 1")
    ),
    "estimates_have_intervals": spoil("out_deployments", "faces_expected_lo80", None),
    "events_have_deployments": spoil("out_events", "first_date", "2099-01-01"),
    "intervals_are_ordered": spoil("out_deployments", "faces_expected_hi80", 900.0),
    "out_matches_core": spoil("out_deployments", "alerts", 4),
    "places_are_told_once": spoil("out_places", "deployments", 2),
    "rates_are_explained": spoil("out_rates", "lo90", 900.0, row=2),
    "rates_count_every_deployment": spoil("out_rates", "deployments", 2),
    "raw_rows_belong": several(
        drop("rejected_rows"),
        spoil("core_sources", "rows_in", 3),
        spoil("core_sources", "rows_rejected", 0),
    ),
    "remarks_have_deployments": spoil("core_flags", "deployment_id", "toy-1999-01-01-1"),
    "reported_exposure_is_the_count": several(
        spoil("out_deployments", "exposure", 1500.0),
        spoil("out_deployments", "exposure_lo80", 1000.0),
        spoil("out_deployments", "exposure_hi80", 1600.0),
    ),
    "source_rows_add_up": spoil("core_sources", "rows_in", 5),
    "source_rows_are_there": several(
        spoil("core_sources", "rows_in", 5), spoil("core_sources", "rows_rejected", 2)
    ),
    "sources_are_known": several(
        spoil("core_deployments", "source_document", "other.csv"),
        lambda tables: tables["raw_cells"].loc.__setitem__(
            (tables["raw_cells"]["source_row"] == 1, "source_document"), "other.csv"
        ),
        spoil("out_deployments", "source_document", "other.csv"),
        spoil("core_sources", "rows_in", 3),
        spoil("core_sources", "rows_core", 2),
    ),
    "spots_match_precision": spoil("out_deployments", "uncertainty_m", None),
    "tellings_come_in_pairs": spoil("out_places", "telling", "record"),
    "vagueness_adds_up": spoil("out_vagueness", "deployments", 2),
    "zero_was_published": several(
        spoil("core_deployments", "faces_seen", 0, row=2),
        spoil("out_deployments", "faces_seen", 0, row=2),
        spoil("out_deployments", "exposure", 0.0, row=2),
        spoil("out_deployments", "exposure_lo80", 0.0, row=2),
        spoil("out_deployments", "exposure_hi80", 0.0, row=2),
        spoil("out_deployments", "exposure_source", "reported", row=2),
    ),
}


def test_every_check_is_broken_once_here():
    assert [check.name for check in load_checks()] == sorted(BREAKS)
    assert all(check.rule.endswith(".") for check in load_checks())


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_broken_rule_is_refused_by_name(path, name):
    tables = make_tables()
    BREAKS[name](tables)
    with pytest.raises(SchemaError, match=f"Check '{name}' found"):
        write_database(path, tables)
    assert not path.exists()


def test_the_message_names_up_to_three_rows(path):
    tables = {"core_flags": pd.concat([make_tables()["core_flags"]] * 5, ignore_index=True)}
    tables["core_flags"]["flag"] = [f"flag-{n}" for n in range(5)]
    tables["core_flags"]["deployment_id"] = [f"toy-{n}" for n in range(5)]
    with pytest.raises(
        SchemaError, match=r"found 5 rows that break it: toy-0, toy-1, toy-2 and 2 more"
    ):
        write_database(path, {**make_tables(), **tables})


def test_checks_of_absent_tables_are_left_out(path):
    write_database(path, {"core_flags": make_tables()["core_flags"]})
    assert len(read_table(path, "core_flags")) == 1
    with pytest.raises(SchemaError, match="holds no table 'out_areas'"):
        read_table(path, "out_areas")


# --- types, keys and bounds -------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        (
            "core_deployments",
            "alerts",
            "3",
            r"alerts must be BIGINT; got '3' in toy-2024-10-01-1",
        ),
        ("core_deployments", "alerts", 2.5, "must be BIGINT; got 2.5"),
        ("core_deployments", "alerts", True, "must be BIGINT; got True"),
        ("core_deployments", "duration_h", float("inf"), "must be DOUBLE; got inf"),
        ("core_deployments", "place_published", 7, "must be VARCHAR; got 7"),
        (
            "core_deployments",
            "force",
            None,
            "force must not be null; it is in toy-2024-10-01-1",
        ),
        ("core_deployments", "duration_h", 100.0, "core_deployments.duration_h in bounds"),
        ("core_deployments", "alerts", -1, "core_deployments.alerts in bounds"),
        ("out_deployments", "precision", "exact", "out_deployments.precision in bounds"),
        ("out_deployments", "uncertainty_m", 0.0, "out_deployments.uncertainty_m in bounds"),
        ("out_deployments", "lat", 95.0, "out_deployments.lat in bounds"),
    ],
)
def test_a_wrong_value_is_refused(path, table, column, value, message):
    tables = make_tables()
    frame = tables[table].copy()
    frame[column] = frame[column].astype(object)
    frame.loc[0, column] = value
    tables[table] = frame
    with pytest.raises(SchemaError, match=message):
        write_database(path, tables)


def test_a_doubled_key_is_refused(path):
    tables = make_tables()
    frame = tables["core_deployments"]
    frame["deployment_id"] = FIRST
    with pytest.raises(
        SchemaError, match=rf"'deployment_id'\] is doubled in {FIRST}, {FIRST}\."
    ):
        write_database(path, tables)


def test_columns_must_be_the_schemas_own(path):
    tables = make_tables()
    frame = tables["core_flags"].rename(columns={"detail": "details"})
    with pytest.raises(SchemaError, match=r"lacks the columns \['detail'\].*\['details'\]"):
        write_database(path, {**tables, "core_flags": frame})
    with pytest.raises(SchemaError, match=r"no schema for \['out_magic'\]"):
        write_database(path, {"out_magic": frame})


def test_shapes_without_longitude_and_latitude_are_refused(path):
    tables = make_tables()
    tables["out_places"] = tables["out_places"].to_crs("EPSG:27700")
    with pytest.raises(SchemaError, match="must be in EPSG:4326 to be stored; got EPSG:27700"):
        write_database(path, tables)


def test_reading_what_is_not_there_is_said(path):
    with pytest.raises(SchemaError, match=r"no table 'core_flags' to read in passersby.duckdb"):
        read_table(path, "core_flags")


def test_every_bounded_column_has_a_query_that_runs(path):
    write_database(path, make_tables())
    with connect(path, read_only=True) as connection:
        for table in TABLES:
            for _, query in bound_checks(table):
                assert connection.execute(query).fetchall() == []


def test_toy_tables_cover_every_schema():
    assert set(make_tables()) == set(SCHEMAS)
    assert DOCUMENT["source_page"] == 1
