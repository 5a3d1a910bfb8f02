"""Counts are cleaned by stated rules, and each says how much it left out."""

import pandas as pd
import pytest

from data.counters import (
    AUCKLAND_COUNTS,
    AUCKLAND_PLACES,
    LEEDS_COUNTS,
    LEEDS_PLACES,
    hour_of_week,
    load_auckland,
    load_leeds,
    within,
)
from data.errors import SourceError


def leeds_rows(dates, *, camera="Briggate", passages=lambda _date, _hour: 100):
    rows = [
        {
            "LocationName": camera,
            "NewDate": date.strftime("%d-%b-%Y"),
            "Weekday": date.day_name(),
            "Hour": hour,
            "InCount": passages(date, hour),
        }
        for date in dates
        for hour in range(24)
    ]
    return pd.DataFrame(rows)


def write_leeds(folder, rows):
    rows.to_csv(folder / LEEDS_COUNTS, index=False)
    places = ["X_Lon,Y_Lat,LocName", ",,", "-1.5424,53.7966,Briggate", ""]
    (folder / LEEDS_PLACES).write_text("\n".join(places), encoding="utf-8")
    return folder


def load_rows(folder, rows):
    return load_leeds(write_leeds(folder, rows))


def test_plain_weeks_are_kept_whole(tmp_path):
    found = load_rows(tmp_path, leeds_rows(pd.date_range("2015-06-01", periods=14)))
    assert found.left_out == {"kept": 14 * 24}
    assert found.counts["passages"].eq(100).all()
    assert found.places.to_dict("records") == [
        {"counter": "Briggate", "lon": -1.5424, "lat": 53.7966}
    ]


def test_repeated_hours_are_counted_once_and_contradicted_ones_not_at_all(tmp_path):
    rows = leeds_rows(pd.date_range("2015-06-01", periods=7))
    again, other = rows[rows.index == 30], rows[rows.index == 40].assign(InCount=101)
    found = load_rows(tmp_path, pd.concat([rows, again, other]))
    assert found.left_out == {
        "the counter's hour again, with the same count": 1,
        "the counter's hour with different counts": 2,
        "kept": 7 * 24 - 1,
    }


def test_a_date_that_is_not_its_weekday_is_left_out(tmp_path):
    rows = leeds_rows(pd.date_range("2015-06-01", periods=7))
    rows.loc[5, "Weekday"] = "Sunday"
    assert load_rows(tmp_path, rows).left_out["the date is not that weekday"] == 1


def test_hours_that_the_clocks_skip_or_repeat_are_left_out(tmp_path):
    rows = leeds_rows([*pd.date_range("2015-03-23", periods=7), pd.Timestamp("2015-10-25")])
    found = load_rows(tmp_path, rows)
    assert found.left_out["an hour of a clock change"] == 2
    times = set(found.counts["time"])
    assert pd.Timestamp("2015-03-29 01:00") not in times
    assert pd.Timestamp("2015-10-25 01:00") not in times
    assert pd.Timestamp("2015-03-29 02:00") in times


def test_a_day_with_nobody_at_a_busy_hour_was_not_counted(tmp_path):
    off = pd.Timestamp("2015-06-09")
    rows = leeds_rows(
        pd.date_range("2015-06-01", periods=21),
        passages=lambda date, hour: 0 if date == off and hour == 12 else 100,
    )
    found = load_rows(tmp_path, rows)
    assert found.left_out["a day with nobody at a busy hour, or at no hour"] == 24
    assert off not in set(found.counts["time"].dt.normalize())


def test_nobody_at_night_is_a_count(tmp_path):
    rows = leeds_rows(
        pd.date_range("2015-06-01", periods=21),
        passages=lambda _date, hour: 0 if hour < 5 else 100,
    )
    found = load_rows(tmp_path, rows)
    assert found.left_out == {"kept": 21 * 24}
    assert found.counts["passages"].eq(0).sum() == 21 * 5


def test_a_day_below_a_fifth_of_the_usual_is_left_out(tmp_path):
    shut = pd.Timestamp("2015-06-09")
    rows = leeds_rows(
        pd.date_range("2015-06-01", periods=21),
        passages=lambda date, _hour: 19 if date == shut else 100,
    )
    assert (
        load_rows(tmp_path, rows).left_out["a day below a fifth of the counter's usual"] == 24
    )


def test_a_camera_without_a_place_is_an_error(tmp_path):
    rows = leeds_rows(pd.date_range("2015-06-01", periods=7), camera="Kirkgate")
    with pytest.raises(SourceError, match="no place for \\['Kirkgate'\\]"):
        load_rows(tmp_path, rows)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"no footfall.csv.gz in .*Give the folder"):
        load_leeds(tmp_path)


def write_auckland(folder, dates):
    hours = [*range(6, 24), *range(6)]
    rows = [
        {
            "date": date,
            "hour": f"{hour}:00-{hour}:59",
            "year": 2023,
            "1 Quay": float(hour + 100),
        }
        for date in dates
        for hour in hours
    ]
    pd.DataFrame(rows).to_parquet(folder / AUCKLAND_COUNTS)
    text = "Address,Latitude,Longitude\n1 Quay,-36.8,174.8\n"
    (folder / AUCKLAND_PLACES).write_text(text, encoding="utf-8")
    return folder


def test_hours_after_midnight_belong_to_the_next_day(tmp_path):
    found = load_auckland(write_auckland(tmp_path, ["2023-05-01", "2023-05-02"])).counts
    assert found["time"].min() == pd.Timestamp("2023-05-01 06:00")
    assert found["time"].max() == pd.Timestamp("2023-05-03 05:00")
    assert (found["passages"] == found["time"].dt.hour + 100).all()


def test_a_date_whose_hours_slipped_is_left_out(tmp_path):
    folder = write_auckland(tmp_path, ["2023-05-01", "2023-05-02", "2023-05-03"])
    table = pd.read_parquet(folder / AUCKLAND_COUNTS)
    table.loc[30, "hour"] = table.loc[31, "hour"]
    table.to_parquet(folder / AUCKLAND_COUNTS)
    found = load_auckland(folder)
    assert found.left_out["the hours of the date are not there once each"] == 24
    assert found.left_out["kept"] == 48


def test_auckland_is_what_was_reviewed():
    found = load_auckland()
    assert len(found.places) == 21
    assert found.left_out == {
        "a day below a fifth of the counter's usual": 21_677,
        "a day with nobody at a busy hour, or at no hour": 31_380,
        "an hour of a clock change": 258,
        "no count": 67_884,
        "the hours of the date are not there once each": 4_011,
        "kept": 1_163_497,
    }
    # The crowd of the fireworks is there at the new year's first hour, not a day before.
    counts = found.counts.set_index("time")["passages"]
    crowd = counts.groupby(level=0).sum()
    assert crowd[pd.Timestamp("2020-01-01 00:00")] > 20_000
    assert crowd[pd.Timestamp("2019-12-31 00:00")] < 5_000


def test_years_without_counts_are_an_error(tmp_path):
    found = load_rows(tmp_path, leeds_rows(pd.date_range("2015-06-01", periods=7)))
    assert list(within(found, [2015]).columns) == ["counter", "passages", "hour_of_week"]
    with pytest.raises(SourceError, match=r"no counts in \[1999\]"):
        within(found, [1999])


def test_the_week_begins_on_monday_at_midnight():
    times = pd.Series(pd.to_datetime(["2015-06-01 10:00", "2015-06-07 00:00"]))
    assert hour_of_week(times).tolist() == [10, 144]


@pytest.mark.reference
def test_leeds_is_what_was_reviewed(reference_dir):
    found = load_leeds(reference_dir / "counts" / "leeds")
    assert found.left_out == {
        "a day below a fifth of the counter's usual": 2_264,
        "a day with nobody at a busy hour, or at no hour": 624,
        "an hour of a clock change": 127,
        "the counter's hour again, with the same count": 576,
        "kept": 550_769,
    }
    assert len(found.places) == 8
