"""A reader redoes a published estimate from the numbers in its sentences alone."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t
from simulated_levels import COURSES, FORCE, HISTORIES, as_record, one_era, simulate

from geo.exposure import expect_faces, explain_exposure

NUMBER = r"(-?\+?[\d,]*\.?\d+)"
CLOSE = 4e-4
"""Error of five printed decimals of a logarithm, after a few sums, as a share."""


def find(pattern, text):
    """Return the numbers of a sentence; its pattern has # where they stand."""
    found = re.search(re.escape(pattern).replace(r"\#", NUMBER), text)
    assert found, f"{pattern!r} is not told in {text!r}"
    return [float(number.replace(",", "")) for number in found.groups()]


def redo(piece):
    """Redo median and intervals from sentences alone: faces at 50, 10, 90, 5 and 95 %."""
    text = " ".join(piece.sentences())
    mean, sd = find("has mean # and standard deviation #", text)
    (freedom,) = find("# degrees of freedom", text)
    if "is weighed in" in text:
        n, own, ahead, other = find("sqrt((# x #^2 + # x #^2)", text)
        assert (n, own) == (freedom, sd)
        # The months ahead are told to two decimals, and what comes of them to five.
        redone = math.sqrt((n * own**2 + ahead * other**2) / (n + ahead))
        (sd,) = find(f"/ ({freedom:.0f} + #)) = #", text)[1:]
        assert sd == pytest.approx(redone, rel=1e-3)
    steps = re.findall(rf"a level {NUMBER} from the mean, of which {NUMBER} is followed", text)
    shift = sum(float(surprise) * float(gain) for surprise, gain in steps)
    (hours,) = find("+ ln(# h)", text)
    centre = mean + shift + math.log(hours)
    if steps:
        (level,) = find("^2 + # for a level that drifts by", text)
        scale = math.sqrt(sd**2 + level)
    else:
        (n,) = find("^2 x (1 + 1/#)", text)
        drift = find("+ #^2 x # for a drift", text) if "for a drift" in text else (0.0, 0.0)
        scale = math.sqrt(sd**2 * (1 + 1 / n) + drift[0] ** 2 * drift[1])
    told = find("#.", text[text.index("Scale of one new count") :].partition(") = ")[2])
    assert scale == pytest.approx(told[0], rel=CLOSE)
    times = find("made # and # times as wide", text) if "are made" in text else (1.0, 1.0)
    ends = []
    for level, by in ((0.8, times[0]), (0.9, times[1])):
        reach = by * scale * student_t.ppf((1 + level) / 2, freedom)
        ends += [math.exp(centre - reach), math.exp(centre + reach)]
    return [math.exp(centre), *ends]


def assert_redone(piece):
    told = [piece.expected, piece.lo80, piece.hi80, piece.lo90, piece.hi90]
    assert redo(piece) == pytest.approx(told, rel=CLOSE)
    text = " ".join(piece.sentences())
    assert f"Expected {piece.expected:,.0f} faces" in text
    assert f"{piece.lo80:,.0f} to {piece.hi80:,.0f}" in text
    assert f"{piece.lo90:,.0f} to {piece.hi90:,.0f}" in text
    return text


@pytest.fixture(scope="module")
def walked():
    """Return a year of counts that trend, and so are followed by their nearest."""
    dates, logs, _ = simulate(
        HISTORIES["12 x 10"], COURSES["trend +5 %"], np.random.default_rng(4)
    )
    rows = as_record(dates, np.log(np.round(np.exp(logs) * 4.0) / 4.0))
    return rows.assign(deployment_id=[f"d-{n}" for n in range(len(rows))], status="reported")


def told_totals(first, last, deployments, faces):
    columns = ["force", "first_date", "last_date", "deployments", "faces_seen", "published_on"]
    return pd.DataFrame([(FORCE, first, last, deployments, faces, last)], columns=columns)


@pytest.mark.parametrize(
    ("row", "which"),
    [(0, "nearest in time, within"), (55, "nearest in time, within"), (119, "the last ")],
)
def test_a_row_within_the_record(walked, row, which):
    text = assert_redone(explain_exposure(walked, one_era(), f"d-{row}"))
    assert which in text
    assert "for a drift of" in text


def test_a_day_ahead(walked):
    piece = expect_faces(walked, one_era(), force=FORCE, date="2023-04-10", hours=3.0)
    text = assert_redone(piece)
    assert "the last" in text


def test_a_day_ahead_with_eras_before(walked):
    """The spread within all eras is weighed in, for spreads change too."""
    other = as_record(
        [f"2020-0{n % 9 + 1}-1{n % 10}" for n in range(90)],
        np.random.default_rng(1).normal(4, 0.9, 90),
    )
    eras = pd.DataFrame(
        {
            "force": FORCE,
            "era": ["old", "new"],
            "first_date": ["2020-01-01", "2022-01-01"],
            "last_date": ["2021-12-31", None],
        }
    )
    both = pd.concat([other, walked], ignore_index=True)
    piece = expect_faces(both, eras, force=FORCE, date="2023-03-01", hours=3.0)
    assert "is weighed in" in assert_redone(piece)


def test_a_day_ahead_with_a_total(walked):
    totals = told_totals("2023-01-01", "2023-06-30", 80, 900_000.0)
    without = expect_faces(walked, one_era(), force=FORCE, date="2023-04-10", hours=3.0)
    piece = expect_faces(
        walked, one_era(), force=FORCE, date="2023-04-10", hours=3.0, totals=totals
    )
    text = assert_redone(piece)
    ratio = 900_000 / 80 / walked["faces_seen"].mean()
    assert find("# times the era's faces per deployment", text)[0] == pytest.approx(
        ratio, abs=1e-3
    )
    assert piece.expected > without.expected


def test_a_widened_interval():
    """Errors far from normal, so that months before fell short."""
    rng = np.random.default_rng(8)
    dates, logs, _ = simulate(HISTORIES["12 x 10"], COURSES["stays"], rng)
    logs = logs + 1.5 * (np.arange(120) // 10 % 2)
    piece = expect_faces(
        as_record(dates, logs), one_era(), force=FORCE, date="2023-02-10", hours=3.0
    )
    assert piece.widening.times80 > 1
    assert "times as wide" in assert_redone(piece)


def test_a_few_counts_are_all_used():
    rows = as_record(["2022-01-01", "2022-01-02", "2022-01-03"], np.log([100.0, 200.0, 400.0]))
    piece = expect_faces(rows, one_era(), force=FORCE, date="2022-02-01", hours=3.0)
    text = assert_redone(piece)
    assert "3 other counts;" in text
    assert piece.expected == pytest.approx(600)
