"""Lines, weeks and scores: small cases by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.passage_fit import (
    FREE,
    IN_PROPORTION,
    LEVEL_ONLY,
    Slope,
    drift,
    each_from_others,
    fit_line,
    hour_noise,
    levels_of,
    log_ratios,
    pooled,
    rank_correlation,
    score,
    towns_apart,
    typical_week,
    week_of,
)
from geo.passages import BASE_HOURS
from geo.prediction import Student


def test_a_shrunk_slope_lies_between_by_precision():
    # Slope of the points 0, residuals -1, +2, -1 with variance 6 and S_xx = 2: precision 1/3.
    x, y = np.array([0.0, 1.0, 2.0]), np.array([-1.0, 2.0, -1.0])
    line = fit_line(x, y, Slope(1.0, 3.0**0.5))
    assert line.slope == pytest.approx(0.5)
    assert line.slope_sd == pytest.approx(1.5**0.5)


def test_points_at_one_value_leave_the_slope_as_expected():
    line = fit_line(np.ones(4), np.arange(4.0), Slope(0.8, 0.2))
    assert (line.slope, line.slope_sd) == (0.8, 0.2)


def test_another_point_is_less_sure_than_the_mean():
    line = fit_line(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 1.0]), LEVEL_ONLY)
    found = line.at(5.0)
    assert found == Student(1.0, pytest.approx((4 / 3) ** 0.5), 2)


def test_each_camera_is_predicted_without_itself():
    x, y = np.array([0.0, 1.0, 2.0]), np.array([5.0, 6.0, 9.0])
    found = each_from_others(x, y, IN_PROPORTION)
    # Of (1, 6) and (2, 9): mean 7.5 at 1.5, so 6 at 0. Of (0, 5) and (1, 6): 5.5 at 0.5.
    assert [p.centre for p in found] == pytest.approx([6.0, 7.0, 7.0])


def test_scores_by_hand():
    predictions = [Student(0.0, 0.5, 1e9), Student(np.log(2.0), 0.5, 1e9)]
    observed = np.array([0.0, np.log(4.0)])
    found = score(predictions, observed, basis=np.array([1.0, 2.0]))
    assert found["n"] == 2
    assert found["log_bias"] == pytest.approx(-np.log(2) / 2)
    assert found["mape_share"] == pytest.approx(0.25)
    assert found["rank_correlation"] == pytest.approx(1)
    # log 2 = 0.693 lies beyond 1.2816 x 0.5 = 0.641 and within 1.6449 x 0.5 = 0.822.
    assert found["coverage80_share"] == 0.5
    assert found["coverage90_share"] == 1.0


def test_ranks_of_what_does_not_differ_are_unknown():
    assert np.isnan(rank_correlation(np.ones(3), np.arange(3.0)))
    assert rank_correlation(np.array([1.0, 2, 3]), np.array([9.0, 5, 1])) == pytest.approx(-1)


def test_two_towns_weigh_as_much_as_they_are_worth():
    # Two towns a log of 2 apart: variance 2 with one degree of freedom. Expected 0, worth one.
    found = towns_apart([1.0, 3.0], expected_log_sd=0.0, weight=1.0)
    assert found.freedom == 2
    assert found.log_sd == pytest.approx((2 * (2 + 0) / 2) ** 0.5)


def test_a_spread_is_pooled_about_each_towns_own_mean():
    found = pooled([np.array([0.0, 1.0, 2.0]), np.array([10.0, 14.0])])
    assert found.freedom == 3
    assert found.log_sd == pytest.approx(((2 + 8) / 3) ** 0.5)


def test_drift_counts_counters_of_both_times_alone():
    before, after = pd.Series({"a": 1.0, "b": 1.0}), pd.Series({"a": np.e**2, "c": 5.0})
    assert drift(before, after) == (pytest.approx(2.0), 1.0)


def weeks(rows):
    return pd.DataFrame(rows, index=[f"c{i}" for i in range(len(rows))], columns=range(168))


def flat_but(hour, value):
    return [value if h == hour else 1.0 for h in range(168)]


def test_a_typical_week_is_a_geometric_mean_of_counters_and_towns():
    hour = 120
    assert hour not in BASE_HOURS
    towns = {
        "one": weeks([flat_but(hour, 1.0), flat_but(hour, 4.0)]),
        "two": weeks([flat_but(hour, 8.0), flat_but(hour, 8.0)]),
    }
    found = typical_week(towns)
    assert found.ratios[hour] == pytest.approx(4.0)
    assert found.ratios[hour + 1] == pytest.approx(1.0)
    # Within: logs +-log 2 in one town, none in the other, two degrees of freedom. Between:
    # half the square of log 8 - log 2, averaged over five hours, times 1 + 1/2.
    within = np.log(2) ** 2
    between = np.log(4) ** 2 / 2 / 5 * 1.5
    assert found.log_sds[hour] == pytest.approx((within + between) ** 0.5)
    assert found.log_sds[hour + 2] == pytest.approx(between**0.5)
    assert found.log_sds[hour + 3] == 0


def test_levels_scale_out_of_the_week():
    loud = weeks([[5 * v for v in flat_but(100, 2.0)]])
    assert levels_of(loud).tolist() == [5.0]
    assert log_ratios(loud)[0, 100] == pytest.approx(np.log(2))


def test_a_week_needs_every_hour():
    rows = [("a", hour, 2.0) for hour in range(168)] + [("b", hour, 2.0) for hour in range(100)]
    counts = pd.DataFrame(rows, columns=["counter", "hour_of_week", "passages"])
    found = week_of(counts)
    assert found.index.tolist() == ["a"]
    assert found.shape == (1, 168)


def test_noise_is_about_each_counters_own_hour():
    hour = BASE_HOURS[0]
    rows = [("a", hour, 1.0), ("a", hour, np.e**2), ("b", hour, 5.0), ("b", hour, 5.0)]
    counts = pd.DataFrame(rows, columns=["counter", "hour_of_week", "passages"])
    # Residuals -1, 1, 0, 0 with two degrees of freedom.
    assert hour_noise(counts) == pytest.approx(1.0)


@given(
    y=st.lists(st.floats(-3, 3), min_size=3, max_size=12),
    value=st.floats(-2, 2),
    sd=st.floats(0.01, 10),
)
def test_a_shrunk_slope_lies_between_the_expected_and_the_free(y, value, sd):
    x, y = np.arange(len(y), dtype=float), np.array(y)
    free, shrunk = fit_line(x, y, FREE).slope, fit_line(x, y, Slope(value, sd)).slope
    low, high = sorted([free, value])
    assert low - 1e-9 <= shrunk <= high + 1e-9
