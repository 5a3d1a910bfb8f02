"""What readers download: right in any program, and the same bytes every time."""

import csv
import io
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon
from toy_tables import make_tables

from data.errors import SchemaError
from data.exports import (
    deployments_csv,
    deployments_geojson,
    deployments_parquet,
    tidy,
    to_csv,
    write_exports,
)
from data.schemas import CORE_FLAGS, OUT_DEPLOYMENTS, OUT_PLACES, REJECTED_ROWS


@pytest.fixture
def deployments():
    return make_tables()["out_deployments"]


def read_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def make_flags(*texts):
    return pd.DataFrame({"deployment_id": texts, "flag": "odd", "detail": "d"})


def test_csv_by_hand(deployments):
    content = deployments_csv(deployments)
    rows = read_csv(content)
    assert list(rows[0]) == list(OUT_DEPLOYMENTS.names)
    assert rows[0]["faces_seen"] == "1000"
    assert rows[0]["exposure"] == "1000"
    assert rows[0]["duration_h"] == "5"
    assert rows[1]["lon"] == "-0.123457"
    assert rows[1]["lat"] == "51.501234"
    assert rows[2]["faces_seen"] == rows[2]["lon"] == rows[2]["area_name"] == ""
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")


def test_a_formula_is_disarmed_and_a_negative_number_is_not(deployments):
    rows = read_csv(deployments_csv(deployments))
    assert rows[1]["place_published"] == "'=cmd()"
    assert rows[0]["lon"] == "-0.15"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_every_start_of_a_formula_is_disarmed(start):
    content = to_csv(make_flags(f"{start}1+1"), CORE_FLAGS)
    assert read_csv(content)[0]["deployment_id"].startswith("'")


@pytest.mark.parametrize("text", ["Camden", "a=b", "1-2", "'quoted'", "St. John's", "Caffè"])
def test_plain_text_is_left_alone(text):
    assert read_csv(to_csv(make_flags(text), CORE_FLAGS))[0]["deployment_id"] == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1))
def test_any_text_comes_back_but_for_the_apostrophe(text):
    (row,) = read_csv(to_csv(make_flags(text), CORE_FLAGS))
    assert row["deployment_id"].removeprefix("'") == text.removeprefix("'")
    assert not row["deployment_id"].startswith(("=", "+", "-", "@"))


@settings(deadline=None)
@given(st.floats(-1e9, 1e9) | st.none())
def test_numbers_are_plain_and_keep_six_digits(value):
    places = make_tables()["out_places"].head(1).assign(duration_h=value)
    (row,) = read_csv(to_csv(places, OUT_PLACES))
    text = row["duration_h"]
    if value is None:
        assert text == ""
    else:
        assert "e" not in text
        assert text != "-0"
        assert float(text) == pytest.approx(value, rel=1e-5, abs=1e-300)


def test_a_reported_count_keeps_every_digit_as_exposure(deployments):
    count = 1_234_567
    big = deployments.assign(faces_seen=count, exposure=float(count), arrests=None)
    for row in read_csv(deployments_csv(big)):
        assert (row["faces_seen"], row["exposure"]) == ("1234567", "1234567")


def test_the_smaller_tables_are_written_too():
    tables = make_tables()
    assert read_csv(to_csv(tables["out_places"], OUT_PLACES))[0]["reason"] == "made up"
    assert read_csv(to_csv(tables["rejected_rows"], REJECTED_ROWS))[0]["reason"] == "No date."


def test_all_downloads_are_written(tmp_path):
    tables = make_tables()
    folder = tmp_path / "site" / "data"
    for _ in range(2):
        write_exports(folder, deployments=tables["out_deployments"], tables=tables)
    assert sorted(path.name for path in folder.iterdir()) == [
        "areas.csv",
        "deployments.csv",
        "deployments.geojson",
        "deployments.parquet",
        "eras.csv",
        "events.csv",
        "places.csv",
        "plausible.csv",
        "rates.csv",
        "ratios.csv",
        "rejected.csv",
        "scorecard.csv",
        "vagueness.csv",
    ]
    assert (folder / "deployments.csv").read_bytes() == deployments_csv(
        tables["out_deployments"]
    )


def test_an_empty_table_has_its_header():
    assert to_csv(make_flags(), CORE_FLAGS) == b"deployment_id,flag,detail\n"


def test_a_missing_column_is_refused(deployments):
    with pytest.raises(SchemaError, match=r"out_deployments lacks the columns \['exposure'\]"):
        deployments_csv(deployments.drop(columns="exposure"))


# --- GeoJSON ----------------------------------------------------------------------------


def test_geojson_after_the_standard(deployments):
    layer = json.loads(deployments_geojson(deployments))
    assert layer["type"] == "FeatureCollection"
    assert "crs" not in layer
    first, second, third = layer["features"]
    assert first["id"] == first["properties"]["deployment_id"] == "toy-2024-10-01-1"
    assert list(first["properties"]) == list(OUT_DEPLOYMENTS.names)
    assert second["geometry"] == {"type": "Point", "coordinates": [-0.123457, 51.501234]}
    assert third["geometry"] is None
    assert third["properties"]["faces_seen"] is None
    assert isinstance(first["properties"]["faces_seen"], int)


def test_outer_rings_turn_anticlockwise(deployments):
    clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    assert not clockwise.exterior.is_ccw
    shapes = deployments.set_geometry(
        [clockwise, LineString([(0, 0), (1, 1)]), Point()], crs="EPSG:4326"
    )
    first, second, third = json.loads(deployments_geojson(shapes))["features"]
    assert shapely.geometry.shape(first["geometry"]).exterior.is_ccw
    assert second["geometry"]["type"] == "LineString"
    assert third["geometry"] is None


def test_geojson_reads_back(deployments, tmp_path):
    path = tmp_path / "deployments.geojson"
    path.write_bytes(deployments_geojson(deployments))
    read = gpd.read_file(path)
    assert read.crs == "EPSG:4326"
    assert read["deployment_id"].tolist() == deployments["deployment_id"].tolist()


def test_metres_are_refused(deployments):
    for write in (deployments_geojson, deployments_parquet):
        with pytest.raises(
            SchemaError, match="must have a geometry in EPSG:4326; got EPSG:27700"
        ):
            write(deployments.to_crs("EPSG:27700"))


# --- GeoParquet -------------------------------------------------------------------------


def test_parquet_reads_back_with_types(deployments):
    read = gpd.read_parquet(io.BytesIO(deployments_parquet(deployments)))
    assert list(read.columns) == [*OUT_DEPLOYMENTS.names, "geometry"]
    assert read.crs == "EPSG:4326"
    assert read["geometry"].isna().tolist() == [False, False, True]
    assert read["faces_seen"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(
        pd.DataFrame(read.drop(columns="geometry")),
        tidy(deployments, OUT_DEPLOYMENTS),
        check_dtype=False,
    )


def test_nothing_located_can_still_be_written(deployments):
    lost = deployments.set_geometry([None] * 3, crs="EPSG:4326")
    read = gpd.read_parquet(io.BytesIO(deployments_parquet(lost)))
    assert read["geometry"].isna().all()
    features = json.loads(deployments_geojson(lost))["features"]
    assert [feature["geometry"] for feature in features] == [None] * 3


# --- laws -------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [deployments_csv, deployments_geojson, deployments_parquet])
def test_the_same_table_gives_the_same_bytes(deployments, write):
    before = deployments.copy()
    shuffled = deployments[list(reversed(deployments.columns))].set_axis([5, 9, 2])
    assert write(deployments) == write(deployments.copy()) == write(shuffled)
    pd.testing.assert_frame_equal(deployments, before)


def test_noise_beyond_the_digits_does_not_change_the_bytes(deployments):
    noisy = deployments.assign(
        uncertainty_m=deployments["uncertainty_m"] * (1 + 1e-12),
        lon=deployments["lon"] + 1e-12,
    )
    moved = shapely.transform(deployments["geometry"].to_numpy(), lambda xy: xy + 1e-12)
    noisy = noisy.set_geometry(moved, crs="EPSG:4326")
    for write in (deployments_csv, deployments_geojson, deployments_parquet):
        assert write(noisy) == write(deployments)


def test_the_three_downloads_agree(deployments):
    from_csv = read_csv(deployments_csv(deployments))
    features = json.loads(deployments_geojson(deployments))["features"]
    parquet = gpd.read_parquet(io.BytesIO(deployments_parquet(deployments)))
    for name in ("faces_expected", "uncertainty_m", "lon"):
        for row, feature, value in zip(from_csv, features, parquet[name], strict=True):
            if feature["properties"][name] is None:
                assert row[name] == ""
                assert np.isnan(value)
            else:
                assert float(row[name]) == feature["properties"][name] == value


def test_a_download_without_its_table_is_refused(tmp_path):
    tables = make_tables()
    del tables["out_areas"]
    with pytest.raises(SchemaError, match=r"lacks \['out_areas'\]"):
        write_exports(tmp_path, deployments=tables["out_deployments"], tables=tables)
