"""Hours of the week as people write them."""

import pytest

from data.errors import ValueParseError
from data.week_hours import read_hours


@pytest.mark.parametrize(
    ("text", "days", "first", "end"),
    [
        ("weekdays 10-17", range(5), 10, 17),
        ("Weekdays 10:00-17:00", range(5), 10, 17),
        ("Saturday 14", [5], 14, 15),
        ("sat 14", [5], 14, 15),
        ("Saturdays 14 to 16", [5], 14, 16),
        ("Mon-Wed 8-10", range(3), 8, 10),
        ("fri \N{EN DASH} sun 20\N{EN DASH}24", [4, 5, 6], 20, 24),
        ("Sun-Tue 0-1", [6, 0, 1], 0, 1),
        ("Fri, Sat and Sun 20-24", [4, 5, 6], 20, 24),
        ("daily 9-18", range(7), 9, 18),
        ("every day 9-18h", range(7), 9, 18),
    ],
)
def test_hours_are_read(text, days, first, end):
    expected = sorted(24 * day + hour for day in days for hour in range(first, end))
    assert list(read_hours(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "noon", "Saturday", "14", "Sat 25", "Sat 17-10", "Sat 10-25", "t 10", "s 10",
     "Saturday 14:30", "someday 10", "Mon-Wed-Fri 10", "Sat -1", "Sat 10\x00"],
)  # fmt: skip
def test_what_names_no_hours_is_refused(text):
    with pytest.raises(ValueParseError, match="names no hours"):
        read_hours(text)
