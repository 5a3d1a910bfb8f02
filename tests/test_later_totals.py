"""What totals tell of later months: by hand, and against one dense normal distribution."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.drift import Later
from geo.errors import MissingColumnError
from geo.later_totals import LEAST_DEPLOYMENTS, TOTAL_SD_LOG, Known, follow, totals_after
from geo.tracks import month_of

KNOWN = Known(["2024-09-10", "2024-11-05", "2024-12-20"], [1_000.0, 2_000.0, 3_000.0])
END = month_of("2024-12-20")


def make_totals(*rows):
    """Return totals of first date, last date, deployments, faces and day of publication."""
    columns = ["first_date", "last_date", "deployments", "faces_seen", "published_on"]
    return pd.DataFrame(rows, columns=columns).assign(force="F")


def told_of(*rows, known=KNOWN, mean_log=7.0, first_date="2024-09-01"):
    return totals_after(make_totals(*rows), known, mean_log=mean_log, first_date=first_date)


# --- totals -----------------------------------------------------------------------------


def test_a_total_loses_what_is_known_singly():
    (told,) = told_of(("2024-11-01", "2025-10-31", 102, 405_000, "2025-11-30"))
    assert (told.deployments, told.faces_seen) == (100, 400_000)
    # 4,000 faces a deployment beyond, 2,000 in the era: the level lies ln 2 above.
    assert told.ratio == pytest.approx(2)
    assert told.span.level == pytest.approx(7 + math.log(2))
    assert told.span.first == 0
    assert told.span.last == pytest.approx(month_of("2025-10-31") - END)
    assert told.span.sd_log == TOTAL_SD_LOG


def test_a_total_of_later_months_loses_nothing():
    (told,) = told_of(("2025-03-01", "2025-08-31", 50, 100_000, "2025-09-30"))
    assert (told.deployments, told.faces_seen, told.ratio) == (50, 100_000, 1)
    assert told.span.first == pytest.approx(month_of("2025-03-01") - END)


@pytest.mark.parametrize("more", [LEAST_DEPLOYMENTS - 1, LEAST_DEPLOYMENTS])
def test_too_few_deployments_tell_nothing(more):
    told = told_of(("2024-09-01", "2025-10-31", 3 + more, 90_000, "2025-11-30"))
    assert len(told) == (more == LEAST_DEPLOYMENTS)


def test_no_faces_left_tell_nothing():
    assert told_of(("2024-09-01", "2025-10-31", 50, 6_000, "2025-11-30")) == []


def test_a_total_that_begins_before_the_era_tells_of_two_levels():
    row = ("2024-08-31", "2025-10-31", 50, 90_000, "2025-11-30")
    assert told_of(row) == []
    assert len(told_of(row, first_date="2024-08-31")) == 1


@pytest.mark.parametrize("last", ["2024-12-19", "2024-12-20", "2024-12-21"])
def test_a_total_up_to_the_last_count_tells_nothing_new(last):
    assert told_of(("2024-09-01", last, 50, 90_000, "2025-11-30")) == []
    assert len(told_of(("2024-12-20", "2024-12-22", 50, 90_000, "2025-11-30"))) == 1


@pytest.mark.parametrize("last", ["2025-01-31", "2025-02-28", "2025-03-31"])
def test_what_is_left_of_a_total_is_not_put_into_its_last_days(last):
    # Of September to February 38 % of the days lie after the last count, to March 48 %.
    told = told_of(("2024-09-01", last, 50, 90_000, "2025-11-30"))
    assert len(told) == (last == "2025-03-31")


@pytest.mark.parametrize(
    ("deployments", "faces", "used"),
    # Known singly are 30 deployments of 60,000 faces.
    [(49, 150_000, False), (50, 150_000, True), (60, 99_000, False), (60, 100_000, True)],
)
def test_little_left_of_a_total_is_as_much_its_rounding(deployments, faces, used):
    known = Known(["2024-11-05"] * 30, [2_000.0] * 30)
    told = told_of(("2024-11-01", "2025-10-31", deployments, faces, "2025-11-30"), known=known)
    assert len(told) == used


def test_a_total_that_ends_after_the_era_tells_of_two_levels():
    row = ("2024-11-01", "2025-10-31", 102, 405_000, "2025-11-30")
    for last_date, used in (("2025-10-30", False), ("2025-10-31", True), (None, True)):
        told = totals_after(
            make_totals(row),
            KNOWN,
            mean_log=7.0,
            first_date="2024-09-01",
            last_date=last_date,
        )
        assert len(told) == used


def test_of_overlapping_totals_the_later_published_is_kept():
    early = ("2025-01-01", "2025-06-30", 50, 90_000, "2025-07-31")
    late = ("2025-03-01", "2025-12-31", 60, 90_000, "2026-01-31")
    apart = ("2026-01-01", "2026-02-28", 20, 90_000, "2025-01-01")
    assert [told.deployments for told in told_of(early, late)] == [60]
    assert [told.deployments for told in told_of(apart, early, late)] == [60, 20]
    again = ("2025-03-01", "2025-12-31", 70, 90_000, "2026-03-31")
    assert [told.deployments for told in told_of(early, late, again)] == [70]


def test_of_totals_published_together_the_one_to_the_later_day_is_kept():
    short = ("2025-01-01", "2025-06-30", 50, 90_000, "2026-01-31")
    long = ("2025-01-01", "2025-12-31", 60, 90_000, "2026-01-31")
    assert [told.deployments for told in told_of(short, long)] == [60]


DATES = st.dates(pd.Timestamp("2024-06-01").date(), pd.Timestamp("2026-06-01").date())
ROWS = st.builds(
    lambda one, two, deployments, faces, wait: (
        str(min(one, two)),
        str(max(one, two)),
        deployments,
        faces,
        str(max(one, two) + pd.Timedelta(days=wait).to_pytimedelta()),
    ),
    DATES,
    DATES,
    st.integers(1, 90),
    st.integers(1, 10**6),
    st.integers(0, 90),
)


@given(st.lists(ROWS, max_size=8), st.randoms(use_true_random=False))
def test_totals_are_apart_in_order_and_of_any_order_of_rows(rows, random):
    told = told_of(*rows)
    mixed = list(rows)
    random.shuffle(mixed)
    assert told_of(*mixed) == told
    ends = [end for each in told for end in each.span[:2]]
    assert ends == sorted(ends)
    assert all(each.deployments >= LEAST_DEPLOYMENTS and each.faces_seen > 0 for each in told)
    assert all(
        each.first_date >= "2024-09-01" and each.last_date > "2024-12-20" for each in told
    )


def test_no_counts_and_no_totals_tell_nothing():
    row = ("2025-01-01", "2025-12-31", 60, 90_000, "2026-01-31")
    assert told_of(row, known=Known([], [])) == []
    assert told_of() == []


def test_columns_are_needed():
    with pytest.raises(MissingColumnError, match="published_on"):
        totals_after(
            make_totals().drop(columns="published_on"), KNOWN, mean_log=7.0, first_date=""
        )


# --- following --------------------------------------------------------------------------


def by_dense_conditioning(spans, *, mean, variance, drift, ahead):
    """Condition a walk on a fine grid of times on the means of its spans."""
    steps, last = 2_400, max([ahead, *(span.last for span in spans)])
    grid = (np.arange(steps) + 0.5) * last / steps
    weights = [(grid >= span.first) & (grid <= span.last) for span in spans]
    rows = np.array([own / own.sum() for own in weights])
    covariance = variance + drift**2 * np.minimum.outer(grid, grid)
    among = rows @ covariance @ rows.T + np.diag([span.sd_log**2 for span in spans])
    now = rows @ (variance + drift**2 * np.minimum(grid, ahead))
    gains = np.linalg.solve(among, now)
    surprises = np.array([span.level - mean for span in spans])
    return gains @ surprises, variance + drift**2 * ahead - gains @ now


SPANS = {
    "one year": [Later(0.0, 12.0, 1.0, 0.2)],
    "later months": [Later(3.0, 9.0, -0.5, 0.2)],
    "two": [Later(0.0, 6.0, 0.4, 0.2), Later(6.0, 12.0, -0.8, 0.3)],
    "two apart": [Later(1.0, 4.0, 0.4, 0.2), Later(8.0, 12.0, 0.9, 0.1)],
}


@pytest.mark.parametrize("name", SPANS)
@pytest.mark.parametrize("ahead", [0.5, 3.0, 7.0, 12.0, 30.0])
@pytest.mark.parametrize(("variance", "drift"), [(0.0, 0.1), (0.02, 0.07), (0.1, 0.3)])
def test_totals_are_followed_as_a_normal_walk_is(name, ahead, variance, drift):
    options = {"mean": 0.1, "variance": variance, "drift": drift, "ahead": ahead}
    moved = follow(SPANS[name], **options)
    shift, left = by_dense_conditioning(SPANS[name], **options)
    assert moved.shift == pytest.approx(shift, abs=2e-3)
    assert moved.variance == pytest.approx(left, abs=2e-3 * drift**2 * 12 + 1e-5)
    told = zip(moved.gains, moved.surprises, strict=True)
    assert moved.shift == pytest.approx(sum(gain * surprise for gain, surprise in told))


@given(
    st.floats(0, 0.5),
    st.floats(0.01, 0.5),
    st.floats(0, 40),
    st.floats(0, 20),
    st.floats(0.1, 20),
)
def test_a_total_never_makes_a_level_less_sure(variance, drift, ahead, first, length):
    span = Later(first, first + length, 1.0, TOTAL_SD_LOG)
    moved = follow([span], mean=0.0, variance=variance, drift=drift, ahead=ahead)
    assert 0 <= moved.variance <= variance + drift**2 * ahead + 1e-12
    # A level late in a span, or after it, moves by up to half as much again as its mean.
    assert 0 <= moved.gains[0] <= 1.5
