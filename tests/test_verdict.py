"""What the scorecard is said to show follows from its figures, whichever line wins."""

import pandas as pd
import pytest

from geo.scorecard import (
    KNOWN_THEN,
    LATER_MONTHS,
    LEVEL,
    MODEL,
    ROLLING,
    SITE_MEAN,
    TRAILING_RATE,
    score_exposure,
)
from maps.rows import as_rows
from maps.verdict import not_covered, verdict


def lines(level, trailing, site=(0.5, 0.8, 0.9)):
    names = (LEVEL, TRAILING_RATE, SITE_MEAN)
    fields = ("crps", "coverage80_share", "coverage90_share")
    return [
        {"split": ROLLING, "name": name, "rows": 50, **dict(zip(fields, figures, strict=True))}
        for name, figures in zip(names, (level, trailing, site), strict=True)
    ]


def told(scores):
    return " ".join(verdict(scores))


def test_a_sharper_baseline_is_named_with_the_reason_for_the_level_shown():
    said = told(lines((0.40, 0.80, 0.89), (0.36, 0.76, 0.86)))
    assert (
        "the mean of the last 30 rates of the era has the lowest CRPS: 0.360, which is 10 %"
        in said
    )
    assert "below that of the level of the day (0.400)" in said
    assert "nearer to what they say" in said
    assert "held 80 % and 89 % of the counts, against 76 % and 86 %." in said


def test_a_baseline_that_is_better_in_all_is_called_better():
    said = told(lines((0.40, 0.70, 0.80), (0.50, 0.8, 0.9), (0.36, 0.79, 0.90)))
    assert "the mean of the earlier rates of the place has the lowest CRPS" in said
    assert "the baseline would be the better estimate" in said
    assert "nearer to what they say:" not in said


@pytest.mark.parametrize(
    ("rival", "how"), [(0.50, "20 % below"), (0.4001, "as good as equal to")]
)
def test_the_level_is_said_to_win_where_it_does(rival, how):
    said = told(lines((0.40, 0.80, 0.90), (rival, 0.80, 0.90), (0.6, 0.8, 0.9)))
    assert (
        f"the level of the day has the lowest CRPS (0.400; {how} that of the mean of the last 30"
        in said
    )
    assert said.endswith("Its 80 and 90 % intervals held 80 % and 90 % of the 50 counts.")


def test_a_baseline_that_wins_the_strictest_test_is_not_hidden():
    split = f"{KNOWN_THEN}: {LATER_MONTHS}"
    then = [
        {**line, "split": split, "rows": 48}
        for line in lines((0.238, 0.896, 0.917), (0.234, 0.896, 0.917))
    ]
    said = told([*lines((0.39, 0.8, 0.9), (0.40, 0.8, 0.9)), *then])
    assert "the level of the day has the lowest CRPS (0.390" in said
    assert (
        "on the 48 counts of the later months of the last era by the eras known then, the level "
        "of the day scored 0.238 and the mean of the last 30 rates of the era 0.234; the "
        "intervals held 90 % and 92 %." in said
    )


@pytest.mark.parametrize(
    ("crps", "said"),
    [
        (0.38, "scored 0.380, 5 % below the mean of the last 30 rates of the era (0.400), on"),
        (0.44, "scored 0.440, 10 % above the mean of the last 30 rates of the era (0.400), on"),
        (0.35, "That is the 10 % asked of it"),
    ],
)
def test_a_model_is_used_only_if_it_is_a_tenth_better(crps, said):
    model = {"name": MODEL, "split": ROLLING, "crps": crps}
    text = told([*lines((0.39, 0.8, 0.9), (0.40, 0.8, 0.9)), model])
    assert said in text
    assert ("have to lie 10 % below: it is not used." in text) == (crps > 0.36)


def test_a_model_that_fails_where_least_was_known_is_not_used():
    split = f"{KNOWN_THEN}: {LATER_MONTHS}"
    then = [
        {"name": name, "split": split, "crps": crps}
        for name, crps in ((TRAILING_RATE, 0.30), (MODEL, 0.31))
    ]
    model = {"name": MODEL, "split": ROLLING, "crps": 0.30}
    text = told([*lines((0.39, 0.8, 0.9), (0.40, 0.8, 0.9)), model, *then])
    assert "25 % below the mean of the last 30" in text
    assert "it scored 0.310, 3 % above that mean (0.300)" in text
    assert text.endswith("it is not used.")


def test_nothing_scored_nothing_said():
    rows = pd.DataFrame(
        {
            "force": "F",
            "date": "2023-05-06",
            "duration_h": 2.0,
            "faces_seen": [None, None],
            "place_published": "Ash",
        }
    )
    eras = pd.DataFrame(columns=["force", "era", "first_date", "last_date", "label"])
    assert verdict(as_rows(score_exposure(rows, eras))) == []
    assert verdict([]) == []


def test_breaks_and_drift_are_told_as_large_as_they_were():
    eras = [
        {"force": "F", "era": "a", "first_date": "2023-01-01"},
        {"force": "F", "era": "b", "first_date": "2024-01-01"},
    ]
    rows = [
        {"force": "F", "counting_era": era, "date": date, "faces_seen": n, "duration_h": 2.0}
        for era, date, n in [
            *[("a", "2023-02-01", 200)] * 3,
            *[("a", "2023-03-01", 600)] * 3,
            *[("b", "2024-02-01", 50)] * 3,
        ]
    ]
    said = not_covered(rows, eras)
    # The medians are (200 + 600) / 2 / 2 h = 200/h and 25/h; in era a 100/h, then 300/h.
    assert "changed once between eras, by up to a factor of 8." in said
    assert "up to a factor of 3 apart" in said
    assert "intervals widen with the months" in not_covered([], [])
    assert "factor" not in not_covered([], [])
