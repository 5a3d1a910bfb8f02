"""The level nearest to a day: by brute force, then laws of any track."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.moments import ENOUGH, LEAST_SD_LOG
from geo.tracks import SPREAD_FROM, Track, month_of

QUARTERS = st.integers(0, 160).map(lambda quarter: quarter / 4)
LOGS = st.integers(-12, 12).map(lambda third: third / 3)
PAIRS = st.lists(st.tuples(QUARTERS, LOGS), min_size=1, max_size=45)
DRIFTS = st.sampled_from([0.0, 0.02, 0.07, 0.3, 2.0])
DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2035, 12, 31)).map(str)


def lag_by_pairs(ages, later):
    """Return the variance of the mean of walks to either side, pair by pair."""
    total = sum(
        min(one, two)
        for one, side in zip(ages, later, strict=True)
        for two, other in zip(ages, later, strict=True)
        if side == other
    )
    return total / len(ages) ** 2


def by_brute_force(track, month, drift):
    """Return, by number of counts, the error of their mean, their lag and their mean."""
    rows = sorted(
        (abs(when - month), when, log)
        for when, log in zip(track.months.tolist(), track.logs.tolist(), strict=True)
    )
    noise = 1.0 if len(rows) == 1 else max(np.std(track.logs, ddof=1), LEAST_SD_LOG)
    found = {}
    for n in range(1, len(rows) + 1):
        whole_days = n == len(rows) or rows[n][0] > rows[n - 1][0]
        if not whole_days or n < min(ENOUGH, len(rows)):
            continue
        lag = lag_by_pairs([r[0] for r in rows[:n]], [r[1] > month for r in rows[:n]])
        error = noise**2 / n + drift**2 * lag
        found[n] = (error, lag, np.mean([r[2] for r in rows[:n]]), rows[n - 1][0])
    return found


@given(PAIRS, QUARTERS, DRIFTS)
def test_the_level_is_that_of_least_error(pairs, month, drift):
    track = Track.of(pairs)
    recent = track.level_at(month, drift=drift)
    every = by_brute_force(track, month, drift)
    error, lag, mean, months = every[recent.n]
    assert error <= min(own[0] for own in every.values()) * (1 + 1e-9)
    assert recent.lag == pytest.approx(lag, abs=1e-9)
    assert recent.mean == pytest.approx(mean, abs=1e-9)
    assert (recent.months, recent.of) == (months, len(pairs))
    assert recent.ahead == max(month - max(when for when, _ in pairs), 0)


@given(PAIRS, QUARTERS)
def test_a_level_that_does_not_drift_is_the_mean_of_all(pairs, month):
    recent = Track.of(pairs).level_at(month, drift=0.0)
    assert recent.n == len(pairs)
    assert recent.mean == pytest.approx(np.mean([log for _, log in pairs]), abs=1e-9)


@given(PAIRS, QUARTERS, st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(pairs, month, random):
    mixed = list(pairs)
    random.shuffle(mixed)
    assert Track.of(mixed).level_at(month, drift=0.1) == Track.of(pairs).level_at(
        month, drift=0.1
    )


@given(PAIRS, QUARTERS, DRIFTS, DRIFTS)
def test_more_drift_never_lags_more(pairs, month, one, two):
    """Nor uses more counts of one side; with two, a count beyond may shorten the lag."""
    track = Track.of(pairs)
    less, more = (track.level_at(month, drift=drift) for drift in sorted((one, two)))
    assert more.lag <= less.lag + 1e-9
    if less.ahead > 0:
        assert more.n <= less.n


@given(PAIRS, QUARTERS)
def test_the_spread_is_of_whole_days_nearest_in_time(pairs, month):
    spread = Track.of(pairs).level_at(month, drift=0.1).spread
    ages = sorted(abs(when - month) for when, _ in pairs)
    last = ages[min(SPREAD_FROM, len(ages)) - 1]
    kept = [log for when, log in pairs if abs(when - month) <= last]
    assert spread.n == len(kept)
    assert spread.mean == pytest.approx(np.mean(kept), abs=1e-9)


def test_walks_to_either_side_are_independent():
    # Two counts a month away on either side: (1 + 1) / 4; on one side (1 + 1 + 2) / 4.
    sides = Track.of([(9.0, 1.0), (11.0, 1.0)]).level_at(10.0, drift=0.1)
    side = Track.of([(9.0, 1.0), (9.0, 1.0)]).level_at(10.0, drift=0.1)
    assert (sides.lag, side.lag) == (0.5, 1.0)


def test_no_count_has_no_level():
    with pytest.raises((ValueError, IndexError)):
        Track.of([]).level_at(1.0, drift=0.1)


@given(PAIRS, QUARTERS)
def test_before_leaves_the_month_out(pairs, month):
    early = Track.of(pairs).before(month)
    assert sorted(early.months) == sorted(when for when, _ in pairs if when < month)


@given(PAIRS)
def test_without_leaves_one_out(pairs):
    track = Track.of(pairs)
    month, log = pairs[0]
    rest = track.without(month, [log])
    assert len(rest) == len(track) - 1
    assert Track.of(
        [*zip(rest.months, rest.logs, strict=True), (month, log)]
    ).logs.tolist() == (track.logs.tolist())
    assert len(track.without(month + 0.1, [log])) == len(track)


# --- months -----------------------------------------------------------------------------


@given(DAYS, DAYS)
def test_months_keep_the_order_of_days(one, two):
    assert (month_of(one) < month_of(two)) == (one < two)


@given(DAYS)
def test_a_partial_date_lies_in_its_middle(day):
    month, year = day[:7], day[:4]
    assert abs(month_of(day) - month_of(month)) < 0.5
    assert month_of(f"{year}-06-30") < month_of(year) < month_of(f"{year}-07-02")
    assert int(month_of(day)) == int(month_of(month))


@given(DAYS)
def test_a_month_later_is_one_more(day):
    year, month = int(day[:4]), int(day[5:7])
    later = f"{year + month // 12}-{month % 12 + 1:02d}{day[7:]}"
    assert month_of(later) - month_of(day) == pytest.approx(1, abs=1e-9)
