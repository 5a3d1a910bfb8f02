"""People at points: read as they stand, or refused by row and column."""

import pytest

from data.errors import SourceError
from data.people_points import load_people_points


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "jobs.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_jobs_in_degrees(tmp_path):
    path = table(
        tmp_path, "name,Lon, LAT,jobs\nBank,-0.0886,51.5134,1200\n\nHoxton,-0.08,51.53,40.5\n"
    )
    out = load_people_points(path)
    assert out.index.tolist() == [2, 4]
    assert out["count"].tolist() == [1200, 40.5]
    assert out.crs.to_epsg() == 4326
    assert (out.geometry.x.iloc[0], out.geometry.y.iloc[0]) == (-0.0886, 51.5134)


def test_people_on_the_british_grid(tmp_path):
    path = table(tmp_path, "easting_m;northing_m;count;note\n530000;180000;7;x\n", "utf-16")
    point = load_people_points(path).geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((-0.1284, 51.5041), abs=1e-3)


def test_the_count_may_be_named(tmp_path):
    path = table(tmp_path, "lon,lat,jobs,residents,Night Shift\n1,2,3,4,5\n")
    assert load_people_points(path, count="night shift")["count"].tolist() == [5]
    with pytest.raises(
        SourceError, match=r"several columns of counts: \['residents', 'jobs'\]"
    ):
        load_people_points(path)
    with pytest.raises(SourceError, match="no column cars"):
        load_people_points(path, count="cars")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lon,lat,count\n1,2,3\n1,2,\n", "row 3, column 'count' holds nothing"),
        (
            "lon,lat,count\n1,2,-3\n",
            "row 2, column 'count' holds '-3'; it needs a number from 0 up",
        ),
        ("lon,lat,count\n1,2,nan\n", "row 2, column 'count' holds 'nan'"),
        ('lon,lat,count\n1,2,3\n\n1,2,"1,200"\n', "row 4, column 'count' holds '1,200'"),
        ("lon,lat,count\n530000,180000,3\n", "column 'lon' holds '530000'.*from -180 to 180"),
        ("easting_m,northing_m,count\n-0.1,51.5,3\n", "column 'easting_m' holds '-0.1'"),
        ("x,y,count\n1,2,3\n", "no columns of positions"),
        ("lon,lat,easting_m,northing_m,count\n1,2,3,4,5\n", "both pairs of columns"),
        ("lon,lat,name\n1,2,a\n", "no column count or people"),
        ("lon,lat,count\n", "no rows below its header"),
        ("", "no rows below its header"),
        ("lon,lat,count\n1,2,3,4\n", "row 2 has 4 cells under 3 headers"),
        ("lon,lat,count,lon\n1,2,3,4\n", "'lon' twice"),
        ('lon,lat,count\n1,2,"3\n', "quotes do not match"),
        ("\x00\x01\x02", "not a text table"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        load_people_points(table(tmp_path, text))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(SourceError, match="no table of people"):
        load_people_points(tmp_path / "none.csv")
