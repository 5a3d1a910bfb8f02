"""Cells a clerk has typed, or might: read by hand first, then laws for any text."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.cell import clean_cell
from data.dates import parse_date
from data.errors import ValueParseError
from data.times import hours_between, parse_duration, parse_span, parse_time
from data.values import (
    parse_coordinate,
    parse_count,
    parse_share,
    parse_status,
    parse_text,
    parse_threshold,
)

PARSERS = (
    parse_count,
    parse_date,
    parse_duration,
    parse_share,
    parse_span,
    parse_status,
    parse_text,
    parse_threshold,
    parse_time,
    lambda text: parse_coordinate(text, limit=180),
    lambda text: parse_duration(text, unit="hours"),
    lambda text: parse_date(text, month_first=True),
)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("5h03m", 303), ("5h40", 340), ("8h0m", 480), ("6h 07m", 367), ("0h33m", 33),
        ("5H03M", 303), ("5 h 03 m", 303), ("5h", 300), ("5hrs", 300), ("33 mins", 33),
        ("5:03", 303), ("05:03", 303), ("05:03:00", 303), ("0 days 05:03:00", 303),
        ("5 hrs 3 mins", 303), ("5hr 3min", 303), ("5 hours and 3 minutes", 303),
        ("5hrs, 3mins", 303), ("5.5 hours", 330), ("5.25h", 315), ("5½ hours", 330),
        ("½ hour", 30), ("330 mins", 330), ("PT5H3M", 303), ("5h\u00a003m", 303),
        ("６h０７m", 367), ("72h", 4320), ("６ｈ０７ｍ", 367), ("6:07hrs", 367), ("6:07 hours", 367),
        ("4 1/2 hours", 270), ("4 1/2hrs", 270), ("1/2 hour", 30), ("5h 3m 30s", 303.5),
        (".5h", 30), ("5 hrs 3", 303),
    ],
)  # fmt: skip
def test_durations_by_hand(text, minutes):
    assert parse_duration(text) == pytest.approx(minutes / 60)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5", "no unit"), ("5.5", "no unit"), ("5h60m", "0 to 59"), ("5h75", "0 to 59"),
        ("73h", "72 hours"), ("5000 mins", "72 hours"), ("4.30 hrs", "one way"),
        ("-5h", "not a duration"), ("5-6h", "not a duration"), ("~5h", "not a duration"),
        ("5h03m¹", "not a duration"), ("a while", "not a duration"), ("h", "not a duration"),
    ],
)  # fmt: skip
def test_durations_refused(text, said):
    with pytest.raises(ValueParseError, match=said):
        parse_duration(text)


@pytest.mark.parametrize("text", ["5.30", "05.30", "4.05"])
def test_bare_hours_that_read_two_ways_are_refused(text):
    with pytest.raises(ValueParseError, match=r"one way.*duration_h:clock.*duration_h:decimal"):
        parse_duration(text, unit="hours")


def test_the_user_may_say_how_hours_are_written():
    assert parse_duration("5.30", unit="clock") == 5.5
    assert parse_duration("5.30", unit="decimal") == 5.3
    assert parse_duration("4.30 hrs", unit="clock") == 4.5
    assert parse_duration("5", unit="clock") == 5
    with pytest.raises(ValueParseError, match="around a point"):
        parse_duration("5.75", unit="clock")


def test_a_part_of_a_day_is_not_taken_for_hours():
    with pytest.raises(ValueParseError, match="part of a day"):
        parse_duration("0.229166666666667", unit="hours")
    assert parse_duration("0.25", unit="hours") == 0.25


@pytest.mark.parametrize(
    ("text", "letter"), [("1O", "O"), ("O", "O"), ("l2", "l"), ("1,2O0", "O"), ("I", "I")]
)
def test_letters_for_figures_are_named(text, letter):
    with pytest.raises(ValueParseError, match=f"holds '{letter}' where"):
        parse_count(text)


def test_a_share_under_a_percent_threshold_is_a_share():
    # Spreadsheets keep 60 % as 0.6; a threshold of 0.6 % would alert on everybody.
    assert parse_threshold("0.6", percent=True) == 0.6
    assert parse_threshold("60", percent=True) == 0.6
    assert parse_threshold("0.6%", percent=True) == 0.006


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("24/03/05", "year reads as 05"), ("Tues 5 March", "year is missing"),
        ("05/03", "year is missing"), ("45356", "count of days"), ("45356.5", "count of days"),
        ("05/03/24 - 06/03/24", "several days"), ("05/03/24 & 06/03/24", "several days"),
        ("5-6 March 2024", "several days"), ("Mar-24", "one way"), ("20241301", "no month 13"),
    ],
)  # fmt: skip
def test_refused_dates_say_why(text, said):
    with pytest.raises(ValueParseError, match=said):
        parse_date(text)


@pytest.mark.parametrize("text", ["20240305", "5 Mar '24", "5-Mar-24", "Tues 5th March 2024"])
def test_further_dates_by_hand(text):
    assert parse_date(text).iso == "2024-03-05"


def test_a_header_may_name_the_unit():
    assert parse_duration("5.5", unit="hours") == 5.5
    assert parse_duration("330", unit="minutes") == 5.5
    assert parse_duration("5h03m", unit="minutes") == pytest.approx(5.05)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("06/05/23", "2023-05-06"), ("6.5.2023", "2023-05-06"), ("2023-05-06", "2023-05-06"),
        ("06-05-2023", "2023-05-06"), ("6 May 2023", "2023-05-06"), ("6th May 23", "2023-05-06"),
        ("Sat 6th May 2023", "2023-05-06"), ("Saturday, 6 May 2023", "2023-05-06"),
        ("6-May-23", "2023-05-06"), ("May 6, 2023", "2023-05-06"), ("1 Sept 2023", "2023-09-01"),
        ("2023-05-06 00:00:00", "2023-05-06"), ("2023-05-06T00:00:00", "2023-05-06"),
        ("06/05/2023 10:30", "2023-05-06"), ("29/02/24", "2024-02-29"),
        ("May 2023", "2023-05"), ("2023-08", "2023-08"), ("08/2023", "2023-08"), ("2023", "2023"),
        ("06/05/79", "2079-05-06"), ("06–05–23", "2023-05-06"),
    ],
)  # fmt: skip
def test_dates_by_hand(text, iso):
    date = parse_date(text)
    assert date.iso == iso
    assert date.precision == {10: "day", 7: "month", 4: "year"}[len(iso)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("05/13/23", "month-first"), ("31/02/23", "no such day"), ("29/02/23", "no such day"),
        ("Sun 6th May 2023", "was a Saturday"), ("06/05/80", "year reads as 80"),
        ("6/5/1923", "1923"), ("Aug 23", "not a date"), ("6 May", "not a date"),
        ("6-8 May 2023", "not a date"), ("45052", "not a date"), ("", "empty"),
        ("13/2023", "no month 13"), ("6 Mai 2023", "no month"), ("N/A", "not a date"),
        ("2023-13-01", "not a date"),
    ],
)  # fmt: skip
def test_dates_refused(text, said):
    with pytest.raises(ValueParseError, match=said):
        parse_date(text)


def test_a_month_first_document_says_so():
    assert parse_date("05/13/23", month_first=True).iso == "2023-05-13"
    assert parse_date("2023-05-06", month_first=True).iso == "2023-05-06"
    assert parse_date("6 May 2023", month_first=True).iso == "2023-05-06"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("28220", 28220), ("28,220", 28220), ("28 220", 28220), ("28\u202f220", 28220),
        ("1,229,140", 1229140), ("0", 0), ("nil", 0), ("zero", 0), ("5460.0", 5460),
        ("N/A", None), ("n/a", None), ("-", None), ("–", None), ("", None), (None, None),
        ("not recorded", None), ("１２", 12),
    ],
)  # fmt: skip
def test_counts_by_hand(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "c. 500",
        "~500",
        "500+",
        "-3",
        "4.5",
        "28.000",
        "28,22",
        "5460¹",
        "1e5",
        "500*",
        "9" * 13,
    ],
)
def test_counts_refused(text):
    with pytest.raises(ValueParseError, match="Accepted"):
        parse_count(text)


def test_shares_and_thresholds_by_hand():
    assert parse_share("0.08%") == 0.0008
    assert parse_share("0%") == 0
    assert parse_share("0.008 %") == 0.00008
    assert parse_share("0.0008") == 0.0008
    assert parse_share("0.08", percent=True) == 0.0008
    assert parse_threshold(".6") == parse_threshold("0.60") == parse_threshold("60%") == 0.6
    assert parse_threshold("N/A") is None


@pytest.mark.parametrize("text", ["60", "1.2", "-0.6", "0,6", "120%", "high", "0.6-0.64"])
def test_thresholds_refused(text):
    with pytest.raises(ValueParseError, match="similarity threshold"):
        parse_threshold(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("10:00", "10:00"), ("1000", "10:00"), ("1000hrs", "10:00"), ("9.30am", "09:30"),
        ("4pm", "16:00"), ("12am", "00:00"), ("12pm", "12:00"), ("noon", "12:00"),
        ("09:00:00", "09:00"), ("10h30", "10:30"), ("N/A", None),
    ],
)  # fmt: skip
def test_times_by_hand(text, time):
    assert parse_time(text) == time


@pytest.mark.parametrize("text", ["10", "24:30", "10:60", "13pm", "0am", "morning"])
def test_times_refused(text):
    with pytest.raises(ValueParseError, match="time of day"):
        parse_time(text)


def test_spans_by_hand():
    assert parse_span("10:00 – 16:30") == ("10:00", "16:30")
    assert parse_span("from 10:00 to 16:30") == ("10:00", "16:30")
    assert parse_span("between 10am and 4.30pm") == ("10:00", "16:30")
    assert parse_span("10:00/16:30") == ("10:00", "16:30")
    assert parse_span("18:00-24:00") == ("18:00", "00:00")
    assert hours_between("22:00", "01:15") == 3.25
    with pytest.raises(ValueParseError, match="start and an end"):
        parse_span("10:00")


def test_status_and_coordinates():
    assert parse_status("Stood down") == "aborted"
    with pytest.raises(ValueParseError, match="status"):
        parse_status("perhaps")
    assert parse_coordinate("51.5", limit=90) == 51.5
    with pytest.raises(ValueParseError, match="-90 to 90"):
        parse_coordinate("151.5", limit=90)


@given(st.text())
@example("½h")
@example("²h")
@example("٣/٤/٢٠٢٣")
@example("0000-00-00")
@example("99999999999999999999")
def test_any_text_is_read_or_refused_plainly(text):
    for parser in PARSERS:
        try:
            parser(text)
        except ValueParseError as error:
            assert "\n" not in str(error)  # noqa: PT017 - most texts raise nothing


@given(st.from_regex(r"[0-9:./\-,hms %amp½]{1,12}", fullmatch=True))
def test_near_figures_are_read_or_refused_plainly(text):
    test_any_text_is_read_or_refused_plainly.hypothesis.inner_test(text)


@given(st.integers(0, 72 * 60))
def test_durations_survive_writing(minutes):
    hours, rest = divmod(minutes, 60)
    for written in (
        f"{hours}h{rest:02d}m",
        f"{hours}h {rest}m",
        f"{hours}:{rest:02d}",
        f"{minutes} mins",
    ):
        assert parse_duration(written) == pytest.approx(minutes / 60)


@given(st.dates(dt.date(2014, 1, 1), dt.date(2079, 12, 31)))
def test_dates_survive_writing(date):
    for form in ("%d/%m/%y", "%d.%m.%Y", "%Y-%m-%d", "%d %B %Y", "%a %d %b %Y", "%A, %d %B %Y"):
        assert parse_date(date.strftime(form)).iso == date.isoformat()


@given(st.integers(0, 10**9))
def test_counts_survive_writing(count):
    for written in (str(count), f"{count:,}", f"{count:,}".replace(",", "\u00a0")):
        assert parse_count(written) == count


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean_cell(clean_cell(text)) == clean_cell(text)


@pytest.mark.parametrize(
    "text", ["2024-03-05 10:00", "2024-03-05T10:00:00", "05/03/2024 10:00", "10:00"]
)
def test_a_time_may_carry_its_date(text):
    assert parse_time(text) == "10:00"
